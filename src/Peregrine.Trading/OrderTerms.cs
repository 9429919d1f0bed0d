namespace Peregrine.Trading;

// Words that matching, risk and orders share. They stand above the folders, so that matching need not know of orders.

/// <summary>How an order is priced. 0 is no type.</summary>
public enum OrderType : byte
{
    Market = 1,
    Limit = 2,
}

/// <summary>How long an order may wait. 0 is none.</summary>
public enum TimeInForce : byte
{
    /// <summary>Rests until it is filled or cancelled; nothing expires it yet, so day orders are the same.</summary>
    Day = 1,
    GoodTillCancel = 2,

    /// <summary>What cannot be filled at once is cancelled.</summary>
    ImmediateOrCancel = 3,

    /// <summary>All at once or nothing.</summary>
    FillOrKill = 4,
}

/// <summary>Why a command was refused, or an order cancelled unasked. Each has a rule name in docs/reject-reasons.md.</summary>
public enum RejectReason : byte
{
    None = 0,
    UnknownInstrument = 1,
    InstrumentClosed = 2,
    UnknownAccount = 3,
    DuplicateClientOrderId = 4,

    /// <summary>A cancel, replace or status request names no order of this session that is still known.</summary>
    UnknownOrder = 5,

    /// <summary>The order named is filled, cancelled or rejected.</summary>
    OrderClosed = 6,
    QuantityNotPositive = 7,
    PriceNotPositive = 8,
    MaxQuantity = 9,
    MaxNotional = 10,
    PriceCollar = 11,

    /// <summary>A collar is set and there is neither a trade nor an opposite price to hold the order against: refused, never guessed.</summary>
    NoReferencePrice = 12,

    /// <summary>Fill-or-kill, and the book could not fill all of it.</summary>
    NotFillable = 13,

    /// <summary>Nothing (left) on the other side for a market or immediate-or-cancel order.</summary>
    NoLiquidity = 14,

    /// <summary>Would trade with an order of the same account; the newest is cancelled.</summary>
    SelfTrade = 15,

    /// <summary>The core holds as many orders as it was configured for.</summary>
    OrderCapacity = 16,

    /// <summary>A replace to a quantity at or below what is already filled.</summary>
    QuantityBelowFilled = 17,

    /// <summary>A replace may not change instrument, side or type.</summary>
    NotReplaceable = 18,
    PriceOutOfRange = 19,
    UnsupportedOrder = 20,

    /// <summary>The order id is 0 or that of an order that still rests: a fault of whoever gave the ids out.</summary>
    DuplicateOrderId = 21,
}
