using Peregrine.Journal.Files;
using Peregrine.Journal.Snapshots;
using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>What stays of a journal behind its snapshots.</summary>
public sealed record JournalRetentionOptions
{
    /// <summary>At least the newest so many bytes of segments stay; default 0.</summary>
    public long RetainBytes { get; init; }

    /// <summary>At least the records of so many nanoseconds stay; default 0.</summary>
    public long RetainAgeNs { get; init; }

    /// <summary>Segments with a record of a higher sequence stay; 1 or more, default: no such bound.</summary>
    public long UpToSequence { get; init; } = long.MaxValue;

    /// <summary>Where old segments are moved; null to delete them. Any file system.</summary>
    public string? ArchiveFolder { get; init; }

    /// <summary>How many good snapshots there must be before anything goes: 1 or more, default 2.</summary>
    public int SnapshotsMin { get; init; } = 2;
}

/// <summary>What a retention did.</summary>
/// <param name="Segments">How many segments went.</param>
/// <param name="Bytes">Bytes of their files.</param>
/// <param name="Start">Where the journal starts now.</param>
/// <param name="GoodSnapshots">How many snapshots were found good.</param>
public readonly record struct JournalRetentionResult(int Segments, long Bytes, JournalPosition Start, int GoodSnapshots);

/// <summary>
/// Removes or archives old segments of a journal: whole ones, the oldest first, and only such that even the oldest good snapshot needs
/// none of their records.
/// </summary>
/// <remarks>
/// Thread: any, also beside the writer and followers: the last segment always stays. One at a time. Blocks: on the disk; reads every
/// snapshot and the last segment. A crash at any point leaves a journal that starts later, or where it started.
/// </remarks>
public static class JournalRetention
{
    /// <summary>Lets go what need not stay: <see cref="Plan"/> and <see cref="CarryOut"/>.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="snapshots">Its snapshots.</param>
    /// <param name="options">What stays.</param>
    /// <param name="nowNs">Unix nanoseconds.</param>
    /// <param name="faults">Gets the snapshots that do not count.</param>
    /// <exception cref="JournalException">A segment cannot be read, moved or removed; those after it are untouched.</exception>
    /// <exception cref="ArgumentException">Options out of range.</exception>
    public static JournalRetentionResult Apply(string folder, SnapshotStore snapshots, JournalRetentionOptions options, long nowNs,
        ICollection<SnapshotFault> faults)
    {
        JournalRetentionPlan plan = Plan(folder, snapshots, options, nowNs, faults);
        CarryOut(plan, snapshots);
        JournalPosition start = plan.Going.Count > 0 ? plan.Going[^1].End : plan.Start;
        return new JournalRetentionResult(plan.Going.Count, plan.Going.Sum(segment => segment.Bytes), start, plan.GoodSnapshots.Count);
    }

    /// <summary>Finds what need not stay, and changes nothing.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="snapshots">Its snapshots; each is read whole.</param>
    /// <param name="options">What stays.</param>
    /// <param name="nowNs">Unix nanoseconds.</param>
    /// <param name="faults">Gets the snapshots that do not count.</param>
    /// <exception cref="JournalException">A segment cannot be read.</exception>
    /// <exception cref="ArgumentException">Options out of range.</exception>
    public static JournalRetentionPlan Plan(string folder, SnapshotStore snapshots, JournalRetentionOptions options, long nowNs,
        ICollection<SnapshotFault> faults)
    {
        if (options.RetainBytes < 0 || options.RetainAgeNs < 0 || options.UpToSequence < 1 || options.SnapshotsMin < 1)
        {
            throw new ArgumentException($"RetainBytes: {options.RetainBytes}, RetainAgeNs: {options.RetainAgeNs}, UpToSequence: " +
                $"{options.UpToSequence}, SnapshotsMin: {options.SnapshotsMin}; expected 0 or more, 0 or more, 1 or more, 1 or more");
        }

        IJournalFiles files = snapshots.Files;
        JournalExtent extent = JournalReader.FindExtent(files, folder);
        IReadOnlyList<SnapshotInfo> good = snapshots.FindGood(extent, faults);
        List<RetentionSegment> going = [];
        JournalRetentionPlan plan = new(folder, options.ArchiveFolder, extent.Start, going, RetentionStop.LastSegment, good);
        if (good.Count < options.SnapshotsMin)
        {
            return plan with { StoppedBy = RetentionStop.TooFewSnapshots };
        }

        string[] paths = JournalFolder.List(files, folder, out int first);
        List<SegmentHeader?> headers = JournalFolder.ReadHeaders(files, paths, first);
        long[] bytes = [.. paths.Select(path => FileBytes(files, path))];
        long left = bytes.Sum();
        for (int index = 0; index + 1 < paths.Length && headers[index + 1] is { } next; index++)
        {
            left -= bytes[index];
            if (FindStop(options, next, good[^1].Position, left, nowNs) is { } stop)
            {
                return plan with { StoppedBy = stop };
            }

            going.Add(new RetentionSegment(paths[index], bytes[index], headers[index]!.Value.Before, next.Before));
        }

        return plan;
    }

