using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// What a command in continuous trading sets off: conditional orders (section 6), stops (9), pegs (7).
public sealed partial class MatchingEngine
{
    /// <summary>Does one thing after the other until nothing more happens. Each trades, triggers or moves something, so it ends.</summary>
    private void RunFollowUps(Book book, MatchEventBuffer events)
    {
        while (book.Phase == TradingPhase.Continuous && book.Watches)
        {
            bool isDone = !TryConditional(book, events) && !TryStop(book, events) && !TryPegs(book, events);
            if (isDone)
            {
                return;
            }
        }
    }

    /// <summary>Tries the conditional orders again whose price is within reach; the oldest that could trade does.</summary>
    private bool TryConditional(Book book, MatchEventBuffer events)
    {
        if (book.ConditionalCount == 0)
        {
            return false;
        }

        int found = CollectReaching(book, Side.Sell, CollectReaching(book, Side.Buy, 0));
        SortBy(SortKey.Priority, 0, found);
        foreach (int slot in _sortSlots.AsSpan(0, found))
        {
            ref Order order = ref OrderAt(slot);
            long ticks = LevelAt(order.Level).Price;
            Aggressor arriving = new(in order, ticks, order.Leaves, ModeOf(book, _details[slot].SelfTrade));
            if (CouldTradeSize(book, slot, in arriving))
            {
                _details[slot].Price = ticks;
                TakeOut(book, slot, events);
                Arrive(book, slot, events);
                return true;
            }
        }

        return false;
    }

    // Conditional orders of a side whose price the other side has.
    private int CollectReaching(Book book, Side side, int found)
    {
        BookSide levels = book.Conditionals(side);
        int levelIndex = levels.Best;
        for (long key = levels.BestKey; levelIndex != None && book.Other(side).BestKey >= -key; levelIndex = levels.NextWorse(key, out key))
        {
            for (int slot = LevelAt(levelIndex).Hidden.Head; slot != None; slot = OrderAt(slot).Next)
            {
                LookSteps++;
                if ((OrderAt(slot).Kind & OrderKind.Conditional) != 0)
                {
                    _sortSlots[found++] = slot;
                }
            }
        }

        return found;
    }

    private bool TryStop(Book book, MatchEventBuffer events)
    {
        if (book.StopCount == 0 || !book.HasLastTrade)
        {
            return false;
        }

        bool moved = MoveTrailing(book, events);
        int slot = book.Rules.StopsByArrival ? Older(FindOldestDue(book, Side.Buy), FindOldestDue(book, Side.Sell)) : FindDue(book);
        if (slot == None)
        {
            return moved;
        }

        Trigger(book, slot, events);
        return true;
    }

    private int FindDue(Book book)
    {
        int buys = book.Stops(Side.Buy).Best;
        int sells = book.Stops(Side.Sell).Best;
        return IsDue(book, buys) ? LevelAt(buys).Hidden.Head : IsDue(book, sells) ? LevelAt(sells).Hidden.Head : None;
    }

    // A look at each price that is due: where very many are due at once, and one triggers after the other, that adds up.
    private int FindOldestDue(Book book, Side side)
    {
        BookSide stops = book.Stops(side);
        int oldest = None;
        int levelIndex = stops.Best;
        for (long key = stops.BestKey; IsDue(book, levelIndex); levelIndex = stops.NextWorse(key, out key))
        {
            LookSteps++;
            oldest = Older(oldest, LevelAt(levelIndex).Hidden.Head);
        }

        return oldest;
    }

    private bool IsDue(Book book, int stopLevel)
    {
        if (stopLevel == None)
        {
            return false;
        }

        ref Level level = ref LevelAt(stopLevel);
        return level.Side == Side.Buy ? book.LastTrade >= level.Price : book.LastTrade <= level.Price;
    }

    // Of two orders or none, the one with the smaller priority number.
    private int Older(int left, int right) =>
        left == None || (right != None && OrderAt(right).Priority < OrderAt(left).Priority) ? right : left;

