using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

// New orders (section 2) and what is done to them later (section 12).
public sealed partial class SlowMatchingEngine
{
    private const ReplaceFields AllFields =
        ReplaceFields.Price | ReplaceFields.Leaves | ReplaceFields.Stop | ReplaceFields.Display | ReplaceFields.Minimum | ReplaceFields.Expiry;

    /// <summary>What a new order would be answered (section 2): None when it would be accepted.</summary>
    public RejectReason Check(in MatchOrder order)
    {
        if (order.InstrumentId < 0 || order.InstrumentId >= _books.Count)
        {
            return RejectReason.UnknownInstrument;
        }

        SlowBook book = _books[order.InstrumentId];
        RejectReason reason = SlowOrderChecks.Check(in order, book.Terms, AllFields);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (order.OrderId == 0 || Find(order.OrderId) is not null)
        {
            return RejectReason.DuplicateOrderId;
        }

        reason = CheckPhase(in order, book, cancels: false);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (order.Type == OrderType.TrailingStop && book.LastTrade is null)
        {
            return RejectReason.NoReferencePrice;
        }

        bool isAtOnce = order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill
            || (order.Type == OrderType.Market && order.TimeInForce == TimeInForce.Day && book.Phase == TradingPhase.Continuous);
        return !isAtOnce && OrderCount >= capacity ? RejectReason.OrderCapacity : RejectReason.None;
    }

    /// <summary>What a replace would be answered: None when it would be accepted.</summary>
    public RejectReason Check(in MatchReplace replace)
    {
        SlowOrder? order = Find(replace.OrderId);
        if (order is null)
        {
            return RejectReason.UnknownOrder;
        }

        if (HasNoUseFor(order, replace.Fields))
        {
            return RejectReason.NotReplaceable;
        }

        if ((replace.Fields & ~AllFields) != 0)
        {
            return RejectReason.UnsupportedOrder;
        }

        SlowBook book = _books[order.Instrument];
        MatchOrder request = WithNewValues(order, in replace, book).ToRequest();
        RejectReason reason = SlowOrderChecks.Check(in request, book.Terms, replace.Fields);
        return reason != RejectReason.None ? reason : CheckPhase(in request, book, cancels: true);
    }

