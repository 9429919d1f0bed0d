using Peregrine.Primitives;

namespace Peregrine.Bench.Journals;

/// <summary>What a load measured.</summary>
internal sealed class LoadFigures
{
    /// <summary>Flat out: each commit. Otherwise: from when a record was due until it was durable.</summary>
    public LatencyHistogram Latency { get; } = new();

    public long Records { get; set; }

    public long Batches { get; set; }

    public long Bytes { get; set; }

    public double Seconds { get; set; }

    public double CpuSeconds { get; set; }

    public long AllocatedBytes { get; set; }

    public int Collections { get; set; }

    /// <summary>The open loop could not be kept up.</summary>
    public bool IsOverloaded { get; set; }
}

/// <summary>The three ways to write to a log; the same code for the journal and for the bare file.</summary>
internal static class JournalLoads
{
    // An open loop that takes so many times its length is given up.
    private const int OverloadFactor = 3;

    /// <summary>Records of a flat-out run before the measured ones: the first batches wait for the first file and for the compiler.</summary>
    public static long WarmUpRecords(long records) => Math.Min(records / 10, 100_000) + 1;

    /// <summary>Batches of so many records, one after the other.</summary>
    public static LoadFigures FlatOut(BenchLog log, long records, int batchRecords)
    {
        WriteBatches(log, WarmUpRecords(records), batchRecords, new LatencyHistogram());
        return Measure(log, figures => WriteBatches(log, records, batchRecords, figures.Latency));
    }

    /// <summary>A new record each time that one has become durable; so many are on their way.</summary>
    public static LoadFigures Closed(BenchLog log, double seconds, int outstanding)
    {
        RunClosed(log, seconds / 10, outstanding, new LatencyHistogram());
        return Measure(log, figures => RunClosed(log, seconds, outstanding, figures.Latency));
    }

    /// <summary>Records at a rate, whatever the log does; a late one counts from when it was due.</summary>
    public static LoadFigures OpenLoop(BenchLog log, double seconds, int rate)
    {
        _ = RunOpenLoop(log, seconds / 10, rate, new LatencyHistogram());
        return Measure(log, figures => figures.IsOverloaded = !RunOpenLoop(log, seconds, rate, figures.Latency));
    }

    private static LoadFigures Measure(BenchLog log, Action<LoadFigures> run)
    {
        LoadFigures figures = new();
        log.Drain();
        long records = log.Appended;
        long batches = log.Batches;
        long bytes = log.Bytes;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        int collections = GC.CollectionCount(0);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long startNs = Clock.MonotonicNs;
        run(figures);
        log.Drain();
        figures.Seconds = (Clock.MonotonicNs - startNs) / 1e9;
        figures.CpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        figures.AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        figures.Collections = GC.CollectionCount(0) - collections;
        figures.Records = log.Appended - records;
        figures.Batches = log.Batches - batches;
        figures.Bytes = log.Bytes - bytes;
        return figures;
    }

    private static void WriteBatches(BenchLog log, long records, int batchRecords, LatencyHistogram latency)
    {
        while (records > 0)
        {
            long end = log.Appended + Math.Min(records, batchRecords);
            records -= end - log.Appended;
            while (log.Appended < end)
            {
                if (!log.TryAppend())
                {
                    log.Commit();
                    Thread.SpinWait(16);
                }
            }

            long startNs = Clock.MonotonicNs;
            log.Commit();
            latency.Record(Clock.MonotonicNs - startNs);
        }
    }

    private static void RunClosed(BenchLog log, double seconds, int outstanding, LatencyHistogram latency)
    {
        long[] startsNs = new long[outstanding];
        long told = log.Durable;
        long nowNs = Clock.MonotonicNs;
        long endNs = nowNs + (long)(seconds * 1e9);
        while (nowNs < endNs || told < log.Appended)
        {
            for (; nowNs < endNs && log.Appended - told < outstanding; nowNs = Clock.MonotonicNs)
            {
                startsNs[(log.Appended + 1) % outstanding] = nowNs;
                if (!log.TryAppend())
                {
                    break;
                }
            }

            log.Commit();
            long durable = log.Durable;
            nowNs = Clock.MonotonicNs;
            for (; told < durable; told++)
            {
                latency.Record(nowNs - startsNs[(told + 1) % outstanding]);
            }
        }
    }

    private static bool RunOpenLoop(BenchLog log, double seconds, int rate, LatencyHistogram latency)
    {
        long first = log.Appended;
        long told = log.Durable;
        long records = Math.Max(1, (long)(seconds * rate));
        long startNs = Clock.MonotonicNs;
        long giveUpNs = startNs + (long)(OverloadFactor * seconds * 1e9) + 1_000_000_000;
        long nowNs = startNs;
        while (told < first + records && nowNs < giveUpNs)
        {
            while (log.Appended < first + records && DueNs(startNs, log.Appended - first, rate) <= nowNs && log.TryAppend())
            {
            }

            log.Commit();
            long durable = log.Durable;
            nowNs = Clock.MonotonicNs;
            for (; told < durable; told++)
            {
                latency.Record(nowNs - DueNs(startNs, told - first, rate));
            }
        }

        return told == first + records;
    }

    private static long DueNs(long startNs, long index, int rate) => startNs + (long)(index * (1e9 / rate));
}
