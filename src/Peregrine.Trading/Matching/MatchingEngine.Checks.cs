using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Section 2 of docs/matching.md: what a request is checked for, and section 1: what goes together.
public sealed partial class MatchingEngine
{
    private const int BasisPointsInOne = 10_000;

    private RejectReason CheckNew(Book book, in MatchOrder order)
    {
        if (!IsSupported(in order))
        {
            return RejectReason.UnsupportedOrder;
        }

        RejectReason reason = CheckValues(book, in order, ReplaceFields.Display | ReplaceFields.Minimum);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (order.OrderId == 0 || _index.Find(order.OrderId) != None)
        {
            return RejectReason.DuplicateOrderId;
        }

        reason = CheckPhase(book, in order);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (order.TimeInForce == TimeInForce.GoodTillTime && order.ExpireTimeNs <= TimeNs)
        {
            return RejectReason.ExpiryPassed;
        }

        if (order.Type == OrderType.TrailingStop && !book.HasLastTrade)
        {
            return RejectReason.NoReferencePrice;
        }

        bool isPassing = TimesInForce.IsOneOf(order.TimeInForce, TimesInForce.AtOnce)
            || (order.Type == OrderType.Market && book.Phase == TradingPhase.Continuous && order.TimeInForce == TimeInForce.Day);
        return OrderCount == OrderCapacity && !isPassing ? RejectReason.OrderCapacity : RejectReason.None;
    }

    /// <summary>Checks 3 to 6, on quantities and prices.</summary>
    /// <param name="named">Whether display and minimum quantity must fit the quantity: they need not where only the quantity was changed.</param>
    private static RejectReason CheckValues(Book book, in MatchOrder order, ReplaceFields named)
    {
        long lots = order.Quantity.Lots;
        if (lots is <= 0 or > QuantityLotsMax)
        {
            return lots <= 0 ? RejectReason.QuantityNotPositive : RejectReason.MaxQuantity;
        }

        long display = order.DisplayQuantity.Lots;
        long minimum = order.MinimumQuantity.Lots;
        bool isDisplayGood = display == 0
            || (display is > 0 and <= QuantityLotsMax && display * IcebergSlicesMax >= lots
                && (display < lots || !Names(named, ReplaceFields.Display)));
        if (!isDisplayGood || minimum < 0 || (minimum > lots && Names(named, ReplaceFields.Minimum)))
        {
            return RejectReason.DisplayQuantity;
        }

        bool hasPrice = HasPrice(in order);
        bool hasStop = OrderTypes.Has(order.Type, OrderTraits.NamedStop);
        if ((hasPrice && !IsInRange(order.Price.Ticks)) || (hasStop && !IsInRange(order.StopPrice.Ticks))
            || !IsOffsetGood(order.Type, order.OffsetTicks))
        {
            return RejectReason.PriceOutOfRange;
        }

        return CheckPrices(book, hasPrice ? order.Price : null, hasStop ? order.StopPrice : null);
    }

    private static bool IsSupported(in MatchOrder order)
    {
        bool isKnown = order.Side is Side.Buy or Side.Sell
            && OrderTypes.IsKnown(order.Type) && TimesInForce.IsKnown(order.TimeInForce)
            && (order.Flags & ~OrderFlagSets.All) == 0
            && order.SelfTrade <= SelfTradePreventions.Last;
        if (!isKnown)
        {
            return false;
        }

        bool hasDisplay = order.DisplayQuantity.Lots != 0;
        bool hasMinimum = order.MinimumQuantity.Lots != 0;
        bool isHidden = (order.Flags & OrderFlags.Hidden) != 0;
        bool isPostOnly = (order.Flags & OrderFlags.PostOnly) != 0;
        bool isAllOrNone = (order.Flags & OrderFlags.AllOrNone) != 0;
        bool isForAuction = TimesInForce.IsOneOf(order.TimeInForce, TimesInForce.ForAuction);

        // What the type has a place for, and then what does not go together whatever the type is.
        ref readonly OrderTypeRow type = ref OrderTypes.Of(order.Type);
        bool isOfType = (order.Flags & ~type.Flags) == 0 && TimesInForce.IsOneOf(order.TimeInForce, type.Times)
            && (!hasDisplay || (type.Traits & OrderTraits.Display) != 0)
            && (!hasMinimum || (type.Traits & OrderTraits.Minimum) != 0)
            && ((type.Traits & OrderTraits.Peg) != 0 ? PegReferences.IsKnown(order.Peg) : order.Peg == 0);
        return isOfType
            && !(hasDisplay && (isHidden || isAllOrNone || order.Peg == PegReference.Mid))
            && !(hasMinimum && (isAllOrNone || isForAuction || order.TimeInForce == TimeInForce.FillOrKill))
            && !(isForAuction && isAllOrNone)
            && !(isPostOnly && (hasMinimum || isAllOrNone || !TimesInForce.IsOneOf(order.TimeInForce, TimesInForce.Lasting)));
    }