    private void Trigger(Book book, int slot, MatchEventBuffer events)
    {
        ref OrderDetail detail = ref _details[slot];
        EmitSlot(ref events.Next(), MatchEventType.Triggered, slot, detail.Price, OrderAt(slot).Leaves, OrderAt(slot).Leaves, RejectReason.None);
        TakeOut(book, slot, events);
        Invariant.That(OrderAt(slot).Place == 0 && OrderAt(slot).Leaves > 0, "a stop that is triggered is nowhere, and whole");
        detail.Type = detail.Type == OrderType.StopLimit ? OrderType.Limit : OrderType.Market;
        ref OrderExtra extra = ref _extras[slot];
        bool hadExtra = (OrderAt(slot).Kind & OrderKind.HasExtra) != 0;
        extra.StopPrice = 0;
        extra.OffsetTicks = 0;
        bool hasExtra = hadExtra && (extra.Display | extra.Minimum) != 0;
        OrderAt(slot).Kind = (OrderAt(slot).Kind & OrderKind.Timed) | (hasExtra ? OrderKind.HasExtra : OrderKind.Plain);
        Arrive(book, slot, events);
    }

    /// <summary>Moves the stop prices of trailing stops after the last trade price, in the order of arrival.</summary>
    private bool MoveTrailing(Book book, MatchEventBuffer events)
    {
        int found = CollectMoving(book, Side.Sell, CollectMoving(book, Side.Buy, 0));
        SortBy(SortKey.Priority, 0, found);
        foreach (int slot in _sortSlots.AsSpan(0, found))
        {
            ref Order order = ref OrderAt(slot);
            long wanted = TrailedPrice(book, order.Side, _extras[slot].OffsetTicks);
            _hash -= TermOf(slot);
            LeaveTrailing(book, slot);
            LeaveStopLevel(book, slot);
            Invariant.That(order.Side == Side.Sell ? wanted < book.LastTrade + 1 : wanted > book.LastTrade - 1,
                "a trailing stop stays on its side of the last trade price");
            Invariant.That(order.Side == Side.Sell ? wanted > _extras[slot].StopPrice : wanted < _extras[slot].StopPrice,
                "a trailing stop moves in its order's favour");
            _extras[slot].StopPrice = wanted;
            order.Identity = MatchDigest.OfIdentity(View(slot));
            EnterStopLevel(book, slot, ref order);
            AddTrailing(book, slot);
            EmitSlot(ref events.Next(), MatchEventType.Restated, slot, wanted, 0, order.Leaves, RejectReason.Trailed);
        }

        return found > 0;
    }

    private int CollectMoving(Book book, Side side, int found)
    {
        BookSide trailing = book.Trailing(side);
        int head = trailing.Best;
        for (long key = trailing.BestKey; head != None && key > KeyOf(side, book.LastTrade); head = trailing.NextWorse(key, out key))
        {
            for (int slot = head; slot != None; slot = _details[slot].NextSpecial)
            {
                _sortSlots[found++] = slot;
            }
        }

        return found;
    }

    // A trailing sell moves when a trade is above all prices since it came, a buy when one is below; the greater the key, the sooner.
    private long MoveKeyOf(int slot)
    {
        ref OrderExtra extra = ref _extras[slot];
        Side side = OrderAt(slot).Side;
        return KeyOf(side, side == Side.Sell ? extra.StopPrice + extra.OffsetTicks : extra.StopPrice - extra.OffsetTicks);
    }

    // Those that the same price would move are a list, whose head stands for them; which of them comes first does not matter.
    private void AddTrailing(Book book, int slot)
    {
        BookSide trailing = book.Trailing(OrderAt(slot).Side);
        long key = MoveKeyOf(slot);
        int head = trailing.Find(key);
        _details[slot].PreviousSpecial = None;
        _details[slot].NextSpecial = head;
        if (head == None)
        {
            trailing.Add(key, slot);
        }
        else
        {
            _details[head].PreviousSpecial = slot;
            trailing.Change(key, slot);
        }
    }

