using Peregrine.Journal;
using Peregrine.Sequencing.Hops;

namespace Peregrine.Tools.Inspect;

/// <summary>What was read of a journal.</summary>
/// <param name="Segments">Files, archived ones included.</param>
/// <param name="Records">Records given.</param>
/// <param name="Start">Before the first of them.</param>
/// <param name="End">After the last of them.</param>
/// <param name="TornBytes">Bytes of a batch at the end that is not whole: one on its way, or cut off by a crash.</param>
/// <param name="TornAt">File and byte of it, or null.</param>
internal sealed record JournalReading(int Segments, long Records, JournalPosition Start, JournalPosition End, long TornBytes, string? TornAt);

/// <summary>A journal to look at: a folder of segments, and those that were moved to an archive before.</summary>
/// <param name="folder">The journal's own folder.</param>
/// <param name="archive">Where a truncation moved older segments, or null.</param>
/// <remarks>Thread: one. Takes no lock: a link may be writing meanwhile.</remarks>
internal sealed class JournalSource(string folder, string? archive)
{
    public string Folder { get; } = folder;

    /// <summary>All that is read.</summary>
    public IEnumerable<string> Folders => archive is null ? [Folder] : [Folder, archive];

    /// <summary>The hop files of its commands: those beside the journal, and in the archive those that went there with their segments.</summary>
    public HopFolder OpenHops() => new(archive is null ? [HopFolder.Beside(Folder)] : [archive, HopFolder.Beside(Folder)]);

    /// <summary>The place before the first record that <see cref="Read"/> will give.</summary>
    /// <exception cref="JournalException">A header or the last segment cannot be read.</exception>
    public JournalPosition FindStart()
    {
        JournalExtent extent = archive is null ? default : JournalReader.FindExtent(archive);
        return extent.Segments > 0 ? extent.Start : JournalReader.FindExtent(Folder).Start;
    }

    /// <summary>Gives every record to the visitor, archived ones first.</summary>
    /// <param name="visitor">Gets them in order.</param>
    /// <param name="verifyChain">Also compute the hash chain again.</param>
    /// <exception cref="JournalException">Damage; not readable; archive and journal do not join.</exception>
    public JournalReading Read(IJournalVisitor visitor, bool verifyChain)
    {
        JournalRecovery? archived = archive is null ? null : ReadFolder(archive, visitor, verifyChain);
        if (archived is { Segments: > 0, TornAt: { } torn })
        {
            throw new JournalException($"{torn} is damaged: an archived segment was finished, and has no batch on its way; restore it from a copy");
        }

        JournalExtent extent = archived is { Segments: > 0 } ? JournalReader.FindExtent(Folder) : default;
        if (extent.Segments > 0)
        {
            RequireJoin(archived!.End, extent.Start);
        }

        JournalRecovery found = ReadFolder(Folder, visitor, verifyChain);
        return new JournalReading(
            found.Segments + (archived?.Segments ?? 0),
            found.Records + (archived?.Records ?? 0),
            archived is { Segments: > 0 } ? archived.Start : found.Start,
            found.Segments > 0 || archived is null ? found.End : archived.End,
            found.TornBytes,
            found.TornAt);
    }

    private static JournalRecovery ReadFolder(string folder, IJournalVisitor visitor, bool verifyChain) => verifyChain
        ? JournalReader.Verify(folder, visitor)
        : JournalReader.Scan(folder, visitor);

    private void RequireJoin(in JournalPosition archiveEnd, in JournalPosition journalStart)
    {
        if (archiveEnd == journalStart)
        {
            return;
        }

        string why = archiveEnd.Records < journalStart.Records ? "segments between them are missing"
            : archiveEnd.Records > journalStart.Records ? "a segment is in both, as a truncation that was interrupted leaves it; truncate once more"
            : "they are not of one journal";
        throw new JournalException($"{archive} ends after record {archiveEnd.Records} with link {archiveEnd.Link}, {Folder} starts after record " +
            $"{journalStart.Records} with link {journalStart.Link}: {why}");
    }
}
