using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>What a feed message does to a book. 0 is no message.</summary>
public enum BookUpdateKind : byte
{
    /// <summary>A new resting order.</summary>
    Add = 1,

    /// <summary>A part, or all, of a resting order was executed.</summary>
    Execute = 2,

    /// <summary>A part, or all, of a resting order was cancelled.</summary>
    Reduce = 3,

    /// <summary>The rest of an order was cancelled.</summary>
    Delete = 4,

    /// <summary>An order gives way to a new one with another id, price and quantity, at the back of the queue.</summary>
    Replace = 5,

    /// <summary>An order has a new price or quantity under its old id; it keeps its place only when the quantity falls at the same price.</summary>
    Modify = 6,

    /// <summary>All orders of the instrument are gone.</summary>
    Clear = 7,

    /// <summary>A trade that changes no visible order.</summary>
    Trade = 8,

    /// <summary>Names an instrument.</summary>
    Directory = 9,

    /// <summary>Anything else: halts, system events, auction figures.</summary>
    Other = 10,

    /// <summary>The side's best level, and all that is known of the side: it takes the place of what was there. With a quantity of 0, nothing is.
    /// </summary>
    Top = 11,
}

/// <summary>The table of what a feed message does.</summary>
public static class BookUpdateKinds
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const BookUpdateKind Last = BookUpdateKind.Top;

    /// <summary>The id that a <see cref="BookUpdateKind.Top"/> has where books are kept by order: no feed has it.</summary>
    public static ulong TopOrderId(Side side) => ulong.MaxValue - (ulong)side;
}

/// <summary>How a decoder got on.</summary>
public enum FeedStatus : byte
{
    Ok = 0,

    /// <summary>Nothing more follows.</summary>
    End = 1,

    /// <summary>The data end in the middle of a message.</summary>
    Truncated = 2,

    /// <summary>The bytes are no message of the format.</summary>
    Malformed = 3,
}

/// <summary>One message of any feed, in the one form that books take. Fixed size, no references.</summary>
public struct BookUpdate
{
    /// <summary>The order; for a replace, the one that goes.</summary>
    public ulong OrderId;

    /// <summary>For a replace, the one that comes.</summary>
    public ulong NewOrderId;

    /// <summary>In the feed's own unit (<see cref="FeedPriceScale"/>); 0 where the message carries none.</summary>
    public long Price;

    /// <summary>Shares or contracts, 0 or more: of the order, or executed, or cancelled.</summary>
    public long Quantity;

    /// <summary>Nanoseconds: since midnight in LOBSTER and ITCH, since 1970 in DBN.</summary>
    public long TimeNs;

    /// <summary>The feed's own number of the instrument (ITCH stock locate, DBN instrument id).</summary>
    public int InstrumentId;

    /// <summary>The feed's own letter or digit of the message type or action.</summary>
    public byte FeedType;
    public BookUpdateKind Kind;

    /// <summary>The order's; of a <see cref="BookUpdateKind.Trade"/> the aggressor's. 0 where the message carries none.</summary>
    public Side Side;

    /// <summary>False while the feed says that more of the same event follows: the book may be crossed until then.</summary>
    public bool IsEventEnd;
}

/// <summary>Price units of the feeds: how many make one unit of currency.</summary>
public static class FeedPriceScale
{
    /// <summary>LOBSTER and ITCH 5.0: 1/10,000.</summary>
    public const long TenThousandths = 10_000;

    /// <summary>DBN: 1/1,000,000,000.</summary>
    public const long Nano = 1_000_000_000;
}
