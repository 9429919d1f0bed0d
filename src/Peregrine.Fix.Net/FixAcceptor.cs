using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Linux.Sockets;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>How an acceptor behaves.</summary>
public sealed record FixAcceptorOptions
{
    /// <summary>Where it listens; port 0 picks a free one.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>Our CompID.</summary>
    public required string CompId { get; init; }

    /// <summary>Largest message that is taken, in bytes; a larger one ends the connection.</summary>
    public int FrameBytesMax { get; init; } = 8192;

    /// <summary>How a message with a wrong BodyLength ends, see <see cref="FixFramer.TryFrame"/>. Default false.</summary>
    public bool TrustsBodyLength { get; init; }

    /// <summary>Makes a session for a Logon that none fits, or gives null for one that may not log on; null for no such sessions. Called on the
    /// loop's thread for each Logon of a stranger: whoever makes sessions bounds them.</summary>
    public Func<FixLogonName, FixSession?>? MakeSession { get; init; }

    /// <summary>TLS and the like for the port; null for none.</summary>
    public ListenerOptions? Listener { get; init; }

    /// <summary>Told of connections that were refused, at most once a second, with how many more there were; null for nobody.
    /// Called on the loop's thread.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Which certificates peers may show, where <see cref="Listener"/> asks for one (mTLS); null for any that it trusts.</summary>
    public FixCertificates? Certificates { get; init; }

    /// <summary>Gets messages that breach a boundary of safety; null for nobody. It stays the caller's.</summary>
    public FixAudit? Audit { get; init; }

    /// <summary>Gets every message in and out; null for nobody. It stays the caller's.</summary>
    public FixMessageLog? MessageLog { get; init; }

    /// <summary>What the kernel keeps of our output for a peer that does not read, in bytes; 0, the default, for as much as it likes.</summary>
    public int KernelOutputBytes { get; init; }

    /// <summary>Connections that may be without a logon at a time; 1 or more. One more ends the oldest of them.</summary>
    public int PendingMax { get; init; } = 256;

    /// <summary>The same for the connections of one address; 1 or more. One more ends the oldest of that address.</summary>
    public int PendingPerAddressMax { get; init; } = 128;

    /// <summary>How long a new connection may take to log on, in milliseconds.</summary>
    public int LogonTimeoutMs { get; init; } = 10_000;
}

/// <summary>The names that a Logon gives, for a session that is not there yet.</summary>
/// <param name="BeginString">BeginString (8).</param>
/// <param name="CompId">TargetCompID (56): ours.</param>
/// <param name="PeerCompId">SenderCompID (49): the peer's.</param>
/// <param name="DefaultApplVerId">DefaultApplVerID (1137); empty when it has none.</param>
/// <param name="Remote">Where it comes from.</param>
public sealed record FixLogonName(string BeginString, string CompId, string PeerCompId, string DefaultApplVerId, EndPoint? Remote);

/// <summary>What an acceptor has done, for display.</summary>
public sealed class FixAcceptorCounters : ICounterSource
{
    public long Connections { get; internal set; }

    /// <summary>Connections ended because no configured session fitted the Logon, or it was logged on already.</summary>
    public long UnknownSessions { get; internal set; }

    /// <summary>Connections ended because no Logon came in time.</summary>
    public long LogonTimeouts { get; internal set; }

    /// <summary>Connections ended because too many came after them that had no logon either.</summary>
    public long PendingEvictions { get; internal set; }

    /// <summary>Connections ended as TLS failed: no certificate, one that is not trusted or has expired, or bytes that are no TLS.</summary>
    public long TlsFailures { get; internal set; }

    /// <summary>Connections ended as their certificate is not one of the session that the Logon names.</summary>
    public long CertificateRefusals { get; internal set; }

    /// <summary>Connections ended because a message was too large.</summary>
    public long OversizedFrames { get; internal set; }

