using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Linux;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>How an initiator behaves.</summary>
public sealed record FixInitiatorOptions
{
    /// <summary>Whom it connects to.</summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Largest message that is taken, in bytes; a larger one ends the connection.</summary>
    public int FrameBytesMax { get; init; } = 8192;

    /// <summary>How a message with a wrong BodyLength ends, see <see cref="FixFramer.TryFrame"/>. Default false.</summary>
    public bool TrustsBodyLength { get; init; }

    /// <summary>How long it waits after a connection ended, or could not be made, before it tries again, in milliseconds; 1 or more. It doubles up to
    /// <see cref="ReconnectMsMax"/> until a logon succeeds.</summary>
    public int ReconnectMs { get; init; } = 500;

    /// <summary>Longest wait between two attempts, in milliseconds.</summary>
    public int ReconnectMsMax { get; init; } = 30_000;

    /// <summary>TLS and the own address; null for neither.</summary>
    public ConnectOptions? Connect { get; init; }

    /// <summary>Gets messages that breach a boundary of safety; null for nobody. It stays the caller's.</summary>
    public FixAudit? Audit { get; init; }

    /// <summary>Gets every message in and out; null for nobody. It stays the caller's.</summary>
    public FixMessageLog? MessageLog { get; init; }

    /// <summary>Told of connections that ended or could not be made; null for nobody. Called on the loop's thread.</summary>
    public ILogger? Log { get; init; }
}

/// <summary>
/// A FIX session that connects by itself, and again when the connection ends, until it is disposed; with a schedule only within its hours.
/// </summary>
/// <remarks>Thread: the loop's. Allocates: for a connection, not for messages.</remarks>
public sealed class FixInitiator : IConnectionHandler, IFixTransport, IDisposable
{
    private const long TickNs = 100_000_000;
    private readonly EventLoop _loop;
    private readonly FixInitiatorOptions _options;
    private readonly ILogger _log;
    private readonly FixRequests _requests;
    private Connection? _connection;
    private bool _isOpen;
    private bool _isDeaf;
    private bool _isDisposed;
    private bool _isResending;
    private long _tickNs;
    private long _nextTryNs;
    private long _waitMs;

