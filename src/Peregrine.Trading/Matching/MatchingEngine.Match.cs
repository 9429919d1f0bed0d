using System.Runtime.CompilerServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Sections 4, 5, 6 and 8 of docs/matching.md: an arriving order against what rests.
public sealed partial class MatchingEngine
{
    /// <summary>Trades an arriving order against the other side as far as its price goes.</summary>
    /// <returns>None; SelfTrade: prevention ended it; PriceBand: its next trade would be outside of a band.</returns>
    private RejectReason Match(Book book, ref Aggressor arriving, MatchEventBuffer events)
    {
        SetImprovement(book, ref arriving);
        BookSide other = book.Other(arriving.Side);
        long lotsBefore = arriving.Leaves;
        long prevented = arriving.Prevented;
        RejectReason stop = RejectReason.None;
        int levelIndex = other.Best;
        long key = other.BestKey;
        while (levelIndex != None && key >= arriving.LimitKey)
        {
            stop = SweepLevel(book, other, levelIndex, ref arriving, events);
            if (arriving.Leaves == 0 || stop != RejectReason.None)
            {
                break;
            }

            levelIndex = other.NextWorse(key, out key);
        }

        TradedLots += lotsBefore - arriving.Leaves - (arriving.Prevented - prevented);
        return stop;
    }

    /// <summary>Trades an arriving order against one level and tells the level's change once at the end.</summary>
    private RejectReason SweepLevel(Book book, BookSide other, int levelIndex, ref Aggressor arriving, MatchEventBuffer events)
    {
        ref Level level = ref LevelAt(levelIndex);
        Invariant.That(level.Side != arriving.Side && !level.IsEmpty, "an order trades with levels of the other side that hold orders");
        long shownBefore = level.Quantity;
        int countBefore = level.Shown.Count;
        RejectReason stop = RejectReason.None;
        int slot = level.Shown.Head;
        while (slot != None && arriving.Leaves > 0)
        {
            ref Order resting = ref OrderAt(slot);
            int next = resting.Next;
            Invariant.That(resting.Place == OrderPlace.Queue && resting.Shown > 0, "who stands among shown orders shows something");
            long traded = Math.Min(arriving.Leaves, resting.Shown);
            if (traded < Math.Min(arriving.MinimumPerTrade, arriving.Leaves))
            {
                slot = next;
                continue;
            }

            if (arriving.Owner >= 0 && resting.Owner == arriving.Owner)
            {
                stop = PreventSelfTrade(book, slot, ref level, ref arriving, events);
                if (stop != RejectReason.None)
                {
                    break;
                }

                slot = next;
                continue;
            }

            if (book.HasBands && IsOutsideBands(book, level.Price))
            {
                stop = RejectReason.PriceBand;
                break;
            }

            Invariant.That(traded == Math.Min(arriving.Leaves, resting.Shown), "a trade is of what both have, and of what is shown");
            Trade(book, ref resting, ref level, ref arriving, traded, level.Price, events);
            if (resting.Leaves == 0)
            {
                EmitDelta(book, MatchEventType.OrderRemoved, slot, level.Price, traded, events);
                Detach(slot, ref level);
                Forget(book, slot, ref resting);
            }
            else if (resting.Shown == 0)
            {
                Refresh(book, slot, levelIndex, ref resting, ref level, traded, events);

                // The new slice may be all that is behind.
                Invariant.That(resting.Next == None && resting.Shown > 0, "the next slice of an iceberg stands at the back of its queue");
                next = next == None ? slot : next;
            }
            else
            {
                EmitDelta(book, MatchEventType.OrderChanged, slot, level.Price, resting.Shown, events);
            }

            slot = next;
        }

        if (stop == RejectReason.None && arriving.Leaves > 0 && level.Hidden.Head != None)
        {
            stop = SweepHidden(book, ref level, ref arriving, events);
        }

        EndSweep(book, other, levelIndex, ref level, level.Quantity != shownBefore || level.Shown.Count != countBefore, events);
        return stop;
    }

