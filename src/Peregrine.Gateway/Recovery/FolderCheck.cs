using System.Globalization;
using Peregrine.Fix.Net;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Sequencing.Recovery;

namespace Peregrine.Gateway.Recovery;

/// <summary>The files of a data folder disagree in a way that the journal cannot mend.</summary>
/// <param name="message">What each of them says, and what to do.</param>
public sealed class DataFolderException(string message) : IOException(message);

/// <summary>
/// Holds the files of a data folder against the journal, before anything in it is changed: what others prove to have been durable must be in it.
/// </summary>
internal static class FolderCheck
{
    private const string SnapshotPattern = "*.snapshot";

    /// <summary>Compares.</summary>
    /// <param name="dataFolder">The link's.</param>
    /// <param name="replay">At the journal's end.</param>
    /// <param name="clients">With their stores, and their reports counted.</param>
    /// <param name="mayBeBehind">The journal may lack its end: that is told, and not refused.</param>
    /// <returns>What the journal lacks, one line for each file that says so; empty as a rule.</returns>
    /// <exception cref="DataFolderException">They disagree: every file is named with what it says.</exception>
    public static IReadOnlyList<string> Compare(string dataFolder, JournalReplay replay, IEnumerable<ClientState> clients, bool mayBeBehind)
    {
        string journal = Path.Combine(dataFolder, "journal");
        List<string> strangers = [];
        List<string> behind = [];
        foreach (ClientState client in clients)
        {
            if (client.FirstStore is { IsNew: false } store)
            {
                Compare(store, client, replay, strangers, behind);
            }
        }

        foreach ((string path, long sequence) in SnapshotsAhead(dataFolder, replay.Core.LastSequence))
        {
            behind.Add($"{path} holds the commands up to {sequence}");
        }

        string end = string.Create(CultureInfo.InvariantCulture,
            $"{journal} ends with command {replay.Core.LastSequence}{(replay.Identity == Guid.Empty ? "" : $" of link {replay.Identity:N}")}");
        if (strangers.Count > 0)
        {
            throw new DataFolderException(
                $"the files of {dataFolder} are not of one link: {end}, but {string.Join("; ", strangers)}. Give each link its own files back, " +
                $"or restore them from a copy");
        }

        if (behind.Count > 0 && !mayBeBehind)
        {
            throw new DataFolderException(
                $"the journal lacks commands that were durable: {end}, but {string.Join("; ", behind)}. "
                + $"Restore the journal's files from a copy; or start once with "
                + "--accept-lost-commands: the link goes on from the journal's end, and every client is told when it logs on that what it was told "
                + "after that is void");
        }

        return behind;
    }

    /// <summary>Snapshots of commands that the journal does not have, by their names.</summary>
    public static IEnumerable<(string Path, long Sequence)> SnapshotsAhead(string dataFolder, long lastSequence)
    {
        string folder = Path.Combine(dataFolder, "snapshots");
        foreach (string path in Directory.Exists(folder) ? Directory.GetFiles(folder, SnapshotPattern) : [])
        {
            if (long.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
                && sequence > lastSequence)
            {
                yield return (path, sequence);
            }
        }
    }

    private static void Compare(FileSessionStore store, ClientState client, JournalReplay replay, List<string> strangers, List<string> behind)
    {
        bool isOfLink = store.Link != Guid.Empty;
        if (isOfLink && replay.Identity != Guid.Empty && store.Link != replay.Identity)
        {
            strangers.Add($"{store.Path} is of link {store.Link:N}");
        }
        else if (store.Mark > client.ReportCount)
        {
            behind.Add($"{store.Path} holds {store.Mark} reports, and the journal makes {client.ReportCount} for it");
        }
        else if (store.ProvenSequence > replay.Core.LastSequence)
        {
            behind.Add($"{store.Path} knows command {store.ProvenSequence}");
        }
        else if (isOfLink && replay.Identity == Guid.Empty)
        {
            behind.Add($"{store.Path} is of link {store.Link:N}, of which there is no journal");
        }
    }
}
