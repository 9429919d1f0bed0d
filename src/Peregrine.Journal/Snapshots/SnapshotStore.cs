using System.Globalization;
using Peregrine.Journal.Files;
using Peregrine.Linux;

namespace Peregrine.Journal.Snapshots;

/// <summary>A folder of snapshots of one journal, the newest few. Layout: docs/wire/snapshot-v1.md.</summary>
/// <remarks>
/// Thread: one writes; reading may go on beside it. A snapshot is in its place in the journal, whole and durable, or it is not there.
/// </remarks>
public sealed class SnapshotStore
{
    private const string Extension = ".snapshot";
    private const string WorkingExtension = ".tmp";
    private readonly int _keep;
    private readonly long _pinnedSequence;

    // Found good, or written, by this store: so that keeping the newest good ones reads each but once.
    private readonly HashSet<string> _good = [];

    private SnapshotStore(IJournalFiles files, string folder, int keep, long pinnedSequence)
    {
        _pinnedSequence = pinnedSequence;
        Files = files;
        Folder = folder;
        _keep = keep;
    }

    /// <summary>Where the snapshots are.</summary>
    public string Folder { get; }

    internal IJournalFiles Files { get; }

    /// <summary>Opens a store; the folder is made by the first snapshot.</summary>
    /// <param name="folder">A folder of its own, such as "snapshots" beside the journal.</param>
    /// <param name="keep">How many good snapshots stay, 1 or more; 2 can do without the newest.</param>
    /// <param name="pinnedSequence">
    /// The newest good one up to this command stays too, whatever its age: somebody still needs what comes behind it. The largest number for nobody.
    /// </param>
    public static SnapshotStore Open(string folder, int keep = 2, long pinnedSequence = long.MaxValue) =>
        Open(LinuxJournalFiles.Instance, folder, keep, pinnedSequence);

    internal static SnapshotStore Open(IJournalFiles files, string folder, int keep = 2, long pinnedSequence = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        return new SnapshotStore(files, folder, keep, pinnedSequence);
    }

