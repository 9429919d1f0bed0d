using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

public sealed partial class MatchingEngine
{
    // A better price is a greater key on both sides, see BookSide.
    private static long KeyOf(Side side, long ticks) => side == Side.Buy ? ticks : -ticks;

    /// <summary>Trades an order against the other side down to a key.</summary>
    /// <returns>SelfTrade when it met an order of its own owner, and stopped there; else None.</returns>
    private RejectReason Match(Book book, in MatchOrder order, long limitKey, ref long leaves, MatchEventBuffer events)
    {
        BookSide other = book.Other(order.Side);
        while (leaves > 0)
        {
            int best = other.Best;
            if (best == None || KeyOf(order.Side.Opposite(), _levels[best].Price) < limitKey)
            {
                return RejectReason.None;
            }

            bool isSelfTrade = SweepLevel(book, best, in order, ref leaves, events);
            if (isSelfTrade)
            {
                return RejectReason.SelfTrade;
            }
        }

        return RejectReason.None;
    }

    /// <summary>Trades an order against one level, oldest first, and tells the level's change once at the end.</summary>
    /// <returns>True when it stopped at an order of the same owner.</returns>
    private bool SweepLevel(Book book, int levelIndex, in MatchOrder order, ref long leaves, MatchEventBuffer events)
    {
        ref Level level = ref _levels[levelIndex];
        long before = leaves;
        bool isSelfTrade = false;
        while (leaves > 0 && level.Head != None)
        {
            int slot = level.Head;
            ref Order resting = ref _orders[slot];
            if (order.Account >= 0 && resting.Owner == order.Account)
            {
                isSelfTrade = true;
                break;
            }

            long traded = Math.Min(leaves, resting.Leaves);
            leaves -= traded;
            EmitTrade(in order, in resting, traded, leaves, events);
            TradeCount++;
            TradedLots += traded;
            Reduce(slot, traded);
            if (resting.Leaves == 0)
            {
                RemoveFromQueue(slot);
            }
        }

        if (leaves != before)
        {
            SetLastTrade(book, order.InstrumentId, level.Price);
            EmitLevel(levelIndex, events);
            if (level.Count == 0)
            {
                FreeLevel(book, levelIndex);
            }
        }

        return isSelfTrade;
    }

    /// <summary>Whether the whole of an order could trade now; looks, changes nothing.</summary>
    private RejectReason CheckFillable(Book book, in MatchOrder order, long limitKey)
    {
        BookSide other = book.Other(order.Side);
        long missing = order.Quantity.Lots;
        for (int depth = 0; depth < other.Count && missing > 0; depth++)
        {
            ref Level level = ref _levels[other.AtDepth(depth)];
            if (KeyOf(order.Side.Opposite(), level.Price) < limitKey)
            {
                break;
            }

            if (order.Account < 0)
            {
                missing -= level.Quantity;
                continue;
            }

            for (int slot = level.Head; slot != None && missing > 0; slot = _orders[slot].Next)
            {
                if (_orders[slot].Owner == order.Account)
                {
                    return RejectReason.SelfTrade;
                }

                missing -= _orders[slot].Leaves;
            }
        }

        return missing > 0 ? RejectReason.NotFillable : RejectReason.None;
    }

    private static void EmitTrade(in MatchOrder order, in Order resting, long traded, long leaves, MatchEventBuffer events)
    {
        ref MatchEvent trade = ref events.Add();
        trade.Type = MatchEventType.Trade;
        trade.OrderId = order.OrderId;
        trade.RestingOrderId = resting.Id;
        trade.InstrumentId = order.InstrumentId;
        trade.Tag = order.Tag;
        trade.RestingTag = resting.Tag;
        trade.Side = order.Side;
        trade.Price = new Price(resting.Price);
        trade.Quantity = new Quantity(traded);
        trade.Leaves = new Quantity(leaves);
        trade.RestingLeaves = new Quantity(resting.Leaves - traded);
    }

    private void EmitLevel(int levelIndex, MatchEventBuffer events)
    {
        ref Level level = ref _levels[levelIndex];
        ref MatchEvent change = ref events.Add();
        change.Type = MatchEventType.LevelChanged;
        change.InstrumentId = level.InstrumentId;
        change.Side = level.Side;
        change.Price = new Price(level.Price);
        change.Quantity = new Quantity(level.Quantity);
        change.OrderCount = level.Count;
    }
}
