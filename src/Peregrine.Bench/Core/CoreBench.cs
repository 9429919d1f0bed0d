using System.Diagnostics;
using Peregrine.Cli;
using Peregrine.Primitives;

namespace Peregrine.Bench.Core;

/// <summary>A part of the link that takes the commands of a stream one after the other.</summary>
internal interface ICoreStage
{
    /// <summary>Lots traded so far.</summary>
    Int128 TradedLots { get; }

    /// <summary>Commands refused so far; a stream that fits its engine has none.</summary>
    long Refused { get; }

    /// <summary>Orders that rest now.</summary>
    int Resting { get; }

    /// <summary>Gets commands ready that are executed next; not measured.</summary>
    void Prepare(int first, int count);

    /// <summary>Executes one of those.</summary>
    void Execute(int index);
}

/// <summary>What is to be measured.</summary>
internal sealed record CoreBenchOptions
{
    public required OrderStream Stream { get; init; }

    /// <summary>book or core.</summary>
    public required string Stage { get; init; }

    /// <summary>Measured runs, each on a fresh stage; as many again for the latency.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Orders that can rest.</summary>
    public int OrdersMax { get; init; } = 1 << 18;
    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>What came out.</summary>
internal sealed record CoreBenchResult(
    CoreBenchOptions Options, int Commands, int Prefill, IReadOnlyList<double> PerSecond, LatencyHistogram Latency, LatencyHistogram ClockReads,
    Int128 TradedLots, int Resting, long Refused, long BytesAllocated, int Collections);

/// <summary>A stream of order commands through one stage: on one thread, warmed up, commands/s and latency in runs apart,
/// as the clock costs.</summary>
internal sealed class CoreBench(CoreBenchOptions options)
{
    /// <summary>Commands that are got ready at a time: what fits into the near caches beside the books, as a gateway's ring does.</summary>
    public const int BlockCommands = 256;

    /// <summary>How many commands ahead a stage asks for the memory of one, as the sequencer does.</summary>
    public const int PrefetchAhead = 4;

    /// <summary>As <see cref="PrefetchAhead"/>, for the order's own memory.</summary>
    public const int OrderAhead = 2;

    private const int WarmUps = 2;

    public CoreBenchResult Run()
    {
        OrderStream stream = options.Stream;
        for (int round = 0; round < WarmUps; round++)
        {
            options.Progress($"{options.Stage}: warm-up {round + 1} of {WarmUps}");
            ICoreStage warm = Make(stream);
            _ = Play(warm, 0, stream.Commands.Length);
            _ = Play(Prefilled(stream), stream.Prefill, stream.Measured, new LatencyHistogram());
        }

        List<double> perSecond = [];
        long bytes = 0;
        int collections = 0;
        ICoreStage? stage = null;
        for (int round = 0; round < options.Rounds; round++)
        {
            options.Progress($"{options.Stage}: throughput, round {round + 1} of {options.Rounds}");
            stage = Prefilled(stream);
            int collectionsBefore = GC.CollectionCount(0);
            long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            long ticks = Play(stage, stream.Prefill, stream.Measured);
            bytes = Math.Max(bytes, GC.GetAllocatedBytesForCurrentThread() - bytesBefore);
            collections = Math.Max(collections, GC.CollectionCount(0) - collectionsBefore);
            perSecond.Add(stream.Measured / ((double)ticks / Stopwatch.Frequency));
        }

        LatencyHistogram latency = new();
        LatencyHistogram clockReads = ClockCost.Measure();
        for (int round = 0; round < options.Rounds; round++)
        {
            options.Progress($"{options.Stage}: latency, round {round + 1} of {options.Rounds}");
            _ = Play(Prefilled(stream), stream.Prefill, stream.Measured, latency);
        }

        return new CoreBenchResult(options, stream.Measured, stream.Prefill, perSecond, latency, clockReads, stage!.TradedLots, stage.Resting,
            stage.Refused, bytes, collections);
    }

    private ICoreStage Make(OrderStream stream) => options.Stage switch
    {
        "book" => new BookStage(stream, options.OrdersMax),
        "core" => new TradingStage(stream, options.OrdersMax),
        _ => throw new CommandException($"--stage: '{options.Stage}', expected book or core", 2),
    };

    private ICoreStage Prefilled(OrderStream stream)
    {
        ICoreStage stage = Make(stream);
        _ = Play(stage, 0, stream.Prefill);

        // What the last stage left is collected now, not while this one is measured.
        GC.Collect();
        return stage;
    }

    private static long Play(ICoreStage stage, int first, int count)
    {
        long total = 0;
        for (int end = first + count; first < end; first += BlockCommands)
        {
            int block = Math.Min(BlockCommands, end - first);
            stage.Prepare(first, block);
            long start = Stopwatch.GetTimestamp();
            for (int index = first; index < first + block; index++)
            {
                stage.Execute(index);
            }

            total += Stopwatch.GetTimestamp() - start;
        }

        return total;
    }

    private static long Play(ICoreStage stage, int first, int count, LatencyHistogram latency)
    {
        long total = 0;
        for (int end = first + count; first < end; first += BlockCommands)
        {
            int block = Math.Min(BlockCommands, end - first);
            stage.Prepare(first, block);
            for (int index = first; index < first + block; index++)
            {
                long start = Clock.MonotonicNs;
                stage.Execute(index);
                long ns = Clock.MonotonicNs - start;
                latency.Record(ns);
                total += ns;
            }
        }

        return total;
    }
}
