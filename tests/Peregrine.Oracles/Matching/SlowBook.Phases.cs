using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

// Section 10: what a change of phase does.
internal sealed partial class SlowBook
{
    public void ChangePhase(TradingPhase to, bool cancelsForbidden, RejectReason reason)
    {
        TradingPhase from = Phase;
        bool endsAuction = IsAuctionPhase(from) && (to is TradingPhase.PreOpen or TradingPhase.Closed);
        if (to != from && (endsAuction || to == TradingPhase.Continuous))
        {
            EndAuction(Uncross());
        }

        Phase = to;
        CancelsForbidden = cancelsForbidden && IsAuctionPhase(to);
        Told = IsAuctionPhase(to) ? Told : default;
        if (to != from)
        {
            StartClock();
        }

        EmitPhase(reason);
        if (to != from)
        {
            Settle(from);
        }

        TellIndicative();
    }

    /// <summary>Sets the time at which a volatility auction that begins now ends by itself.</summary>
    public void StartClock()
    {
        bool ends = Phase == TradingPhase.VolatilityAuction && Terms.InterruptionNs > 0;
        AuctionEnd = ends ? (long)Int128.Min(long.MaxValue, (Int128)Now + Terms.InterruptionNs) : 0;
    }

    /// <summary>What an auction would do now (section 11).</summary>
    public IndicativePrice Indicate() => new SlowAuction(Orders, LastTrade ?? Terms.ReferencePrice?.Ticks).Find();

    // Step 1. The auction price, or null when nothing traded.
    private long? Uncross()
    {
        IndicativePrice result = Indicate();
        if (result.Volume.Lots == 0)
        {
            return null;
        }

        long price = result.Price.Ticks;
        List<SlowOrder> buys = AuctionQueue(Side.Buy, price);
        List<SlowOrder> sells = AuctionQueue(Side.Sell, price);
        List<SlowOrder> traded = [];
        while (buys.Count > 0 && sells.Count > 0)
        {
            SlowOrder buy = buys[0];
            SlowOrder sell = sells[0];
            long lots = Math.Min(buy.Leaves, sell.Leaves);
            buy.Leaves -= lots;
            sell.Leaves -= lots;
            EmitTrade(buy, sell, 0, price, lots);
            traded.AddRange([buy, sell]);
            buys.RemoveAll(o => o.Leaves == 0);
            sells.RemoveAll(o => o.Leaves == 0);
        }

        foreach (SlowOrder order in traded)
        {
            order.Shown = order.Slice;
        }

        Orders.RemoveAll(o => o.Leaves == 0);
        LastTrade = price;
        AuctionPrice = price;
        return price;
    }

    private List<SlowOrder> AuctionQueue(Side side, long price)
    {
        List<SlowOrder> queue = Queue(side).FindAll(o => SlowAuction.TakesPart(o) && Reaches(o, price));
        SlowOrder? best = queue.Find(o => !o.IsMarket);
        if (!Terms.Rules.MarketWithBest || best is null)
        {
            return queue;
        }

        // As if they had its price.
        SlowOrder[] atBest = [.. queue.Where(o => o.IsMarket || o.Price == best.Price).OrderBy(o => o.IsHidden).ThenBy(o => o.Number)];
        return [.. atBest, .. queue.Where(o => !o.IsMarket && o.Price != best.Price)];
    }

    // Step 2.
    private void EndAuction(long? price)
    {
        foreach (SlowOrder order in ByNumber(o => o.IsQueued))
        {
            if (order.Type == OrderType.MarketToLimit && price is long limit)
            {
                TakeOut(order);
                order.Type = OrderType.Limit;
                order.Price = limit;
                Put(order, OrderPlace.Queue);
                Emit(MatchEventType.Restated, order, order.Shown, RejectReason.Converted);
            }
            else if (order.IsMarket)
            {
                Cancel(order, RejectReason.NoLiquidity);
            }
            else if (SlowOrderChecks.IsAuctionTime(order.TimeInForce))
            {
                Cancel(order, RejectReason.Expired);
            }
        }
    }

    // Steps 4 to 6.
    private void Settle(TradingPhase from)
    {
        foreach (SlowOrder order in ByNumber(o => o.Place == OrderPlace.Parked && EntersNow(o)))
        {
            TakeOut(order);
            Put(order, OrderPlace.Queue);
            Emit(MatchEventType.Restated, order, order.Shown, RejectReason.Entered);
        }

        foreach (SlowOrder order in ByNumber(o => from == TradingPhase.Continuous && o.IsPegged && o.IsQueued))
        {
            TakeOut(order);
            Put(order, OrderPlace.Parked);
            Emit(MatchEventType.Restated, order, 0, RejectReason.Parked);
        }

        foreach (SlowOrder order in ByNumber(o => Phase == TradingPhase.Closed && EndsWithTheDay(o)))
        {
            Cancel(order, RejectReason.Expired);
        }

        while (Phase == TradingPhase.Continuous && TryPeg())
        {
        }

        DoSteps();
    }

    private bool EntersNow(SlowOrder order) => order.TimeInForce switch
    {
        TimeInForce.GoodForAuction => IsAuction,
        TimeInForce.AtTheClose => Phase == TradingPhase.ClosingAuction,
        _ => false,
    };

    private static bool EndsWithTheDay(SlowOrder order) => order.TimeInForce == TimeInForce.Day || SlowOrderChecks.IsAuctionTime(order.TimeInForce);

    // Step 7, and after each command.
    private void TellIndicative()
    {
        if (!IsAuction || Indicate() == Told)
        {
            return;
        }

        Told = Indicate();
        if (Events is not null)
        {
            ref MatchEvent match = ref Events.Add();
            match.Type = MatchEventType.Indicative;
            match.InstrumentId = id;
            match.Price = Told.Price;
            match.Quantity = Told.Volume;
            match.Leaves = new Quantity(Told.Surplus);
        }
    }

    private void EmitPhase(RejectReason reason)
    {
        if (Events is null)
        {
            return;
        }

        ref MatchEvent match = ref Events.Add();
        match.Type = MatchEventType.PhaseChanged;
        match.InstrumentId = id;
        match.Phase = Phase;
        match.Quantity = new Quantity(CancelsForbidden ? 1 : 0);
        match.Reason = reason;
    }
}
