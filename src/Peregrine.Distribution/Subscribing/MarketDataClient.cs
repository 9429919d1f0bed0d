using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Distribution.Wire;
using Peregrine.Linux;
using Peregrine.Net;

namespace Peregrine.Distribution.Subscribing;

/// <summary>
/// A subscriber with a thread of its own, which connects again when the connection ends or goes silent; after each connect the visitor
/// gets a welcome and snapshots anew.
/// </summary>
/// <remarks>Thread: the visitor is called on the client's own; the rest from any.</remarks>
public sealed class MarketDataClient : IDisposable
{
    private const int FirstRetryMs = 100;
    private const int LastRetryMs = 5_000;

    // A server that says nothing for so many of its heartbeats is taken for dead.
    private const int HeartbeatsMissed = 3;
    private const long SilenceBeforeWelcomeNs = 10_000_000_000;
    private readonly IPEndPoint _server;
    private readonly IReadOnlyList<Request> _requests;
    private readonly Watched _visitor;
    private readonly ILogger _log;
    private readonly Action _onLost;
    private readonly EventLoop _loop = new(new EventLoopOptions { ConnectionsMax = 4 });
    private readonly ConcurrentQueue<Request> _posted = new();
    private readonly Thread _thread;
    private MarketDataConnection? _connection;
    private string? _ended;
    private bool _isStopRequested;

    /// <summary>Makes a client; it connects when it is started.</summary>
    /// <param name="visitor">Told of every frame.</param>
    /// <param name="requests">Sent after each connect.</param>
    /// <param name="log">Told of each connection that comes or goes, on the client's thread; null for nobody.</param>
    /// <param name="onLost">Called on the client's thread when a connection was lost; null for nothing.</param>
    public MarketDataClient(IPEndPoint server, FrameVisitor visitor, IReadOnlyList<Request> requests, ILogger? log = null,
        Action? onLost = null)
    {
        _onLost = onLost ?? (() => { });
        _server = server;
        _requests = requests;
        _visitor = new Watched(visitor);
        _log = log ?? NullLogger.Instance;
        _thread = new Thread(Run) { IsBackground = true, Name = "market data in" };
    }

    /// <summary>True between a welcome and the end of its connection.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Connections lost so far.</summary>
    public long Disconnects { get; private set; }

    /// <summary>Begins to connect.</summary>
    public void Start() => _thread.Start();

    /// <summary>Sends a request on the connection there is; it is lost when there is none. From any thread.</summary>
    public void Post(Request request)
    {
        _posted.Enqueue(request);
        _loop.Wake();
    }

    /// <summary>Ends the connection and the thread.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isStopRequested, true);
        _loop.Wake();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _loop.Dispose();
    }

    private void Run()
    {
        int retryMs = FirstRetryMs;
        while (!Volatile.Read(ref _isStopRequested))
        {
            _ended = null;
            _visitor.HeartbeatMs = 0;
            long beganNs = Clock.MonotonicNs;
            _connection = new MarketDataConnection(_visitor, _requests, reason => _ended = reason.ToString());
            Errno errno = _loop.TryConnect(_server, _connection, out _);
            if (errno == Errno.None || errno == Errno.EINPROGRESS)
            {
                Serve(beganNs);
            }

            bool wasConnected = IsConnected;
            IsConnected = false;
            if (wasConnected && !Volatile.Read(ref _isStopRequested))
            {
                Disconnects++;
                _onLost();
                retryMs = FirstRetryMs;
                _log.ConnectionLost(_server, _visitor.Goodbye ?? _connection.Fault ?? _ended ?? errno.ToString());
            }

            WaitMs(retryMs);
            retryMs = Math.Min(retryMs * 2, LastRetryMs);
        }
    }

    private void Serve(long beganNs)
    {
        while (_ended is null && !Volatile.Read(ref _isStopRequested))
        {
            _ = _loop.Poll(100);
            while (_posted.TryDequeue(out Request? request))
            {
                _ = _connection!.TrySend(request);
            }

            if (!IsConnected && _visitor.HeartbeatMs > 0)
            {
                IsConnected = true;
                _log.Connected(_server);
            }

            long silenceNs = Clock.MonotonicNs - Math.Max(_connection!.LastReceivedNs, beganNs);
            long allowedNs = _visitor.HeartbeatMs > 0 ? _visitor.HeartbeatMs * HeartbeatsMissed * 1_000_000L : SilenceBeforeWelcomeNs;
            if (silenceNs > allowedNs)
            {
                _connection.Close();
                _loop.FlushAll();
                _ended ??= $"silent for {silenceNs / 1_000_000} ms";
            }
        }

        _connection!.Close();
        _loop.FlushAll();
    }

    private void WaitMs(int ms)
    {
        long untilNs = Clock.MonotonicNs + (ms * 1_000_000L);
        while (!Volatile.Read(ref _isStopRequested) && Clock.MonotonicNs < untilNs)
        {
            _ = _loop.Poll(Math.Min(ms, 100));
        }
    }

    // Hears the welcome and the goodbye on their way.
    private sealed class Watched(FrameVisitor inner) : FrameVisitor
    {
        public int HeartbeatMs { get; set; }

        public string? Goodbye { get; private set; }

        public override void OnWelcome(int version, string source, int heartbeatMs, long instrumentCount)
        {
            HeartbeatMs = Math.Max(heartbeatMs, 1);
            Goodbye = null;
            inner.OnWelcome(version, source, heartbeatMs, instrumentCount);
        }

        public override void OnGoodbye(Reason reason, string text)
        {
            Goodbye = text;
            inner.OnGoodbye(reason, text);
        }

        public override void OnInstrument(int instrumentId, InstrumentInfo info, Depth depth) => inner.OnInstrument(instrumentId, info, depth);

        public override void OnSnapshot(in FrameHeader header) => inner.OnSnapshot(header);

        public override void OnSnapshotEnd(in FrameHeader header) => inner.OnSnapshotEnd(header);

        public override void OnIncrement(in FrameHeader header) => inner.OnIncrement(header);

        public override void OnIncrementEnd(in FrameHeader header) => inner.OnIncrementEnd(header);

        public override void OnLevel(in FrameHeader header, in LevelEntry level) => inner.OnLevel(header, level);

        public override void OnOrder(in FrameHeader header, in OrderEntry order) => inner.OnOrder(header, order);

        public override void OnTrade(in FrameHeader header, in TradeEntry trade) => inner.OnTrade(header, trade);

        public override void OnHeartbeat(long timeNs) => inner.OnHeartbeat(timeNs);

        public override void OnConflated(int instrumentId, Depth depth, long lastSequence, long count) =>
            inner.OnConflated(instrumentId, depth, lastSequence, count);

        public override void OnRefused(Reason reason, string text) => inner.OnRefused(reason, text);
    }
}
