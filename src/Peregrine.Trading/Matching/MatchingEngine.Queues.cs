using System.Runtime.CompilerServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Into queues and out of them.
public sealed partial class MatchingEngine
{
    /// <summary>Puts what a new plain order has left into its queue.</summary>
    private void RestPlain(Book book, in MatchOrder order, long leaves, MatchEventBuffer events)
    {
        int slot = TakeSlot();
        ref Order resting = ref OrderAt(slot);
        resting.Id = order.OrderId;
        resting.Leaves = leaves;
        resting.Shown = leaves;
        resting.Identity = MatchDigest.OfPlainIdentity(in order);
        resting.Owner = OwnerOf(book, order.Account, order.Firm, order.Strategy);
        resting.Tag = order.Tag;
        resting.Kind = OrderKind.Plain;
        resting.Side = order.Side;
        resting.Place = OrderPlace.Queue;
        ref OrderDetail detail = ref _details[slot];
        detail.Firm = order.Firm;
        detail.Strategy = order.Strategy;
        detail.Type = OrderType.Limit;
        detail.TimeInForce = order.TimeInForce;
        detail.Flags = OrderFlags.None;
        detail.Peg = 0;
        detail.SelfTrade = order.SelfTrade;
        detail.ExpireTimeNs = 0;
        _groups.Add(slot, order.InstrumentId, order.Side, order.Session, order.Account);
        _index.Add(order.OrderId, slot);
        OrderCount++;
        book.OrderCount++;
        EnterLevel(book, slot, ref resting, order.Price.Ticks, events);
    }

