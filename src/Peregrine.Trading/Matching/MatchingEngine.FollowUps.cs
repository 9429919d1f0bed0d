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

    /// <summary>Tries the conditional orders again; the oldest that could trade does.</summary>
    private bool TryConditional(Book book, MatchEventBuffer events)
    {
        for (int slot = book.Conditionals.Head; slot != None; slot = _details[slot].NextSpecial)
        {
            ref Order order = ref OrderAt(slot);
            long ticks = LevelAt(order.Level).Price;
            if (!Crosses(book, order.Side, ticks))
            {
                continue;
            }

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

    private bool TryStop(Book book, MatchEventBuffer events)
    {
        if (book.StopCount == 0 || !book.HasLastTrade)
        {
            return false;
        }

        bool moved = book.Trailing.Count > 0 && MoveTrailing(book, events);
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
        bool moved = false;
        for (int slot = book.Trailing.Head; slot != None; slot = _details[slot].NextSpecial)
        {
            ref Order order = ref OrderAt(slot);
            long now = _extras[slot].StopPrice;
            long wanted = TrailedPrice(book, order.Side, _extras[slot].OffsetTicks);
            bool isBetter = order.Side == Side.Sell ? wanted > now : wanted < now;
            if (!isBetter)
            {
                continue;
            }

            _hash -= TermOf(slot);
            LeaveStopLevel(book, slot);
            Invariant.That(order.Side == Side.Sell ? wanted < book.LastTrade + 1 : wanted > book.LastTrade - 1,
                "a trailing stop stays on its side of the last trade price");
            _extras[slot].StopPrice = wanted;
            order.Identity = MatchDigest.OfIdentity(View(slot));
            EnterStopLevel(book, slot, ref order);
            EmitSlot(ref events.Next(), MatchEventType.Restated, slot, wanted, 0, order.Leaves, RejectReason.Trailed);
            moved = true;
        }

        return moved;
    }

    private static long TrailedPrice(Book book, Side side, long offset) => side == Side.Sell ? book.LastTrade - offset : book.LastTrade + offset;

    /// <summary>When a reference has changed: prices one peg anew, the one with the smallest number that needs it.</summary>
    private bool TryPegs(Book book, MatchEventBuffer events)
    {
        if (book.Pegs.Count == 0)
        {
            return false;
        }

        book.PegsNeedLook |= RememberReferences(book);
        if (!book.PegsNeedLook)
        {
            return false;
        }

        for (int slot = book.Pegs.Head; slot != None; slot = _details[slot].NextSpecial)
        {
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
        }

        book.PegsNeedLook = false;
        return false;
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
        book.PegsNeedLook |= RememberReferences(book);
        bool hasPrice = TryGetPegPrice(book, slot, out long ticks);
        _details[slot].Price = hasPrice ? ticks : _details[slot].Price;
        return hasPrice;
    }

    /// <summary>Looks at the references of pegs.</summary>
    /// <returns>Whether they are others than before.</returns>
    private bool RememberReferences(Book book)
    {
        bool hasBid = TryGetBestShown(book, Side.Buy, referencesOnly: true, out long bid);
        bool hasAsk = TryGetBestShown(book, Side.Sell, referencesOnly: true, out long ask);
        bool isSame = hasBid == book.HasReferenceBid && hasAsk == book.HasReferenceAsk && bid == book.ReferenceBid && ask == book.ReferenceAsk;
        (book.HasReferenceBid, book.ReferenceBid, book.HasReferenceAsk, book.ReferenceAsk) = (hasBid, bid, hasAsk, ask);
        return !isSame;
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

    private bool TryGetBestShown(Book book, Side side, bool referencesOnly, out long ticks)
    {
        BookSide levels = book.Own(side);
        int levelIndex = levels.Best;
        long key = levels.BestKey;
        while (levelIndex != None)
        {
            ref Level level = ref LevelAt(levelIndex);
            if ((referencesOnly ? level.ReferenceCount : level.Shown.Count) > 0)
            {
                ticks = level.Price;
                return true;
            }

            levelIndex = levels.NextWorse(key, out key);
        }

        ticks = 0;
        return false;
    }
}
