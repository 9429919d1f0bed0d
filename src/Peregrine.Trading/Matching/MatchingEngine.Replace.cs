using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Section 12 of docs/matching.md: new values for an order that is not plain, or in more than price and quantity.
public sealed partial class MatchingEngine
{
    private const ReplaceFields AllFields =
        ReplaceFields.Price | ReplaceFields.Leaves | ReplaceFields.Stop | ReplaceFields.Display | ReplaceFields.Minimum | ReplaceFields.Expiry;

    private RejectReason ReplaceAny(int slot, in MatchReplace replace, MatchEventBuffer events)
    {
        if (slot == None)
        {
            return Refuse(replace.OrderId, slot, RejectReason.UnknownOrder, events);
        }

        Book book = BookOf(slot);
        MatchOrder old = RequestOf(slot);
        MatchOrder wanted = old;
        RejectReason reason = IsRuledOut(in old, replace.Fields) ? RejectReason.NotReplaceable : RejectReason.None;
        Apply(book, in replace, ref wanted);
        reason = reason == RejectReason.None ? CheckReplace(book, in wanted, replace.Fields) : reason;
        if (reason != RejectReason.None)
        {
            return Refuse(replace.OrderId, slot, reason, events);
        }

        CentreBands(book);
        if (KeepsPlace(in old, in wanted))
        {
            EmitReplaced(slot, in wanted, TicksOf(slot), events);
            ChangeInPlace(book, slot, in old, in wanted, events);
        }
        else
        {
            ChangeAnew(book, slot, in wanted, events);
        }

        EndCommand(book, events);
        return RejectReason.None;
    }

    /// <summary>The request that would make an order as it is now.</summary>
    private MatchOrder RequestOf(int slot)
    {
        RestingOrder order = View(slot);
        return new MatchOrder
        {
            OrderId = order.OrderId,
            Price = order.Type == OrderType.Pegged ? order.LimitPrice : order.Price,
            Quantity = order.Leaves,
            StopPrice = order.StopPrice,
            OffsetTicks = order.OffsetTicks,
            DisplayQuantity = order.DisplayQuantity,
            MinimumQuantity = order.MinimumQuantity,
            ExpireTimeNs = order.ExpireTimeNs,
            InstrumentId = order.InstrumentId,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Flags = order.Flags,
            Peg = order.Peg,
            SelfTrade = order.SelfTrade,
        };
    }

    /// <summary>Whether a field is named that orders of the type do not have.</summary>
    private static bool IsRuledOut(in MatchOrder order, ReplaceFields fields)
    {
        OrderTraits traits = OrderTypes.Of(order.Type).Traits;
        return (Names(fields, ReplaceFields.Price) && !HasPrice(in order))
            || (Names(fields, ReplaceFields.Stop) && (traits & OrderTraits.Stop) == 0)
            || (Names(fields, ReplaceFields.Display) && (traits & OrderTraits.Display) == 0)
            || (Names(fields, ReplaceFields.Minimum) && (traits & OrderTraits.Minimum) == 0)
            || (Names(fields, ReplaceFields.Expiry) && order.TimeInForce != TimeInForce.GoodTillTime);
    }

    private static void Apply(Book book, in MatchReplace replace, ref MatchOrder order)
    {
        ReplaceFields fields = replace.Fields;
        order.Price = Names(fields, ReplaceFields.Price) ? replace.Price : order.Price;
        order.Quantity = Names(fields, ReplaceFields.Leaves) ? replace.Leaves : order.Quantity;
        order.DisplayQuantity = Names(fields, ReplaceFields.Display) ? replace.DisplayQuantity : order.DisplayQuantity;
        order.MinimumQuantity = Names(fields, ReplaceFields.Minimum) ? replace.MinimumQuantity : order.MinimumQuantity;
        order.ExpireTimeNs = Names(fields, ReplaceFields.Expiry) ? replace.ExpireTimeNs : order.ExpireTimeNs;
        if (Names(fields, ReplaceFields.Stop) && order.Type == OrderType.TrailingStop)
        {
            order.OffsetTicks = replace.OffsetTicks;
            bool isGood = IsOffsetGood(order.Type, replace.OffsetTicks);
            order.StopPrice = isGood ? new Price(TrailedPrice(book, order.Side, replace.OffsetTicks)) : order.StopPrice;
        }
        else if (Names(fields, ReplaceFields.Stop))
        {
            order.StopPrice = replace.StopPrice;
        }
    }

    private RejectReason CheckReplace(Book book, in MatchOrder wanted, ReplaceFields fields)
    {
        if ((fields & ~AllFields) != 0 || !IsSupported(in wanted))
        {
            return RejectReason.UnsupportedOrder;
        }

        RejectReason reason = CheckValues(book, in wanted, fields);
        reason = reason == RejectReason.None ? CheckOpen(book) : reason;
        reason = reason == RejectReason.None && book.CancelsForbidden ? RejectReason.CancelForbidden : reason;
        reason = reason == RejectReason.None && !IsTakenInPhase(book, in wanted) ? RejectReason.NotInPhase : reason;
        bool isPast = wanted.TimeInForce == TimeInForce.GoodTillTime && wanted.ExpireTimeNs <= TimeNs;
        return reason == RejectReason.None && isPast ? RejectReason.ExpiryPassed : reason;
    }

