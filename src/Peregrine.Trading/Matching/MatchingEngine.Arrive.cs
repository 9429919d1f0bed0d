using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Orders that are not plain, from their request to their place.
public sealed partial class MatchingEngine
{
    private RejectReason SubmitAny(Book book, in MatchOrder order, MatchEventBuffer events)
    {
        RejectReason reason = CheckNew(book, in order);
        if (reason != RejectReason.None)
        {
            return RefuseNew(in order, reason, events);
        }

        CentreBands(book);
        int slot = Fill(book, in order);
        EmitOrder(ref events.Next(), MatchEventType.Accepted, in order, order.Price.Ticks, order.Quantity.Lots, order.Quantity.Lots,
            RejectReason.None);
        if (OrderTypes.Has(order.Type, OrderTraits.Stop))
        {
            ParkStop(book, slot);
        }
        else if (OrderTypes.Has(order.Type, OrderTraits.Peg))
        {
            ArrivePegged(book, slot, events);
        }
        else
        {
            Arrive(book, slot, events);
        }

        EndCommand(book, events);
        return RejectReason.None;
    }

    /// <summary>Gives a new order a slot; what its type has no use for is 0.</summary>
    private int Fill(Book book, in MatchOrder order)
    {
        int slot = TakeSlot();
        ref Order filled = ref OrderAt(slot);
        filled.Id = order.OrderId;
        filled.Leaves = order.Quantity.Lots;
        filled.Shown = 0;
        filled.Owner = OwnerOf(book, order.Account, order.Firm, order.Strategy);
        filled.Tag = order.Tag;
        filled.Side = order.Side;
        filled.Place = 0;
        filled.Kind = OrderKind.Plain;
        ref OrderDetail detail = ref _details[slot];
        detail.Price = OrderTypes.Has(order.Type, OrderTraits.Price) ? order.Price.Ticks : 0;
        detail.ExpireTimeNs = order.TimeInForce == TimeInForce.GoodTillTime ? order.ExpireTimeNs : 0;
        detail.Firm = order.Firm;
        detail.Strategy = order.Strategy;
        detail.Type = order.Type;
        detail.TimeInForce = order.TimeInForce;
        detail.Flags = order.Flags | (order.Peg == PegReference.Mid ? OrderFlags.Hidden : OrderFlags.None);
        detail.Peg = order.Peg;
        detail.SelfTrade = order.SelfTrade;
        OrderExtra extra = new()
        {
            Display = order.DisplayQuantity.Lots,
            Minimum = order.MinimumQuantity.Lots,
            StopPrice = order.Type switch
            {
                OrderType.Stop or OrderType.StopLimit => order.StopPrice.Ticks,
                OrderType.TrailingStop => TrailedPrice(book, order.Side, order.OffsetTicks),
                _ => 0,
            },
            OffsetTicks = OrderTypes.Has(order.Type, OrderTraits.Offset) ? order.OffsetTicks : 0,
            LimitPrice = OrderTypes.Has(order.Type, OrderTraits.Peg) && HasPrice(in order) ? order.Price.Ticks : 0,
        };
        bool hasExtra = OrderTypes.Has(order.Type, OrderTraits.Stop | OrderTraits.Peg) || (extra.Display | extra.Minimum) != 0;
        if (hasExtra)
        {
            _extras[slot] = extra;
            filled.Kind |= OrderKind.HasExtra;
        }

        _groups.Add(slot, order.InstrumentId, order.Side, order.Session, order.Account);
        _index.Add(order.OrderId, slot);
        OrderCount++;
        book.OrderCount++;
        if (detail.ExpireTimeNs != 0 || order.TimeInForce == TimeInForce.GoodTillTime)
        {
            filled.Kind |= OrderKind.Timed;
            _expiries.Add(slot, _details);
        }

        return slot;
    }

    /// <summary>An order that is nowhere goes where it belongs: through the other side and into a queue, or into a queue or a park at once.</summary>
    private void Arrive(Book book, int slot, MatchEventBuffer events)
    {
        long minimum = TakeArrivalMinimum(slot);
        Invariant.That(OrderAt(slot).Place == 0 && OrderAt(slot).Leaves > 0, "an order that arrives is nowhere yet, and has something left");
        if (book.Phase != TradingPhase.Continuous || WaitsForAuction(book, slot))
        {
            EnterWaiting(book, slot, events);
            return;
        }

        if (!TryPriceMarketToLimit(book, slot, events))
        {
            return;
        }

        Aggressor arriving = AggressorOf(book, slot);
        RejectReason refused = CheckArrival(book, slot, in arriving, minimum);
        if (refused != RejectReason.None)
        {
            EndUntraded(book, slot, refused, events);
            return;
        }

        RejectReason stop = RejectReason.None;
        OrderKind kind = KindOf(slot);
        bool isConditional = (kind & OrderKind.Conditional) != 0;
        OrderAt(slot).Kind = kind & ~OrderKind.Market;
        if (!isConditional || CouldTradeSize(book, slot, in arriving))
        {
            arriving.MinimumPerTrade = isConditional && book.Rules.MinimumPerTrade ? MinimumSizeOf(slot) : 0;
            stop = MatchSlot(book, slot, ref arriving, events);
        }

        Finish(book, slot, in arriving, stop, events);
    }

