using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Transports;
using Peregrine.Distribution.Wire;
using Peregrine.Linux.Sockets;
using Peregrine.Net;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution;

/// <summary>What a server has done. Written by its thread; others may read for display.</summary>
public sealed class MarketDataCounters : ICounterSource
{
    /// <summary>Subscriptions there are now.</summary>
    public int Subscriptions { get; internal set; }

    /// <summary>Connections there are now.</summary>
    public int Subscribers { get; internal set; }

    /// <summary>Times that a subscriber's changes were left out because it was too far behind.</summary>
    public long Conflations { get; internal set; }

    /// <summary>Subscribers disconnected for being too slow.</summary>
    public long SlowDisconnects { get; internal set; }

    /// <summary>Requests refused.</summary>
    public long Refusals { get; internal set; }

    /// <summary>Connections that the server ended with a reason.</summary>
    public long Goodbyes { get; internal set; }

    /// <summary>Connections that had subscribed to nothing and went for another, as there were as many as there may be.</summary>
    public long IdleEvictions { get; internal set; }

    /// <summary>Times that the publisher had to wait because the server's thread was behind.</summary>
    public long PublishWaits { get; internal set; }

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Level("peregrine.marketdata.subscriptions", "{subscription}", "Subscriptions there are.", () => Subscriptions),
        Counter.Level("peregrine.marketdata.subscribers", "{connection}", "Connections there are.", () => Subscribers),
        Counter.Total("peregrine.marketdata.conflations", "{conflation}", "Times that changes were left out for a subscriber too far behind.",
            () => Conflations),
        Counter.Total("peregrine.marketdata.slow_disconnects", "{connection}", "Subscribers disconnected for being too slow.", () => SlowDisconnects),
        Counter.Total("peregrine.marketdata.refusals", "{request}", "Requests refused.", () => Refusals),
        Counter.Total("peregrine.marketdata.goodbyes", "{connection}", "Connections that the server ended with a reason.", () => Goodbyes),
        Counter.Total("peregrine.marketdata.idle_evictions", "{connection}", "Connections without a subscription that made room for others.",
            () => IdleEvictions),
        Counter.Total("peregrine.marketdata.publish_waits", "{wait}", "Times that the publisher waited for the server.", () => PublishWaits),
    ];
}

/// <summary>
/// Distributes books over TCP: one thread publishes updates, the server's thread keeps the books and sends frames to any number of
/// subscribers, each at its own pace. Wire format: docs/wire/marketdata-v1.md.
/// </summary>
/// <remarks>
/// Thread: <see cref="Run"/> on one of its own; Define, Publish and Signal by one publishing thread; RequestStop, counters and status from any.
/// Allocates: no for updates and frames after warm-up; for connections, requests and new instruments.
/// </remarks>
public sealed class MarketDataServer : IDisposable, IConnectionAcceptor
{
    private const int UpdatesPerPass = 1_024;
    private const int TickMs = 50;
    private const int DrainMs = 1_000;
    private const int SnapshotOutputBytesMax = 32 << 20;
    private readonly EventLoop _loop;
    private readonly Listener _listener;
    private readonly SpscRing<BookUpdate> _ring;
    private readonly BookPublisher _publisher;
    private readonly IBookTransport[] _transports;
    private readonly ChunkPool _chunks;
    private readonly Lock _instrumentsLock = new();
    private readonly List<InstrumentInfo> _instruments = [];
    private readonly Dictionary<string, int> _ids = [];
    private readonly HashSet<Subscriber> _subscribers = [];
    private readonly List<Subscriber> _dirty = [];
    private readonly List<Subscriber> _leaving = [];
    private int _isSleeping;
    private bool _isStopRequested;
    private long _nextTickNs;

