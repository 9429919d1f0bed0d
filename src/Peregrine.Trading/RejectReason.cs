namespace Peregrine.Trading;

/// <summary>Why a command was refused, or an order changed or ended unasked. Each has a rule name in docs/reject-reasons.md.</summary>
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

    /// <summary>A rule needs a price to hold the order against, and there is none: refused, never guessed.</summary>
    NoReferencePrice = 12,

    /// <summary>Fill-or-kill, and the book could not fill all of it.</summary>
    NotFillable = 13,

    /// <summary>Nothing (left) on the other side for a market or immediate-or-cancel order.</summary>
    NoLiquidity = 14,

    /// <summary>Would trade with an order of the same owner.</summary>
    SelfTrade = 15,

    /// <summary>The core holds as many orders as it was configured for.</summary>
    OrderCapacity = 16,

    /// <summary>A replace to a quantity at or below what is already filled.</summary>
    QuantityBelowFilled = 17,

    /// <summary>A replace may not change instrument, side or type, nor what the order has no use for.</summary>
    NotReplaceable = 18,
    PriceOutOfRange = 19,
    UnsupportedOrder = 20,

    /// <summary>The order id is 0 or that of an order that still rests: a fault of whoever gave the ids out.</summary>
    DuplicateOrderId = 21,

    /// <summary>A display or minimum quantity outside of what the order's quantity allows.</summary>
    DisplayQuantity = 22,

    /// <summary>A price between two steps of the tick table.</summary>
    PriceNotOnTick = 23,

    /// <summary>A price beyond the instrument's price limits of the day.</summary>
    PriceLimit = 24,
    InstrumentHalted = 25,

    /// <summary>The phase does not take such orders.</summary>
    NotInPhase = 26,

    /// <summary>The expiry time is not after now.</summary>
    ExpiryPassed = 27,

    /// <summary>The phase does not take cancels and replaces.</summary>
    CancelForbidden = 28,

    /// <summary>A post-only order reached the best opposite price.</summary>
    WouldTrade = 29,

    /// <summary>Less than the order's minimum could trade on arrival.</summary>
    MinimumNotMet = 30,

    /// <summary>The next trade would have been outside of the price band.</summary>
    PriceBand = 31,

    /// <summary>What a hidden order had left after a trade is less than the venue lets rest.</summary>
    RestTooSmall = 32,

    /// <summary>Cancelled together with others.</summary>
    MassCancel = 33,

    /// <summary>Its time in force ended.</summary>
    Expired = 34,

    /// <summary>Restated: an iceberg shows its next slice.</summary>
    Refreshed = 35,

    /// <summary>Restated: a pegged order follows its reference.</summary>
    Repriced = 36,

    /// <summary>Restated: a trailing stop follows the last trade price.</summary>
    Trailed = 37,

    /// <summary>Restated: an order is in no queue for now.</summary>
    Parked = 38,

    /// <summary>Restated: a parked order entered its queue.</summary>
    Entered = 39,

    /// <summary>Restated: the rest of a market-to-limit order has a price now.</summary>
    Converted = 40,

    /// <summary>The journal has no room: nothing is taken until there is some.</summary>
    JournalFull = 41,

    /// <summary>A request names another instrument than its order has.</summary>
    InstrumentMismatch = 42,

    /// <summary>A request names another side than its order has.</summary>
    SideMismatch = 43,

    /// <summary>A request names another account than its order has; a replace does not change it.</summary>
    AccountMismatch = 44,

    /// <summary>A replace names another time in force than its order has: it does not change it.</summary>
    TimeInForceMismatch = 45,

    /// <summary>A quantity that is no whole number of lots.</summary>
    QuantityNotInLots = 46,

    /// <summary>A field that such an order needs is not there.</summary>
    FieldMissing = 47,

    /// <summary>The price of a cross is worse for somebody than the best price that is shown.</summary>
    OutsideSpread = 48,

    /// <summary>It waited for its session's rate and was taken back before it was entered: by its cancel, by the end of the session, or by a block.
    /// </summary>
    Withdrawn = 49,
}

/// <summary>The table of reasons.</summary>
public static class RejectReasons
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const RejectReason Last = RejectReason.Withdrawn;

    /// <summary>How many there are, None included: the length of what is counted or looked up by reason.</summary>
    public const int Count = (int)Last + 1;

    private static readonly string[] Names = Enum.GetNames<RejectReason>();

    /// <summary>The rule's name, as docs/reject-reasons.md has it.</summary>
    public static string Name(RejectReason reason) => Names[(int)reason];
}
