using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>What the engine did. 0 is none.</summary>
public enum MatchEventType : byte
{
    /// <summary>A new order was taken; first of its events, whatever happens to it then.</summary>
    Accepted = 1,

    /// <summary>A request was refused; nothing changed.</summary>
    Rejected = 2,
    Trade = 3,

    /// <summary>An order, or what was left of it, went away unfilled.</summary>
    Cancelled = 4,

    /// <summary>Price or quantity of a resting order changed; trades of it follow.</summary>
    Replaced = 5,

    /// <summary>A price level changed; the values are those after the change, quantity 0 when it is gone.</summary>
    LevelChanged = 6,
}

/// <summary>One event of the matching engine: fixed size, no references.</summary>
public struct MatchEvent
{
    /// <summary>The order the event is about; for a trade, the aggressor. 0 for <see cref="MatchEventType.LevelChanged"/>.</summary>
    public ulong OrderId;

    /// <summary>For a trade, the order that rested.</summary>
    public ulong RestingOrderId;

    /// <summary>Of the order, the trade (always the resting order's price) or the level.</summary>
    public Price Price;

    /// <summary>Of the request, traded, cancelled, or in the whole level.</summary>
    public Quantity Quantity;

    /// <summary>What the order has left after the event.</summary>
    public Quantity Leaves;

    /// <summary>For a trade, what the resting order has left after it.</summary>
    public Quantity RestingLeaves;
    public int InstrumentId;

    /// <summary>The caller's own number of the order (<see cref="MatchOrder.Tag"/>).</summary>
    public int Tag;

    /// <summary>For a trade, the caller's own number of the resting order.</summary>
    public int RestingTag;

    /// <summary>For a level, how many orders wait in it.</summary>
    public int OrderCount;
    public MatchEventType Type;

    /// <summary>Side of the order (for a trade, the aggressor's) or the level.</summary>
    public Side Side;

    /// <summary>Why, for <see cref="MatchEventType.Rejected"/> and unasked <see cref="MatchEventType.Cancelled"/>; None when asked for.</summary>
    public RejectReason Reason;
}

/// <summary>Where the engine puts its events, in order; grows by doubling, bounded by what one command can do to a full book.</summary>
/// <remarks>Thread: one owner. Allocates: only when it grows (<see cref="GrowCount"/>).</remarks>
public sealed class MatchEventBuffer(int capacity = 1024)
{
    private MatchEvent[] _events = new MatchEvent[Math.Max(capacity, 2)];

    /// <summary>How many events are in it.</summary>
    public int Count { get; private set; }

    /// <summary>How often it had to grow.</summary>
    public int GrowCount { get; private set; }

    /// <summary>The events, oldest first; valid until the next <see cref="Add"/> or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<MatchEvent> Span => _events.AsSpan(0, Count);

    /// <summary>The event at an index, where it lies.</summary>
    public ref readonly MatchEvent this[int index] => ref _events.AsSpan(0, Count)[index];

    /// <summary>A new, zeroed event at the end, to be filled in place before the next call.</summary>
    public ref MatchEvent Add()
    {
        if (Count == _events.Length)
        {
            Array.Resize(ref _events, _events.Length * 2);
            GrowCount++;
        }

        ref MatchEvent match = ref _events[Count++];
        match = default;
        return ref match;
    }

    /// <summary>Forgets all events; keeps the memory.</summary>
    public void Clear() => Count = 0;
}
