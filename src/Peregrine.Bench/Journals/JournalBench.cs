using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Linux;

namespace Peregrine.Bench.Journals;

/// <summary>What the bench of the journal measures.</summary>
internal sealed record JournalBenchOptions
{
    /// <summary>Where files are made; on the disk to be measured.</summary>
    public required string Folder { get; init; }

    public required IReadOnlyList<Durability> Levels { get; init; }

    /// <summary>Flat out: how many records a round.</summary>
    public required long Records { get; init; }

    /// <summary>Payload of a record in bytes.</summary>
    public required int PayloadBytes { get; init; }

    /// <summary>Flat out: how many records a commit.</summary>
    public required int BatchRecords { get; init; }

    /// <summary>Closed loop: how many records are on their way.</summary>
    public required int Outstanding { get; init; }

    /// <summary>Open loop: records/s.</summary>
    public required int Rate { get; init; }

    /// <summary>Length of a closed or open loop in each round.</summary>
    public required double Seconds { get; init; }

    public required int Rounds { get; init; }

    public required bool SyncInline { get; init; }

    /// <summary>The core of the measuring thread.</summary>
    public required int Core { get; init; }

    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>One load at one level: the journal's rounds and those of the bare file, which took turns.</summary>
/// <param name="Level">Durability.</param>
/// <param name="Load">In words.</param>
/// <param name="IsFlatOut">Compared by records/s, not by latency.</param>
/// <param name="Journal">One each round.</param>
/// <param name="Bare">The same load on the bare file; empty at level none, which writes now and then only.</param>
internal sealed record JournalBenchResult(Durability Level, string Load, bool IsFlatOut, IReadOnlyList<LoadFigures> Journal,
    IReadOnlyList<LoadFigures> Bare);

/// <summary>The journal's writer under three loads, with a bare file under the same loads in turns:
/// what the machine does meanwhile happens to both.</summary>
internal sealed class JournalBench(JournalBenchOptions options)
{
    private const long FlatOutSegmentBytes = 64L << 20;
    private const long PacedSegmentBytes = 16L << 20;

    /// <summary>A folder of the bench's own in the one that was named, so that nothing else is ever removed.</summary>
    internal static string ScratchFolder(string folder) => Path.Combine(folder, "peregrine-journal-bench");

    public IReadOnlyList<JournalBenchResult> Run()
    {
        string scratch = ScratchFolder(options.Folder);
        bool isFolderOurs = !Directory.Exists(options.Folder);
        try
        {
            if (Directory.Exists(scratch))
            {
                // Of a bench that was interrupted.
                Directory.Delete(scratch, recursive: true);
            }

            _ = Directory.CreateDirectory(scratch);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--dir {options.Folder}: cannot be used: {fault.Message.TrimEnd('.')}; " +
                $"choose a folder on the disk to be measured");
        }

        try
        {
            _ = CpuAffinity.TryPinCurrentThread(options.Core);
            BatchFootprint footprint = FindFootprint();
            return [.. options.Levels.SelectMany(level => RunLevel(level, footprint))];
        }
        finally
        {
            Directory.Delete(isFolderOurs ? options.Folder : scratch, recursive: true);
        }
    }

    // Asked of the journal itself, by a batch of one record and one of two: the bare file then writes as many bytes, whatever the format.
    private BatchFootprint FindFootprint()
    {
        long[] bytes = new long[2];
        using JournalLog log = new(options, Durability.Os, PacedSegmentBytes);
        for (int records = 1; records <= bytes.Length; records++)
        {
            long before = log.Bytes;
            for (int record = 0; record < records; record++)
            {
                _ = log.TryAppend();
            }

            log.Commit();
            bytes[records - 1] = log.Bytes - before;
        }

        int recordBytes = (int)(bytes[1] - bytes[0]);
        return new BatchFootprint(recordBytes, (int)bytes[0] - recordBytes);
    }

    private IEnumerable<JournalBenchResult> RunLevel(Durability level, BatchFootprint footprint)
    {
        // As much room as all of a run takes, so that the bare file, too, writes to pages that were never there.
        long records = options.Records + JournalLoads.WarmUpRecords(options.Records);
        long batches = (records / options.BatchRecords) + 2;
        long flatOutBytes = ((records * footprint.RecordBytes) + (batches * footprint.BatchBytes) + PacedSegmentBytes) / 4096 * 4096;
        yield return Take(level, footprint, $"flat out, {options.BatchRecords:N0} a commit", FlatOutSegmentBytes, flatOutBytes,
            log => JournalLoads.FlatOut(log, options.Records, options.BatchRecords), isFlatOut: true);
        yield return Take(level, footprint, $"{options.Outstanding:N0} outstanding", PacedSegmentBytes, PacedSegmentBytes,
            log => JournalLoads.Closed(log, options.Seconds, options.Outstanding), isFlatOut: false);
        yield return Take(level, footprint, $"open loop, {options.Rate:N0}/s", PacedSegmentBytes, PacedSegmentBytes,
            log => JournalLoads.OpenLoop(log, options.Seconds, options.Rate), isFlatOut: false);
    }

    private JournalBenchResult Take(Durability level, BatchFootprint footprint, string load, long segmentBytes, long bareBytes,
        Func<BenchLog, LoadFigures> run, bool isFlatOut)
    {
        List<LoadFigures> journal = [];
        List<LoadFigures> bare = [];
        for (int round = 0; round < options.Rounds; round++)
        {
            options.Progress($"{level}: {load}, round {round + 1} of {options.Rounds}");
            bool isBareFirst = round % 2 == 1;
            for (int turn = 0; turn < 2; turn++)
            {
                bool isBare = turn == 0 == isBareFirst;
                if (isBare && level == Durability.None)
                {
                    continue;
                }

                using BenchLog log = isBare ? new BareLog(options, level, footprint, bareBytes) : new JournalLog(options, level, segmentBytes);
                (isBare ? bare : journal).Add(run(log));
            }
        }

        return new JournalBenchResult(level, load, isFlatOut, journal, bare);
    }
}
