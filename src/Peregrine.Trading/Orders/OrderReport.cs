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

    public Price Price;
    public Quantity Quantity;
    public Price LastPrice;
    public Quantity LastQuantity;

    /// <summary>Filled so far.</summary>
    public Quantity CumulativeQuantity;

    /// <summary>Still working; 0 when the order is closed.</summary>
    public Quantity LeavesQuantity;

    /// <summary>Sum of price x quantity over all fills, in ticks x lots; the average price is this over <see cref="CumulativeQuantity"/>.</summary>
    public Int128 CumulativeNotional;

    /// <summary>For a reject: the limit that was broken, in the unit of its rule (docs/reject-reasons.md).</summary>
    public long LimitValue;

    /// <summary>For a reject: the value that broke it, in the same unit.</summary>
    public long ObservedValue;

    public int InstrumentId;
    public int AccountId;

    /// <summary>The session that gets the report: the order's owner.</summary>
    public int SessionId;

    public ReportType Type;
    public OrderStatus Status;
    public RejectReason Reason;

    /// <summary>For <see cref="ReportType.CancelRejected"/>: whether a cancel or a replace was refused.</summary>
    public CommandType RequestType;
    public Side Side;
    public OrderType OrderType;
    public TimeInForce TimeInForce;

    /// <summary>True on the side of a trade whose command caused it.</summary>
    public bool IsAggressor;

    public ClientOrderId ClientOrderId;
    public ClientOrderId OriginalClientOrderId;
}
