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

    /// <summary>
    /// The disk has no room for the record: nothing was appended and nothing is lost. What was appended before is still written, and
    /// appends are taken again by themselves once there is room.
    /// </summary>
    NoSpace = 4,
}

/// <summary>The head of a record.</summary>
/// <param name="Sequence">The caller's number; never falls from one record to the next.</param>
/// <param name="TimeNs">Unix nanoseconds.</param>
/// <param name="Type">1 to 254; its meaning is the caller's.</param>
public readonly record struct JournalRecord(long Sequence, long TimeNs, byte Type);

/// <summary>Takes the records of a journal in order.</summary>
public interface IJournalVisitor
{
    /// <summary>One record; the payload is valid during the call only.</summary>
    void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload);

    /// <summary>
    /// Everything that can be read of the folder was given: once for each folder that is read, before damage is told, too,
    /// and not by a follower, which has no end. It may throw as <see cref="OnRecord"/> may, and that is told instead of damage; a writer that opens
    /// the journal has changed nothing in it before this returns.
    /// </summary>
    void OnEnd()
    {
    }

    /// <summary>
    /// After <see cref="OnEnd"/>, where everything that was read is whole, but for a torn tail that was not cut yet.
    /// It may throw what keeps the journal from being opened, as where other files disagree with it: nothing in it was changed then.
    /// </summary>
    void OnWhole()
    {
    }
}

/// <summary>What was found when a journal was opened.</summary>
public sealed class JournalRecovery
{
    /// <summary>Records given to the visitor.</summary>
    public long Records { get; internal set; }

    /// <summary>Records of whole batches left out, as they are at or before the place to start after.</summary>
    public long SkippedRecords { get; internal set; }

    /// <summary>Segments of which nothing but the header was read. Their records are not checked; a verify does.</summary>
    public int SkippedSegments { get; internal set; }

    /// <summary>Before the first record that the files hold: record 0 unless old segments were removed.</summary>
    public JournalPosition Start { get; internal set; }

    /// <summary>After the last record.</summary>
    public JournalPosition End { get; internal set; }

    /// <summary>Segment files.</summary>
    public int Segments { get; internal set; }

    /// <summary>Sequence of the last record, 0 in an empty journal.</summary>
    public long LastSequence => End.Sequence;

    /// <summary>Bytes of a torn tail that were cut: parts of a batch that never became whole.</summary>
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

    /// <summary>Appends, and questions for room, refused because the disk is full.</summary>
    public long NoSpaceCount { get; internal set; }

    /// <summary>How often the next segment could not be reserved for want of room, first tries and later ones.</summary>
    public long SpaceTries { get; internal set; }

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
public class JournalException(string message) : IOException(message);

/// <summary>A place that was asked for is not one of this journal: its hash chain has another link there.</summary>
/// <param name="message">Where, both links, what to do.</param>
public sealed class JournalPlaceException(string message) : JournalException(message);

/// <summary>Why a writer failed for good.</summary>
/// <param name="Message">What was tried on which file.</param>
/// <param name="Errno">The system's reason.</param>
public sealed record JournalFailure(string Message, Errno Errno);
