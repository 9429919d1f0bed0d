using System.Runtime.CompilerServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Every field of an event is written, as the buffer does not clear it first.
public sealed partial class MatchingEngine
{
    private static void EmitOrder(
        ref MatchEvent target, MatchEventType type, in MatchOrder order, long ticks, long lots, long leaves, RejectReason reason)
    {
        target.OrderId = order.OrderId;
        target.RestingOrderId = 0;
        target.Price = new Price(ticks);
        target.Quantity = new Quantity(lots);
        target.Leaves = new Quantity(leaves);
        target.RestingLeaves = Quantity.Zero;
        target.InstrumentId = order.InstrumentId;
        target.Tag = order.Tag;
        target.RestingTag = 0;
        target.SetHead(type, order.Side, reason);
    }

    private void EmitSlot(ref MatchEvent target, MatchEventType type, int slot, long ticks, long lots, long leaves, RejectReason reason) =>
        EmitSlot(ref target, type, in OrderAt(slot), _groups.InstrumentOf(slot), ticks, lots, leaves, reason);

    private static void EmitSlot(
        ref MatchEvent target, MatchEventType type, in Order order, int instrumentId, long ticks, long lots, long leaves, RejectReason reason)
    {
        target.OrderId = order.Id;
        target.RestingOrderId = 0;
        target.Price = new Price(ticks);
        target.Quantity = new Quantity(lots);
        target.Leaves = new Quantity(leaves);
        target.RestingLeaves = Quantity.Zero;
        target.InstrumentId = instrumentId;
        target.Tag = order.Tag;
        target.RestingTag = 0;
        target.SetHead(type, order.Side, reason);
    }

    private void EmitLevel(Book book, int levelIndex, MatchEventBuffer events)
    {
        // Market orders that wait for an auction are in a level that is not shown.
        if (levelIndex != book.MarketBuys && levelIndex != book.MarketSells)
        {
            EmitLevel(book, in LevelAt(levelIndex), events);
        }
    }

    private static void EmitLevel(Book book, in Level level, MatchEventBuffer events)
    {
        if (book.IsSilentOnLevels)
        {
            // Counted all the same: whether anybody hears it is no part of the state.
            book.Deltas++;
            return;
        }

        if (events.IsFull)
        {
            // Apart, so that nothing need be kept over a call on the way that is always taken.
            EmitLevelWithMoreRoom(book, in level, events);
            return;
        }

        ref MatchEvent target = ref events.Next();
        target.OrderId = 0;
        target.DeltaSequence = ++book.Deltas;
        target.Price = new Price(level.Price);
        target.Quantity = new Quantity(level.Quantity);
        target.Leaves = Quantity.Zero;
        target.RestingLeaves = Quantity.Zero;
        target.InstrumentId = book.InstrumentId;
        target.Tag = 0;
        target.OrderCount = level.Shown.Count;
        target.SetHead(MatchEventType.LevelChanged, level.Side, RejectReason.None);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EmitLevelWithMoreRoom(Book book, in Level level, MatchEventBuffer events)
    {
        events.Grow();
        EmitLevel(book, in level, events);
    }

    /// <summary>Tells a change of one shown order, where that is wanted.</summary>
    private void EmitDelta(Book book, MatchEventType type, int slot, long ticks, long shown, MatchEventBuffer events)
    {
        if (EmitsOrderDeltas)
        {
            AddDelta(book, type, slot, ticks, shown, events);
        }
    }

    private void AddDelta(Book book, MatchEventType type, int slot, long ticks, long shown, MatchEventBuffer events)
    {
        ref MatchEvent target = ref events.Next();
        EmitSlot(ref target, type, slot, ticks, shown, 0, RejectReason.None);
        target.DeltaSequence = ++book.Deltas;
    }
}
