using Microsoft.Extensions.Logging;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Snapshots;

namespace Peregrine.Gateway;

/// <summary>Starting: from the newest snapshot that serves, and the journal behind it.</summary>
public sealed partial class OrderLink
{
    // Of a segment, for cancels on a full disk: 8 MiB of 64 MiB are room for more than 10,000 cancels that come one by one, and many more that come
    // together.
    private const int ReserveShare = 8;

    private JournalWriter OpenJournal(out JournalReplay replay, out JournalRecovery recovery, out LinkStart start)
    {
        JournalExtent extent = Directory.Exists(_options.JournalFolder) ? JournalReader.FindExtent(_options.JournalFolder) : default;
        List<SnapshotFault> passed = [];
        SnapshotStore store = SnapshotStore.Open(Path.Combine(_options.DataFolder, "snapshots"));
        if (TryOpenAfterSnapshot(store, extent, passed, mayLag: false, out replay, out recovery, out start) is { } journal)
        {
            return journal;
        }

        if (extent.Start.Records == 0)
        {
            replay = NewReplay();
            long beginNs = Clock.MonotonicNs;
            journal = Open(default, replay, out recovery);
            start = new LinkStart { Passed = passed, ReplayNs = Clock.MonotonicNs - beginNs };
            return journal;
        }

        List<SnapshotFault> bad = [];
        return _options.SkipLostReports && TryOpenAfterSnapshot(store, extent, bad, mayLag: true, out replay, out recovery, out start) is { } lagging
            ? lagging
            : throw new IOException(
                $"{_options.JournalFolder} starts after record {extent.Start.Records}, its older segments are gone, and no snapshot serves: "
                + $"{(passed.Count == 0 ? "there is none" : string.Join("; ", passed))}. "
                + "Move the older segments back from the archive, or restore a snapshot from a copy; where only a session's store lags behind, "
                + "restore that store, "
                + "or start once with --skip-lost-reports: that client then never gets the reports that its store lacks");
    }

    /// <param name="mayLag">Also one that makes reports no longer which a session's store lacks.</param>
    private JournalWriter? TryOpenAfterSnapshot(
        SnapshotStore store, in JournalExtent extent, List<SnapshotFault> passed, bool mayLag, out JournalReplay replay, out JournalRecovery recovery,
        out LinkStart start)
    {
        long beginNs = Clock.MonotonicNs;
        foreach (SnapshotReader reader in store.OpenNewestFirst(extent, passed))
        {
            using (reader)
            {
                if (TryLoad(reader, extent, passed, mayLag, out string? lag) is not { } state)
                {
                    continue;
                }

                replay = NewReplay();
                replay.Resume(state.Core, state.LastTimeNs, state.Ledger, state.Identity);
                _router.Resume(state.Core, state.ReportCounts);
                long loadedNs = Clock.MonotonicNs;
                try
                {
                    JournalWriter journal = Open(reader.Info.Position, replay, out recovery);
                    start = new LinkStart { Snapshot = reader.Info, Passed = passed, LoadNs = loadedNs - beginNs,
                        ReplayNs = Clock.MonotonicNs - loadedNs, Skipped = lag };
                    (_baseSequence, _baseCounts) = (reader.Info.Position.Sequence, state.ReportCounts);
                    return journal;
                }
                catch (JournalPlaceException other)
                {
                    // Of another journal, or of records that a loss of power took: nothing was replayed yet.
                    passed.Add(new SnapshotFault(reader.Info.Path, 0, other.Message));
                    _router.Restart();
                    _fix.Restart();
                }
            }
        }

        (replay, recovery, start) = (null!, null!, null!);
        return null;
    }

    // Where the journal starts at its first record, whatever was not sent can be made again.
    private LinkState? TryLoad(SnapshotReader reader, in JournalExtent extent, List<SnapshotFault> passed, bool mayLag, out string? lag)
    {
        lag = null;
        LinkState? state = LinkState.TryLoad(reader, emitsOrderDeltas: _books is not null, out SnapshotFault? fault);
        if (state is not null && extent.Start.Records > 0 && _fix.FindLag(state) is { } found)
        {
            lag = found;
            fault = mayLag ? null : new SnapshotFault(reader.Info.Path, 0, found);
        }

        if (fault is not null)
        {
            passed.Add(fault);
        }

        return fault is null ? state : null;
    }

    private JournalReplay NewReplay() => new(_options.Core, _router, UseNames, emitsOrderDeltas: _books is not null);

    private JournalWriter Open(in JournalPosition after, JournalReplay replay, out JournalRecovery recovery)
    {
        using ReplayPipe pipe = new(replay);
        return JournalWriter.Open(JournalOptionsOf(after), new StartVisitor(this, pipe, replay), out recovery);
    }

    private JournalOptions JournalOptionsOf(in JournalPosition after) => new()
    {
        Folder = _options.JournalFolder,
        Durability = _options.Durability,
        SegmentBytes = _options.SegmentBytes,
        BatchBytesMax = _options.BatchBytes,
        ReserveBytes = _options.SegmentBytes / ReserveShare,
        SyncInline = _options.SyncInline,
        DurableAdvanced = _loop.Wake,
        After = after,
    };

    private SnapshotKeeper? KeepSnapshots(LinkStart start, ILogger log)
    {
        if (_options.Snapshots is not { } snapshots)
        {
            return null;
        }

        SnapshotKeeper keeper = new(
            snapshots, _options.DataFolder, start.Snapshot?.Position.Sequence ?? 0,
            () => new LinkProgress(_sequencer.ReleasedSequence, _journal.DurableRecords, _fix.SentSequence), log);
        keeper.Start();
        return keeper;
    }

    // What is wrong is told before the journal's torn tail is cut.
    private sealed class StartVisitor(OrderLink link, ReplayPipe pipe, JournalReplay replay) : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
            link._endedInOrder = header.Type == JournalRecordType.End;
            pipe.OnRecord(in header, payload);
        }

        public void OnEnd() => pipe.OnEnd();

        public void OnWhole() => link.TimeCheck(() => link.CompareFolder(replay));
    }
}
