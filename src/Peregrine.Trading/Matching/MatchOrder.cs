using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>A new order, as the engine sees it: nothing of sessions, client ids or risk.</summary>
public struct MatchOrder
{
    /// <summary>Not 0, and not that of an order that still rests.</summary>
    public ulong OrderId;

    /// <summary>Ignored for market orders; otherwise within ± <see cref="MatchingEngine.PriceTicksMax"/>.</summary>
    public Price Price;

    /// <summary>1 to <see cref="MatchingEngine.QuantityLotsMax"/> lots.</summary>
    public Quantity Quantity;

    /// <summary>From <see cref="MatchingEngine.AddInstrument"/>.</summary>
    public int InstrumentId;

    /// <summary>Whose order it is, for self-trade prevention: orders of one owner never trade; negative is nobody's, and trades with all.</summary>
    public int Owner;

    /// <summary>Any number of the caller's own; comes back in the events.</summary>
    public int Tag;
    public Side Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
}

/// <summary>An order as it rests in a book, copied out.</summary>
/// <param name="PrioritySequence">Grows with every entry into a queue: within a level, smaller trades first.</param>
public readonly record struct RestingOrder(
    ulong OrderId,
    int InstrumentId,
    Side Side,
    Price Price,
    Quantity Leaves,
    int Owner,
    int Tag,
    long PrioritySequence);

/// <summary>One price level of a book.</summary>
/// <param name="Quantity">Sum of the leaves of its orders; 0 means there is no such level.</param>
public readonly record struct BookLevel(Price Price, Quantity Quantity, int OrderCount);

/// <summary>What displays and distribution may see of the books.</summary>
public interface IBookView
{
    /// <summary>How many instruments there are; ids run from 0.</summary>
    int InstrumentCount { get; }

    /// <summary>How many price levels a side has.</summary>
    int LevelCount(int instrumentId, Side side);

    /// <summary>A level by depth, 0 is the best.</summary>
    /// <returns>False, and default, when the side is not that deep.</returns>
    bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level);

    /// <summary>Price of the last trade of an instrument; false before the first.</summary>
    bool TryGetLastTrade(int instrumentId, out Price price);
}
