using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Section 11 of docs/matching.md: the uncross at the auction price.
public sealed partial class MatchingEngine
{
    /// <summary>Trades the two sides against each other at the auction price.</summary>
    /// <returns>False when nothing could trade: there is no auction price then.</returns>
    private bool Uncross(Book book, MatchEventBuffer events)
    {
        IndicativePrice auction = FindAuctionPrice(book);
        if (auction.Volume.Lots == 0)
        {
            return false;
        }

        long ticks = auction.Price.Ticks;
        AuctionCursor buys = new(Side.Buy, KeyOf(Side.Buy, ticks));
        AuctionCursor sells = new(Side.Sell, KeyOf(Side.Sell, ticks));
        for (long left = auction.Volume.Lots; left > 0;)
        {
            MoveToFront(book, ref buys, events);
            MoveToFront(book, ref sells, events);
            left -= TradeInAuction(book, buys.Slot, sells.Slot, ticks, events);
            Invariant.That(left >= 0, "an auction trades its volume and no more");
        }

        LeaveAuctionLevels(book, ref buys, events);
        LeaveAuctionLevels(book, ref sells, events);
        book.HasLastTrade = true;
        book.LastTrade = ticks;
        book.HasAuctionPrice = true;
        book.AuctionPrice = ticks;
        TradedLots += auction.Volume.Lots;
        return true;
    }

    private long TradeInAuction(Book book, int buySlot, int sellSlot, long ticks, MatchEventBuffer events)
    {
        ref Order buy = ref OrderAt(buySlot);
        ref Order sell = ref OrderAt(sellSlot);
        long traded = Math.Min(buy.Leaves, sell.Leaves);
        Invariant.That(traded > 0 && buy.Side == Side.Buy && sell.Side == Side.Sell, "an auction trades a buy order with a sell order");
        ref MatchEvent target = ref events.Add();
        target.Type = MatchEventType.Trade;
        target.OrderId = buy.Id;
        target.RestingOrderId = sell.Id;
        target.Price = new Price(ticks);
        target.Quantity = new Quantity(traded);
        target.Leaves = new Quantity(buy.Leaves - traded);
        target.RestingLeaves = new Quantity(sell.Leaves - traded);
        target.InstrumentId = book.InstrumentId;
        target.Tag = buy.Tag;
        target.RestingTag = sell.Tag;
        TradeCount++;
        TakeInAuction(book, buySlot, ref buy, traded, events);
        TakeInAuction(book, sellSlot, ref sell, traded, events);
        return traded;
    }

    private void TakeInAuction(Book book, int slot, ref Order order, long traded, MatchEventBuffer events)
    {
        ref Level level = ref LevelAt(order.Level);
        if (traded < order.Leaves)
        {
            ReduceInAuction(book, slot, ref order, ref level, traded, events);
            return;
        }

        Invariant.That(traded == order.Leaves, "an order leaves an auction with nothing left");
        _hash -= MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, order.Shown, order.Priority);
        if ((order.Kind & (OrderKind.Hidden | OrderKind.Market)) == 0)
        {
            EmitDelta(book, MatchEventType.OrderRemoved, slot, level.Price, order.Shown, events);
        }