    /// <summary>Does what a plan says. The oldest segment goes first, so a plan that ends half way leaves a journal that starts later.</summary>
    /// <param name="plan">Made just before, with no other retention in between.</param>
    /// <param name="snapshots">Those it was made with.</param>
    /// <exception cref="JournalException">A segment cannot be moved or removed; those after it are untouched.</exception>
    public static void CarryOut(JournalRetentionPlan plan, SnapshotStore snapshots)
    {
        foreach (RetentionSegment segment in plan.Going)
        {
            LetGo(snapshots.Files, segment.Path, plan.ArchiveFolder);
        }

        if (plan.Going.Count > 0)
        {
            ThrowOn(snapshots.Files.SyncFolder(plan.Folder), $"sync of folder {plan.Folder}");
        }
    }

    // Whether the segment before another one must stay.
    private static RetentionStop? FindStop(JournalRetentionOptions options, in SegmentHeader next, in JournalPosition oldestSnapshot,
        long bytesLeft, long nowNs)
    {
        if (next.Before.Records > oldestSnapshot.Records)
        {
            return RetentionStop.Snapshot;
        }

        if (next.Before.Sequence > options.UpToSequence)
        {
            return RetentionStop.UpTo;
        }

        if (bytesLeft < options.RetainBytes)
        {
            return RetentionStop.Bytes;
        }

        return options.RetainAgeNs > 0 && nowNs - next.CreatedNs < options.RetainAgeNs ? RetentionStop.Age : null;
    }

    private static void LetGo(IJournalFiles files, string path, string? archive)
    {
        if (archive is null)
        {
            ThrowOn(files.Delete(path), $"removing {path}");
            return;
        }

        _ = files.MakeFolder(archive);
        string target = Path.Combine(archive, Path.GetFileName(path));
        CheckArchived(files, path, target);
        Errno errno = files.Move(path, target);
        if (errno == Errno.EXDEV)
        {
            Copy(files, path, target);
            ThrowOn(files.SyncFolder(archive), $"sync of folder {archive}");
            errno = files.Delete(path);
        }

        ThrowOn(errno, $"moving {path} to {target}");
        ThrowOn(files.SyncFolder(archive), $"sync of folder {archive}");
    }

    // A crash between copy and removal leaves the same segment there; a segment of another journal must not be written over.
    private static void CheckArchived(IJournalFiles files, string path, string target)
    {
        using IJournalFile? archived = files.TryOpenRead(target);
        using IJournalFile? source = archived is null ? null : files.TryOpenRead(path);
        if (archived is null || source is null)
        {
            return;
        }

        byte[] ours = new byte[JournalFormat.SegmentHeaderBytes];
        byte[] theirs = new byte[JournalFormat.SegmentHeaderBytes];
        if (source.ReadAll(ours, 0) != archived.ReadAll(theirs, 0) || !ours.AsSpan().SequenceEqual(theirs))
        {
            throw new JournalException($"{target} is there already and is not {path}: choose another archive folder, one for each journal");
        }
    }

    private static void Copy(IJournalFiles files, string path, string target)
    {
        string working = target + ".tmp";
        ThrowOn(files.Delete(working), $"removing {working}");
        using IJournalFile source = files.TryOpenRead(path) ?? throw new JournalException($"{path} went away");
        using IJournalFile copy = files.Create(working);
        byte[] buffer = new byte[1 << 20];
        int read;
        for (long offset = 0; (read = source.ReadAll(buffer, offset)) > 0; offset += read)
        {
            ThrowOn(copy.WriteAll(buffer.AsSpan(0, read), offset), $"writing {working}");
        }

        ThrowOn(copy.SyncData(), $"sync of {working}");
        ThrowOn(copy.MoveTo(target), $"renaming {working}");
    }

    private static long FileBytes(IJournalFiles files, string path)
    {
        using IJournalFile? file = files.TryOpenRead(path);
        return file?.Length() ?? 0;
    }

    private static void ThrowOn(Errno errno, string what)
    {
        if (errno != Errno.None)
        {
            throw new JournalException($"{what}: {errno.Describe()}");
        }
    }
}