    /// <summary>Makes an initiator; the first <see cref="OnTick"/> connects.</summary>
    /// <param name="loop">The loop that its connections live on.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="session">An initiator's (<see cref="FixSessionOptions.IsInitiator"/>).</param>
    public FixInitiator(EventLoop loop, FixInitiatorOptions options, FixSession session)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReconnectMs, 1);
        Check.That(session.Options.IsInitiator, "the session of an initiator logs on by itself");
        (_loop, _options, Session) = (loop, options, session);
        _log = options.Log ?? NullLogger.Instance;
        _requests = new FixRequests(_log);
        _waitMs = options.ReconnectMs;
        session.ResendReady = _ => _isResending = true;
        if (options.Audit is not null)
        {
            session.Breached = (_, breach, bytes) => Breach(breach, bytes, Clock.UnixNs);
        }
    }

    /// <summary>Its session.</summary>
    public FixSession Session { get; }

    /// <summary>Attempts to connect so far.</summary>
    public long Attempts { get; private set; }

    /// <summary>Runs of bytes skipped as they were no message.</summary>
    public long GarbledFrames { get; private set; }

    /// <summary>Time passes: heartbeats, time-outs, the next attempt to connect. Call it some times a second.</summary>
    public void OnTick(long unixNs)
    {
        _tickNs = unixNs;
        _requests.OnTick(unixNs, null);
        Session.OnTick(unixNs);
        if (_connection is null && !_isDisposed && unixNs >= _nextTryNs && Session.IsInHours)
        {
            Attempts++;
            Errno errno = _loop.TryConnect(_options.EndPoint, this, out _connection, _options.Connect);
            if (errno != Errno.None)
            {
                TryLater($"cannot connect: {errno}");
            }
        }
    }

    /// <summary>Goes on with a resend, a batch. Call it after every <see cref="EventLoop.Poll"/>; it costs nothing when there is none.</summary>
    public void Continue(long unixNs)
    {
        if (_isResending)
        {
            Session.Continue(unixNs);
            _isResending = Session.IsResending;
            if (_isResending)
            {
                // The next Poll must not wait while there is work.
                _loop.Wake();
            }
        }
    }

    /// <summary>One pass of its loop and of itself, instead of <see cref="EventLoop.Poll"/>, <see cref="OnTick"/> and <see cref="Continue"/>: for a
    /// thread that waits for this session only. What was written before goes out first.</summary>
    /// <param name="timeoutMs">Longest wait in milliseconds; 0 only looks, for a thread that spins. More than some 100 makes ticks late, and
    /// heartbeats with them.</param>
    /// <returns>How many things happened; 0 after a time-out.</returns>
    /// <remarks>Thread: the loop's. Allocates: no.</remarks>
    public int Poll(int timeoutMs)
    {
        long unixNs = Clock.UnixNs;
        if (unixNs - _tickNs >= TickNs)
        {
            OnTick(unixNs);
        }

        _loop.FlushAll();
        int count = _loop.Poll(timeoutMs);
        if (_isResending)
        {
            Continue(Clock.UnixNs);
            _loop.FlushAll();
        }

        return count;
    }

    /// <summary>Logs out, as an operator wishes; it connects again when its wait is over.</summary>
    /// <param name="text">Why, for the Logout and the log.</param>
    /// <returns>Completes with the next <see cref="OnTick"/>.</returns>
    /// <remarks>Thread: any. Allocates. Bound: 64 requests that wait; one more is told so.</remarks>
    public Task<FixRequestOutcome> RequestLogout(string text) => _requests.Ask(Session, isReset: false, text);

    /// <summary>Sets both numbers back to 1, as an operator wishes who agreed on it with the peer; logs out first where it is connected.</summary>
    /// <inheritdoc cref="RequestLogout"/>
    public Task<FixRequestOutcome> RequestReset(string text) => _requests.Ask(Session, isReset: true, text);

    /// <summary>Ends the connection, and makes no other. For a goodbye, <see cref="FixSession.Logout"/> comes first.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _requests.Stop();
        _connection?.Close();
    }

    /// <inheritdoc/>
    void IConnectionHandler.OnOpened(Connection connection)
    {
        (_connection, _isOpen, _isDeaf) = (connection, true, false);
        Session.OnConnected(this, Clock.UnixNs);
    }

    /// <inheritdoc/>
    void IConnectionHandler.OnData(Connection connection, ref InputReader input)
    {
        long nowNs = Clock.ToUnixNs(connection.LastReceivedNs);
        while (input.Length > 0 && connection.IsOpen)
        {
            if (_isDeaf)
            {
                input.Discard(input.Length);
                return;
            }

            switch (FixFramer.TryFrame(input.Peek(), _options.FrameBytesMax, out int bytes, _options.TrustsBodyLength))
            {
                case FrameStatus.Ok:
                    ReadOnlySpan<byte> frame = input.Consume(bytes);
                    _ = _options.MessageLog?.TryWrite(isOutgoing: false, Session.Options.PeerCompId, frame, nowNs);
                    Session.OnFrame(frame, nowNs);
                    if (Session.State == FixSessionState.LoggedOn)
                    {
                        _waitMs = _options.ReconnectMs;
                    }

                    break;
                case FrameStatus.Garbled:
                    GarbledFrames++;
                    Breach(BreachOfBytes.Of(input.Peek()), input.Peek()[..bytes], nowNs);
                    input.Discard(bytes);
                    break;
                case FrameStatus.TooLong:
                    Breach(FixBreach.Limit, input.Peek(), nowNs);
                    _isDeaf = true;
                    Session.Disconnect($"a message larger than {_options.FrameBytesMax} bytes", nowNs);
                    break;
                default:
                    return;
            }
        }
    }

    /// <inheritdoc/>
    void IConnectionHandler.OnWritable(Connection connection) => Session.OnWritable();

    /// <inheritdoc/>
    void IConnectionHandler.OnClosed(Connection connection, CloseReason reason)
    {
        _connection = null;
        bool wasOpen = _isOpen;
        _isOpen = false;
        if (Session.State != FixSessionState.Disconnected)
        {
            Session.OnDisconnected($"connection closed: {reason}");
        }

        TryLater(wasOpen ? Session.LastEndReason : $"cannot connect: {reason}");
    }

    /// <inheritdoc/>
    bool IFixTransport.TryWrite(ReadOnlySpan<byte> message)
    {
        bool isTaken = _isOpen && _connection is { } connection && connection.TryWrite(message);
        if (isTaken && _options.MessageLog is { } log)
        {
            _ = log.TryWrite(isOutgoing: true, Session.Options.PeerCompId, message, Clock.UnixNs);
        }

        return isTaken;
    }

    /// <inheritdoc/>
    void IFixTransport.Disconnect() => _connection?.Close();

    private void Breach(FixBreach breach, ReadOnlySpan<byte> bytes, long nowNs) =>
        _ = _options.Audit?.Record(breach, Session.Options.PeerCompId, $"{_options.EndPoint}", bytes, nowNs);

    private void TryLater(string reason)
    {
        if (!_isDisposed)
        {
            _log.ConnectionEnded(_options.EndPoint, Session.Options.PeerCompId, reason, _waitMs);
        }

        _nextTryNs = _tickNs + (_waitMs * 1_000_000);
        _waitMs = Math.Min(_waitMs * 2, Math.Max(_options.ReconnectMs, _options.ReconnectMsMax));
    }
}
