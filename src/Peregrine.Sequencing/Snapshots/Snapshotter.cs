using System.Globalization;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Linux.Files;
using Peregrine.Sequencing.Recovery;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Snapshots;

/// <summary>What to take a snapshot of.</summary>
/// <param name="JournalFolder">The link's journal; the link may be writing it.</param>
/// <param name="SnapshotFolder">Where the snapshots are.</param>
/// <param name="Keep">How many good ones stay, 2 or more.</param>
/// <param name="UpToRecords">Records behind this one are left for the next snapshot: what is durable, as its writer knows it.</param>
public sealed record SnapshotRequest(string JournalFolder, string SnapshotFolder, int Keep, long UpToRecords = long.MaxValue)
{
    /// <summary>The newest good one up to this command stays, whatever its age: reports behind it were not sent yet.
    /// The largest number for none.</summary>
    public long PinnedSequence { get; init; } = long.MaxValue;
}

/// <summary>What came of it.</summary>
/// <param name="Info">The snapshot; null when there is nothing in the journal behind the newest one.</param>
/// <param name="Position">Where the newest snapshot stands now.</param>
/// <param name="BasePath">The one that it began with; null when it began at the journal's start.</param>
/// <param name="Commands">Commands carried out.</param>
/// <param name="ProvenHashes">State hashes of the journal that were reached again.</param>
/// <param name="StateHash">The state hash of what was saved.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Passed">Snapshots that could not be used, and why.</param>
public sealed record SnapshotOutcome(
    SnapshotInfo? Info, JournalPosition Position, string? BasePath, long Commands, long ProvenHashes, ulong StateHash, long Bytes,
    IReadOnlyList<SnapshotFault> Passed)
{
    /// <summary>One line for a log.</summary>
    public override string ToString() => Info is { } info
        ? string.Create(CultureInfo.InvariantCulture,
            $"snapshot {Path.GetFileName(info.Path)} after command {Position.Sequence}: {Bytes} bytes, {Commands} commands carried out behind " +
            $"{(BasePath is null ? "the journal's start" : Path.GetFileName(BasePath))}")
        : string.Create(CultureInfo.InvariantCulture,
            $"no new snapshot: {(BasePath is null ? "the journal is empty" : $"{Path.GetFileName(BasePath)} holds everything")}");
}

/// <summary>
/// Takes snapshots with a second core, which begins with the newest snapshot and carries out again what the journal holds behind it. The link
/// need not run, and when it runs it has no part in this: only its files are read.
/// </summary>
/// <remarks>
/// Thread: one, any. Blocks: on the disk, and for as long as the replay takes. Memory: as much as the link's core. What fails leaves the
/// older snapshots as they were.
/// </remarks>
public static class Snapshotter
{
    private const string LockName = "lock";

    /// <summary>Takes one.</summary>
    /// <exception cref="IOException">Journal or folder cannot be read or written, no room, or another one is being taken.</exception>
    /// <exception cref="ReplayException">The journal is whole but does not replay to the same state.</exception>
    public static SnapshotOutcome Take(SnapshotRequest request)
    {
        if (!Directory.Exists(request.JournalFolder))
        {
            throw new JournalException($"{request.JournalFolder}: no such folder; give a link's data folder");
        }

        using LinuxFile held = Lock(request.SnapshotFolder);
        JournalExtent extent = JournalReader.FindExtent(request.JournalFolder);
        SnapshotStore store = SnapshotStore.Open(request.SnapshotFolder, request.Keep, request.PinnedSequence);
        List<SnapshotFault> passed = [];
        foreach (SnapshotReader reader in store.OpenNewestFirst(extent, passed))
        {
            using (reader)
            {
                if (LinkState.TryLoad(reader, emitsOrderDeltas: false, out SnapshotFault? fault) is not { } state)
                {
                    passed.Add(fault!);
                    continue;
                }

                try
                {
                    return Take(request, store, extent, state, reader.Info, passed);
                }
                catch (JournalPlaceException other)
                {
                    passed.Add(new SnapshotFault(reader.Info.Path, 0, other.Message));
                }
            }
        }

        return extent.Start.Records == 0
            ? Take(request, store, extent, null, null, passed)
            : throw new JournalException($"{request.JournalFolder} starts after record {extent.Start.Records}, and no snapshot can be begun with: " +
                $"{string.Join("; ", passed)}; restore the older segments from the archive, or a snapshot from a copy");
    }

    private static SnapshotOutcome Take(SnapshotRequest request, SnapshotStore store, in JournalExtent extent, LinkState? state, SnapshotInfo? from,
        List<SnapshotFault> passed)
    {
        ReportCounter counter = new();
        JournalReplay replay = new(new CoreOptions(), counter);
        if (state is not null)
        {
            replay.Resume(state.Core, state.LastTimeNs, state.Ledger, state.Identity);
            counter.Resume(state.ReportCounts);
        }

        // Not further than the journal reached by now: beside a busy link there would be no end.
        JournalPosition before = from?.Position ?? default;
        using JournalFollower follower = JournalFollower.Open(request.JournalFolder, before);
        using ReplayPipe pipe = new(replay);
        long records = follower.Read(pipe, Math.Min(extent.End.Records, request.UpToRecords));
        pipe.OnEnd();
        SnapshotOutcome outcome = new(null, follower.Position, from?.Path, replay.CommandCount, replay.ProvenHashes,
            replay.Core.StateHash, 0, passed);
        if (records == 0)
        {
            return outcome;
        }

        follower.SyncRead();
        using SnapshotWriter writer = store.Create(follower.Position, Clock.UnixNs, LinkState.Schema);
        new LinkState(replay.Core, replay.LastTimeNs, counter.Counts) { Ledger = replay.Ledger, Identity = replay.Identity }.Save(writer);
        SnapshotInfo info = writer.Complete();
        return outcome with { Info = info, Bytes = new FileInfo(info.Path).Length };
    }

    // Two at a time would take each other's unfinished files away.
    private static LinuxFile Lock(string folder)
    {
        LinuxFile? file = null;
        try
        {
            _ = Directory.CreateDirectory(folder);
            file = LinuxFile.OpenOrCreate(Path.Combine(folder, LockName));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"snapshot folder {folder} cannot be written: {fault.Message}");
        }

        if (!file.TryLock())
        {
            file.Dispose();
            throw new JournalException($"snapshot folder {folder} is in use: another snapshot is being taken; wait for it");
        }

        return file;
    }
}
