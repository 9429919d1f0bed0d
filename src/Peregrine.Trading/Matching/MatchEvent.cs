using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>What the engine did. 0 is none. Section numbers are those of docs/matching.md.</summary>
public enum MatchEventType : byte
{
    /// <summary>A new order was taken; first of its events, whatever happens to it then. Price, quantity, leaves as asked for.</summary>
    Accepted = 1,

    /// <summary>A request was refused; nothing changed.</summary>
    Rejected = 2,

    /// <summary>Two orders traded. In an auction there is no aggressor: Side is 0, OrderId the buy, RestingOrderId the sell.</summary>
    Trade = 3,

    /// <summary>Quantity went away unfilled; the order has ended when Leaves is 0. Reason None: it was asked for.</summary>
    Cancelled = 4,

    /// <summary>An order has new values: price (of a stop or trailing stop its stop price), quantity and leaves are what is left of it.
    /// Trades of it may follow.</summary>
    Replaced = 5,

    /// <summary>What a price level shows changed; the values are those after the change, quantity 0 when it is gone.</summary>
    LevelChanged = 6,

    /// <summary>A stop was reached and becomes a market (price 0) or limit order.</summary>
    Triggered = 7,

    /// <summary>An order changed by itself: Reason says how. Price is the new price (Trailed: stop price), Quantity what it shows,
    /// Leaves what it has.</summary>
    Restated = 8,

    /// <summary>The instrument has another phase, or cancels are (Quantity 1) or are no longer (0) forbidden. Reason PriceBand,
    /// or None when it was asked for or its time came.</summary>
    PhaseChanged = 9,

    /// <summary>What the auction would do now: price, quantity; Leaves is the surplus. All 0: nothing.</summary>
    Indicative = 10,

    /// <summary>An order is shown in the book: at the back of its level. Only with <see cref="MatchingEngine.EmitsOrderDeltas"/>,
    /// as the next two.</summary>
    OrderAdded = 11,

    /// <summary>An order shows another quantity, at its place.</summary>
    OrderChanged = 12,

    /// <summary>An order is no longer shown; quantity is what it showed.</summary>
    OrderRemoved = 13,

    /// <summary>An order that <see cref="IMatchingEngine.List"/> was asked for: Leaves is what it has.</summary>
    Listed = 14,
}

/// <summary>The table of events.</summary>
public static class MatchEventTypes
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const MatchEventType Last = MatchEventType.Listed;
}

/// <summary>One event of the matching engine: fixed size, no references, one cache line.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct MatchEvent
{
    /// <summary>The order the event is about; for a trade, the aggressor. 0 for levels, phases and indicative prices.</summary>
    [FieldOffset(0)]
    public ulong OrderId;

    /// <summary>For a trade, the order that rested.</summary>
    [FieldOffset(8)]
    public ulong RestingOrderId;

    /// <summary>Of the order, the trade (in continuous trading the resting order's price) or the level.</summary>
    [FieldOffset(16)]
    public Price Price;

    /// <summary>Of the request, traded, cancelled, shown, or in the whole level.</summary>
    [FieldOffset(24)]
    public Quantity Quantity;

    /// <summary>What the order has left after the event.</summary>
    [FieldOffset(32)]
    public Quantity Leaves;

    /// <summary>For a trade, what the resting order has left after it.</summary>
    [FieldOffset(40)]
    public Quantity RestingLeaves;

    /// <summary>-1 where a request named no order.</summary>
    [FieldOffset(48)]
    public int InstrumentId;

    /// <summary>The caller's own number of the order (<see cref="MatchOrder.Tag"/>).</summary>
    [FieldOffset(52)]
    public int Tag;

    /// <summary>For a trade, the caller's own number of the resting order.</summary>
    [FieldOffset(56)]
    public int RestingTag;

    [FieldOffset(60)]
    public MatchEventType Type;

    /// <summary>Side of the order (for a trade, the aggressor's) or the level.</summary>
    [FieldOffset(61)]
    public Side Side;

    /// <summary>Why.</summary>
    [FieldOffset(62)]
    public RejectReason Reason;

    /// <summary>For <see cref="MatchEventType.PhaseChanged"/>.</summary>
    [FieldOffset(63)]
    public TradingPhase Phase;

    // The last four together, for one store instead of four.
    [FieldOffset(60)]
    private uint _head;

    /// <summary>For a level, how many orders it shows. Shares its place with <see cref="RestingTag"/>.</summary>
    public int OrderCount
    {
        readonly get => RestingTag;
        set => RestingTag = value;
    }

    /// <summary>For levels and shown orders, the place among the changes of their book: 1, 2, 3, ... Shares its place with
    /// <see cref="RestingOrderId"/>.</summary>
    public long DeltaSequence
    {
        readonly get => (long)RestingOrderId;
        set => RestingOrderId = (ulong)value;
    }

    /// <summary>Sets type, side and reason, and no phase.</summary>
    internal void SetHead(MatchEventType type, Side side, RejectReason reason) => _head = (byte)type | ((uint)side << 8) | ((uint)reason << 16);
}