    /// <summary>Puts an order at the back of its queue at a price, with the book's next priority number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterLevel(Book book, int slot, ref Order order, long ticks, MatchEventBuffer events)
    {
        BookSide side = book.Own(order.Side);
        long key = KeyOf(order.Side, ticks);
        int levelIndex = FindOrAddLevel(side, book, order.Side, ticks, key);
        ref Level level = ref LevelAt(levelIndex);
        order.Priority = ++book.Priority;
        MarkDirty(book);
        Append(slot, ref order, levelIndex, ref level);
        Invariant.That(level.Price == ticks && level.Side == order.Side && level.InstrumentId == book.InstrumentId,
            "a level holds orders of one side at one price of one instrument");
        _hash += MatchDigest.OfPlace(order.Identity, ticks, order.Leaves, order.Shown, order.Priority);
        if ((order.Kind & OrderKind.Hidden) == 0)
        {
            side.CountShown(level.Shown.Count == 1 ? 1 : 0, key, levelIndex);
            book.ReferencesMayDiffer |= (order.Kind & OrderKind.Pegged) == 0;
            Invariant.That(side.ShownCount > 0 && side.ShownCount <= side.Count, "a side has no more levels that show something than levels");
            EmitDelta(book, MatchEventType.OrderAdded, slot, ticks, order.Shown, events);
            EmitLevel(book, in level, events);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindOrAddLevel(BookSide levels, Book book, Side side, long ticks, long key)
    {
        int levelIndex = levels.Find(key);
        if (levelIndex == None)
        {
            levelIndex = TakeLevel(ticks, book.InstrumentId, side);
            levels.Add(key, levelIndex);
        }

        return levelIndex;
    }

    /// <summary>Takes an order out of its queue, with all that it has left; its level goes when it was the last.</summary>
    private void LeaveLevel(Book book, int slot, int levelIndex, ref Level level, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        Invariant.That(order.Level == levelIndex && level.Side == order.Side, "an order leaves the level that it is in");
        _hash -= MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, order.Shown, order.Priority);
        Detach(slot, ref level);
        bool isShown = (order.Kind & (OrderKind.Hidden | OrderKind.Market)) == 0;
        if (isShown)
        {
            EmitDelta(book, MatchEventType.OrderRemoved, slot, level.Price, order.Shown, events);
            EmitLevel(book, in level, events);
            book.ReferencesMayDiffer |= (order.Kind & OrderKind.Pegged) == 0;
            book.Own(order.Side).CountShown(level.Shown.Count == 0 ? -1 : 0, KeyOf(order.Side, level.Price), levelIndex);
        }

        if (level.IsEmpty)
        {
            DropLevel(book, levelIndex, ref level);
        }
    }

    private void DropLevel(Book book, int levelIndex, ref Level level)
    {
        Invariant.That(levelIndex == book.MarketLevel(level.Side) || book.Own(level.Side).Find(KeyOf(level.Side, level.Price)) == levelIndex,
            "a side knows each of its levels by its price");
        if (levelIndex == book.MarketLevel(level.Side))
        {
            book.MarketLevel(level.Side) = None;
        }
        else
        {
            book.Own(level.Side).Remove(KeyOf(level.Side, level.Price));
        }

        FreeLevel(levelIndex);
    }

    /// <summary>Takes lots off an order that stays in its queue: from what it holds back first, when it is asked for.</summary>
    private void TakeOff(int slot, ref Order order, ref Level level, long lots, MatchEventBuffer events)
    {
        Invariant.That(lots > 0 && lots < order.Leaves, "an order that stays in its queue keeps something");
        _hash -= MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, order.Shown, order.Priority);
        long shownBefore = order.Shown;
        long reserveBefore = order.Leaves - order.Shown;
        order.Leaves -= lots;
        order.Shown = Math.Min(order.Shown, order.Leaves);
        Invariant.That(order.Shown >= 0 && order.Shown <= shownBefore, "what is taken off an order makes it show no more than before");
        _hash += MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, order.Shown, order.Priority);
        if ((order.Kind & OrderKind.Hidden) != 0)
        {
            level.HiddenQuantity -= (order.Kind & OrderKind.Conditional) != 0 ? 0 : lots;
        }
        else if ((order.Kind & OrderKind.Market) != 0)
        {
            level.Reserve -= lots;
        }
        else
        {
            level.Quantity += order.Shown - shownBefore;
            level.Reserve += order.Leaves - order.Shown - reserveBefore;
            if (order.Shown != shownBefore)
            {
                EmitDelta(BookOf(slot), MatchEventType.OrderChanged, slot, level.Price, order.Shown, events);
            }
        }
    }

    /// <summary>Cancels an order wherever it is.</summary>
    private void CancelWhole(Book book, int slot, RejectReason reason, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        EmitSlot(ref events.Next(), MatchEventType.Cancelled, slot, TicksOf(slot), order.Leaves, 0, reason);
        TakeOut(book, slot, events);
        Free(book, slot);
    }

    private void CancelPart(Book book, int slot, long lots, RejectReason reason, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        Invariant.That(lots > 0 && lots < order.Leaves, "a part is less than the whole");
        EmitSlot(ref events.Next(), MatchEventType.Cancelled, slot, TicksOf(slot), lots, order.Leaves - lots, reason);
        TakeOffAnywhere(book, slot, lots, events);
    }

    /// <summary>Takes an order out of wherever it is; it keeps its slot, and is nowhere then.</summary>
    private void TakeOut(Book book, int slot, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        if (order.Place == OrderPlace.Queue)
        {
            LeaveLevel(book, slot, order.Level, ref LevelAt(order.Level), events);
            if (order.Kind == OrderKind.Plain)
            {
                order.Place = 0;
                return;
            }
        }
        else
        {
            _hash -= TermOf(slot);
        }

        LeaveSpecials(book, slot);
    }

    /// <summary>Puts an order into a queue of the book, shown, hidden or among market orders, and into the list that its kind has.</summary>
    private void Enter(Book book, int slot, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        ref OrderDetail detail = ref _details[slot];
        order.Place = OrderPlace.Queue;
        order.Kind = KindOf(slot);
        order.Shown = (order.Kind & (OrderKind.Hidden | OrderKind.Market)) != 0 ? 0 : ShownOf(slot);
        order.Identity = MatchDigest.OfIdentity(View(slot));
        Invariant.That(order.Leaves > 0 && order.Shown >= 0 && order.Shown <= order.Leaves,
            "an order that enters a queue has something left and shows no more than that");
        if ((order.Kind & OrderKind.Market) != 0)
        {
            EnterMarketLevel(book, slot, ref order);
        }
        else
        {
            EnterLevel(book, slot, ref order, detail.Price, events);
        }

        if ((order.Kind & OrderKind.Conditional) != 0)
        {
            book.Watches = true;
        }
        else if ((order.Kind & OrderKind.Pegged) != 0)
        {
            AddPeg(book, slot);
            book.Watches = true;
        }
    }

    private void EnterMarketLevel(Book book, int slot, ref Order order)
    {
        ref int levelIndex = ref book.MarketLevel(order.Side);
        if (levelIndex == None)
        {
            levelIndex = TakeLevel(0, book.InstrumentId, order.Side);
        }

        order.Priority = ++book.Priority;
        Invariant.That(LevelAt(levelIndex).Price == 0 && order.Shown == 0, "market orders wait at no price and show nothing");
        MarkDirty(book);
        Append(slot, ref order, levelIndex, ref LevelAt(levelIndex));
        _hash += MatchDigest.OfPlace(order.Identity, 0, order.Leaves, 0, order.Priority);
    }

    /// <summary>Parks an order: it keeps its slot and waits in a list.</summary>
    private void Park(Book book, int slot)
    {
        ref Order order = ref OrderAt(slot);
        order.Place = OrderPlace.Parked;
        Invariant.That(order.Leaves > 0, "an order that is parked has something left");
        order.Kind = KindOf(slot) & ~OrderKind.Market;
        order.Shown = 0;
        order.Identity = MatchDigest.OfIdentity(View(slot));
        order.Priority = ++book.Priority;
        MarkDirty(book);
        _hash += TermOf(slot);
        if ((order.Kind & OrderKind.Pegged) != 0)
        {
            AddPeg(book, slot);
            book.Watches = true;
        }
        else
        {
            AddLast(ref book.Parked, slot);
        }
    }

    /// <summary>Parks a stop at its stop price.</summary>
    private void ParkStop(Book book, int slot)
    {
        ref Order order = ref OrderAt(slot);
        order.Place = OrderPlace.Stop;
        Invariant.That(order.Leaves > 0 && (order.Kind & OrderKind.HasExtra) != 0, "a stop has something left and a stop price");
        order.Kind = KindOf(slot) & ~OrderKind.Market;
        order.Shown = 0;
        order.Identity = MatchDigest.OfIdentity(View(slot));
        order.Priority = ++book.Priority;
        MarkDirty(book);
        EnterStopLevel(book, slot, ref order);
        book.StopCount++;
        book.Watches = true;
        if (_details[slot].Type == OrderType.TrailingStop)
        {
            AddTrailing(book, slot);
        }
    }

    private void EnterStopLevel(Book book, int slot, ref Order order)
    {
        long stopPrice = _extras[slot].StopPrice;
        order.Level = FindOrAddLevel(book.Stops(order.Side), book, order.Side, stopPrice, StopKeyOf(order.Side, stopPrice));
        Invariant.That(LevelAt(order.Level).Price == stopPrice && LevelAt(order.Level).Side == order.Side,
            "a stop waits among stops of its side at its stop price");
        InsertByPriority(slot, ref order, ref LevelAt(order.Level));
        _hash += TermOf(slot);
    }

    // A trailing stop keeps its number when it moves, so it may belong before others.
    private void InsertByPriority(int slot, ref Order order, ref Level level)
    {
        int before = level.Hidden.Tail;
        while (before != None && OrderAt(before).Priority > order.Priority)
        {
            LookSteps++;
            before = OrderAt(before).Previous;
        }

        order.Previous = before;
        order.Next = before == None ? level.Hidden.Head : OrderAt(before).Next;
        Invariant.That(before == None || OrderAt(before).Priority < order.Priority, "the stops before one came before it");
        if (before == None)
        {
            level.Hidden.Head = slot;
        }
        else
        {
            OrderAt(before).Next = slot;
        }

        Invariant.That(order.Next == None || OrderAt(order.Next).Priority > order.Priority, "the stops behind one came after it");
        if (order.Next == None)
        {
            level.Hidden.Tail = slot;
        }
        else
        {
            OrderAt(order.Next).Previous = slot;
        }

        level.Hidden.Count++;
        level.HiddenQuantity += order.Leaves;
    }

    private void LeaveStopLevel(Book book, int slot)
    {
        ref Order order = ref OrderAt(slot);
        int levelIndex = order.Level;
        ref Level level = ref LevelAt(levelIndex);
        Invariant.That(level.Price == _extras[slot].StopPrice && level.Shown.Count == 0,
            "a stop leaves the level of its stop price, where nothing is shown");
        DetachHidden(ref order, ref level);
        if (level.IsEmpty)
        {
            book.Stops(order.Side).Remove(StopKeyOf(order.Side, level.Price));
            FreeLevel(levelIndex);
        }
    }

    // Of buy stops the lowest comes first, of sell stops the highest.
    private static long StopKeyOf(Side side, long stopPrice) => KeyOf(side.Opposite(), stopPrice);

    /// <summary>Takes an order out of the list that its kind or place has; a stop out of its level too.</summary>
    private void LeaveSpecials(Book book, int slot)
    {
        ref Order order = ref OrderAt(slot);
        if (order.Place == OrderPlace.Stop)
        {
            LeaveStopLevel(book, slot);
            book.StopCount--;
            Invariant.That(book.StopCount >= book.Trailing(order.Side).Count - 1, "trailing stops are stops");
            if (_details[slot].Type == OrderType.TrailingStop)
            {
                LeaveTrailing(book, slot);
            }
        }
        else if ((order.Kind & OrderKind.Pegged) != 0)
        {
            LeavePegs(book, slot);
        }
        else if (order.Place == OrderPlace.Parked)
        {
            Unlist(ref book.Parked, slot);
        }

        order.Place = 0;
        book.Refresh();
    }

    private void AddLast(ref SpecialList list, int slot)
    {
        ref OrderDetail detail = ref _details[slot];
        Invariant.That((list.Tail == None) == (list.Count == 0), "a list has a tail as long as it has orders");
        detail.PreviousSpecial = list.Tail;
        detail.NextSpecial = None;
        if (list.Tail == None)
        {
            list.Head = slot;
        }
        else
        {
            _details[list.Tail].NextSpecial = slot;
        }

        list.Tail = slot;
        list.Count++;
    }

    private void Unlist(ref SpecialList list, int slot)
    {
        ref OrderDetail detail = ref _details[slot];
        Invariant.That(list.Count > 0 && (detail.PreviousSpecial == None ? list.Head : _details[detail.PreviousSpecial].NextSpecial) == slot,
            "the order before one in a list, or its head, leads to it");
        Invariant.That((detail.NextSpecial == None ? list.Tail : _details[detail.NextSpecial].PreviousSpecial) == slot,
            "the order behind one in a list, or its tail, leads back to it");
        if (detail.PreviousSpecial == None)
        {
            list.Head = detail.NextSpecial;
        }
        else
        {
            _details[detail.PreviousSpecial].NextSpecial = detail.NextSpecial;
        }

        if (detail.NextSpecial == None)
        {
            list.Tail = detail.PreviousSpecial;
        }
        else
        {
            _details[detail.NextSpecial].PreviousSpecial = detail.PreviousSpecial;
        }

        list.Count--;
        Invariant.That((list.Count == 0) == (list.Head == None) && (list.Count == 0) == (list.Tail == None),
            "a list without orders has neither head nor tail");
    }

    private OrderKind KindOf(int slot)
    {
        ref OrderDetail detail = ref _details[slot];
        OrderKind kind = OrderAt(slot).Kind & (OrderKind.Timed | OrderKind.HasExtra);
        if ((detail.Flags & (OrderFlags.Hidden | OrderFlags.AllOrNone)) != 0)
        {
            kind |= OrderKind.Hidden;
            kind |= (detail.Flags & OrderFlags.AllOrNone) != 0 ? OrderKind.Conditional | OrderKind.AllOrNone : OrderKind.Plain;
        }

        if ((kind & OrderKind.HasExtra) != 0)
        {
            kind |= (kind & OrderKind.Hidden) != 0 && _extras[slot].Minimum > 0 ? OrderKind.Conditional : OrderKind.Plain;
            kind |= _extras[slot].Display > 0 ? OrderKind.Iceberg : OrderKind.Plain;
        }

        kind |= (detail.Flags & OrderFlags.PostOnly) != 0 ? OrderKind.PostOnly : OrderKind.Plain;
        kind |= detail.Type == OrderType.Pegged ? OrderKind.Pegged : OrderKind.Plain;
        return kind | (OrderTypes.Has(detail.Type, OrderTraits.Market) ? OrderKind.Market : OrderKind.Plain);
    }

    private long ShownOf(int slot)
    {
        ref Order order = ref OrderAt(slot);
        return (order.Kind & OrderKind.Iceberg) != 0 ? Math.Min(_extras[slot].Display, order.Leaves) : order.Leaves;
    }

    /// <summary>The price that events of an order tell when nothing else is said.</summary>
    private long TicksOf(int slot)
    {
        ref Order order = ref OrderAt(slot);
        return order.Place switch
        {
            OrderPlace.Queue => LevelAt(order.Level).Price,
            _ => _details[slot].Price,
        };
    }

    private ulong TermOf(int slot)
    {
        ref Order order = ref OrderAt(slot);
        long ticks = order.Place == OrderPlace.Queue ? LevelAt(order.Level).Price : _details[slot].Price;
        return MatchDigest.OfPlace(order.Identity, ticks, order.Leaves, order.Shown, order.Priority);
    }
}