    private void LeaveTrailing(Book book, int slot)
    {
        ref OrderDetail detail = ref _details[slot];
        BookSide trailing = book.Trailing(OrderAt(slot).Side);
        Invariant.That(detail.PreviousSpecial == None ? trailing.Find(MoveKeyOf(slot)) == slot : _details[detail.PreviousSpecial].NextSpecial == slot,
            "the trailing stop before one, or its price, leads to it");
        if (detail.NextSpecial != None)
        {
            _details[detail.NextSpecial].PreviousSpecial = detail.PreviousSpecial;
        }

        if (detail.PreviousSpecial != None)
        {
            _details[detail.PreviousSpecial].NextSpecial = detail.NextSpecial;
        }
        else if (detail.NextSpecial != None)
        {
            trailing.Change(MoveKeyOf(slot), detail.NextSpecial);
        }
        else
        {
            trailing.Remove(MoveKeyOf(slot));
        }
    }

    private static long TrailedPrice(Book book, Side side, long offset) => side == Side.Sell ? book.LastTrade - offset : book.LastTrade + offset;

    /// <summary>When a reference has changed: prices one peg anew, the one with the smallest number that needs it.</summary>
    private bool TryPegs(Book book, MatchEventBuffer events)
    {
        if (book.Pegs.Count == 0)
        {
            return false;
        }

        RememberReferences(book);
        if (!book.PegsNeedLook)
        {
            return false;
        }

        while (book.NextPeg != None)
        {
            int slot = book.NextPeg;
            LookSteps++;
            bool hasPrice = TryGetPegPrice(book, slot, out long ticks);
            bool isInQueue = OrderAt(slot).Place == OrderPlace.Queue;
            if (!hasPrice && isInQueue)
            {
                ParkPegged(book, slot, events);
                return true;
            }

            if (hasPrice && !(isInQueue && LevelAt(OrderAt(slot).Level).Price == ticks))
            {
                TakeOut(book, slot, events);
                _details[slot].Price = ticks;
                EmitSlot(ref events.Next(), MatchEventType.Restated, slot, ticks, WouldShow(slot), OrderAt(slot).Leaves, RejectReason.Repriced);
                Arrive(book, slot, events);
                return true;
            }

            book.NextPeg = _details[slot].NextSpecial;
        }

        book.PegsNeedLook = false;
        return false;
    }

    // Where all were looked at but those that come now, the next to be looked at is the first that comes.
    private void AddPeg(Book book, int slot)
    {
        AddLast(ref book.Pegs, slot);
        book.NextPeg = book.PegsNeedLook && book.NextPeg == None ? slot : book.NextPeg;
    }

    private void LeavePegs(Book book, int slot)
    {
        book.NextPeg = book.NextPeg == slot ? _details[slot].NextSpecial : book.NextPeg;
        Unlist(ref book.Pegs, slot);
    }

    private static void LookAtPegs(Book book)
    {
        book.PegsNeedLook = true;
        book.NextPeg = book.Pegs.Head;
    }

    /// <summary>A pegged order that is nowhere: to its price, or parked.</summary>
    private void ArrivePegged(Book book, int slot, MatchEventBuffer events)
    {
        if (TryPricePegged(book, slot))
        {
            Arrive(book, slot, events);
        }
        else
        {
            Park(book, slot);
        }
    }

    private bool TryPricePegged(Book book, int slot)
    {
        if (book.Phase != TradingPhase.Continuous)
        {
            return false;
        }

        // A peg that comes first is priced by references that nobody has looked at before.
        RememberReferences(book);
        bool hasPrice = TryGetPegPrice(book, slot, out long ticks);
        _details[slot].Price = hasPrice ? ticks : _details[slot].Price;
        return hasPrice;
    }

