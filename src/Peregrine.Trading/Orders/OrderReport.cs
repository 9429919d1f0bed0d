using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// What happened to one order, complete in itself: the order may have changed again before the report leaves.
/// Fixed size, no references.
/// </summary>
public struct OrderReport
{
    /// <summary>1, 2, 3, ... over all reports of the core; the same again when the journal is replayed.</summary>
    public long ExecId;

    /// <summary>The command that caused it.</summary>
    public long Sequence;

    /// <summary>Sequenced time of that command, Unix nanoseconds.</summary>
    public long TimeNs;

    /// <summary>0 when the command was refused before there was an order.</summary>
    public ulong OrderId;

    /// <summary>For a trade, the order on the other side; otherwise 0.</summary>
    public ulong ContraOrderId;

    /// <summary>The limit price that was asked for; of a market-to-limit order, what it became.</summary>
    public Price Price;

    /// <summary>Whole quantity, filled part included, less what was taken off.</summary>
    public Quantity Quantity;

    /// <summary>For a trade.</summary>
    public Price LastPrice;

    /// <summary>For a trade; for <see cref="ReportType.Reduced"/> what was taken off.</summary>
    public Quantity LastQuantity;

    /// <summary>Filled so far.</summary>
    public Quantity CumulativeQuantity;

    /// <summary>Still working; 0 when the order is closed.</summary>
    public Quantity LeavesQuantity;

    /// <summary>Sum of price x quantity over all fills, in ticks x lots; the average price is this over <see cref="CumulativeQuantity"/>.</summary>
    public Int128 CumulativeNotional;

    /// <summary>For a reject: the limit that was broken, in the unit of its rule (docs/reject-reasons.md).</summary>
    public long LimitValue;

    /// <summary>For a reject: the value that broke it, in the same unit. For an answer to a mass status: its place among them, from 1 on.</summary>
    public long ObservedValue;

    /// <summary>Stop price and the like as they are now.</summary>
    public OrderAttributes Attributes;

    /// <summary>Where a pegged order stands, or stood before it was parked; 0 before its first price.</summary>
    public Price PeggedPrice;

    public int InstrumentId;
    public int AccountId;

    /// <summary>The session that gets the report: the order's owner; -1 for <see cref="ReportType.PhaseChanged"/>, which is nobody's.</summary>
    public int SessionId;
    public int StrategyId;

    /// <summary>For <see cref="ReportType.MassCancelled"/>: orders cancelled. For an answer to a mass status: orders told.</summary>
    public int CancelledCount;

    public ReportType Type;
    public OrderStatus Status;
    public RejectReason Reason;

    /// <summary>For <see cref="ReportType.CancelRejected"/>: what was refused.</summary>
    public CommandType RequestType;
    public Side Side;

    /// <summary>As asked for: a stop that was triggered stays a stop here.</summary>
    public OrderType OrderType;
    public TimeInForce TimeInForce;
    public OrderFlags Flags;
    public PegReference Peg;
    public SelfTradePrevention SelfTrade;

    /// <summary>For <see cref="ReportType.PhaseChanged"/>.</summary>
    public TradingPhase Phase;

    /// <summary>For <see cref="ReportType.PhaseChanged"/>.</summary>
    public bool CancelsForbidden;

    /// <summary>For <see cref="ReportType.MassCancelled"/>, the refusal of one, and an answer to a mass status: what it asked for.</summary>
    public MassCancelScope Scope;

    /// <summary>True on the side of a trade that arrived; in an auction neither did.</summary>
    public bool IsAggressor;

    public ClientOrderId ClientOrderId;
    public ClientOrderId OriginalClientOrderId;
}