    // Before an auction, or outside of the one that it is for.
    private bool WaitsForAuction(Book book, int slot) => _details[slot].TimeInForce switch
    {
        TimeInForce.GoodForAuction => !book.IsAuction,
        TimeInForce.AtTheClose => book.Phase != TradingPhase.ClosingAuction,
        _ => false,
    };

    private void EnterWaiting(Book book, int slot, MatchEventBuffer events)
    {
        if (WaitsForAuction(book, slot))
        {
            Park(book, slot);
        }
        else
        {
            Enter(book, slot, events);
        }
    }

    private bool TryPriceMarketToLimit(Book book, int slot, MatchEventBuffer events)
    {
        ref OrderDetail detail = ref _details[slot];
        if (detail.Type != OrderType.MarketToLimit)
        {
            return true;
        }

        int best = book.Other(OrderAt(slot).Side).Best;
        if (best == None)
        {
            EndUntraded(book, slot, RejectReason.NoLiquidity, events);
            return false;
        }

        detail.Type = OrderType.Limit;
        detail.Price = LevelAt(best).Price;
        return true;
    }

    private Aggressor AggressorOf(Book book, int slot)
    {
        ref OrderDetail detail = ref _details[slot];
        ref Order order = ref OrderAt(slot);
        Aggressor arriving = new(in order, detail.Price, order.Leaves, ModeOf(book, detail.SelfTrade));
        if (detail.Type == OrderType.Market)
        {
            arriving.LimitKey = long.MinValue;
        }

        return arriving;
    }

    /// <summary>What may end an order before it trades.</summary>
    private RejectReason CheckArrival(Book book, int slot, in Aggressor arriving, long minimum)
    {
        ref OrderDetail detail = ref _details[slot];
        if ((detail.Flags & OrderFlags.PostOnly) != 0)
        {
            return Crosses(book, arriving.Side, detail.Price) ? RejectReason.WouldTrade : RejectReason.None;
        }

        if (detail.TimeInForce == TimeInForce.FillOrKill)
        {
            return CheckFillable(book, slot, in arriving);
        }

        return minimum == 0 || CouldTrade(book, in arriving, minimum) ? RejectReason.None : RejectReason.MinimumNotMet;
    }

    private RejectReason CheckFillable(Book book, int slot, in Aggressor arriving)
    {
        if (CouldFill(book, slot, in arriving))
        {
            return RejectReason.None;
        }

        Aggressor nobodys = arriving;
        nobodys.Owner = None;
        return arriving.Owner >= 0 && CouldFill(book, slot, in nobodys) ? RejectReason.SelfTrade : RejectReason.NotFillable;
    }

    private bool CouldFill(Book book, int slot, in Aggressor arriving)
    {
        bool isOneTrade = book.Rules.MinimumPerTrade && (_details[slot].Flags & OrderFlags.AllOrNone) != 0;
        return isOneTrade ? HasTradeOf(book, in arriving, long.MaxValue) : CouldTrade(book, in arriving, arriving.Leaves);
    }

    /// <summary>The minimum that counts for this arrival only: that of an order that is not hidden. It has none any more then.</summary>
    private long TakeArrivalMinimum(int slot)
    {
        long minimum = MinimumOf(slot);
        if (minimum == 0 || (_details[slot].Flags & OrderFlags.Hidden) != 0)
        {
            return 0;
        }

        _extras[slot].Minimum = 0;
        return minimum;
    }

    private RejectReason MatchSlot(Book book, int slot, ref Aggressor arriving, MatchEventBuffer events)
    {
        RejectReason stop = Match(book, ref arriving, events);
        Invariant.That(arriving.Leaves >= 0 && arriving.Leaves <= OrderAt(slot).Leaves, "matching leaves an order no more than it had");
        OrderAt(slot).Leaves = arriving.Leaves;
        return stop;
    }

    /// <summary>What becomes of an order when it has been through the other side.</summary>
    private void Finish(Book book, int slot, in Aggressor arriving, RejectReason stop, MatchEventBuffer events)
    {
        ref OrderDetail detail = ref _details[slot];
        if (arriving.Leaves == 0)
        {
            Free(book, slot);
        }
        else
        {
            bool canRest = detail.Type != OrderType.Market && detail.TimeInForce is not (TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill);
            if (stop == RejectReason.SelfTrade || !canRest)
            {
                EndUntraded(book, slot, stop == RejectReason.None ? RejectReason.NoLiquidity : stop, events);
            }
            else
            {
                Enter(book, slot, events);
            }
        }

        if (stop == RejectReason.PriceBand)
        {
            ChangePhase(book, TradingPhase.VolatilityAuction, cancelsForbidden: false, RejectReason.PriceBand, events);
        }
    }

    /// <summary>Cancels what an order that is nowhere has left.</summary>
    private void EndUntraded(Book book, int slot, RejectReason reason, MatchEventBuffer events)
    {
        Invariant.That(OrderAt(slot).Place == 0 && OrderAt(slot).Leaves > 0, "what ends untraded is nowhere, and has something left");
        EmitSlot(ref events.Next(), MatchEventType.Cancelled, slot, _details[slot].Price, OrderAt(slot).Leaves, 0, reason);
        Free(book, slot);
    }

    /// <summary>What every accepted command ends with.</summary>
    private void EndCommand(Book book, MatchEventBuffer events)
    {
        if (book.Phase == TradingPhase.Continuous)
        {
            if (book.Watches)
            {
                RunFollowUps(book, events);
            }
        }
        else if (book.IsAuction)
        {
            TellIndicative(book, events);
        }
    }
}
