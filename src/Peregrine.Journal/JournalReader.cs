using Peregrine.Journal.Files;

namespace Peregrine.Journal;

/// <summary>Reads a journal without changing it. Takes no lock, so everything here may run beside the writer.</summary>
public static class JournalReader
{
    /// <summary>
    /// Gives every record of a whole batch to the visitor, in order. Beside the writer it sees what was written when it came by, and
    /// bytes on their way to the file show as a torn tail.
    /// </summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="visitor">Gets the records before this returns.</param>
    /// <param name="after">Leave out the records up to here, without reading segments that hold no others; null for all that are there.</param>
    /// <exception cref="JournalException">Damage before the tail, a missing segment, another version, not readable;
    /// or <paramref name="after"/> is not of this journal.</exception>
    /// <remarks>Thread: any. Blocks: on the disk. Allocates: a window of 1 MiB, more where a batch is longer.</remarks>
    public static JournalRecovery Scan(string folder, IJournalVisitor visitor, JournalPosition? after = null) =>
        JournalScan.Run(LinuxJournalFiles.Instance, folder, visitor, after, verifyChain: false).Recovery;

    /// <summary>As <see cref="Scan"/>, and computes the hash chain again: also padding, and what was changed together with its checksums,
    /// is found.</summary>
    /// <param name="folder">The journal's folder, or one with archived segments.</param>
    /// <param name="visitor">Gets the records; those of a batch whose hash is wrong do not come.</param>
    /// <exception cref="JournalException">As <see cref="Scan"/>, or the chain breaks: file, byte and both hashes.</exception>
    /// <remarks>As <see cref="Scan"/>; SHA-256 of every byte.</remarks>
    public static JournalRecovery Verify(string folder, IJournalVisitor visitor) =>
        JournalScan.Run(LinuxJournalFiles.Instance, folder, visitor, after: null, verifyChain: true).Recovery;

    /// <summary>Where the journal starts and ends, from the headers and the last segment.</summary>
    /// <exception cref="JournalException">As <see cref="Scan"/>, as far as is read.</exception>
    /// <remarks>Thread: any. Blocks: on the disk.</remarks>
    public static JournalExtent FindExtent(string folder) => FindExtent(LinuxJournalFiles.Instance, folder);

    internal static JournalExtent FindExtent(IJournalFiles files, string folder)
    {
        string[] paths = JournalFolder.List(files, folder, out int first);
        List<SegmentHeader?> headers = JournalFolder.ReadHeaders(files, paths, first);
        if (headers.Count == 0 || headers[^1] is null && headers.Count == 1)
        {
            return default;
        }

        JournalPosition start = headers[0]!.Value.Before;
        JournalPosition last = (headers[^1] ?? headers[^2])!.Value.Before;
        JournalRecovery found = JournalScan.Run(files, folder, new Nobody(), last, verifyChain: false).Recovery;
        return new JournalExtent(start, found.End, first, found.Segments);
    }

    private sealed class Nobody : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
        }
    }
}
