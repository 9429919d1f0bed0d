using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

// Section 4 with 5, 6 and 8: an order arrives in continuous trading and is matched.
internal sealed partial class SlowBook
{
    // Why matching came to its end.
    private enum Halt
    {
        // Nothing is left of the order, or nothing that it may trade with.
        None,

        // Prevention cancelled the order.
        SelfTrade,

        // The next trade would be outside of a price band.
        Band,
    }

    // An order in the hand, in continuous trading; minimum is what must trade now, or 0.
    private void Arrive(SlowOrder order, long minimum)
    {
        List<SlowOrder> others = Queue(order.Side.Opposite());
        if (order.Flags.HasFlag(OrderFlags.PostOnly) && others.Count > 0 && Reaches(order, others[0].Price))
        {
            Cancel(order, RejectReason.WouldTrade);
            return;
        }

        if (order.Type == OrderType.MarketToLimit && others.Count > 0)
        {
            order.Type = OrderType.Limit;
            order.Price = others[0].Price;
        }
        else if (order.Type == OrderType.MarketToLimit)
        {
            Cancel(order, RejectReason.NoLiquidity);
            return;
        }

        if (order.TimeInForce == TimeInForce.FillOrKill && CouldTrade(order, withPrevention: true) < order.Leaves)
        {
            bool isOnlyPrevented = CouldTrade(order, withPrevention: false) == order.Leaves;
            Cancel(order, isOnlyPrevented ? RejectReason.SelfTrade : RejectReason.NotFillable);
            return;
        }

        if (minimum > 0 && CouldTrade(order, withPrevention: true) < minimum)
        {
            Cancel(order, RejectReason.MinimumNotMet);
            return;
        }

        Halt halt = order.IsConditional && !MeetsItsSize(order) ? Halt.None : Match(order, isTrial: false, withPrevention: true, out _);
        if (order.Leaves > 0)
        {
            Finish(order, halt);
        }

        if (halt == Halt.Band)
        {
            ChangePhase(TradingPhase.VolatilityAuction, cancelsForbidden: false, RejectReason.PriceBand);
        }
    }

    // 4.5: what is left over.
    private void Finish(SlowOrder order, Halt halt)
    {
        bool mayRest = order.Type != OrderType.Market && order.TimeInForce is not (TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill);
        if (halt == Halt.SelfTrade)
        {
            Cancel(order, RejectReason.SelfTrade);
        }
        else if (!mayRest)
        {
            Cancel(order, halt == Halt.Band ? RejectReason.PriceBand : RejectReason.NoLiquidity);
        }
        else
        {
            Put(order, OrderPlace.Queue);
        }
    }

    private bool IsRestTooSmall(SlowOrder order)
    {
        long least = Terms.Rules.CancelHiddenRests;
        return least > 0 && order.IsHidden && order.Leaves > 0 && (order.Leaves < least || order.Leaves < order.Minimum);
    }

    private static bool Reaches(SlowOrder order, long price) => order.IsMarket
        || (order.Side == Side.Buy ? price <= order.Price : price >= order.Price);

    // How much of an order would trade if it arrived now, without a look at price bands: it is tried on a copy.
    private long CouldTrade(SlowOrder order, bool withPrevention)
    {
        Copy().Match(order.Clone(), isTrial: true, withPrevention, out long traded);
        return traded;
    }

    // Section 6: whether a conditional order may trade now.
    private bool MeetsItsSize(SlowOrder order)
    {
        long could = CouldTrade(order, withPrevention: true);
        return Terms.Rules.MinimumPerTrade ? could > 0 : could >= order.SizeInForce;
    }

    // 4.2: level by level, the shown orders until there are none, then the hidden ones once.
    private Halt Match(SlowOrder order, bool isTrial, bool withPrevention, out long traded)
    {
        traded = 0;
        Side other = order.Side.Opposite();
        long? ownBest = Queue(order.Side).Find(o => o.Shown > 0)?.Price;
        foreach (long price in Queue(other).Select(o => o.Price).Distinct().Where(price => Reaches(order, price)))
        {
            HashSet<SlowOrder> passed = [];
            while (order.Leaves > 0 && Queue(other).Find(o => o.Price == price && !o.IsHidden && !passed.Contains(o)) is SlowOrder shown)
            {
                Halt halt = Meet(order, shown, shown.Price, isTrial, withPrevention, ref traded, out bool isPassed);
                if (halt != Halt.None)
                {
                    return halt;
                }

                if (isPassed)
                {
                    passed.Add(shown);
                }
            }

            foreach (SlowOrder hidden in Queue(other).FindAll(o => o.Price == price && o.IsHidden))
            {
                Halt halt = order.Leaves > 0 ? Meet(order, hidden, HiddenPrice(order, hidden, ownBest), isTrial, withPrevention, ref traded, out _)
                    : Halt.None;
                if (halt != Halt.None)
                {
                    return halt;
                }
            }
        }

        return Halt.None;
    }