    private static bool KeepsPlace(in MatchOrder old, in MatchOrder wanted) =>
        wanted.Quantity <= old.Quantity && wanted.Price == old.Price && wanted.StopPrice == old.StopPrice && wanted.OffsetTicks == old.OffsetTicks
        && wanted.DisplayQuantity == old.DisplayQuantity && wanted.MinimumQuantity == old.MinimumQuantity;

    private void EmitReplaced(int slot, in MatchOrder wanted, long ticks, MatchEventBuffer events)
    {
        bool isBareStop = OrderTypes.Has(wanted.Type, OrderTraits.Stop) && !HasPrice(in wanted);
        long told = isBareStop ? wanted.StopPrice.Ticks : ticks;
        EmitSlot(ref events.Next(), MatchEventType.Replaced, slot, told, wanted.Quantity.Lots, wanted.Quantity.Lots, RejectReason.None);
    }

    private void ChangeInPlace(Book book, int slot, in MatchOrder old, in MatchOrder wanted, MatchEventBuffer events)
    {
        if (wanted.ExpireTimeNs != old.ExpireTimeNs)
        {
            _hash -= TermOf(slot);
            SetExpiry(slot, wanted.ExpireTimeNs);
            OrderAt(slot).Identity = MatchDigest.OfIdentity(View(slot));
            _hash += TermOf(slot);
        }

        long lots = old.Quantity.Lots - wanted.Quantity.Lots;
        if (lots > 0)
        {
            TakeOffAnywhere(book, slot, lots, events);
        }
    }

    private void ChangeAnew(Book book, int slot, in MatchOrder wanted, MatchEventBuffer events)
    {
        ref OrderDetail detail = ref _details[slot];
        long ticksBefore = TicksOf(slot);
        bool isPegged = detail.Type == OrderType.Pegged;

        // Told before the book changes; a peg's new price is one against the book as it is without it.
        int told = events.Count;
        EmitReplaced(slot, in wanted, wanted.Price.Ticks, events);
        TakeOut(book, slot, events);
        SetValues(slot, in wanted, isPegged ? ticksBefore : wanted.Price.Ticks);
        if (OrderTypes.Has(detail.Type, OrderTraits.Stop))
        {
            ParkStop(book, slot);
        }
        else if (isPegged)
        {
            bool hasPrice = TryPricePegged(book, slot);
            events.At(told).Price = new Price(detail.Price);
            if (hasPrice)
            {
                Arrive(book, slot, events);
            }
            else
            {
                Park(book, slot);
            }
        }
        else
        {
            Arrive(book, slot, events);
        }
    }

    private void SetValues(int slot, in MatchOrder wanted, long ticks)
    {
        ref OrderDetail detail = ref _details[slot];
        ref Order order = ref OrderAt(slot);
        order.Leaves = wanted.Quantity.Lots;
        detail.Price = ticks;
        if (wanted.ExpireTimeNs != detail.ExpireTimeNs)
        {
            SetExpiry(slot, wanted.ExpireTimeNs);
        }

        OrderExtra extra = new()
        {
            StopPrice = wanted.StopPrice.Ticks,
            OffsetTicks = wanted.OffsetTicks,
            Display = wanted.DisplayQuantity.Lots,
            Minimum = wanted.MinimumQuantity.Lots,
            LimitPrice = detail.Type == OrderType.Pegged ? wanted.Price.Ticks : 0,
        };
        bool hasExtra = OrderTypes.Has(detail.Type, OrderTraits.Stop | OrderTraits.Peg) || (extra.Display | extra.Minimum) != 0;
        _extras[slot] = extra;
        order.Kind = (order.Kind & OrderKind.Timed) | (hasExtra ? OrderKind.HasExtra : OrderKind.Plain);
    }

    private void TakeOffAnywhere(Book book, int slot, long lots, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        if (order.Place == OrderPlace.Queue)
        {
            ref Level level = ref LevelAt(order.Level);
            long shownBefore = level.Quantity;
            TakeOff(slot, ref order, ref level, lots, events);
            if (level.Quantity != shownBefore)
            {
                EmitLevel(book, order.Level, events);
            }

            return;
        }

        _hash -= TermOf(slot);
        order.Leaves -= lots;
        if (order.Place == OrderPlace.Stop)
        {
            // In a level of stops, what they have counts as hidden.
            LevelAt(order.Level).HiddenQuantity -= lots;
        }

        _hash += TermOf(slot);
    }

    private void SetExpiry(int slot, long timeNs)
    {
        _expiries.Remove(slot, _details);
        _details[slot].ExpireTimeNs = timeNs;
        _expiries.Add(slot, _details);
    }

    private static bool Names(ReplaceFields fields, ReplaceFields field) => (fields & field) != 0;
}