    /// <summary>Runs of bytes skipped as they were no message.</summary>
    public long GarbledFrames { get; internal set; }

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.fix.acceptor.connections", "{connection}", "Connections accepted.", () => Connections),
        Counter.Total("peregrine.fix.acceptor.unknown_sessions", "{connection}", "Connections ended as no session fitted the Logon.",
            () => UnknownSessions),
        Counter.Total("peregrine.fix.acceptor.logon_timeouts", "{connection}", "Connections ended as no Logon came in time.", () => LogonTimeouts),
        Counter.Total("peregrine.fix.acceptor.pending_evictions", "{connection}", "Connections without a Logon that made room for others.",
            () => PendingEvictions),
        Counter.Total("peregrine.fix.acceptor.tls_failures", "{connection}", "Connections ended as TLS failed.", () => TlsFailures),
        Counter.Total("peregrine.fix.acceptor.certificate_refusals", "{connection}", "Connections ended as their certificate is another session's.",
            () => CertificateRefusals),
        Counter.Total("peregrine.fix.acceptor.oversized_frames", "{connection}", "Connections ended as a message was too large.",
            () => OversizedFrames),
        Counter.Total("peregrine.fix.acceptor.garbled_frames", "{run}", "Runs of bytes that were no message.", () => GarbledFrames),
    ];
}

/// <summary>
/// FIX sessions on a port of an event loop: finds the session that a Logon names, and feeds it its messages.
/// </summary>
/// <remarks>Thread: the loop's. Allocates: for a connection, not for messages.</remarks>
public sealed class FixAcceptor : IConnectionAcceptor, IDisposable
{
    // A longer name makes no session.
    private const int CompIdBytesMax = 64;

    private readonly FixAcceptorOptions _options;
    private readonly List<FixSession> _sessions = [];

    // Those that have more to send again: the others cost a pass nothing.
    private readonly List<FixSession> _resending = [];
    private readonly PendingConnections _pending;
    private readonly SummedLog _refusals;
    private readonly EventLoop _loop;
    private readonly Listener _listener;
    private readonly FixIndex _index = new();
    private readonly FixRequests _requests;

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">The port is in use or not allowed.</exception>
    public FixAcceptor(EventLoop loop, FixAcceptorOptions options)
    {
        _options = options;
        _pending = new PendingConnections(options.PendingMax, options.PendingPerAddressMax);
        _requests = new FixRequests(options.Log ?? NullLogger.Instance);
        _refusals = new SummedLog((options.Log ?? NullLogger.Instance).ConnectionsRefused);
        _loop = loop;
        _listener = loop.Listen(options.EndPoint, this, options.Listener);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>What it has done.</summary>
    public FixAcceptorCounters Counters { get; } = new();

    /// <summary>The sessions that may log on.</summary>
    public IReadOnlyList<FixSession> Sessions => _sessions;

    /// <summary>The options, for the connections.</summary>
    internal FixAcceptorOptions Options => _options;

    /// <summary>Lets a session log on.</summary>
    public void Add(FixSession session)
    {
        _sessions.Add(session);
        session.ResendReady = _resending.Add;
    }

    /// <summary>Lets a session log on no more.</summary>
    /// <returns>False, and nothing happens, when it is connected (log it out first) or not there.</returns>
    public bool Remove(FixSession session) => session.State == FixSessionState.Disconnected && _sessions.Remove(session);

    /// <summary>Time passes: heartbeats and time-outs of all sessions. Call it some times a second.</summary>
    public void OnTick(long unixNs)
    {
        _requests.OnTick(unixNs, _sessions);
        foreach (FixSession session in _sessions)
        {
            session.OnTick(unixNs);
        }

        while (_pending.Oldest is { } oldest && unixNs - oldest.ConnectedNs > _options.LogonTimeoutMs * 1_000_000L)
        {
            Counters.LogonTimeouts++;
            End(oldest, "no Logon in time");
        }

        _refusals.OnTick(unixNs);
    }

    /// <summary>Goes on with resends, a batch a session. Call it after every <see cref="EventLoop.Poll"/>;
    /// it costs nothing when there are none, however many sessions there are.</summary>
    public void Continue(long unixNs)
    {
        for (int index = _resending.Count - 1; index >= 0; index--)
        {
            FixSession session = _resending[index];
            session.Continue(unixNs);
            if (!session.IsResending)
            {
                _resending[index] = _resending[^1];
                _resending.RemoveAt(_resending.Count - 1);
            }
        }

        if (_resending.Count > 0)
        {
            // The next Poll must not wait while there is work.
            _loop.Wake();
        }
    }

    /// <summary>Logs the peer of a session out, as an operator wishes. It may log on again.</summary>
    /// <param name="session">One of <see cref="Sessions"/>.</param>
    /// <param name="text">Why, for the Logout and the log.</param>
    /// <returns>Completes with the next <see cref="OnTick"/>.</returns>
    /// <remarks>Thread: any. Allocates. Bound: 64 requests that wait; one more is told so.</remarks>
    public Task<FixRequestOutcome> RequestLogout(FixSession session, string text) => _requests.Ask(session, isReset: false, text);

    /// <summary>Sets both numbers of a session back to 1, as an operator wishes who agreed on it with the peer. One that is logged on is logged out
    /// first.</summary>
    /// <inheritdoc cref="RequestLogout"/>
    public Task<FixRequestOutcome> RequestReset(FixSession session, string text) => _requests.Ask(session, isReset: true, text);

    /// <summary>Stops taking connections and requests; sessions stay.</summary>
    public void Dispose()
    {
        _requests.Stop();
        _listener.Dispose();
    }

    /// <inheritdoc/>
    public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote)
    {
        Counters.Connections++;
        FixConnection connection = new(this, remote, Clock.UnixNs);
        if (_pending.Add(connection) is { } tooOld)
        {
            // The oldest goes, not the newest: whoever has a session logs on within moments, and must get that far.
            Counters.PendingEvictions++;
            End(tooOld, $"no Logon, and more than {_options.PendingMax} connections ({_options.PendingPerAddressMax} of one address) without one");
        }

        return connection;
    }

