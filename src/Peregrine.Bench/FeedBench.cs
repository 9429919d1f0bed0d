using System.Net;
using Peregrine.Cli;
using Peregrine.Distribution;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Feeds;
using Peregrine.Linux;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Bench;

/// <summary>What the feed bench measures.</summary>
internal sealed record FeedBenchOptions
{
    /// <summary>A recorded feed.</summary>
    public required string Path { get; init; }

    public required Depth Depth { get; init; }

    public int Subscribers { get; init; } = 100;

    /// <summary>One more, which never reads.</summary>
    public bool WithStalled { get; init; }

    /// <summary>Messages/s; 0 as fast as it goes.</summary>
    public int Rate { get; init; }

    /// <summary>At most so many messages of the feed.</summary>
    public int MessagesMax { get; init; } = int.MaxValue;

    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>What came of it.</summary>
/// <param name="Latency">From the publishing of an update to the last subscriber's having its frame decoded, for each frame.</param>
/// <param name="EachLatency">The same for every subscriber.</param>
/// <param name="BytesAllocated">By the whole process, subscribers included.</param>
internal sealed record FeedBenchResult(
    FeedBenchOptions Options, long Messages, double Seconds, long FramesReceived, long BytesSent, LatencyHistogram Latency,
    LatencyHistogram EachLatency, long BytesAllocated,
    int Collections, long Conflations, long SlowDisconnects, long Gaps)
{
    /// <summary>Repeated runs as one: sums, and the latencies of all.</summary>
    public static FeedBenchResult Merge(IReadOnlyList<FeedBenchResult> runs)
    {
        LatencyHistogram last = new();
        LatencyHistogram each = new();
        foreach (FeedBenchResult run in runs)
        {
            run.Latency.AddTo(last);
            run.EachLatency.AddTo(each);
        }

        return new FeedBenchResult(
            runs[0].Options, runs.Sum(run => run.Messages), runs.Sum(run => run.Seconds), runs.Sum(run => run.FramesReceived),
            runs.Sum(run => run.BytesSent), last, each,
            runs.Sum(run => run.BytesAllocated), runs.Sum(run => run.Collections), runs.Sum(run => run.Conflations),
            runs.Sum(run => run.SlowDisconnects), runs.Sum(run => run.Gaps));
    }
}

/// <summary>
/// A recorded feed to many subscribers over loopback TCP, all in one process: a thread that publishes and serves, one that reads for all
/// subscribers. Every subscriber decodes every frame.
/// </summary>
internal sealed class FeedBench(FeedBenchOptions options)
{
    // Frames on their way at a time, at most; a power of two.
    private const int FramesMax = 1 << 20;
    private const int WarmUpPassesMax = 64;

    public FeedBenchResult Run()
    {
        BookUpdate[] updates = Read();
        using MarketDataServer server = new(new MarketDataServerOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Source = "bench", ConnectionsMax = options.Subscribers + 1, Spins = true,
                StallMs = 600_000, ConflationsMax = 10_000,
        });
        _ = server.Define(new InstrumentInfo("BENCH", 4, 100, 1));
        using ManualResetEventSlim ready = new();
        Readers readers = new(server.EndPoint, options, ready);
        Thread reading = new(readers.Run) { IsBackground = true, Name = "subscribers" };
        Thread serving = new(() => Serve(server)) { IsBackground = true, Name = "market data" };
        serving.Start();
        reading.Start();
        ready.Wait();
        using System.Net.Sockets.Socket? stalled = options.WithStalled ? Stall(server) : null;
        FeedBenchResult result = Play(server, readers, updates);
        readers.Stop();
        reading.Join();
        server.RequestStop();
        serving.Join();
        return result;
    }

    private static void Serve(MarketDataServer server)
    {
        _ = CpuAffinity.TryPinCurrentThread(Environment.ProcessorCount - 1);
        server.Run();
    }

    // Subscribes, and never reads.
    private System.Net.Sockets.Socket Stall(MarketDataServer server)
    {
        System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        socket.Connect(server.EndPoint);
        _ = socket.Send(RequestCodec.Encode(new Request(RequestKind.Subscribe, ["BENCH"], options.Depth)));
        while (server.Counters.Subscriptions < options.Subscribers + 1)
        {
            Thread.Sleep(1);
        }

        return socket;
    }

    private FeedBenchResult Play(MarketDataServer server, Readers readers, BookUpdate[] updates)
    {
        // Until code, books and above all the rings are warm: a chunk of a ring is made when it is first needed.
        options.Progress("warm-up");
        long ringBytes = (long)server.Options.RingChunks * WireLimits.FrameBytesMax * options.Subscribers;
        for (int pass = 0; pass < WarmUpPassesMax && (pass < 2 || server.Loop.SentBytes < ringBytes * 2); pass++)
        {
            PlayOnce(server, readers, updates, rate: 0);
        }

        readers.Clear();
        options.Progress($"{updates.Length:N0} messages to {options.Subscribers} subscribers");
        long framesBefore = readers.Frames;
        long sentBefore = server.Loop.SentBytes;
        int collections = GC.CollectionCount(0);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long startNs = Clock.MonotonicNs;
        PlayOnce(server, readers, updates, options.Rate);
        double seconds = (Clock.MonotonicNs - startNs) / 1e9;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new FeedBenchResult(
            options, updates.Length, seconds, readers.Frames - framesBefore, server.Loop.SentBytes - sentBefore, readers.Last,
            readers.Each, allocated,
            GC.CollectionCount(0) - collections, server.Counters.Conflations, server.Counters.SlowDisconnects, readers.Gaps);
    }