    /// <summary>Listens; nothing is served before <see cref="Run"/>.</summary>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    /// <exception cref="IOException">The port is in use or not allowed.</exception>
    public MarketDataServer(MarketDataServerOptions options)
    {
        options.Validate();
        Options = options;
        _transports = [.. options.Transports];
        _publisher = new BookPublisher(_transports);
        _ring = new SpscRing<BookUpdate>(options.UpdatesMax);
        _chunks = new ChunkPool(options.ChunksMax);
        Snapshots = new SnapshotWriter(_publisher.Books);
        // More connections than are served, so that one too many can be told so.
        int connections = options.ConnectionsMax + 64 + _transports.Sum(transport => transport.ConnectionsMax);
        _loop = new EventLoop(new EventLoopOptions { ConnectionsMax = connections, SlowHandlerUs = 0,
            Log = (options.Log ?? NullLogger.Instance).LoopTold, OutputBytesMax = SnapshotOutputBytesMax });
        try
        {
            _listener = _loop.Listen(options.EndPoint, this);
            ServedBooks books = new(this, _publisher);
            foreach (IBookTransport transport in _transports)
            {
                transport.Open(_loop, books);
            }
        }
        catch
        {
            _loop.Dispose();
            throw;
        }
    }

    /// <summary>What it was made with.</summary>
    public MarketDataServerOptions Options { get; }

    /// <summary>Where subscribers connect.</summary>
    public IPEndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>What it has done for connections.</summary>
    public MarketDataCounters Counters { get; } = new();

    /// <summary>What it has done for books.</summary>
    public PublisherCounters Published => _publisher.Counters;

    /// <summary>What its event loop has done.</summary>
    public LoopCounters Loop => _loop.Counters;

    /// <summary>The figures of all its parts. From any thread.</summary>
    public IReadOnlyList<TaggedCounters> CounterSources => field ??=
    [
        new(Loop, "loop", "marketdata"), new(Counters), new(Published),
        .. _transports.SelectMany(transport => transport.CounterSources),
    ];

    /// <summary>How many instruments there are.</summary>
    public int InstrumentCount
    {
        get
        {
            lock (_instrumentsLock)
            {
                return _instruments.Count;
            }
        }
    }

    /// <summary>Updates that wait for the server's thread.</summary>
    public long WaitingUpdates => _ring.Count;

    /// <summary>True when everything published so far was handed to the kernel, or kept back for slow subscribers. Racy,
    /// for tests and benches.</summary>
    public bool IsIdle => _ring.IsEmpty && Volatile.Read(ref _isSleeping) != 0;

    /// <summary>Bytes taken for rings and for what connections have not sent yet. Racy, for display.</summary>
    public long BufferBytes => ((long)_chunks.MadeCount * Chunk.ChunkBytes) + _loop.LentBytes;

    internal SnapshotWriter Snapshots { get; }

    /// <summary>Where frames go that no connection has room for.</summary>
    internal byte[] Scratch { get; } = new byte[1024];

    /// <summary>Adds an instrument. Publishing thread.</summary>
    /// <returns>Its id for updates: 0, 1, 2, ...; that of the first when the symbol was there already.</returns>
    /// <exception cref="ArgumentException">The symbol is no symbol.</exception>
    public int Define(InstrumentInfo info)
    {
        if (info.Symbol.Length is 0 or > WireLimits.SymbolBytesMax || info.Symbol.Any(character => character is <= ' ' or > '~'))
        {
            throw new ArgumentException($"symbol '{info.Symbol}': expected 1 to {WireLimits.SymbolBytesMax} printable ASCII characters");
        }

        lock (_instrumentsLock)
        {
            if (!_ids.TryGetValue(info.Symbol, out int id))
            {
                id = _instruments.Count;
                _instruments.Add(info);
                _ids.Add(info.Symbol, id);
            }

            return id;
        }
    }

