using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

/// <summary>Sections 1 and 2 of the rules, as far as they look at nothing but the request and the terms: checks 2 to 6.</summary>
internal static class SlowOrderChecks
{
    public const long PriceMax = 1L << 56;
    private const long QuantityMax = 1L << 40;

    /// <param name="named">What a replace names; everything for a new order.</param>
    public static RejectReason Check(in MatchOrder order, InstrumentTerms terms, ReplaceFields named)
    {
        if (!IsSupported(in order))
        {
            return RejectReason.UnsupportedOrder;
        }

        RejectReason amounts = CheckAmounts(in order, named);
        return amounts != RejectReason.None ? amounts : CheckPrices(in order, terms);
    }

    public static bool IsAuctionTime(TimeInForce timeInForce) =>
        timeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose or TimeInForce.GoodForAuction;

    // Section 1: what goes together.
    private static bool IsSupported(in MatchOrder order)
    {
        bool isKnown = order.Side is Side.Buy or Side.Sell
            && order.Type is >= OrderType.Market and <= OrderType.Pegged
            && order.TimeInForce is >= TimeInForce.Day and <= TimeInForce.GoodForAuction
            && ((byte)order.Flags & ~0xf) == 0
            && (byte)order.Peg <= (byte)PegReference.Mid
            && (byte)order.SelfTrade <= (byte)SelfTradePrevention.DecrementAndCancel;
        if (!isKnown)
        {
            return false;
        }

        bool isPegged = order.Type == OrderType.Pegged;
        if (isPegged != (order.Peg != 0) || (!isPegged && order.Flags.HasFlag(OrderFlags.HasLimit)))
        {
            return false;
        }

        bool hidden = order.Flags.HasFlag(OrderFlags.Hidden) || order.Peg == PegReference.Mid;
        bool allOrNone = order.Flags.HasFlag(OrderFlags.AllOrNone);
        bool postOnly = order.Flags.HasFlag(OrderFlags.PostOnly);
        bool display = order.DisplayQuantity.Lots != 0;
        bool minimum = order.MinimumQuantity.Lots != 0;
        bool auction = IsAuctionTime(order.TimeInForce);
        bool atOnce = order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
        bool waits = order.TimeInForce is TimeInForce.Day or TimeInForce.GoodTillCancel or TimeInForce.GoodTillTime;
        bool goesWithType = order.Type switch
        {
            OrderType.Market => !hidden && !allOrNone && !postOnly && !display && (order.TimeInForce == TimeInForce.Day || atOnce || auction),
            OrderType.MarketToLimit => !hidden && !allOrNone && !postOnly && !display && (waits || atOnce),
            OrderType.Stop or OrderType.TrailingStop => !hidden && !allOrNone && !postOnly && !display && !minimum && waits,
            OrderType.StopLimit => !allOrNone && !postOnly && !minimum && waits,
            OrderType.Pegged => !allOrNone && !postOnly && !minimum && waits,
            _ => true,
        };
        bool excluded = (display && (hidden || allOrNone))
            || (postOnly && (atOnce || auction || minimum || allOrNone))
            || (minimum && (allOrNone || order.TimeInForce == TimeInForce.FillOrKill))
            || (auction && (allOrNone || minimum));
        return goesWithType && !excluded;
    }

    private static RejectReason CheckAmounts(in MatchOrder order, ReplaceFields named)
    {
        long quantity = order.Quantity.Lots;
        long display = order.DisplayQuantity.Lots;
        long minimum = order.MinimumQuantity.Lots;
        if (quantity < 1)
        {
            return RejectReason.QuantityNotPositive;
        }

        if (quantity > QuantityMax)
        {
            return RejectReason.MaxQuantity;
        }

        bool isDisplayGood = display == 0
            || (display > 0 && (Int128)display * 1_000 >= quantity && (!named.HasFlag(ReplaceFields.Display) || display <= quantity - 1));
        bool isMinimumGood = minimum >= 0 && (!named.HasFlag(ReplaceFields.Minimum) || minimum <= quantity);
        return isDisplayGood && isMinimumGood ? RejectReason.None : RejectReason.DisplayQuantity;
    }

    private static RejectReason CheckPrices(in MatchOrder order, InstrumentTerms terms)
    {
        List<long> prices = [];
        if (order.Type is OrderType.Limit or OrderType.StopLimit || order.Flags.HasFlag(OrderFlags.HasLimit))
        {
            prices.Add(order.Price.Ticks);
        }

        if (order.Type is OrderType.Stop or OrderType.StopLimit)
        {
            prices.Add(order.StopPrice.Ticks);
        }

        bool isOffsetGood = order.Type switch
        {
            OrderType.TrailingStop => order.OffsetTicks is >= 1 and <= PriceMax,
            OrderType.Pegged => order.OffsetTicks is >= 0 and <= PriceMax,
            _ => true,
        };
        if (!isOffsetGood || prices.Exists(price => price is < -PriceMax or > PriceMax))
        {
            return RejectReason.PriceOutOfRange;
        }

        if (prices.Exists(price => !IsOnTick(price, terms.TickTable)))
        {
            return RejectReason.PriceNotOnTick;
        }

        bool isBeyond = prices.Exists(price => price < terms.LowestPrice?.Ticks || price > terms.HighestPrice?.Ticks);
        return isBeyond ? RejectReason.PriceLimit : RejectReason.None;
    }

    private static bool IsOnTick(long price, IReadOnlyList<TickStep> table)
    {
        if (table.Count == 0)
        {
            return true;
        }

        TickStep step = table.Any(s => s.FromTicks <= price) ? table.Last(s => s.FromTicks <= price) : table[0];
        return price % step.StepTicks == 0;
    }
}
