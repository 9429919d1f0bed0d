namespace Peregrine.Distribution.Wire;

// The messages of schemas/marketdata.proto as values; docs/wire/marketdata-v1.md says what they mean.

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

/// <summary>A price level as it is now; quantity 0 when it is gone.</summary>
public struct LevelEntry
{
    public long Price;
    public long Quantity;
    public int OrderCount;
    public Side Side;
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

/// <summary>The table of changes of an order.</summary>
public static class OrderChangeKinds
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const OrderChangeKind Last = OrderChangeKind.Trade;
}