    // What a sweep has changed of a level is told once, at its end; a level that holds nothing more goes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndSweep(Book book, BookSide other, int levelIndex, ref Level level, bool isTold, MatchEventBuffer events)
    {
        if (isTold)
        {
            EmitLevel(book, levelIndex, events);
            book.ReferencesMayDiffer = true;
            other.CountShown(level.Shown.Count == 0 ? -1 : 0, KeyOf(level.Side, level.Price), levelIndex);
        }

        if (level.IsEmpty)
        {
            DropLevel(book, levelIndex, ref level);
        }
    }

    private RejectReason SweepHidden(Book book, ref Level level, ref Aggressor arriving, MatchEventBuffer events)
    {
        int slot = level.Hidden.Head;
        while (slot != None && arriving.Leaves > 0)
        {
            ref Order resting = ref OrderAt(slot);
            int next = resting.Next;
            Invariant.That((resting.Kind & OrderKind.Hidden) != 0 && resting.Shown == 0, "who stands among hidden orders is hidden");
            bool isConditional = (resting.Kind & OrderKind.Conditional) != 0;
            long traded = Math.Min(arriving.Leaves, resting.Leaves);
            bool isPassedOver = (isConditional && arriving.Leaves < SizeInForce(slot))
                || traded < Math.Min(arriving.MinimumPerTrade, arriving.Leaves)
                || IsBeyondImprovement(in level, in arriving);
            if (isPassedOver)
            {
                slot = next;
                continue;
            }

            if (IsOwn(slot, in arriving))
            {
                RejectReason stop = PreventSelfTrade(book, slot, ref level, ref arriving, events);
                if (stop != RejectReason.None)
                {
                    return stop;
                }

                slot = next;
                continue;
            }

            long price = PriceOfHidden(in level, in arriving);
            if (book.HasBands && IsOutsideBands(book, price))
            {
                return RejectReason.PriceBand;
            }

            long minimum = MinimumOf(slot);
            Trade(book, ref resting, ref level, ref arriving, traded, price, events);
            if (resting.Leaves == 0)
            {
                Detach(slot, ref level);
                Forget(book, slot, ref resting);
            }
            else if (book.Rules.CancelHiddenRests > 0
                && (resting.Leaves < book.Rules.CancelHiddenRests || (isConditional && resting.Leaves < minimum)))
            {
                EmitSlot(ref events.Next(), MatchEventType.Cancelled, slot, level.Price, resting.Leaves, 0, RejectReason.RestTooSmall);
                _hash -= MatchDigest.OfPlace(resting.Identity, level.Price, resting.Leaves, 0, resting.Priority);
                Detach(slot, ref level);
                Forget(book, slot, ref resting);
            }

            slot = next;
        }

        return RejectReason.None;
    }

    /// <summary>One trade: both sides' quantities, the digest, the event, the last trade price. The order stays in its queue.</summary>
    private void Trade(Book book, ref Order resting, ref Level level, ref Aggressor arriving, long traded, long price, MatchEventBuffer events)
    {
        Invariant.That(traded > 0 && traded <= arriving.Leaves && traded <= resting.Leaves,
            "a trade is of something, and of no more than both have");
        Invariant.That(arriving.Owner < 0 || arriving.Owner != resting.Owner, "orders of one owner never trade with each other");
        long ticks = level.Price;
        _hash -= MatchDigest.OfPlace(resting.Identity, ticks, resting.Leaves, resting.Shown, resting.Priority);
        arriving.Leaves -= traded;
        arriving.HasTraded = true;
        resting.Leaves -= traded;
        if ((resting.Kind & OrderKind.Hidden) != 0)
        {
            level.HiddenQuantity -= (resting.Kind & OrderKind.Conditional) != 0 ? 0 : traded;
        }
        else
        {
            resting.Shown -= traded;
            level.Quantity -= traded;
        }

        if (resting.Leaves > 0)
        {
            _hash += MatchDigest.OfPlace(resting.Identity, ticks, resting.Leaves, resting.Shown, resting.Priority);
        }

        Invariant.That(level.Quantity >= 0 && level.HiddenQuantity >= 0 && resting.Shown >= 0, "a trade takes no more than a level has");
        TradeCount++;
        if (book.LastTrade != price || !book.HasLastTrade)
        {
            book.HasLastTrade = true;
            book.LastTrade = price;
            MarkDirty(book);
        }

        ref MatchEvent target = ref events.Next();
        target.OrderId = arriving.OrderId;
        target.RestingOrderId = resting.Id;
        target.Price = new Price(price);
        target.Quantity = new Quantity(traded);
        target.Leaves = new Quantity(arriving.Leaves);
        target.RestingLeaves = new Quantity(resting.Leaves);
        target.InstrumentId = book.InstrumentId;
        target.Tag = arriving.Tag;
        target.RestingTag = resting.Tag;
        target.SetHead(MatchEventType.Trade, arriving.Side, RejectReason.None);
    }