    private static void PlayOnce(MarketDataServer server, Readers readers, BookUpdate[] updates, int rate)
    {
        long before = server.Published.Updates;
        server.Publish(new BookUpdate { Kind = BookUpdateKind.Clear, TimeNs = Clock.MonotonicNs });
        long startNs = Clock.MonotonicNs;
        double intervalNs = rate == 0 ? 0 : 1e9 / rate;
        for (int index = 0; index < updates.Length; index++)
        {
            ref BookUpdate update = ref updates[index];
            long dueNs = startNs + (long)(index * intervalNs);
            while (rate > 0 && Clock.MonotonicNs < dueNs)
            {
                // Two cores, three threads: whoever waits gives way.
                _ = Thread.Yield();
            }

            update.TimeNs = rate > 0 ? dueNs : Clock.MonotonicNs;
            server.Publish(update);
            server.Signal();
        }

        while (server.Published.Updates < before + updates.Length + 1 || !readers.HaveAll(server.Published.Changes))
        {
            Thread.Sleep(1);
        }
    }

    private BookUpdate[] Read()
    {
        using FeedReader feed = FeedFile.Open(options.Path);
        List<BookUpdate> updates = [];
        FeedStatus status = FeedStatus.End;
        while (updates.Count < options.MessagesMax && (status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            update.InstrumentId = 0;
            updates.Add(update);
        }

        return status is FeedStatus.End or FeedStatus.Ok && updates.Count > 0 ? [.. updates] : throw new CommandException(feed.Explain(status));
    }

    /// <summary>All subscribers, on one loop.</summary>
    private sealed class Readers
    {
        private readonly EventLoop _loop;
        private readonly Subscriber[] _subscribers;
        private readonly ManualResetEventSlim _ready;
        private readonly FeedBenchOptions _options;
        private readonly int[] _arrivals = new int[FramesMax];
        private bool _isStopped;

        public Readers(IPEndPoint server, FeedBenchOptions options, ManualResetEventSlim ready)
        {
            _ready = ready;
            _options = options;
            _loop = new EventLoop(new EventLoopOptions { ConnectionsMax = options.Subscribers });
            _subscribers = [.. Enumerable.Range(0, options.Subscribers).Select(_ => new Subscriber(this))];
            foreach (Subscriber subscriber in _subscribers)
            {
                _ = _loop.TryConnect(server, new MarketDataConnection(subscriber, [new Request(RequestKind.Subscribe, ["BENCH"], options.Depth)]),
                    out _);
            }
        }

        public LatencyHistogram Last { get; } = new();

        public LatencyHistogram Each { get; } = new();

        public long Frames { get; private set; }

        public long Gaps { get; private set; }

        /// <summary>Every subscriber is at a sequence number; at depths that leave changes out, all at the same, and nothing more comes.</summary>
        public bool HaveAll(long sequence)
        {
            bool isExact = _options.Depth is Depth.Levels or Depth.Orders;
            long wanted = isExact ? sequence : Volatile.Read(ref _subscribers[0].Sequence);
            foreach (Subscriber subscriber in _subscribers)
            {
                if (Volatile.Read(ref subscriber.Sequence) != wanted)
                {
                    return false;
                }
            }

            return isExact || IsQuiet();
        }

        public void Clear()
        {
            Last.Clear();
            Each.Clear();
        }

        public void Stop() => Volatile.Write(ref _isStopped, true);

        public void Run()
        {
            _ = CpuAffinity.TryPinCurrentThread(0);
            while (!Volatile.Read(ref _isStopped))
            {
                _ = _loop.Poll(1);
                if (!_ready.IsSet && _subscribers.All(subscriber => subscriber.HasSnapshot))
                {
                    _ready.Set();
                }
            }

            _loop.Dispose();
        }

        // At depths that leave changes out, nothing else tells the end.
        private bool IsQuiet()
        {
            long frames = Frames;
            Thread.Sleep(50);
            return frames == Frames;
        }

        private void OnFrame(Subscriber subscriber, in FrameHeader header)
        {
            Frames++;
            Gaps += header.PreviousSequence == subscriber.Sequence ? 0 : 1;
            Volatile.Write(ref subscriber.Sequence, header.Sequence);
            long latencyNs = Clock.MonotonicNs - header.TimeNs;
            Each.Record(latencyNs);
            ref int arrivals = ref _arrivals[header.Sequence & (FramesMax - 1)];
            if (++arrivals == _options.Subscribers)
            {
                arrivals = 0;
                Last.Record(latencyNs);
            }
        }

        private sealed class Subscriber(Readers all) : FrameVisitor
        {
            public long Sequence;

            public bool HasSnapshot { get; private set; }

            public override void OnSnapshotEnd(in FrameHeader header)
            {
                Volatile.Write(ref Sequence, header.Sequence);
                HasSnapshot = true;
            }

            public override void OnIncrementEnd(in FrameHeader header) => all.OnFrame(this, header);
        }
    }
}
