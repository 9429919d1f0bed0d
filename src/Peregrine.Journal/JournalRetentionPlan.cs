using Peregrine.Journal.Snapshots;

namespace Peregrine.Journal;

/// <summary>Why a retention lets no more segments go. 0 is no reason.</summary>
public enum RetentionStop : byte
{
    /// <summary>There are fewer good snapshots than <see cref="JournalRetentionOptions.SnapshotsMin"/>: nothing goes.</summary>
    TooFewSnapshots = 1,

    /// <summary>Only the last segment is left, which is being written.</summary>
    LastSegment = 2,

    /// <summary>The oldest good snapshot needs the next segment.</summary>
    Snapshot = 3,

    /// <summary>The next segment goes beyond <see cref="JournalRetentionOptions.UpToSequence"/>.</summary>
    UpTo = 4,

    /// <summary><see cref="JournalRetentionOptions.RetainBytes"/> keeps the next segment.</summary>
    Bytes = 5,

    /// <summary><see cref="JournalRetentionOptions.RetainAgeNs"/> keeps the next segment.</summary>
    Age = 6,
}

/// <summary>A segment that may go.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Start">Before its first record.</param>
/// <param name="End">After its last one.</param>
public readonly record struct RetentionSegment(string Path, long Bytes, JournalPosition Start, JournalPosition End);

/// <summary>What a retention will do.</summary>
/// <param name="Folder">The journal's folder.</param>
/// <param name="ArchiveFolder">Where segments are moved; null to remove them.</param>
/// <param name="Start">Where the journal starts before anything goes.</param>
/// <param name="Going">The segments that go, the oldest first.</param>
/// <param name="StoppedBy">Why not more.</param>
/// <param name="GoodSnapshots">The snapshots that were found good, the newest first.</param>
public sealed record JournalRetentionPlan(
    string Folder, string? ArchiveFolder, JournalPosition Start, IReadOnlyList<RetentionSegment> Going, RetentionStop StoppedBy,
    IReadOnlyList<SnapshotInfo> GoodSnapshots);
