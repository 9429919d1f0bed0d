namespace Peregrine.Journal;

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
