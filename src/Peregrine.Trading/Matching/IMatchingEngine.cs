using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// Matching for any number of instruments by the rules of docs/matching.md. It takes requests one at a time and appends what they did to a
/// buffer; it knows nothing of sessions, client ids or risk, and time only as it is told, so the same requests always give the same events.
/// </summary>
/// <remarks>Thread: one owner.</remarks>
public interface IMatchingEngine : IBookView
{
    /// <summary>How many orders rest or are parked.</summary>
    int OrderCount { get; }

    /// <summary>A digest of everything that decides what happens next (<see cref="MatchDigest"/>); equal engines have equal digests.</summary>
    ulong StateHash { get; }

    /// <summary>Adds an empty book.</summary>
    /// <returns>Its id: 0, 1, 2, ...</returns>
    /// <exception cref="ArgumentException">The terms have faults; all of them are named.</exception>
    int AddInstrument(InstrumentTerms terms);

    /// <summary>Puts other terms in force for what follows.</summary>
    /// <exception cref="ArgumentException">There is no such instrument, or the terms have faults.</exception>
    void SetTerms(int instrumentId, InstrumentTerms terms);

    /// <summary>Takes a new order.</summary>
    /// <returns>None when it was accepted, whatever became of it then; else why it was refused (section 2), with one Rejected event.</returns>
    RejectReason Submit(in MatchOrder order, MatchEventBuffer events);

    /// <summary>Takes an order out.</summary>
    /// <returns>None; with a Rejected event: UnknownOrder, CancelForbidden.</returns>
    RejectReason Cancel(ulong orderId, MatchEventBuffer events);

    /// <summary>Takes lots off an order, 1 or more; all of it when there are no more.</summary>
    /// <returns>None; with a Rejected event: UnknownOrder, QuantityNotPositive, CancelForbidden.</returns>
    RejectReason Reduce(ulong orderId, Quantity lots, MatchEventBuffer events);

    /// <summary>Changes an order (section 12).</summary>
    /// <returns>None; else why it was refused, with one Rejected event.</returns>
    RejectReason Replace(in MatchReplace replace, MatchEventBuffer events);

    /// <summary>Trades two orders with each other (section 12): both are accepted, trade whole, and have ended.</summary>
    /// <returns>None; else why it was refused, with one Rejected event, of the buy order.</returns>
    RejectReason Cross(in MatchCross cross, MatchEventBuffer events);

    /// <summary>Cancels every order that matches.</summary>
    /// <returns>How many.</returns>
    int MassCancel(in MassCancelFilter filter, MatchEventBuffer events);

    /// <summary>Tells every order that matches in a Listed event, by instrument and within it by priority; changes nothing.</summary>
    /// <returns>How many.</returns>
    int List(in MassCancelFilter filter, MatchEventBuffer events);

    /// <summary>Changes an instrument's phase (section 10).</summary>
    /// <returns>None; UnknownInstrument, with a Rejected event.</returns>
    /// <exception cref="ArgumentException">It is no phase.</exception>
    RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events);

    /// <summary>The first time at which <see cref="AdvanceTime"/> may have something to do, Unix nanoseconds;
    /// the greatest number when there is none.</summary>
    long NextDueNs { get; }

    /// <summary>Moves on to a time: orders expire, auctions end. An earlier one than the last does nothing.</summary>
    /// <param name="timeNs">Unix nanoseconds.</param>
    void AdvanceTime(long timeNs, MatchEventBuffer events);

    /// <summary>What an auction would do now, whatever the phase; default when nothing could trade.</summary>
    IndicativePrice GetIndicative(int instrumentId);

    /// <summary>Looks an order up.</summary>
    bool TryGetOrder(ulong orderId, out RestingOrder order);
}
