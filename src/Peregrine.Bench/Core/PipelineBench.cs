using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Linux;
using Peregrine.Primitives;
using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Core;

/// <summary>What the bench of the whole pipeline measures.</summary>
internal sealed record PipelineBenchOptions
{
    public required OrderStream Stream { get; init; }

    /// <summary>Where journals are made, and removed again; on the disk to be measured.</summary>
    public required string Folder { get; init; }

    public required Durability Durability { get; init; }

    /// <summary>Commands on their way at once; 0 is as many as the rings take.</summary>
    public required int Outstanding { get; init; }

    /// <summary>Hash and write beside the sequencer's thread.</summary>
    public required bool WriteBeside { get; init; }

    /// <summary>Commands of the measured part; the rest of the stream is left out.</summary>
    public int CommandsMax { get; init; } = int.MaxValue;
    public int Rounds { get; init; } = 5;
    public int OrdersMax { get; init; } = 1 << 18;
    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>What came out: rates in acknowledged commands/s, one each round; latency from submission to release over all rounds.</summary>
/// <param name="BytesAllocated">By the whole process in the worst round, while it was measured.</param>
/// <param name="Batches">Journal batches of the last round.</param>
internal sealed record PipelineBenchResult(
    PipelineBenchOptions Options, int Commands, int Prefill, IReadOnlyList<double> PerSecond, LatencyHistogram Latency, LatencyHistogram ClockReads,
    Int128 TradedLots, int Resting,
    long Refused, long BytesAllocated, int Collections, long Batches);

/// <summary>
/// The pipeline without a network: a producer puts requests into a ring, as a gateway does, and the sequencer's thread takes them through
/// risk, journal and matching and releases their reports when they are durable. Two threads on two cores, and the journal's own.
/// </summary>
internal sealed class PipelineBench(PipelineBenchOptions options)
{
    private const int WarmUps = 2;

    /// <summary>A folder of the bench's own in the one that was named, so that nothing else is ever removed.</summary>
    private string Scratch => System.IO.Path.Combine(options.Folder, "peregrine-core-bench");

    public PipelineBenchResult Run()
    {
        // The producer's core is also that of the journal's threads, which inherit it: the sequencer has the other one to itself.
        _ = CpuAffinity.TryPinCurrentThread(0);
        OrderStream stream = options.Stream;
        int measured = Math.Min(stream.Measured, options.CommandsMax);
        List<double> perSecond = [];
        LatencyHistogram latency = new();
        LatencyHistogram clockReads = ClockCost.Measure();
        PipelineRound? last = null;
        long bytes = 0;
        int collections = 0;
        for (int round = -WarmUps; round < options.Rounds; round++)
        {
            options.Progress($"link, {options.Durability}, {options.Outstanding} outstanding: " +
                $"{(round < 0 ? "warm-up" : $"round {round + 1} of {options.Rounds}")}");
            last = RunRound(stream, measured);
            if (round >= 0)
            {
                perSecond.Add(measured * 1e9 / last.WallNs);
                last.Latency.AddTo(latency);
                bytes = Math.Max(bytes, last.BytesAllocated);
                collections = Math.Max(collections, last.Collections);
            }
        }

        TradingCore core = last!.Core;
        long refused = core.CountOf(ReportType.Rejected) + core.CountOf(ReportType.CancelRejected);
        return new PipelineBenchResult(
            options, measured, stream.Prefill, perSecond, latency, clockReads, core.Books.TradedLots, core.WorkingOrderCount, refused, bytes,
            collections, last.Batches);
    }

    private PipelineRound RunRound(OrderStream stream, int measured)
    {
        RemoveScratch();
        try
        {
            JournalOptions journal = new()
            {
                Folder = Scratch, Durability = options.Durability, WriteBeside = options.WriteBeside,
                    SyncInline = options.Durability == Durability.Fsync && !options.WriteBeside,
            };
            using JournalWriter writer = JournalWriter.Open(journal, new NoRecords(), out _);
            PipelineRound round = new(stream, measured, options, writer);
            round.Run();
            return round;
        }
        catch (JournalException fault)
        {
            throw new CommandException($"--dir {options.Folder}: {fault.Message}");
        }
        finally
        {
            RemoveScratch();
        }
    }

    private void RemoveScratch()
    {
        try
        {
            if (Directory.Exists(Scratch))
            {
                Directory.Delete(Scratch, recursive: true);
            }

            _ = Directory.CreateDirectory(options.Folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--dir {options.Folder}: cannot be used: {fault.Message.TrimEnd('.')}; " +
                $"choose a folder on the disk to be measured");
        }
    }

    private sealed class NoRecords : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload) =>
            throw new InvalidOperationException("a new journal has no records");
    }
}
