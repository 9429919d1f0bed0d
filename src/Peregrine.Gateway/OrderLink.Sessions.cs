using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Peregrine.Fix.Net;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Gateway.Recovery;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;

namespace Peregrine.Gateway;

/// <summary>Starting: the sessions, with their stores held against the journal.</summary>
public sealed partial class OrderLink
{
    // Ids of reports and orders that were told and are lost lie below: no link gives so many between two commits.
    private const long LossGap = 1_000_000_000;

    private const string AheadExtension = ".ahead";

    private IReadOnlyList<string> _lost = [];
    private long _checkNs;
    private Guid _identity;
    private bool _endedInOrder;

    // The snapshot that the start began with, and the reports of each session up to it.
    private long _baseSequence;
    private IReadOnlyDictionary<int, long> _baseCounts = new Dictionary<int, long>();

    /// <summary>Reports are being made again for a client that waits for them.</summary>
    internal bool IsRemaking => _fix.IsRemaking;

    /// <inheritdoc cref="FixDoor.SaveSteps"/>
    internal long SaveSteps => _fix.SaveSteps;

    /// <summary>Every report of the commands up to here was given to a connection; a tenth of a second old at most.</summary>
    internal long SentSequence => _fix.SentSequence;

    /// <summary>Logs a FIX client out, as an operator wishes. It may log on again; <see cref="Sessions"/> blocks it.</summary>
    /// <param name="compId">The client's CompID.</param>
    /// <param name="text">Why, for the Logout and the log.</param>
    /// <returns>Completes within a tenth of a second while the link runs.</returns>
    /// <remarks>Thread: any. Before <see cref="Run"/> it waits for that.</remarks>
    public Task<FixRequestOutcome> RequestLogout(string compId, string text) => _fix.Ask(compId, isReset: false, text);

    /// <summary>Sets both numbers of a FIX client back to 1, as an operator wishes who agreed on it with the client. One that is logged on is logged
    /// out first. What no connection was given is told under the new numbers. The journal has it, as a reset by the client.</summary>
    /// <inheritdoc cref="RequestLogout"/>
    public Task<FixRequestOutcome> RequestReset(string compId, string text) => _fix.Ask(compId, isReset: true, text);

    // At level none a crash takes the last commands in any case: there it is what was asked for.
    private bool MayLoseCommands => _options.AcceptLostCommands || _options.Durability == Durability.None;

    // The journal is read, nothing in it is changed yet.
    private void CompareFolder(JournalReplay replay) => _lost = FolderCheck.Compare(_options.DataFolder, replay, _fix.Clients, MayLoseCommands);

    // Which link this is, and what it lost, stand in the journal before anything else that this run writes.
    private void WriteIdentity(JournalReplay replay, ILogger log)
    {
        _identity = replay.Identity;
        if (_identity == Guid.Empty)
        {
            _identity = Guid.NewGuid();
            Span<byte> bytes = stackalloc byte[JournalReplay.IdentityBytes];
            _ = _identity.TryWriteBytes(bytes);
            Append(JournalRecordType.Identity, bytes);
        }

        if (_lost.Count == 0)
        {
            return;
        }

        long execId = Core.LastExecId + LossGap;
        ulong orderId = replay.Ledger.HighestOrderId + LossGap;
        log.EndLost(Core.LastSequence, execId, orderId, string.Join("; ", _lost));
        Span<byte> loss = stackalloc byte[JournalReplay.LossBytes];
        BinaryPrimitives.WriteInt64LittleEndian(loss, execId);
        BinaryPrimitives.WriteUInt64LittleEndian(loss[8..], orderId);
        Append(JournalRecordType.Loss, loss);
        Core.SkipExecIds(execId);
        replay.Ledger.OnLoss(orderId, Core.LastSequence);
        foreach ((string path, long _) in FolderCheck.SnapshotsAhead(_options.DataFolder, Core.LastSequence).ToList())
        {
            File.Move(path, path + AheadExtension, overwrite: true);
            log.SnapshotSetAside(path, $"{Path.GetFileName(path)}{AheadExtension}");
        }
    }

    // The journal has every id that an order ever got; where ids come from may have been lost, or be of an earlier day.
    private void RaiseIds(JournalReplay replay, ILogger log)
    {
        ulong highest = replay.Ledger.HighestOrderId;
        long skipped = _options.Ids.RaiseAbove(highest);
        if (skipped > 0)
        {
            log.IdsLeftOut(highest, skipped);
        }
    }

    // Whether notes may be missing of messages that left: at level os they were with the kernel before, unless the machine itself
    // went down, or the journal's end was torn.
    private bool MayMissNotes(JournalReplay replay)
    {
        long bootNs = Clock.UnixNs - (Environment.TickCount64 * 1_000_000);
        return !_endedInOrder && (_options.Durability != Durability.Os || replay.LastTimeNs < bootNs || Recovery.Journal.TornBytes > 0);
    }

    private void WriteEnd()
    {
        // A run that wrote nothing leaves the end of the one before.
        bool hasWritten = !_endedInOrder || _journal.AppendedRecords > Recovery.Journal.End.Records;
        if (hasWritten && Failure is null && _sequencer.TryCommit())
        {
            ReadOnlySpan<byte> nothing = [0];
            _ = _sequencer.TryAppendNote(JournalRecordType.End, nothing);
            _ = _journal.Commit();
        }
    }

    private FolderState StateOf(JournalReplay replay) =>
        new(replay, _sequencer, _identity, _lost.Count > 0, Recovery.Journal.LastSequence, MayMissNotes(replay))
        {
            BaseSequence = _baseSequence,
            BaseCounts = _baseCounts,
            SkipsLostReports = Recovery.Start.Skipped is not null,
            FindAllSent = ReportsAllSent,
        };

    // Old segments go only when all reports before the oldest snapshot were sent: where the journal starts, that is known of every session.
    private IReadOnlyDictionary<int, long> ReportsAllSent()
    {
        JournalExtent extent = JournalReader.FindExtent(_options.JournalFolder);
        IReadOnlyDictionary<int, long> oldest = new Dictionary<int, long>();
        if (extent.Start.Records == 0)
        {
            return oldest;
        }

        foreach (SnapshotReader reader in SnapshotStore.Open(Path.Combine(_options.DataFolder, "snapshots")).OpenNewestFirst(extent, []))
        {
            using (reader)
            {
                oldest = LinkState.TryLoad(reader, emitsOrderDeltas: false, out _)?.ReportCounts ?? oldest;
            }
        }

        return oldest;
    }
}
