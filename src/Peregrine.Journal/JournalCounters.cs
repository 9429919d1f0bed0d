namespace Peregrine.Journal;

/// <summary>What a writer has done. Read it from any thread for display.</summary>
public sealed class JournalCounters : ICounterSource
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

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.journal.records", "{record}", "Records appended.", () => Records),
        Counter.Total("peregrine.journal.batches", "{batch}", "Batches committed.", () => Batches),
        Counter.Total("peregrine.journal.bytes", "By", "Bytes of records.", () => Bytes),
        Counter.Total("peregrine.journal.syncs", "{sync}", "Times that the disk was waited for.", () => Syncs),
        Counter.Total("peregrine.journal.batch_full", "{append}", "Appends that found the batch full.", () => FullCount),
        Counter.Total("peregrine.journal.too_long", "{append}", "Appends of records that can never fit.", () => TooLongCount),
        Counter.Total("peregrine.journal.no_space", "{append}", "Appends, and questions for room, refused as the disk is full.", () => NoSpaceCount),
        Counter.Total("peregrine.journal.space_tries", "{try}", "Times that the next segment could not be reserved for want of room.",
            () => SpaceTries),
        Counter.Total("peregrine.journal.failed", "{append}", "Appends and commits refused as the journal had failed.", () => FailedCount),
        Counter.Total("peregrine.journal.segments", "{segment}", "Segments made.", () => SegmentsMade),
        Counter.Total("peregrine.journal.segment_waits", "{segment}", "Segments that the writer had to wait for.", () => SegmentWaits),
        .. Counter.Of("peregrine.journal.sync_time", "A sync of the disk with its write", SyncNs),
    ];
}