    /// <summary>Starts a snapshot.</summary>
    /// <param name="position">The place in the journal that it stands for: a follower's <see cref="JournalFollower.Position"/>.</param>
    /// <param name="timeNs">Unix nanoseconds.</param>
    /// <param name="schema">The caller's version of the content.</param>
    /// <exception cref="JournalException">The folder or the file cannot be made.</exception>
    public SnapshotWriter Create(in JournalPosition position, long timeNs, uint schema)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{position.Sequence:D19}-{position.Records:D19}{Extension}");
        SnapshotInfo info = new(Path.Combine(Folder, name), position, timeNs, schema);
        try
        {
            if (Files.MakeFolder(Folder))
            {
                ThrowOn(Files.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(Folder)) ?? Folder));
            }

            foreach (string left in Files.List(Folder).Where(path => path.EndsWith(Extension + WorkingExtension, StringComparison.Ordinal)))
            {
                ThrowOn(Files.Delete(left));
            }

            return new SnapshotWriter(this, Files.Create(info.Path + WorkingExtension), info);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"snapshot folder {Folder} cannot be written: {exception.Message}");
        }
    }

    /// <summary>Opens the newest good snapshot from which the journal can go on. All of it is checked before any of it is given.</summary>
    /// <param name="journal">What the journal's files hold: <see cref="JournalReader.FindExtent(string)"/>.</param>
    /// <param name="faults">Gets the newer ones that were passed over, and why.</param>
    /// <param name="reader">The snapshot; null when there is none.</param>
    /// <returns>True when there is one. Then open the journal with its position as <see cref="JournalOptions.After"/>.</returns>
    public bool TryOpenNewest(in JournalExtent journal, ICollection<SnapshotFault> faults, out SnapshotReader? reader)
    {
        foreach (string path in FindNewestFirst())
        {
            reader = TryOpen(path, journal, faults);
            if (reader is not null)
            {
                return true;
            }
        }

        reader = null;
        return false;
    }

    /// <summary>Opens one good snapshot after the other, the newest first, for a caller that cannot use each.
    /// The caller disposes of every reader.</summary>
    /// <param name="journal">What the journal's files hold.</param>
    /// <param name="faults">Gets those that were passed over, and why.</param>
    public IEnumerable<SnapshotReader> OpenNewestFirst(JournalExtent journal, ICollection<SnapshotFault> faults)
    {
        foreach (string path in FindNewestFirst())
        {
            if (TryOpen(path, journal, faults) is { } reader)
            {
                yield return reader;
            }
        }
    }

    /// <summary>All good snapshots from which the journal can go on, the newest first. Reads each of them whole.</summary>
    /// <param name="journal">What the journal's files hold.</param>
    /// <param name="faults">Gets the others.</param>
    public IReadOnlyList<SnapshotInfo> FindGood(in JournalExtent journal, ICollection<SnapshotFault> faults)
    {
        List<SnapshotInfo> good = [];
        foreach (string path in FindNewestFirst())
        {
            using SnapshotReader? reader = TryOpen(path, journal, faults);
            if (reader is not null)
            {
                good.Add(reader.Info);
            }
        }

        return good;
    }

    // Called when a snapshot is durable under its name: those behind the newest good ones go, oldest first.
    internal void Completed(in SnapshotInfo written)
    {
        _ = _good.Add(written.Path);
        int good = 0;
        bool hasPinned = false;
        List<string> surplus = [];
        foreach (string path in FindNewestFirst())
        {
            bool isPinned = !hasPinned && SequenceOf(path) <= _pinnedSequence;
            if (good >= _keep && !isPinned)
            {
                surplus.Add(path);
            }
            else if (_good.Contains(path) || IsGood(path))
            {
                good++;
                hasPinned |= isPinned;
            }
            else if (good >= _keep)
            {
                surplus.Add(path);
            }
        }

        if (!hasPinned && _pinnedSequence < long.MaxValue && surplus.Count > 0)
        {
            // None is so old: then the oldest there is.
            surplus.RemoveAt(surplus.Count - 1);
        }

        for (int index = surplus.Count - 1; index >= 0; index--)
        {
            // One that stays for want of permission does no harm; it is tried again next time.
            _ = Files.Delete(surplus[index]);
            _ = _good.Remove(surplus[index]);
        }
    }

    private static long SequenceOf(string path) =>
        long.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
        ? sequence
        : long.MaxValue;

    private bool IsGood(string path)
    {
        using SnapshotReader? reader = TryOpen(path, null, []);
        return reader is not null;
    }

    private SnapshotReader? TryOpen(string path, JournalExtent? journal, ICollection<SnapshotFault> faults)
    {
        SnapshotFault? fault = null;
        SnapshotReader? reader = null;
        try
        {
            // One that went away meanwhile is no fault: a newer one came, and the writer keeps but a few.
            reader = Files.TryOpenRead(path) is { } file ? SnapshotReader.TryOpen(file, out fault) : null;
        }
        catch (IOException exception)
        {
            fault = new SnapshotFault(path, 0, exception.Message);
        }

        if (reader is not null)
        {
            _ = _good.Add(path);
            fault = journal is { } extent ? FindMismatch(reader.Info, extent) : null;
        }

        if (fault is null)
        {
            return reader;
        }

        reader?.Dispose();
        faults.Add(fault);
        return null;
    }

    private static SnapshotFault? FindMismatch(in SnapshotInfo info, in JournalExtent journal)
    {
        if (info.Position.Records > journal.End.Records)
        {
            return new SnapshotFault(info.Path, 0,
                $"it is ahead of the journal: it stands after record {info.Position.Records}, the journal ends with record {journal.End.Records}");
        }

        return info.Position.Records < journal.Start.Records
            ? new SnapshotFault(info.Path, 0,
                $"the journal does not go on from it: it stands after record {info.Position.Records}, " +
                $"the journal starts after record {journal.Start.Records}")
            : null;
    }

    private string[] FindNewestFirst()
    {
        string[] paths;
        try
        {
            paths = Files.List(Folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }

        // Sequence and count never fall, so the order of the names is that of the places.
        return [.. paths.Where(path => path.EndsWith(Extension, StringComparison.Ordinal)).OrderDescending(StringComparer.Ordinal)];
    }

    private static void ThrowOn(Errno errno)
    {
        if (errno != Errno.None)
        {
            throw new LinuxException("cannot prepare it", errno);
        }
    }
}
