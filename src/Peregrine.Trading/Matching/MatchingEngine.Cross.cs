using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Section 12 of docs/matching.md: two orders that come together and trade with each other alone.
public sealed partial class MatchingEngine
{
    /// <inheritdoc/>
    public RejectReason Cross(in MatchCross cross, MatchEventBuffer events) => Kept(TakeCross(in cross, events));

    private RejectReason TakeCross(in MatchCross cross, MatchEventBuffer events)
    {
        MatchOrder buy = LegOf(in cross, Side.Buy);
        if ((uint)cross.InstrumentId >= (uint)InstrumentCount)
        {
            return RefuseNew(in buy, RejectReason.UnknownInstrument, events);
        }

        Book book = _books[cross.InstrumentId];
        CentreBands(book);
        RejectReason reason = CheckCross(book, in cross, in buy);
        if (reason != RejectReason.None)
        {
            return RefuseNew(in buy, reason, events);
        }

        long ticks = cross.Price.Ticks;
        long lots = cross.Quantity.Lots;
        MatchOrder sell = LegOf(in cross, Side.Sell);
        EmitOrder(ref events.Add(), MatchEventType.Accepted, in buy, ticks, lots, lots, RejectReason.None);
        EmitOrder(ref events.Add(), MatchEventType.Accepted, in sell, ticks, lots, lots, RejectReason.None);
        TradeCount++;
        TradedLots += lots;
        (book.HasLastTrade, book.LastTrade) = (true, ticks);
        MarkDirty(book);
        ref MatchEvent trade = ref events.Add();
        EmitOrder(ref trade, MatchEventType.Trade, in buy, ticks, lots, 0, RejectReason.None);
        trade.Side = 0;
        trade.RestingOrderId = cross.SellId;
        trade.RestingTag = cross.SellTag;
        EndCommand(book, events);
        return RejectReason.None;
    }

    private RejectReason CheckCross(Book book, in MatchCross cross, in MatchOrder buy)
    {
        RejectReason reason = CheckValues(book, in buy, 0);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (cross.BuyId == 0 || _index.Find(cross.BuyId) != None)
        {
            return RejectReason.DuplicateOrderId;
        }

        reason = CheckPhase(book, in buy);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (cross.SellId == 0 || cross.SellId == cross.BuyId || _index.Find(cross.SellId) != None)
        {
            return RejectReason.DuplicateOrderId;
        }

        bool isBelow = TryGetLevel(cross.InstrumentId, Side.Buy, 0, out BookLevel bid) && cross.Price < bid.Price;
        bool isAbove = TryGetLevel(cross.InstrumentId, Side.Sell, 0, out BookLevel ask) && cross.Price > ask.Price;
        if (isBelow || isAbove)
        {
            return RejectReason.OutsideSpread;
        }

        return book.HasBands && IsOutsideBands(book, cross.Price.Ticks) ? RejectReason.PriceBand : RejectReason.None;
    }

    private static MatchOrder LegOf(in MatchCross cross, Side side) => new()
    {
        OrderId = side == Side.Buy ? cross.BuyId : cross.SellId,
        Tag = side == Side.Buy ? cross.BuyTag : cross.SellTag,
        Price = cross.Price,
        Quantity = cross.Quantity,
        InstrumentId = cross.InstrumentId,
        Side = side,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.ImmediateOrCancel,
    };
}