    /// <inheritdoc/>
    public RejectReason Submit(in MatchOrder order, MatchEventBuffer events)
    {
        RejectReason reason = Check(in order);
        ref MatchEvent match = ref events.Add();
        match.Type = reason == RejectReason.None ? MatchEventType.Accepted : MatchEventType.Rejected;
        match.OrderId = order.OrderId;
        match.InstrumentId = order.InstrumentId;
        match.Tag = order.Tag;
        match.Side = order.Side;
        match.Price = order.Price;
        match.Quantity = order.Quantity;
        match.Leaves = reason == RejectReason.None ? order.Quantity : default;
        match.Reason = reason;
        if (reason != RejectReason.None)
        {
            return reason;
        }

        SlowBook book = Start(_books[order.InstrumentId], events);
        SlowOrder accepted = SlowOrder.Of(in order);
        if (accepted.Type == OrderType.TrailingStop)
        {
            accepted.StopPrice = Trail(accepted, book.LastTrade!.Value);
        }

        book.Enter(accepted);
        book.EndCommand();
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public RejectReason Cancel(ulong orderId, MatchEventBuffer events)
    {
        SlowOrder? order = Find(orderId);
        RejectReason reason = order is null ? RejectReason.UnknownOrder : CheckCancel(order);
        if (order is null || reason != RejectReason.None)
        {
            return Refuse(orderId, order, reason, events);
        }

        SlowBook book = Start(_books[order.Instrument], events);
        book.Cancel(order, RejectReason.None);
        book.EndCommand();
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public RejectReason Reduce(ulong orderId, Quantity lots, MatchEventBuffer events)
    {
        SlowOrder? order = Find(orderId);
        RejectReason reason = order is null ? RejectReason.UnknownOrder : lots.Lots < 1 ? RejectReason.QuantityNotPositive : CheckCancel(order);
        if (order is null || reason != RejectReason.None)
        {
            return Refuse(orderId, order, reason, events);
        }

        SlowBook book = Start(_books[order.Instrument], events);
        if (lots.Lots >= order.Leaves)
        {
            book.Cancel(order, RejectReason.None);
        }
        else
        {
            book.Reduce(order, lots.Lots, RejectReason.None);
        }

        book.EndCommand();
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public RejectReason Replace(in MatchReplace replace, MatchEventBuffer events)
    {
        SlowOrder? order = Find(replace.OrderId);
        if (order is null)
        {
            return Refuse(replace.OrderId, null, RejectReason.UnknownOrder, events);
        }

        RejectReason reason = Check(in replace);
        if (reason != RejectReason.None)
        {
            return Refuse(replace.OrderId, order, reason, events);
        }

        SlowBook book = Start(_books[order.Instrument], events);
        book.Replace(order, WithNewValues(order, in replace, book));
        book.EndCommand();
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public int MassCancel(in MassCancelFilter filter, MatchEventBuffer events)
    {
        MassCancelFilter wanted = filter;
        List<SlowBook> touched = [];
        int count = 0;
        foreach (SlowBook book in _books.Where(book => !book.CancelsForbidden))
        {
            foreach (SlowOrder order in book.ByNumber(o => IsMeant(o, wanted)))
            {
                Start(book, events).Cancel(order, RejectReason.MassCancel);
                touched.Add(book);
                count++;
            }
        }

        foreach (SlowBook book in touched.Distinct())
        {
            book.EndCommand();
        }

        return count;
    }

    public RejectReason Cross(in MatchCross cross, MatchEventBuffer events)
    {
        (MatchOrder buy, MatchOrder sell) = (LegOf(in cross, Side.Buy), LegOf(in cross, Side.Sell));
        RejectReason reason = Check(in cross, in buy, in sell);
        foreach (MatchOrder leg in reason == RejectReason.None ? new[] { buy, sell } : [buy])
        {
            events.Add() = new MatchEvent
            {
                Type = reason == RejectReason.None ? MatchEventType.Accepted : MatchEventType.Rejected,
                OrderId = leg.OrderId,
                InstrumentId = leg.InstrumentId,
                Tag = leg.Tag,
                Side = leg.Side,
                Price = leg.Price,
                Quantity = leg.Quantity,
                Leaves = reason == RejectReason.None ? leg.Quantity : default,
                Reason = reason,
            };
        }

        if (reason == RejectReason.None)
        {
            SlowBook book = Start(_books[cross.InstrumentId], events);
            book.Cross(SlowOrder.Of(in buy), SlowOrder.Of(in sell));
            book.EndCommand();
        }

        return reason;
    }

    private RejectReason Check(in MatchCross cross, in MatchOrder buy, in MatchOrder sell)
    {
        RejectReason alone = Check(in buy);
        if (alone != RejectReason.None)
        {
            return alone;
        }

        SlowBook book = _books[cross.InstrumentId];
        return sell.OrderId == 0 || sell.OrderId == buy.OrderId || Find(sell.OrderId) is not null ? RejectReason.DuplicateOrderId
            : book.Best(Side.Buy) > cross.Price.Ticks || book.Best(Side.Sell) < cross.Price.Ticks ? RejectReason.OutsideSpread
            : book.IsOutsideOfBandsNow(cross.Price.Ticks) ? RejectReason.PriceBand
            : RejectReason.None;
    }

    // An immediate order is checked for all that a leg is.
    private static MatchOrder LegOf(in MatchCross cross, Side side) => new()
    {
        OrderId = side == Side.Buy ? cross.BuyId : cross.SellId,
        Tag = side == Side.Buy ? cross.BuyTag : cross.SellTag,
        InstrumentId = cross.InstrumentId,
        Price = cross.Price,
        Quantity = cross.Quantity,
        Side = side,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.ImmediateOrCancel,
    };

    public int List(in MassCancelFilter filter, MatchEventBuffer events)
    {
        MassCancelFilter wanted = filter;
        int count = 0;
        foreach (SlowOrder order in _books.SelectMany(book => book.ByNumber(order => IsMeant(order, wanted))))
        {
            events.Add() = new MatchEvent
            {
                Type = MatchEventType.Listed,
                OrderId = order.Id,
                InstrumentId = order.Instrument,
                Side = order.Side,
                Tag = order.Tag,
                Leaves = new Quantity(order.Leaves),
            };
            count++;
        }

        return count;
    }

    private static bool IsMeant(SlowOrder order, MassCancelFilter filter) =>
        (filter.Session == -1 || filter.Session == order.Session)
        && (filter.Account == -1 || filter.Account == order.Account)
        && (filter.InstrumentId == -1 || filter.InstrumentId == order.Instrument)
        && (filter.Side is null || filter.Side == order.Side);

    private static long Trail(SlowOrder order, long last) => order.Side == Side.Buy ? last + order.Offset : last - order.Offset;

    // Checks 8 and 9.
    private RejectReason CheckPhase(in MatchOrder order, SlowBook book, bool cancels)
    {
        if (book.Phase == TradingPhase.Closed)
        {
            return RejectReason.InstrumentClosed;
        }

        if (book.Phase == TradingPhase.Halted)
        {
            return RejectReason.InstrumentHalted;
        }

        if (cancels && book.CancelsForbidden)
        {
            return RejectReason.CancelForbidden;
        }

        bool isTaken = order.TimeInForce switch
        {
            TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill => book.Phase == TradingPhase.Continuous,
            TimeInForce.AtTheOpening => book.Phase is TradingPhase.PreOpen or TradingPhase.OpeningAuction,
            _ => true,
        };
        if (!isTaken || (order.Flags.HasFlag(OrderFlags.PostOnly) && book.Phase != TradingPhase.Continuous))
        {
            return RejectReason.NotInPhase;
        }

        return order.TimeInForce == TimeInForce.GoodTillTime && order.ExpireTimeNs <= _now ? RejectReason.ExpiryPassed : RejectReason.None;
    }

    private RejectReason CheckCancel(SlowOrder order) => _books[order.Instrument].CancelsForbidden ? RejectReason.CancelForbidden : RejectReason.None;

    private static bool HasNoUseFor(SlowOrder order, ReplaceFields named)
    {
        bool hasPrice = order.Type is OrderType.Limit or OrderType.StopLimit || order.Flags.HasFlag(OrderFlags.HasLimit);
        bool mayHide = order.Type is OrderType.Limit or OrderType.StopLimit or OrderType.Pegged;
        bool mayHaveMinimum = order.Type is OrderType.Limit or OrderType.Market or OrderType.MarketToLimit;
        return (named.HasFlag(ReplaceFields.Price) && !hasPrice)
            || (named.HasFlag(ReplaceFields.Stop) && !order.IsStop)
            || (named.HasFlag(ReplaceFields.Display) && !mayHide)
            || (named.HasFlag(ReplaceFields.Minimum) && !mayHaveMinimum)
            || (named.HasFlag(ReplaceFields.Expiry) && order.TimeInForce != TimeInForce.GoodTillTime);
    }

    // The order as it shall be; what is not named stays.
    private static SlowOrder WithNewValues(SlowOrder order, in MatchReplace replace, SlowBook book)
    {
        SlowOrder wanted = order.Clone();
        ReplaceFields named = replace.Fields;
        if (named.HasFlag(ReplaceFields.Price) && order.IsPegged)
        {
            wanted.LimitPrice = replace.Price.Ticks;
        }
        else if (named.HasFlag(ReplaceFields.Price))
        {
            wanted.Price = replace.Price.Ticks;
        }

        if (named.HasFlag(ReplaceFields.Stop) && order.Type == OrderType.TrailingStop)
        {
            wanted.Offset = replace.OffsetTicks;
            wanted.StopPrice = Trail(wanted, book.LastTrade!.Value);
        }
        else if (named.HasFlag(ReplaceFields.Stop))
        {
            wanted.StopPrice = replace.StopPrice.Ticks;
        }

        wanted.Leaves = named.HasFlag(ReplaceFields.Leaves) ? replace.Leaves.Lots : wanted.Leaves;
        wanted.Display = named.HasFlag(ReplaceFields.Display) ? replace.DisplayQuantity.Lots : wanted.Display;
        wanted.Minimum = named.HasFlag(ReplaceFields.Minimum) ? replace.MinimumQuantity.Lots : wanted.Minimum;
        wanted.Expiry = named.HasFlag(ReplaceFields.Expiry) ? replace.ExpireTimeNs : wanted.Expiry;
        return wanted;
    }
}