    /// <summary>Tells the log why somebody is not on.</summary>
    internal void LogRefusal(PeerAddress remote, string reason) =>
        _refusals.Add(Clock.UnixNs, $"FIX connection from {remote.ToEndPoint()} refused: {reason}");

    /// <summary>The connection is over, or has its session.</summary>
    internal void NoLongerPending(FixConnection connection) => _pending.Remove(connection);

    private void End(FixConnection connection, string reason)
    {
        LogRefusal(connection.Remote, reason);
        _pending.Remove(connection);
        connection.Disconnect();
    }

    /// <summary>The session that a first message belongs to, if it may log on now.</summary>
    /// <param name="refusal">Why there is none.</param>
    internal FixSession? FindSession(ReadOnlySpan<byte> frame, PeerAddress remote, out string refusal)
    {
        refusal = "its first message is not a Logon of a configured session that is not connected yet";

        // One with a malformed field is the session's to answer.
        if (_index.TryParse(frame) || _index.Fault != FixFault.None)
        {
            FixMessage message = new(frame, _index);
            if (message.MsgType.SequenceEqual("A"u8) && message.TryGet(Tag.BeginString, out ReadOnlySpan<byte> version)
                && message.TryGet(Tag.SenderCompId, out ReadOnlySpan<byte> sender) && message.TryGet(Tag.TargetCompId, out ReadOnlySpan<byte> target))
            {
                bool isKnown = false;
                foreach (FixSession session in _sessions)
                {
                    if (!Ascii.Equals(sender, session.Options.PeerCompId) || !Ascii.Equals(target, session.Options.CompId))
                    {
                        continue;
                    }

                    bool isOfVersion = Ascii.Equals(version, session.Options.BeginString);
                    isKnown |= isOfVersion;
                    if (isOfVersion && session.State == FixSessionState.Disconnected)
                    {
                        return session;
                    }

                    refusal = isOfVersion ? refusal : OtherVersion(session, version);
                }

                if (!isKnown && Make(message, version, target, sender, remote) is { } made)
                {
                    Add(made);
                    return made;
                }
            }
        }

        Counters.UnknownSessions++;
        return null;
    }

    private static string OtherVersion(FixSession session, ReadOnlySpan<byte> version) => $"Logon of {session.Options.PeerCompId} with BeginString "
        + $"{Encoding.Latin1.GetString(version[..Math.Min(version.Length, CompIdBytesMax)])}, expected {session.Options.BeginString}";

    private FixSession? Make(in FixMessage logon, ReadOnlySpan<byte> version, ReadOnlySpan<byte> target, ReadOnlySpan<byte> sender,
        PeerAddress remote)
    {
        if (_options.MakeSession is not { } make || sender.Length is 0 or > CompIdBytesMax || target.Length is 0 or > CompIdBytesMax)
        {
            return null;
        }

        _ = logon.TryGet(Tag.DefaultApplVerId, out ReadOnlySpan<byte> applVerId);
        return make(new FixLogonName(Encoding.Latin1.GetString(version), Encoding.Latin1.GetString(target), Encoding.Latin1.GetString(sender),
            Encoding.Latin1.GetString(applVerId), remote.ToEndPoint()));
    }
}