    /// <summary>Hands an update over; waits while the ring is full. Publishing thread; call <see cref="Signal"/> after the last of a batch.</summary>
    /// <param name="update">InstrumentId from <see cref="Define"/>; prices and quantities in the instrument's units;
    /// time in Unix nanoseconds.</param>
    public void Publish(in BookUpdate update)
    {
        if (_ring.TryWrite(update))
        {
            return;
        }

        Counters.PublishWaits++;
        SpinWait wait = default;
        while (!_ring.TryWrite(update) && !Volatile.Read(ref _isStopRequested))
        {
            Signal();
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Wakes the server's thread if it sleeps. Publishing thread; a few nanoseconds when it does not.</summary>
    public void Signal()
    {
        // Pairs with the fence in Sleep: either that thread sees the update in the ring, or this one sees that it sleeps.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isSleeping) != 0)
        {
            _loop.Wake();
        }
    }

    /// <summary>Serves until <see cref="RequestStop"/>, then tells every subscriber;
    /// who has not read that and closed within a second is cut off.</summary>
    public void Run()
    {
        while (!Volatile.Read(ref _isStopRequested))
        {
            _ = Pass();
        }

        foreach (Subscriber subscriber in _subscribers.ToArray())
        {
            subscriber.Leave(Reason.ShuttingDown, "the server is going down");
        }

        foreach (IBookTransport transport in _transports)
        {
            transport.BeginClose();
        }

        // One flush is not enough: behind a send that is under way, the last frame waits for its turn, and each peer closes when it has read that
        // far.
        _listener.Dispose();
        long endNs = Clock.MonotonicNs + (DrainMs * 1_000_000L);
        while ((_subscribers.Count > 0 || !_transports.All(transport => transport.IsClosed)) && Clock.MonotonicNs < endNs)
        {
            _ = _loop.Poll(TickMs);
            Tick();
        }
    }

    /// <summary>Makes <see cref="Run"/> end soon. From any thread.</summary>
    public void RequestStop()
    {
        Volatile.Write(ref _isStopRequested, true);
        _loop.Wake();
    }

    /// <summary>Closes everything. After <see cref="Run"/> has ended.</summary>
    public void Dispose() => _loop.Dispose();

    /// <inheritdoc/>
    IConnectionHandler? IConnectionAcceptor.OnAccepted(EventLoop loop, PeerAddress remote) => new Subscriber(this);

    /// <summary>One pass: updates into books and frames, frames to subscribers, then whatever connections want.</summary>
    /// <returns>Updates taken.</returns>
    internal int Pass()
    {
        int taken = Take();
        foreach (Channel channel in _publisher.Flush())
        {
            foreach (Subscription subscription in channel.Subscriptions)
            {
                subscription.Subscriber.Queue(subscription);
                MarkDirty(subscription.Subscriber);
            }
        }

        _publisher.EndFlush();
        PumpAll();
        foreach (IBookTransport transport in _transports)
        {
            transport.OnPass();
        }

        _ = taken > 0 || Options.Spins ? _loop.Poll(0) : Sleep();
        Tick();
        return taken;
    }

    internal bool TryAdmit(Subscriber subscriber)
    {
        // A connection that subscribed to nothing makes room: it must not keep out who would.
        bool isAdmitted = Counters.Subscribers < Options.ConnectionsMax || TryMakeRoom();
        _ = _subscribers.Add(subscriber);
        Counters.Subscribers = _subscribers.Count;
        return isAdmitted;
    }

    private bool TryMakeRoom()
    {
        Subscriber? oldest = null;
        foreach (Subscriber subscriber in _subscribers)
        {
            oldest = subscriber.IsIdle && (oldest is null || subscriber.OpenedNs < oldest.OpenedNs) ? subscriber : oldest;
        }

        if (oldest is null)
        {
            return false;
        }

        Counters.IdleEvictions++;
        oldest.LeaveAtOnce(Reason.TooManyConnections,
            $"the server takes {Options.ConnectionsMax} connections, and this one subscribed to nothing before another came");
        return true;
    }

    internal void Remove(Subscriber subscriber)
    {
        _ = _subscribers.Remove(subscriber);
        Counters.Subscribers = _subscribers.Count;
    }

    /// <summary>Ends a subscriber after the channels have been flushed, not in the middle of it.</summary>
    internal void LeaveLater(Subscriber subscriber) => _leaving.Add(subscriber);

    internal InstrumentInfo InfoOf(int id)
    {
        lock (_instrumentsLock)
        {
            return _instruments[id];
        }
    }

    internal bool TryFind(string symbol, out int id)
    {
        lock (_instrumentsLock)
        {
            if (!_ids.TryGetValue(symbol, out id))
            {
                return false;
            }
        }

        LearnInstruments();
        return true;
    }

    internal bool TryResolve(IReadOnlyList<string> symbols, out List<int> ids, out string unknown)
    {
        ids = [];
        unknown = "";
        lock (_instrumentsLock)
        {
            if (symbols is ["*"])
            {
                ids.AddRange(Enumerable.Range(0, _instruments.Count));
                return true;
            }

            foreach (string symbol in symbols)
            {
                if (!_ids.TryGetValue(symbol, out int id))
                {
                    unknown = symbol.Length <= WireLimits.SymbolBytesMax ? symbol : symbol[..WireLimits.SymbolBytesMax];
                    return false;
                }

                ids.Add(id);
            }
        }

        return true;
    }

    internal bool TryOpenChannels(List<int> instrumentIds, Depth depth, out List<Channel> channels)
    {
        channels = [];
        LearnInstruments();
        foreach (int id in instrumentIds)
        {
            InstrumentBook instrument = _publisher.Instruments[id];
            if (instrument.Channels[(int)depth] is null)
            {
                if (_chunks.TryTake() is not { } chunk)
                {
                    channels.ForEach(CloseIfUnused);
                    return false;
                }

                instrument.Channels[(int)depth] = new Channel(instrument, depth, _publisher.Books, new FrameRing(_chunks, chunk, Options.RingChunks),
                    _publisher.Counters);
            }

            channels.Add(instrument.Channels[(int)depth]!);
        }

        return true;
    }

    internal void CloseIfUnused(Channel channel)
    {
        if (channel.Subscriptions.Count == 0)
        {
            channel.Ring.Release();
            channel.Instrument.Channels[(int)channel.Depth] = null;
        }
    }

    private int Take()
    {
        int taken = 0;
        for (; taken < UpdatesPerPass && _ring.TryRead(out BookUpdate update); taken++)
        {
            if (update.InstrumentId >= _publisher.Instruments.Count)
            {
                LearnInstruments();
            }

            _publisher.Process(update);
        }

        return taken;
    }

    private void LearnInstruments()
    {
        lock (_instrumentsLock)
        {
            for (int id = _publisher.Instruments.Count; id < _instruments.Count; id++)
            {
                _publisher.Add(_instruments[id]);
            }
        }
    }

    private void MarkDirty(Subscriber subscriber)
    {
        if (!subscriber.IsDirty)
        {
            subscriber.IsDirty = true;
            _dirty.Add(subscriber);
        }
    }

    private void PumpAll()
    {
        foreach (Subscriber subscriber in _dirty)
        {
            subscriber.IsDirty = false;
            subscriber.Pump();
        }

        _dirty.Clear();
        foreach (Subscriber subscriber in _leaving)
        {
            subscriber.LeaveAsTooSlow();
        }

        _leaving.Clear();
    }

    private int Sleep()
    {
        // A full fence between telling that it sleeps and looking at the ring: see Signal.
        Volatile.Write(ref _isSleeping, 1);
        Interlocked.MemoryBarrier();
        int ready = _loop.Poll(_ring.IsEmpty ? TickMs : 0);
        Volatile.Write(ref _isSleeping, 0);
        return ready;
    }

    private void Tick()
    {
        long nowNs = Clock.MonotonicNs;
        if (nowNs < _nextTickNs)
        {
            return;
        }

        _nextTickNs = nowNs + (TickMs * 1_000_000L);
        foreach (Subscriber subscriber in _subscribers)
        {
            subscriber.OnTick(nowNs);
        }

        foreach (IBookTransport transport in _transports)
        {
            transport.OnTick(nowNs);
        }
    }
}
