using Peregrine.Primitives;

namespace Peregrine.Fix.Session;

/// <summary>What a session has done, for display.</summary>
public sealed class FixSessionCounters : ICounterSource
{
    public long Received { get; internal set; }

    public long Sent { get; internal set; }

    /// <summary>Answers that were not sent as they did not fit into <see cref="FixSessionOptions.MessageBytesMax"/>.</summary>
    public long TooLarge { get; internal set; }

    public long Garbled { get; internal set; }

    /// <summary>BusinessMessageRejects from the peer: taken note of, never answered.</summary>
    public long RejectedByPeer { get; internal set; }

    public long Rejected { get; internal set; }

    public long ResendsAnswered { get; internal set; }

    /// <summary>Sequence numbers sent again, gap-filled ones included.</summary>
    public long Resent { get; internal set; }

    public long ResendsAsked { get; internal set; }

    public long Logons { get; internal set; }

    /// <summary>Messages that had to wait as the peer read too slowly.</summary>
    public long Delayed { get; internal set; }

    /// <summary>Messages that the store had no more, made again by the application.</summary>
    public long Remade { get; internal set; }

    /// <summary>Sessions ended because messages that were asked for can be had no more.</summary>
    public long Gone { get; internal set; }

    /// <summary>Periods of the schedule whose numbers were begun here.</summary>
    public long PeriodsBegun { get; internal set; }

    /// <summary>Logouts as the schedule's hours were over.</summary>
    public long HoursEnded { get; internal set; }

    /// <summary>Times that an operator had the numbers set back.</summary>
    public long ResetsAsked { get; internal set; }

    /// <summary>Times that an operator ended the session, resets of a peer that was there included.</summary>
    public long LogoutsAsked { get; internal set; }

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.fix.session.received", "{message}", "Messages received.", () => Received),
        Counter.Total("peregrine.fix.session.sent", "{message}", "Messages sent.", () => Sent),
        Counter.Total("peregrine.fix.session.too_large", "{message}", "Answers not sent as they were too large.", () => TooLarge),
        Counter.Total("peregrine.fix.session.garbled", "{message}", "Messages that were garbled.", () => Garbled),
        Counter.Total("peregrine.fix.session.rejected_by_peer", "{message}", "BusinessMessageRejects from the peer.", () => RejectedByPeer),
        Counter.Total("peregrine.fix.session.rejected", "{message}", "Messages rejected.", () => Rejected),
        Counter.Total("peregrine.fix.session.resends_answered", "{request}", "Requests to send again that were answered.", () => ResendsAnswered),
        Counter.Total("peregrine.fix.session.resent", "{message}", "Numbers sent again, gap fills included.", () => Resent),
        Counter.Total("peregrine.fix.session.resends_asked", "{request}", "Requests to the peer to send again.", () => ResendsAsked),
        Counter.Total("peregrine.fix.session.logons", "{logon}", "Logons.", () => Logons),
        Counter.Total("peregrine.fix.session.delayed", "{message}", "Messages that waited for a slow peer.", () => Delayed),
        Counter.Total("peregrine.fix.session.remade", "{message}", "Messages made again, as the store had them no more.", () => Remade),
        Counter.Total("peregrine.fix.session.gone", "{session}", "Times that the session ended, as what was asked for can be had no more.",
            () => Gone),
        Counter.Total("peregrine.fix.session.periods_begun", "{period}", "Periods of the schedule, each with numbers from 1.", () => PeriodsBegun),
        Counter.Total("peregrine.fix.session.hours_ended", "{logout}", "Logouts as the hours of the schedule were over.", () => HoursEnded),
        Counter.Total("peregrine.fix.session.resets_asked", "{reset}", "Resets of the numbers by an operator.", () => ResetsAsked),
        Counter.Total("peregrine.fix.session.logouts_asked", "{logout}", "Logouts by an operator.", () => LogoutsAsked),
    ];
}