    /// <summary>Looks at the references of pegs where they can be others than before; if they are, all pegs must be looked at.</summary>
    private void RememberReferences(Book book)
    {
        if (!book.ReferencesMayDiffer)
        {
            return;
        }

        book.ReferencesMayDiffer = false;
        bool hasBid = TryGetBestShown(book, Side.Buy, referencesOnly: true, out long bid);
        bool hasAsk = TryGetBestShown(book, Side.Sell, referencesOnly: true, out long ask);
        bool isSame = hasBid == book.HasReferenceBid && hasAsk == book.HasReferenceAsk && bid == book.ReferenceBid && ask == book.ReferenceAsk;
        (book.HasReferenceBid, book.ReferenceBid, book.HasReferenceAsk, book.ReferenceAsk) = (hasBid, bid, hasAsk, ask);
        if (!isSame)
        {
            LookAtPegs(book);
        }
    }

    private void ParkPegged(Book book, int slot, MatchEventBuffer events)
    {
        long ticks = LevelAt(OrderAt(slot).Level).Price;
        TakeOut(book, slot, events);
        _details[slot].Price = ticks;
        Park(book, slot);
        EmitSlot(ref events.Next(), MatchEventType.Restated, slot, ticks, 0, OrderAt(slot).Leaves, RejectReason.Parked);
    }

    /// <summary>What an order would show in a queue, as it is.</summary>
    private long WouldShow(int slot)
    {
        OrderKind kind = KindOf(slot);
        long leaves = OrderAt(slot).Leaves;
        return (kind & (OrderKind.Hidden | OrderKind.Market)) != 0 ? 0
            : (kind & OrderKind.Iceberg) != 0 ? Math.Min(_extras[slot].Display, leaves)
            : leaves;
    }

    private static long LimitPegPrice(Side side, long ticks, long limit) => side == Side.Buy ? Math.Min(ticks, limit) : Math.Max(ticks, limit);

    private bool TryGetPegPrice(Book book, int slot, out long ticks)
    {
        ref Order order = ref OrderAt(slot);
        ref OrderDetail detail = ref _details[slot];
        OrderExtra extra = (order.Kind & OrderKind.HasExtra) != 0 ? _extras[slot] : default;
        bool hasReference = order.Side == Side.Buy ? book.HasReferenceBid : book.HasReferenceAsk;
        ticks = order.Side == Side.Buy ? book.ReferenceBid : book.ReferenceAsk;
        if (detail.Peg == PegReference.Mid)
        {
            hasReference = book.HasReferenceBid && book.HasReferenceAsk;
            long sum = book.ReferenceBid + book.ReferenceAsk;
            ticks = order.Side == Side.Buy ? sum >> 1 : (sum + 1) >> 1;
        }

        ticks += order.Side == Side.Buy ? -extra.OffsetTicks : extra.OffsetTicks;
        ticks = (detail.Flags & OrderFlags.HasLimit) != 0 ? LimitPegPrice(order.Side, ticks, extra.LimitPrice) : ticks;
        ticks = Math.Clamp(ticks, -book.Terms.PegTicksMax, book.Terms.PegTicksMax);
        Invariant.That(ticks >= -book.Terms.PegTicksMax && ticks <= book.Terms.PegTicksMax, "a peg is priced within the instrument");
        return hasReference;
    }

    // Levels that only pegs show are passed over for a reference: pegs are no better than what they follow, but for those that are about to move.
    private bool TryGetBestShown(Book book, Side side, bool referencesOnly, out long ticks)
    {
        BookSide levels = book.Own(side).Shown(_shows);
        int levelIndex = levels.Best;
        long key = levels.BestKey;
        while (levelIndex != None)
        {
            ref Level level = ref LevelAt(levelIndex);
            if (!referencesOnly || level.ReferenceCount > 0)
            {
                ticks = level.Price;
                return true;
            }

            LookSteps++;
            levelIndex = levels.NextWorse(key, out key);
        }

        ticks = 0;
        return false;
    }
}