        Detach(slot, ref level);
        Forget(book, slot, ref order);
    }

    private void ReduceInAuction(Book book, int slot, ref Order order, ref Level level, long traded, MatchEventBuffer events)
    {
        bool isIceberg = (order.Kind & OrderKind.Iceberg) != 0;
        if (!isIceberg)
        {
            TakeOff(slot, ref order, ref level, traded, events);
            return;
        }

        _hash -= MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, order.Shown, order.Priority);
        long shownBefore = order.Shown;
        level.Reserve -= order.Leaves - order.Shown;
        order.Leaves -= traded;
        order.Shown = ShownOf(slot);
        level.Quantity += order.Shown - shownBefore;
        level.Reserve += order.Leaves - order.Shown;
        Invariant.That(level.Quantity >= 0 && level.Reserve >= 0 && order.Shown > 0,
            "what is left of an iceberg behind an auction is shown and held back as before");
        _hash += MatchDigest.OfPlace(order.Identity, level.Price, order.Leaves, order.Shown, order.Priority);
        if (order.Shown != shownBefore)
        {
            EmitDelta(book, MatchEventType.OrderChanged, slot, level.Price, order.Shown, events);
        }
    }

    /// <summary>Moves a cursor to the order of its side that trades next; the level that it leaves is told.</summary>
    private void MoveToFront(Book book, ref AuctionCursor cursor, MatchEventBuffer events)
    {
        while (true)
        {
            cursor.Slot = Older(FirstShown(cursor.Level), FirstShown(cursor.Market));
            cursor.Slot = cursor.Slot != None ? cursor.Slot : FirstHidden(cursor.Level);
            if (cursor.Slot != None)
            {
                return;
            }

            LeaveAuctionLevels(book, ref cursor, events);
            EnterNextAuctionLevel(book, ref cursor);
        }
    }

    // Market orders first, by themselves; or, by rule, beside the best level of those that trade.
    private void EnterNextAuctionLevel(Book book, ref AuctionCursor cursor)
    {
        bool begins = !cursor.HasBegun;
        cursor.HasBegun = true;
        if (begins)
        {
            cursor.Market = Entered(book.MarketLevel(cursor.Side));
            cursor.Key = long.MaxValue;
        }

        if (!begins || (cursor.Market.Index != None && book.Rules.MarketWithBest))
        {
            BookSide levels = book.Own(cursor.Side);
            int levelIndex = levels.NextWorse(cursor.Key, out long key);
            while (begins && levelIndex != None && Participating(levelIndex) == 0)
            {
                levelIndex = levels.NextWorse(key, out key);
            }

            bool trades = levelIndex != None && key >= cursor.WorstKey;
            Check.That(trades || begins, "an auction has orders for its whole volume");
            if (trades)
            {
                cursor.Level = Entered(levelIndex);
                cursor.Key = key;
            }
        }
    }

    private AuctionLevel Entered(int levelIndex) => levelIndex == None
        ? new AuctionLevel()
        : new AuctionLevel { Index = levelIndex, ShownBefore = LevelAt(levelIndex).Quantity, CountBefore = LevelAt(levelIndex).Shown.Count };

    private void LeaveAuctionLevels(Book book, ref AuctionCursor cursor, MatchEventBuffer events)
    {
        LeaveAuctionLevel(book, cursor.Side, in cursor.Market, events);
        LeaveAuctionLevel(book, cursor.Side, in cursor.Level, events);
        cursor.Market = new AuctionLevel();
        cursor.Level = new AuctionLevel();
    }

    private void LeaveAuctionLevel(Book book, Side side, in AuctionLevel left, MatchEventBuffer events)
    {
        if (left.Index == None)
        {
            return;
        }

        ref Level level = ref LevelAt(left.Index);
        if (level.Quantity != left.ShownBefore || level.Shown.Count != left.CountBefore)
        {
            EmitLevel(book, left.Index, events);
            bool isMarket = left.Index == book.MarketLevel(side);
            book.ReferencesMayDiffer = true;
            if (level.Shown.Count == 0 && !isMarket)
            {
                book.Own(side).CountShown(-1, KeyOf(side, level.Price), left.Index);
            }
        }

        if (level.IsEmpty)
        {
            DropLevel(book, left.Index, ref level);
        }
    }

    private int FirstShown(in AuctionLevel level) => level.Index == None ? None : LevelAt(level.Index).Shown.Head;

    private int FirstHidden(in AuctionLevel level) => level.Index == None ? None : FirstUnconditional(LevelAt(level.Index).Hidden.Head);

    private int FirstUnconditional(int slot)
    {
        while (slot != None && (OrderAt(slot).Kind & OrderKind.Conditional) != 0)
        {
            slot = OrderAt(slot).Next;
        }

        return slot;
    }

    /// <summary>After an uncross: what does not outlive it ends, the rests of market-to-limit orders get a price.</summary>
    private void EndAuctionOrders(Book book, bool hasPrice, MatchEventBuffer events)
    {
        foreach (int slot in CollectOf(book, Sieve.EndsWithAuction))
        {
            ref OrderDetail detail = ref _details[slot];
            if (detail.Type == OrderType.MarketToLimit && hasPrice)
            {
                TakeOut(book, slot, events);
                detail.Type = OrderType.Limit;
                detail.Price = book.AuctionPrice;
                EmitSlot(ref events.Next(), MatchEventType.Restated, slot, detail.Price, WouldShow(slot), OrderAt(slot).Leaves,
                    RejectReason.Converted);
                Enter(book, slot, events);
            }
            else
            {
                bool isMarket = OrderTypes.Has(detail.Type, OrderTraits.Market);
                CancelWhole(book, slot, isMarket ? RejectReason.NoLiquidity : RejectReason.Expired, events);
            }
        }
    }

    private void EnterParked(Book book, MatchEventBuffer events)
    {
        foreach (int slot in CollectOf(book, Sieve.EntersAuction))
        {
            TakeOut(book, slot, events);
            EmitSlot(ref events.Next(), MatchEventType.Restated, slot, _details[slot].Price, WouldShow(slot), OrderAt(slot).Leaves,
                RejectReason.Entered);
            Enter(book, slot, events);
        }
    }

    private struct AuctionCursor(Side side, long worstKey)
    {
        public readonly Side Side = side;

        /// <summary>Of the auction price: no level behind it trades.</summary>
        public readonly long WorstKey = worstKey;
        public bool HasBegun;

        /// <summary>That of market orders while they are at the front.</summary>
        public AuctionLevel Market = new();
        public AuctionLevel Level = new();
        public int Slot = None;
        public long Key;
    }

    /// <summary>A level at the front of its side, and what it showed when it came there.</summary>
    private struct AuctionLevel()
    {
        public int Index = None;
        public long ShownBefore;
        public int CountBefore;
    }
}