    /// <summary>Shows an iceberg's next slice, at the back of the queue.</summary>
    private void Refresh(Book book, int slot, int levelIndex, ref Order order, ref Level level, long shownBefore, MatchEventBuffer events)
    {
        _hash -= MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, 0, order.Priority);
        EmitDelta(book, MatchEventType.OrderRemoved, slot, level.Price, shownBefore, events);
        Detach(slot, ref level);
        Invariant.That(order.Shown == 0 && order.Leaves > 0 && (order.Kind & OrderKind.Iceberg) != 0,
            "an iceberg shows its next slice when the last one is gone");
        order.Shown = ShownOf(slot);
        order.Priority = ++book.Priority;
        MarkDirty(book);
        Append(slot, ref order, levelIndex, ref level);
        _hash += MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, order.Shown, order.Priority);
        EmitSlot(ref events.Next(), MatchEventType.Restated, slot, level.Price, order.Shown, order.Leaves, RejectReason.Refreshed);
        EmitDelta(book, MatchEventType.OrderAdded, slot, level.Price, order.Shown, events);
        if ((order.Kind & OrderKind.Pegged) != 0)
        {
            // The list of pegs is in the order of their numbers.
            LeavePegs(book, slot);
            AddPeg(book, slot);
        }
    }

    /// <summary>Forgets an order that has left its queue with nothing left.</summary>
    private void Forget(Book book, int slot, ref Order order)
    {
        if ((order.Kind & (OrderKind.Conditional | OrderKind.Pegged)) != 0)
        {
            LeaveSpecials(book, slot);
        }

        Free(book, slot);
    }

    /// <summary>An arriving order meets one of its own owner.</summary>
    /// <returns>SelfTrade when that ends the arriving order.</returns>
    private RejectReason PreventSelfTrade(Book book, int slot, ref Level level, ref Aggressor arriving, MatchEventBuffer events)
    {
        if (arriving.Mode == SelfTradePrevention.CancelNewest)
        {
            return RejectReason.SelfTrade;
        }

        ref Order resting = ref OrderAt(slot);
        long lots = resting.Leaves;
        if (arriving.Mode == SelfTradePrevention.DecrementAndCancel)
        {
            lots = Math.Min(arriving.Leaves, resting.Leaves);
        }

        long ticks = level.Price;
        EmitSlot(ref events.Next(), MatchEventType.Cancelled, slot, ticks, lots, resting.Leaves - lots, RejectReason.SelfTrade);
        if (lots == resting.Leaves)
        {
            _hash -= MatchDigest.OfPlace(resting.Identity, ticks, resting.Leaves, resting.Shown, resting.Priority);
            if ((resting.Kind & OrderKind.Hidden) == 0)
            {
                EmitDelta(book, MatchEventType.OrderRemoved, slot, ticks, resting.Shown, events);
            }

            Detach(slot, ref level);
            Forget(book, slot, ref resting);
        }
        else
        {
            TakeOff(slot, ref resting, ref level, lots, events);
        }

        if (arriving.Mode != SelfTradePrevention.DecrementAndCancel)
        {
            return arriving.Mode == SelfTradePrevention.CancelBoth ? RejectReason.SelfTrade : RejectReason.None;
        }

        arriving.Leaves -= lots;
        arriving.Prevented += lots;
        ref MatchEvent target = ref events.Add();
        target.Type = MatchEventType.Cancelled;
        target.OrderId = arriving.OrderId;
        target.InstrumentId = book.InstrumentId;
        target.Tag = arriving.Tag;
        target.Side = arriving.Side;
        target.Price = new Price(arriving.Ticks);
        target.Quantity = new Quantity(lots);
        target.Leaves = new Quantity(arriving.Leaves);
        target.Reason = RejectReason.SelfTrade;
        return RejectReason.None;
    }

    /// <summary>With the venue rule of improvement: remembers the best shown price of the arriving order's own side.</summary>
    private void SetImprovement(Book book, ref Aggressor arriving)
    {
        long improvement = book.Rules.HiddenImprovement;
        if (improvement > 0 && TryGetBestShown(book, arriving.Side, referencesOnly: false, out long ticks))
        {
            arriving.OwnBestKey = KeyOf(arriving.Side, ticks);
            arriving.ImprovedKey = arriving.OwnBestKey + improvement;
        }
    }

    // A hidden order at or beyond the arriving side's best shown price trades better than that price, or not at all.
    private static bool IsImproved(in Level level, in Aggressor arriving) =>
        arriving.ImprovedKey != long.MinValue && KeyOf(arriving.Side, level.Price) <= arriving.OwnBestKey;

    private static bool IsBeyondImprovement(in Level level, in Aggressor arriving) =>
        IsImproved(in level, in arriving)
        && (!IsInRange(arriving.ImprovedKey) || (arriving.LimitKey != long.MinValue && -arriving.LimitKey < arriving.ImprovedKey));

    private static long PriceOfHidden(in Level level, in Aggressor arriving) =>
        IsImproved(in level, in arriving) ? KeyOf(arriving.Side, arriving.ImprovedKey) : level.Price;

    private bool IsOwn(int slot, in Aggressor arriving) => arriving.Owner >= 0 && OrderAt(slot).Owner == arriving.Owner;

    private long MinimumOf(int slot) => (OrderAt(slot).Kind & OrderKind.HasExtra) != 0 ? _extras[slot].Minimum : 0;

    /// <summary>The minimum execution size of a conditional order, were there enough left.</summary>
    private long MinimumSizeOf(int slot) => (OrderAt(slot).Kind & OrderKind.AllOrNone) != 0 ? long.MaxValue : MinimumOf(slot);

    private long SizeInForce(int slot) => Math.Min(MinimumSizeOf(slot), OrderAt(slot).Leaves);

    private static int OwnerOf(Book book, int account, int firm, int strategy) => book.OwnerScope switch
    {
        OwnerScope.Account => account,
        OwnerScope.Firm => firm,
        OwnerScope.Strategy => strategy,
        _ => None,
    };

    private static SelfTradePrevention ModeOf(Book book, SelfTradePrevention asked) => asked == SelfTradePrevention.Default ? book.SelfTrade : asked;

    /// <summary>An order on its way through the other side.</summary>
    private struct Aggressor
    {
        public ulong OrderId;
        public long Leaves;

        /// <summary>The worst key of the other side that it trades with.</summary>
        public long LimitKey;

        /// <summary>Its limit price, for events.</summary>
        public long Ticks;

        /// <summary>What each single trade must have at least, as long as so much is left.</summary>
        public long MinimumPerTrade;

        /// <summary>Keys of its own side: the best shown price, and the price that hidden orders beyond it trade at; the least number:
        /// no such rule.</summary>
        public long OwnBestKey;
        public long ImprovedKey = long.MinValue;

        /// <summary>What self-trade prevention took off it.</summary>
        public long Prevented;
        public int Tag;
        public int Owner;
        public Side Side;
        public SelfTradePrevention Mode;
        public bool HasTraded;

        public Aggressor(in MatchOrder order, int owner, SelfTradePrevention mode)
        {
            OrderId = order.OrderId;
            Leaves = order.Quantity.Lots;
            LimitKey = -KeyOf(order.Side, order.Price.Ticks);
            Ticks = order.Price.Ticks;
            Tag = order.Tag;
            Owner = owner;
            Side = order.Side;
            Mode = mode;
        }

        public Aggressor(in Order order, long ticks, long leaves, SelfTradePrevention mode)
        {
            OrderId = order.Id;
            Leaves = leaves;
            LimitKey = -KeyOf(order.Side, ticks);
            Ticks = ticks;
            Tag = order.Tag;
            Owner = order.Owner;
            Side = order.Side;
            Mode = mode;
        }
    }
}