    private Halt Meet(SlowOrder order, SlowOrder resting, long price, bool isTrial, bool withPrevention, ref long traded, out bool isPassed)
    {
        long lots = Math.Min(order.Leaves, resting.Offered);
        isPassed = (resting.IsConditional && order.Leaves < resting.SizeInForce)
            || (Terms.Rules.MinimumPerTrade && order.IsConditional && lots < order.SizeInForce)
            || !Reaches(order, price)
            || Math.Abs(price) > SlowOrderChecks.PriceMax;
        if (isPassed)
        {
            return Halt.None;
        }

        if (withPrevention && HaveSameOwner(order, resting))
        {
            return Prevent(order, resting);
        }

        if (!isTrial && IsOutsideOfBands(price))
        {
            return Halt.Band;
        }

        traded += lots;
        Trade(order, resting, price, lots);
        return Halt.None;
    }

    // Section 6: what a hidden order trades at when its price reaches the best shown price of the arriving order's own side.
    private long HiddenPrice(SlowOrder order, SlowOrder hidden, long? ownBest)
    {
        long ticks = Terms.Rules.HiddenImprovement;
        bool isReached = ownBest is long own && (order.Side == Side.Buy ? hidden.Price <= own : hidden.Price >= own);
        return ticks == 0 || !isReached ? hidden.Price : order.Side == Side.Buy ? ownBest!.Value + ticks : ownBest!.Value - ticks;
    }

    // 4.3, and what becomes of the resting order.
    private void Trade(SlowOrder order, SlowOrder resting, long price, long lots)
    {
        order.Leaves -= lots;
        resting.Leaves -= lots;
        resting.Shown = resting.IsHidden ? 0 : resting.Shown - lots;
        LastTrade = price;
        EmitTrade(order, resting, order.Side, price, lots);
        if (resting.Leaves == 0)
        {
            TakeOut(resting);
        }
        else if (IsRestTooSmall(resting))
        {
            Cancel(resting, RejectReason.RestTooSmall);
        }
        else if (!resting.IsHidden && resting.Shown == 0)
        {
            TakeOut(resting);
            Put(resting, OrderPlace.Queue);
            Emit(MatchEventType.Restated, resting, resting.Shown, RejectReason.Refreshed);
        }
    }

    // Section 8.
    private bool HaveSameOwner(SlowOrder order, SlowOrder resting)
    {
        int Owner(SlowOrder o) => Terms.Rules.Owner switch
        {
            OwnerScope.Account => o.Account,
            OwnerScope.Firm => o.Firm,
            OwnerScope.Strategy => o.Strategy,
            _ => -1,
        };
        return Owner(order) >= 0 && Owner(order) == Owner(resting);
    }

    private Halt Prevent(SlowOrder order, SlowOrder resting)
    {
        SelfTradePrevention mode = order.SelfTrade == SelfTradePrevention.Default ? Terms.Rules.SelfTrade : order.SelfTrade;
        switch (mode)
        {
            case SelfTradePrevention.CancelNewest:
                return Halt.SelfTrade;
            case SelfTradePrevention.CancelOldest:
                Cancel(resting, RejectReason.SelfTrade);
                return Halt.None;
            case SelfTradePrevention.CancelBoth:
                Cancel(resting, RejectReason.SelfTrade);
                return Halt.SelfTrade;
            default:
                long lots = Math.Min(order.Leaves, resting.Leaves);
                Reduce(resting, lots, RejectReason.SelfTrade);
                Reduce(order, lots, RejectReason.SelfTrade);
                if (resting.Leaves == 0)
                {
                    TakeOut(resting);
                }

                return Halt.None;
        }
    }

    // Section 10: a price is outside when it is further from the centre than the band. The centres are those at the start of the command.
    /// <summary>Two orders that trade with each other alone.</summary>
    public void Cross(SlowOrder buy, SlowOrder sell)
    {
        long lots = buy.Leaves;
        (buy.Leaves, sell.Leaves) = (0, 0);
        LastTrade = buy.Price;
        EmitTrade(buy, sell, 0, buy.Price, lots);
    }

    /// <summary>The best price that a side shows.</summary>
    public long? Best(Side side) => Queue(side).Find(order => order.Shown > 0)?.Price;

    /// <summary>Whether a trade at a price would be outside of the bands as a command that began now would have them.</summary>
    public bool IsOutsideOfBandsNow(long price)
    {
        StartCommand(new MatchEventBuffer());
        return IsOutsideOfBands(price);
    }

    private bool IsOutsideOfBands(long price) =>
        IsOutside(price, _auctionPriceBefore ?? Terms.ReferencePrice?.Ticks, Terms.StaticBandBasisPoints)
        || IsOutside(price, _lastTradeBefore ?? Terms.ReferencePrice?.Ticks, Terms.DynamicBandBasisPoints);

    private static bool IsOutside(long price, long? centre, int basisPoints) =>
        basisPoints > 0 && centre is long middle && Int128.Abs((Int128)price - middle) * 10_000 > basisPoints * Int128.Abs(middle);
}