    private static bool HasPrice(in MatchOrder order) => OrderTypes.HasPrice(order.Type, order.Flags);

    private static bool IsInRange(long ticks) => ticks is >= -PriceTicksMax and <= PriceTicksMax;

    private static bool IsOffsetGood(OrderType type, long offset) =>
        !OrderTypes.Has(type, OrderTraits.Offset) || (offset >= OrderTypes.Of(type).OffsetTicksMin && offset <= PriceTicksMax);

    private static RejectReason CheckPrices(Book book, Price? price, Price? stopPrice)
    {
        if (!IsOnTick(book, price) || !IsOnTick(book, stopPrice))
        {
            return RejectReason.PriceNotOnTick;
        }

        return IsWithinLimits(book, price) && IsWithinLimits(book, stopPrice) ? RejectReason.None : RejectReason.PriceLimit;
    }

    private static bool IsOnTick(Book book, Price? price)
    {
        if (price is not { } value || book.TickTable.Length == 0)
        {
            return true;
        }

        // The last step that begins at or below the price; the first is for all below.
        TickStep[] table = book.TickTable;
        int at = 0;
        for (int end = table.Length; end - at > 1;)
        {
            int middle = (at + end) >>> 1;
            (at, end) = table[middle].FromTicks <= value.Ticks ? (middle, end) : (at, middle);
        }

        return value.Ticks % table[at].StepTicks == 0;
    }

    private static bool IsWithinLimits(Book book, Price? price) =>
        price is not { } value || !(value < book.Terms.LowestPrice || value > book.Terms.HighestPrice);

    private static RejectReason CheckPhase(Book book, in MatchOrder order)
    {
        RejectReason reason = CheckOpen(book);
        return reason == RejectReason.None && !IsTakenInPhase(book, in order) ? RejectReason.NotInPhase : reason;
    }

    private static bool IsTakenInPhase(Book book, in MatchOrder order) => order.TimeInForce switch
    {
        TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill => book.Phase == TradingPhase.Continuous,
        TimeInForce.AtTheOpening => book.Phase is TradingPhase.PreOpen or TradingPhase.OpeningAuction,
        _ => book.Phase == TradingPhase.Continuous || (order.Flags & OrderFlags.PostOnly) == 0,
    };

    private static RejectReason CheckOpen(Book book) => book.Phase switch
    {
        TradingPhase.Closed => RejectReason.InstrumentClosed,
        TradingPhase.Halted => RejectReason.InstrumentHalted,
        _ => RejectReason.None,
    };

    /// <summary>Remembers the centres of the bands as they are when a command begins.</summary>
    private static void CentreBands(Book book)
    {
        if (!book.HasBands)
        {
            return;
        }

        Price? reference = book.Terms.ReferencePrice;
        book.HasStaticCentre = book.HasAuctionPrice || reference is not null;
        book.StaticCentre = book.HasAuctionPrice ? book.AuctionPrice : reference?.Ticks ?? 0;
        book.HasDynamicCentre = book.HasLastTrade || reference is not null;
        book.DynamicCentre = book.HasLastTrade ? book.LastTrade : reference?.Ticks ?? 0;
    }

    private static bool IsOutsideBands(Book book, long ticks) =>
        (book.HasStaticCentre && IsOutside(ticks, book.StaticCentre, book.Terms.StaticBandBasisPoints))
        || (book.HasDynamicCentre && IsOutside(ticks, book.DynamicCentre, book.Terms.DynamicBandBasisPoints));

    private static bool IsOutside(long ticks, long centre, int basisPoints) =>
        basisPoints > 0 && Int128.Abs((Int128)ticks - centre) * BasisPointsInOne > Int128.Abs(centre) * basisPoints;
}
