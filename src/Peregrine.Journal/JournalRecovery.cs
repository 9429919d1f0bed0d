namespace Peregrine.Journal;

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
