using Peregrine.Fix.Session;
using Peregrine.Gateway;
using Peregrine.Primitives;

namespace Peregrine.Hosting;

/// <summary>Every figure of a link's status.</summary>
/// <remarks>Thread: any. Allocates: a status at most each 50 ms, whose figures belong together.</remarks>
public sealed class LinkCounters : ICounterSource
{
    private const long StatusNs = 50_000_000;
    private readonly Func<LinkStatus> _read;
    private readonly Func<long> _nowNs;
    private readonly Lock _lock = new();
    private LinkStatus? _status;
    private long _readNs;

    /// <summary>The figures of a link.</summary>
    /// <param name="read">Such as <see cref="OrderLink.Status"/>.</param>
    public LinkCounters(Func<LinkStatus> read)
        : this(read, () => Clock.MonotonicNs)
    {
    }

    internal LinkCounters(Func<LinkStatus> read, Func<long> nowNs)
    {
        (_read, _nowNs) = (read, nowNs);
        Counters =
        [
            Total("commands", "{command}", "Commands sequenced since the journal began.", status => status.Sequence),
            Total("commands.durable", "{command}", "Commands that the journal has made durable.", status => status.DurableSequence),
            Total("trades", "{trade}", "Trades since the journal began.", status => status.Trades),
            Total("rejects", "{report}", "Requests refused.", status => status.Rejects),
            Level("orders.working", "{order}", "Orders that rest or wait.", status => status.WorkingOrders),
            Total("journal.written", "By", "Bytes of records written to the journal.", status => status.JournalBytes),
            Total("journal.syncs", "{sync}", "Times that the disk was waited for.", status => status.JournalSyncs),
            Total("journal.full", "{command}", "Commands refused as the journal had no room.", status => status.JournalFullRefusals),
            Total("journal.reserved", "{command}", "Cancels and the like that took the room kept for them.", status => status.ReservedCommands),
            Total("journal.notes_missed", "{note}", "Numbers of sessions that the journal was not told of.", status => status.MissedNotes),
            Reading("disk.room", "{level}", "What the journal's disk has room for: 0 everything, 1 cancels only, 2 nothing.",
                status => (long)status.DiskRoom),
            Total("snapshots", "{snapshot}", "Snapshots taken by this run.", status => status.Snapshots),
            Total("snapshots.failed", "{snapshot}", "Snapshots that failed.", status => status.SnapshotFailures),
            Reading("snapshots.sequence", "{command}", "Last command of the newest snapshot.", status => status.SnapshotSequence),
            Total("inputs.bad", "{message}", "What was no message, too large, of nobody known, or refused.", status => status.BadInputs),
            Total("requests.blocked", "{request}", "Requests refused as their session, or the link, is blocked.",
                status => status.BlockedRequests),
            Total("requests.throttled", "{request}", "Requests refused as their session sent more than its rate.",
                status => status.ThrottledRequests),
            Total("requests.queued", "{request}", "Requests that waited for their turn, as they came above the rate of their session.",
                status => status.QueuedRequests),
            Level("requests.waiting", "{request}", "Requests that wait for the rate of their session.", status => status.WaitingRequests),
            Total("requests.queue_full", "{request}", "Requests refused as so many of their session waited as may.",
                status => status.QueueFullRequests),
            Total("connections.evicted", "{connection}", "FIX connections closed as too many had no Logon.", status => status.PendingEvictions),
            Total("accepts.paused", "{pause}", "Times that accepting paused for want of descriptors.", status => status.AcceptPauses),
            Level("sessions.on", "{session}", "FIX sessions that are logged on.", LoggedOn),
            Level("buffers.lent", "{buffer}", "Buffers of the pool in use.", status => status.InPool),
            Total("passes", "{pass}", "Passes of the link's thread.", status => status.Passes),
            Total("local.lost", "{event}", "Events that users of local ports did not read in time.", status => status.LostLocalEvents),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters { get; }

    private static long LoggedOn(LinkStatus status) =>
        status.Sessions.Count(session => !session.IsLocal && session.State == FixSessionState.LoggedOn);

    private static Counter Of(Func<string, string, string, Func<long>, Counter> make, string name, string unit, string description,
        Func<long> value) => make($"peregrine.link.{name}", unit, description, value);

    private Counter Total(string name, string unit, string description, Func<LinkStatus, long> value) =>
        Of(Counter.Total, name, unit, description, () => value(Latest()));

    private Counter Level(string name, string unit, string description, Func<LinkStatus, long> value) =>
        Of(Counter.Level, name, unit, description, () => value(Latest()));

    private Counter Reading(string name, string unit, string description, Func<LinkStatus, long> value) =>
        Of(Counter.Reading, name, unit, description, () => value(Latest()));

    private LinkStatus Latest()
    {
        lock (_lock)
        {
            long nowNs = _nowNs();
            if (_status is null || nowNs - _readNs > StatusNs)
            {
                (_status, _readNs) = (_read(), nowNs);
            }

            return _status;
        }
    }
}
