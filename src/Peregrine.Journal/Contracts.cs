using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>When a record counts as durable. 0 is no level.</summary>
public enum Durability : byte
{
    /// <summary>At once: kept in our memory and written now and then. A crash of the process loses the last of it.</summary>
    None = 1,

    /// <summary>When the kernel has it: survives the process, not a loss of power.</summary>
    Os = 2,

    /// <summary>When the disk has it (fdatasync).</summary>
    Fsync = 3,
}

/// <summary>What became of an append or a commit.</summary>
public enum JournalStatus : byte
{
    Ok = 0,

    /// <summary>The open batch has no room: commit, then append again; still Full means the disk is behind.</summary>
    Full = 1,

    /// <summary>The record can never fit into a batch.</summary>
    TooLong = 2,

    /// <summary>A write or sync failed, see <see cref="JournalWriter.Failure"/>. It stays so: what came after the last success may be lost.</summary>
    Failed = 3,
}

/// <summary>The head of a record.</summary>
/// <param name="Sequence">The caller's number; never falls from one record to the next.</param>
/// <param name="TimeNs">Unix nanoseconds.</param>
/// <param name="Type">1 to 255; its meaning is the caller's.</param>
public readonly record struct JournalRecord(long Sequence, long TimeNs, byte Type);

/// <summary>Takes the records of a journal in order.</summary>
public interface IJournalVisitor
{
    /// <summary>One record; the payload is valid during the call only.</summary>
    void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload);
}

/// <summary>How a journal is written.</summary>
public sealed record JournalOptions
{
    internal const long SegmentBytesMax = 1L << 30;
    internal const int SyncSpinUsMax = 1_000;

    /// <summary>Its folder; made when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>When a record counts as durable.</summary>
    public Durability Durability { get; init; } = Durability.Os;

    /// <summary>Size of a segment file in bytes: 64 KiB to 1 GiB, a multiple of 4,096.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>Most bytes that one batch can hold; at most half a segment.</summary>
    public int BatchBytesMax { get; init; } = 4 << 20;

    /// <summary>At <see cref="Durability.Fsync"/>: wait for the disk on the caller's thread, in Commit, instead of beside it.</summary>
    public bool SyncInline { get; init; }

    /// <summary>
    /// At <see cref="Durability.Fsync"/>: how long the writing thread looks for the next batch before it sleeps, in microseconds:
    /// 0 to 1,000. More saves the wake-up of a batch that follows at once; it costs that much of a core after each sync.
    /// </summary>
    public int SyncSpinUs { get; init; } = 20;

    /// <summary>At <see cref="Durability.Fsync"/>: called by the writing thread each time that more has become durable.</summary>
    public Action? DurableAdvanced { get; init; }

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        if (string.IsNullOrWhiteSpace(Folder))
        {
            errors.Add("Folder: empty, expected the path of a folder");
        }

        if (SegmentBytes is < 64 << 10 or > SegmentBytesMax || SegmentBytes % 4096 != 0)
        {
            errors.Add($"SegmentBytes: {SegmentBytes}, expected 65,536 to 1,073,741,824, a multiple of 4,096");
        }

        if (BatchBytesMax < 4096 || BatchBytesMax > SegmentBytes / 2)
        {
            errors.Add($"BatchBytesMax: {BatchBytesMax}, expected 4,096 to half of SegmentBytes ({SegmentBytes / 2})");
        }

        if (SyncSpinUs is < 0 or > SyncSpinUsMax)
        {
            errors.Add($"SyncSpinUs: {SyncSpinUs}, expected 0 to {SyncSpinUsMax}");
        }

        if (!Enum.IsDefined(Durability))
        {
            errors.Add($"Durability: {(byte)Durability}, expected None, Os or Fsync");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }
}

/// <summary>What was found when a journal was opened.</summary>
public sealed class JournalRecovery
{
    /// <summary>Whole records, all given to the visitor.</summary>
    public long Records { get; internal set; }

    /// <summary>Segment files.</summary>
    public int Segments { get; internal set; }

    /// <summary>Sequence of the last record, 0 in an empty journal.</summary>
    public long LastSequence { get; internal set; }

    /// <summary>Bytes of a torn tail that were cut: the start of a batch that never became whole.</summary>
    public long TornBytes { get; internal set; }

    /// <summary>File and byte offset of the torn tail, or null.</summary>
    public string? TornAt { get; internal set; }
}

/// <summary>What a writer has done. Read it from any thread for display.</summary>
public sealed class JournalCounters
{
    public long Records { get; internal set; }

    public long Batches { get; internal set; }

    public long Bytes { get; internal set; }

    public long Syncs { get; internal set; }

    /// <summary>Appends that found the batch full.</summary>
    public long FullCount { get; internal set; }

    /// <summary>Appends of records that can never fit.</summary>
    public long TooLongCount { get; internal set; }

    /// <summary>Appends and commits refused because the journal had failed.</summary>
    public long FailedCount { get; internal set; }

    public long SegmentsMade { get; internal set; }

    /// <summary>Segments that had to be made while the writer waited, as none was ready.</summary>
    public long SegmentWaits { get; internal set; }

    /// <summary>Time of each fdatasync with its write.</summary>
    public LatencyHistogram SyncNs { get; } = new();
}

/// <summary>A journal cannot be opened: damaged, of another version, locked, or not writable.</summary>
/// <param name="message">Which file, at which byte, what was expected, what to do.</param>
public sealed class JournalException(string message) : IOException(message);

/// <summary>Why a writer failed for good.</summary>
/// <param name="Message">What was tried on which file.</param>
/// <param name="Errno">The system's reason.</param>
public sealed record JournalFailure(string Message, Errno Errno);
