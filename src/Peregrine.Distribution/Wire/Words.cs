namespace Peregrine.Distribution.Wire;

// The messages of schemas/marketdata.proto as values; docs/wire/marketdata-v1.md says what they mean.

/// <summary>How much of an instrument a subscription carries. 0 is none.</summary>
public enum Depth : byte
{
    /// <summary>Best bid and offer; what happens between two sends is left out.</summary>
    Best = 1,

    /// <summary>Every price level.</summary>
    Levels = 2,

    /// <summary>Every order, in the order of the queue.</summary>
    Orders = 3,

    /// <summary>Trades only.</summary>
    Trades = 4,
}

/// <summary>What a change does to an order. 0 is nothing.</summary>
public enum OrderChangeKind : byte
{
    /// <summary>A new order at the back of its level's queue.</summary>
    Add = 1,

    /// <summary>A quantity of it was executed; it keeps its place.</summary>
    Execute = 2,

    /// <summary>A quantity of it was cancelled; it keeps its place.</summary>
    Reduce = 3,

    /// <summary>It is gone.</summary>
    Delete = 4,

    /// <summary>Every order of the instrument is gone.</summary>
    Clear = 5,

    /// <summary>A trade that changes no visible order.</summary>
    Trade = 6,
}

/// <summary>Why a request was refused, or a connection ended. 0 is none.</summary>
public enum Reason : byte
{
    BadRequest = 1,
    UnknownSymbol = 2,
    TooManySubscriptions = 3,
    TooManyChannels = 4,
    Garbage = 5,
    FrameTooLarge = 6,
    IncompleteFrame = 7,
    Idle = 8,
    TooSlow = 9,
    TooManyRefusals = 10,
    ShuttingDown = 11,
    TooManyConnections = 12,
}

/// <summary>What can be subscribed to.</summary>
/// <param name="Symbol">Unique, 1 to 32 printable ASCII characters.</param>
/// <param name="PriceDecimals">Prices are integers in units of 10^-this; 0 to 9.</param>
/// <param name="TickUnits">Smallest step of a price in those units; 0 when it is not known.</param>
/// <param name="LotUnits">Smallest step of a quantity, 1 or more.</param>
public sealed record InstrumentInfo(string Symbol, int PriceDecimals, long TickUnits, long LotUnits);

/// <summary>A price level as it is now; quantity 0 when it is gone.</summary>
public struct LevelEntry
{
    public long Price;
    public long Quantity;
    public int OrderCount;
    public Side Side;
}

/// <summary>A change of an order, or in a snapshot an order (kind Add).</summary>
public struct OrderEntry
{
    public ulong OrderId;
    public long Price;
    public long Quantity;

    /// <summary>For Execute and Trade.</summary>
    public long TradeId;
    public OrderChangeKind Kind;
    public Side Side;
}

/// <summary>A trade.</summary>
public struct TradeEntry
{
    public long TradeId;
    public long Price;
    public long Quantity;
    public long TimeNs;

    /// <summary>0 when it is not known.</summary>
    public Side Aggressor;
}

/// <summary>What stands before the entries of a snapshot or an increment.</summary>
public struct FrameHeader
{
    public long Sequence;

    /// <summary>Increments only.</summary>
    public long PreviousSequence;
    public long TimeNs;

    /// <summary>Increments only; 0 for none.</summary>
    public ulong Digest;
    public int InstrumentId;
    public Depth Depth;

    /// <summary>Snapshots only.</summary>
    public bool IsFirst;

    /// <summary>Snapshots only.</summary>
    public bool IsLast;
}

/// <summary>Limits of the wire.</summary>
public static class WireLimits
{
    /// <summary>Bytes of the length before each frame.</summary>
    public const int PrefixBytes = 4;

    /// <summary>Largest frame that the server sends, prefix included.</summary>
    public const int FrameBytesMax = 65_536;

    /// <summary>Largest request, prefix not included.</summary>
    public const int RequestBytesMax = 16_384;

    /// <summary>Longest symbol.</summary>
    public const int SymbolBytesMax = 32;

    /// <summary>Version in the welcome.</summary>
    public const int Version = 1;
}
