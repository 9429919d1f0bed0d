namespace Peregrine.Journal;

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
