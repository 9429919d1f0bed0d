using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

// The end of section 4: conditional orders, stops and pegs, one order at a time, until nothing more happens.
internal sealed partial class SlowBook
{
    private void DoSteps()
    {
        bool hasDone = true;
        while (hasDone && Phase == TradingPhase.Continuous)
        {
            hasDone = TryConditional() || TryStop() || TryPeg();
        }
    }

    // Section 6.
    private bool TryConditional()
    {
        SlowOrder? order = ByNumber(o => o.IsQueued && o.IsConditional).Find(MeetsItsSize);
        if (order is null)
        {
            return false;
        }

        TakeOut(order);
        Arrive(order, minimum: 0);
        return true;
    }

    // Section 9.
    private bool TryStop()
    {
        if (LastTrade is not long last)
        {
            return false;
        }

        foreach (SlowOrder trailing in ByNumber(o => o.Type == OrderType.TrailingStop))
        {
            long stop = TrailingStopPrice(trailing, last);
            if (trailing.Side == Side.Buy ? stop < trailing.StopPrice : stop > trailing.StopPrice)
            {
                trailing.StopPrice = stop;
                Emit(MatchEventType.Restated, trailing, stop, 0, RejectReason.Trailed);
            }
        }

        List<SlowOrder> due = Orders.FindAll(o => o.IsStop && (o.Side == Side.Buy ? last >= o.StopPrice : last <= o.StopPrice));
        SlowOrder? order = Terms.Rules.StopsByArrival
            ? due.MinBy(o => o.Number)
            : due.OrderBy(o => o.Side == Side.Buy ? 0 : 1).ThenBy(o => o.Side == Side.Buy ? o.StopPrice : -o.StopPrice).ThenBy(o => o.Number)
            .FirstOrDefault();
        if (order is null)
        {
            return false;
        }

        TakeOut(order);
        order.Type = order.Type == OrderType.StopLimit ? OrderType.Limit : OrderType.Market;
        order.StopPrice = 0;
        order.Offset = 0;
        Emit(MatchEventType.Triggered, order, order.Leaves, RejectReason.None);
        Arrive(order, minimum: 0);
        return true;
    }

    private static long TrailingStopPrice(SlowOrder order, long last) => order.Side == Side.Buy ? last + order.Offset : last - order.Offset;

    // Section 7.
    private bool TryPeg()
    {
        foreach (SlowOrder order in ByNumber(o => o.IsPegged))
        {
            long? price = PegPrice(order);
            if (price is null && order.IsQueued)
            {
                TakeOut(order);
                Put(order, OrderPlace.Parked);
                Emit(MatchEventType.Restated, order, 0, RejectReason.Parked);
                return true;
            }

            if (price is long other && (!order.IsQueued || other != order.Price))
            {
                TakeOut(order);
                order.Price = other;
                Emit(MatchEventType.Restated, order, order.Slice, RejectReason.Repriced);
                Arrive(order, minimum: 0);
                return true;
            }
        }

        return false;
    }

    private bool TryPricePeg(SlowOrder order)
    {
        if (Phase != TradingPhase.Continuous || PegPrice(order) is not long price)
        {
            return false;
        }

        order.Price = price;
        return true;
    }

    // What the order's price is now; null without its reference.
    private long? PegPrice(SlowOrder order)
    {
        long? bid = BestReference(Side.Buy);
        long? ask = BestReference(Side.Sell);
        bool isBuy = order.Side == Side.Buy;
        long? reference = order.Peg == PegReference.Best ? (isBuy ? bid : ask) : isBuy ? Half(bid + ask) : -Half(-(bid + ask));
        if (reference is not long price)
        {
            return null;
        }

        price = Math.Clamp(isBuy ? price - order.Offset : price + order.Offset, -Terms.PegTicksMax, Terms.PegTicksMax);
        bool hasLimit = order.Flags.HasFlag(OrderFlags.HasLimit);
        return !hasLimit ? price : isBuy ? Math.Min(price, order.LimitPrice) : Math.Max(price, order.LimitPrice);
    }

    // Half of a sum, rounded down.
    private static long? Half(long? sum) => sum >> 1;

    private long? BestReference(Side side) => Queue(side).Find(o => o.Shown > 0 && !o.IsPegged)?.Price;
}
