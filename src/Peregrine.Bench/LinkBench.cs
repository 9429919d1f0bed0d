using System.Net;
using Peregrine.Cli;
using Peregrine.Gateway;
using Peregrine.Ids;
using Peregrine.Ids.Sqlite;
using Peregrine.Journal;
using Peregrine.Linux;
using Peregrine.Primitives;
using Peregrine.Sequencing.Hops;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Bench;

/// <summary>How long and how much the link bench measures.</summary>
internal sealed record LinkBenchOptions
{
    public required IReadOnlyList<Durability> Levels { get; init; }

    public required IReadOnlyList<int> Rates { get; init; }

    public double Seconds { get; init; } = 5;

    public int Window { get; init; } = 256;

    public bool SyncInline { get; init; }

    /// <summary>The core of the link's thread; the client has another one.</summary>
    public int LinkCore { get; init; }

    public required string Folder { get; init; }

    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>One line of the result.</summary>
internal sealed record BenchRun(
    string Level, string Load, LatencyHistogram Latency, double OrdersPerSecond, double BytesPerOrder, int Collections, double GcPauseMs,
    long Refused, IReadOnlyList<double> HopP50Us, string Note);

/// <summary>The whole result.</summary>
internal sealed record LinkBenchResult(LatencyHistogram Echo, LatencyHistogram? Fdatasync, IReadOnlyList<BenchRun> Runs);

/// <summary>
/// NewOrderSingle in, ExecutionReport out, over loopback TCP: the link's thread spins on one core, the client on another, in one
/// process so that allocations and collections of both are seen. Every second order trades with the one before it.
/// </summary>
internal sealed class LinkBench(LinkBenchOptions options)
{
    private const string Symbol = "BENCH";
    private int ClientCore => Environment.ProcessorCount > 1 && options.LinkCore == 0 ? 1 : 0;

    public LinkBenchResult Run()
    {
        bool isFolderOurs = !Directory.Exists(options.Folder);
        MakeFolder();
        _ = CpuAffinity.TryPinCurrentThread(ClientCore);
        options.Progress("echo floor");
        LatencyHistogram echo = Floors.Echo(50_000, options.LinkCore);
        LatencyHistogram? fdatasync = null;
        if (options.Levels.Contains(Durability.Fsync))
        {
            // On the link's core: it matters where the disk's interrupts go.
            options.Progress("fdatasync floor");
            _ = CpuAffinity.TryPinCurrentThread(options.LinkCore);
            fdatasync = Floors.Fdatasync(options.Folder, 2_000);
            _ = CpuAffinity.TryPinCurrentThread(ClientCore);
        }

        List<BenchRun> runs = [];
        foreach (Durability level in options.Levels)
        {
            RunLevel(level, runs);
        }

        if (isFolderOurs)
        {
            Directory.Delete(options.Folder);
        }

        return new LinkBenchResult(echo, fdatasync, runs);
    }

    private void MakeFolder()
    {
        try
        {
            _ = Directory.CreateDirectory(options.Folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--folder {options.Folder}: cannot be made: {fault.Message.TrimEnd('.')}; " +
                $"choose a folder on the disk to be measured");
        }
    }

    private void RunLevel(Durability level, List<BenchRun> runs)
    {
        string folder = Path.Combine(options.Folder, $"link-{level}".ToLowerInvariant());
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        _ = Directory.CreateDirectory(folder);
        RunLevel(level, folder, runs);
        Directory.Delete(folder, recursive: true);
    }

    private void RunLevel(Durability level, string folder, List<BenchRun> runs)
    {
        using SqliteIdSegmentStore store = new(Path.Combine(folder, "ids.db"));
        using IdSegmentAllocator ids = new(store, "orders");
        using OrderLink link = OrderLink.Start(OptionsFor(level, folder, ids));
        Thread thread = new(link.Run) { IsBackground = true, Name = "link" };
        thread.Start();
        using (LoadClient client = new(link.FixEndPoint, "BENCHER", "PEREGRINE", Symbol, "100.00"))
        {
            bool slow = level == Durability.Fsync;
            options.Progress($"{level}: warm-up");
            client.RunOneOutstanding(slow ? 1_000 : 20_000);
            _ = client.RunFlatOut(options.Window, Math.Min(2, options.Seconds));
            client.ClearFigures();

            runs.Add(Measure(link, client, level, "one outstanding", () => { client.RunOneOutstanding(slow ? 4_000 : 100_000); return true; }));
            foreach (int rate in options.Rates)
            {
                runs.Add(Measure(link, client, level, $"{rate:N0}/s", () => client.RunOpenLoop(rate, options.Seconds)));
            }

            runs.Add(Measure(link, client, level, $"flat out, window {options.Window}",
                () => client.RunFlatOut(options.Window, options.Seconds) > 0));
        }

        link.RequestStop();
        thread.Join();
    }

    private BenchRun Measure(OrderLink link, LoadClient client, Durability level, string load, Func<bool> run)
    {
        options.Progress($"{level}: {load}");
        link.Hops.Clear();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        int collections = GC.CollectionCount(0);
        TimeSpan pause = GC.GetTotalPauseDuration();
        long startNs = Clock.MonotonicNs;
        bool kept = run();
        double seconds = (Clock.MonotonicNs - startNs) / 1e9;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        LatencyHistogram latency = new();
        client.Latency.AddTo(latency);
        BenchRun result = new(
            level.ToString().ToLowerInvariant(), load, latency, client.Answered / seconds, allocated / (double)Math.Max(client.Sent, 1),
            GC.CollectionCount(0) - collections,
            (GC.GetTotalPauseDuration() - pause).TotalMilliseconds, client.Refused,
            [.. Enumerable.Range(0, HopStatistics.HopNames.Count).Select(hop => link.Hops.Hop(hop).Quantile(0.5) / 1e3)],
            kept ? "" : "overloaded");
        if (kept)
        {
            client.ClearFigures();
        }

        return result;
    }

    private LinkOptions OptionsFor(Durability level, string folder, IdSegmentAllocator ids) => new()
    {
        DataFolder = folder,
        Durability = level,
        SegmentBytes = 256L << 20,
        SyncInline = options.SyncInline,
        FixEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
        Sessions = [new ClientSession("BENCHER", [0, 1])],
        Rules = new TradingRules(
            [new Instrument(0, Symbol, 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(10_000) }],
            [new Account(0, "BENCH-A", new AccountLimits(10_000, 10_000_000, 1_000)),
            new Account(1, "BENCH-B", new AccountLimits(10_000, 10_000_000, 1_000))]),
        Ids = ids,
        Wait = WaitMode.Spin,
        PinnedCore = options.LinkCore,
    };
}
