using Peregrine.Fix.Session;
using Peregrine.Sequencing;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

/// <summary>A session as a display shows it; a local one is always logged on and has no numbers of its own.</summary>
public sealed record SessionStatus(string CompId, bool IsLocal, FixSessionState State, long NextIncoming, long NextOutgoing,
    long Received, long Sent)
{
    /// <summary>The version of FIX that it speaks, FIX.4.0 to FIX.5.0SP2; empty for a local one.</summary>
    public string Version { get; init; } = "";
}

/// <summary>The link at one moment, for displays. Read without stopping it, so figures may differ by a few orders among themselves.</summary>
public sealed record LinkStatus
{
    public required IReadOnlyList<SessionStatus> Sessions { get; init; }

    /// <summary>Commands sequenced since the journal began.</summary>
    public required long Sequence { get; init; }

    public required long DurableSequence { get; init; }

    public required long Trades { get; init; }

    public required long Rejects { get; init; }

    public required int WorkingOrders { get; init; }

    public required long JournalBytes { get; init; }

    public required long JournalSyncs { get; init; }

    /// <summary>Snapshots taken by this run.</summary>
    public long Snapshots { get; init; }

    /// <summary>Snapshots that failed, and retentions of the journal behind one.</summary>
    public long SnapshotFailures { get; init; }

    /// <summary>Last command of the newest snapshot; 0 without one.</summary>
    public long SnapshotSequence { get; init; }

    /// <summary>Bytes that were no message, oversized messages, unknown sessions and refused messages.</summary>
    public required long BadInputs { get; init; }

    /// <summary>Commands refused as the journal had no room.</summary>
    public required long JournalFullRefusals { get; init; }

    /// <summary>Cancels and the like that went into the room kept for them, as the disk was full.</summary>
    public long ReservedCommands { get; init; }

    /// <summary>What the journal's disk has room for.</summary>
    public DiskRoom DiskRoom { get; init; }

    /// <summary>FIX connections closed as too many were without a Logon.</summary>
    public long PendingEvictions { get; init; }

    /// <summary>Times that accepting FIX connections paused for want of descriptors.</summary>
    public long AcceptPauses { get; init; }

    /// <summary>Numbers of sessions that the journal was not told of, as it had no room: where a session's store is lost too,
    /// its client has to begin with new ones.</summary>
    public long MissedNotes { get; init; }

    /// <summary>Requests refused as their session, or the link, is blocked.</summary>
    public long BlockedRequests { get; init; }

    /// <summary>Requests refused as their session sent more than its rate.</summary>
    public long ThrottledRequests { get; init; }

    /// <summary>Requests that waited for their turn, as they came above the rate of their session.</summary>
    public long QueuedRequests { get; init; }

    /// <summary>How many of them wait at the moment.</summary>
    public long WaitingRequests { get; init; }

    /// <summary>Requests refused as so many of their session waited as may.</summary>
    public long QueueFullRequests { get; init; }

    public required long InPool { get; init; }

    /// <summary>Passes of the link's thread: ten a second at least while it works.</summary>
    public long Passes { get; init; }

    /// <summary>Events that users of local ports did not read in time.</summary>
    public required long LostLocalEvents { get; init; }
}

public sealed partial class OrderLink
{
    /// <summary>The link at this moment. From any thread; allocates.</summary>
    public LinkStatus Status() => new()
    {
        Sessions =
        [
            .. _fix.FixSessions.Select(session => new SessionStatus(
                session.Options.PeerCompId, false, session.State, session.NextIncoming, session.NextOutgoing, session.Counters.Received,
                session.Counters.Sent) { Version = _options.VersionOf(session.Options.PeerCompId) }),
            .. _options.LocalPorts.Select(port => new SessionStatus(
                string.Join(" ", port.Sessions.Select(session => session.CompId)), true, FixSessionState.LoggedOn, 0, 0, port.Received, port.Sent)),
            .. Sessions.Sessions.Where(session => _options.Doors.Contains(session.Door)).Select(session => new SessionStatus(
                session.Client.CompId, true, FixSessionState.LoggedOn, 0, 0, session.Requests, session.Delivered)),
        ],
        Sequence = _sequencer.LastSequence,
        DurableSequence = _journal.DurableSequence,
        Trades = Core.TradeCount,
        Rejects = Core.CountOf(ReportType.Rejected) + Core.CountOf(ReportType.CancelRejected),
        WorkingOrders = Core.WorkingOrderCount,
        JournalBytes = _journal.Counters.Bytes,
        JournalSyncs = _journal.Counters.Syncs,
        Snapshots = _keeper?.Taken ?? 0,
        SnapshotFailures = _keeper?.Failed ?? 0,
        SnapshotSequence = _keeper?.Sequence ?? Recovery.Start.Snapshot?.Position.Sequence ?? 0,
        BadInputs = _fix.Counters.GarbledFrames +
            _fix.Counters.OversizedFrames + _fix.Counters.UnknownSessions + _fix.RefusedMessages,
        JournalFullRefusals = _sequencer.NoSpaceCount,
        ReservedCommands = _sequencer.ReserveCount,
        DiskRoom = _sequencer.Room,
        PendingEvictions = _fix.Counters.PendingEvictions,
        AcceptPauses = _loop.Counters.AcceptPauses,
        MissedNotes = _sequencer.MissedNotes,
        BlockedRequests = Sessions.Sessions.Sum(session => session.BlockedCount),
        ThrottledRequests = Sessions.Sessions.Sum(session => session.ThrottledCount),
        QueuedRequests = Sessions.Sessions.Sum(session => session.QueuedCount),
        WaitingRequests = Sessions.Sessions.Sum(session => session.Waiting),
        QueueFullRequests = Sessions.Sessions.Sum(session => session.QueueFullCount),
        InPool = _loop.LentBuffers,
        Passes = _loop.Counters.Waits,
        LostLocalEvents = _options.LocalPorts.Sum(port => port.LostEvents),
    };

    /// <summary>The figures of its parts: event loop, acceptor and its sessions, journal, hops. From any thread.</summary>
    public IReadOnlyList<TaggedCounters> CounterSources => field ??=
    [
        new(_loop.Counters, "loop", "orders"), new(_fix.Counters), new(_fix.AuditCounters), new(_journal.Counters), new(Hops),
        .. _fix.MessageLogCounters is { } messages ? (TaggedCounters[])[new(messages)] : [],
        .. _recorder is null ? [] : (TaggedCounters[])[new(_recorder.Counters)],
        .. _fix.FixSessions.Select(session => new TaggedCounters(session.Counters, "session", session.Options.PeerCompId)),
        .. (_dropCopy?.FixSessions ?? []).Select(session =>
            new TaggedCounters(session.Counters, "session", $"{session.Options.PeerCompId} (drop copy)")),
    ];

    /// <summary>How often reports of one reason went out. From any thread.</summary>
    public long CountOf(RejectReason reason) => Core.CountOf(reason);

    /// <summary>The state hash of the core. Only when nothing runs: before <see cref="Run"/> or after it.</summary>
    public ulong StateHash => Core.StateHash;
}
