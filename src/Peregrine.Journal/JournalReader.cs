namespace Peregrine.Journal;

/// <summary>Reads a journal without changing it.</summary>
public static class JournalReader
{
    /// <summary>
    /// Gives every whole record to the visitor, in order. Takes no lock, so it may run beside the writer: it then sees what was
    /// written when it came by, and bytes on their way to the file show as a torn tail.
    /// </summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="visitor">Gets the records before this returns.</param>
    /// <exception cref="JournalException">Damage before the tail, a missing segment, another version, or not readable.</exception>
    /// <remarks>Thread: any. Blocks: on the disk. Allocates: one buffer of the size of a segment.</remarks>
    public static JournalRecovery Scan(string folder, IJournalVisitor visitor) => JournalScan.Run(folder, visitor).Recovery;
}
