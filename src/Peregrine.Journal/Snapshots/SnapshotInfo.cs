namespace Peregrine.Journal.Snapshots;

/// <summary>What the header of a snapshot says.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Position">The place in the journal: everything up to it is in the snapshot.</param>
/// <param name="TimeNs">Unix nanoseconds, the caller's.</param>
/// <param name="Schema">The caller's version of the content.</param>
public readonly record struct SnapshotInfo(string Path, JournalPosition Position, long TimeNs, uint Schema);

/// <summary>A snapshot that was passed over.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Offset">The first byte that is wrong; 0 when it is whole and does not fit the journal.</param>
/// <param name="Reason">What is wrong there.</param>
public sealed record SnapshotFault(string Path, long Offset, string Reason)
{
    /// <summary>One line for a log.</summary>
    public override string ToString() => $"{Path} at byte {Offset}: {Reason}";
}
