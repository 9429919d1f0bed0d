using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// A report where it lies in bytes (docs/wire/report-v1.md): what happened to one order, complete in itself. Members are those of
/// <see cref="OrderReport"/>, the same as a value.
/// </summary>
/// <remarks>Lives no longer than its bytes: whoever keeps a report keeps its bytes, or <see cref="ToReport"/>. Thread: any that may read them.
/// Allocates: no.</remarks>
public readonly ref struct ReportView
{
    private readonly ref readonly ReportHead _head;
    private readonly ReadOnlySpan<byte> _bytes;

    // Of bytes that are a report, at least its plain part; what is behind it need not be.
    internal ReportView(ReadOnlySpan<byte> bytes)
    {
        _head = ref MemoryMarshal.AsRef<ReportHead>(bytes);
        _bytes = bytes;
    }

    /// <inheritdoc cref="OrderReport.ExecId"/>
    public long ExecId => _head.ExecId;

    /// <inheritdoc cref="OrderReport.Sequence"/>
    public long Sequence => _head.Sequence;

    /// <inheritdoc cref="OrderReport.TimeNs"/>
    public long TimeNs => _head.TimeNs;

    /// <inheritdoc cref="OrderReport.OrderId"/>
    public ulong OrderId => _head.OrderId;

    /// <inheritdoc cref="OrderReport.Price"/>
    public Price Price => _head.Price;

    /// <inheritdoc cref="OrderReport.Quantity"/>
    public Quantity Quantity => _head.Quantity;

    /// <inheritdoc cref="OrderReport.CumulativeQuantity"/>
    public Quantity CumulativeQuantity => _head.CumulativeQuantity;

    /// <inheritdoc cref="OrderReport.LeavesQuantity"/>
    public Quantity LeavesQuantity => _head.LeavesQuantity;

    /// <summary>Of the order; -1 where the request named none that is known.</summary>
    public int InstrumentId => _head.InstrumentId;

    /// <summary>Of the order; -1 where the request named none that is known.</summary>
    public int AccountId => _head.AccountId;

    /// <inheritdoc cref="OrderReport.SessionId"/>
    public int SessionId => _head.SessionId;

    /// <summary>What it tells.</summary>
    public ReportType Type => _head.Type;

    /// <summary>Where the order stands.</summary>
    public OrderStatus Status => _head.Status;

    /// <summary>Why it was refused, or changed or ended unasked.</summary>
    public RejectReason Reason => _head.Reason;

    /// <inheritdoc cref="OrderReport.RequestType"/>
    public CommandType RequestType => _head.RequestType;

    /// <summary>Of the order.</summary>
    public Side Side => _head.Side;

    /// <inheritdoc cref="OrderReport.OrderType"/>
    public OrderType OrderType => _head.OrderType;

    /// <summary>Of the order.</summary>
    public TimeInForce TimeInForce => _head.TimeInForce;

    /// <summary>Of the order.</summary>
    public OrderFlags Flags => _head.Flags;

    /// <summary>Of a pegged order.</summary>
    public PegReference Peg => _head.Peg;

    /// <summary>As asked for.</summary>
    public SelfTradePrevention SelfTrade => _head.SelfTrade;

    /// <inheritdoc cref="OrderReport.Phase"/>
    public TradingPhase Phase => _head.Phase;

    /// <inheritdoc cref="OrderReport.Scope"/>
    public MassCancelScope Scope => _head.Scope;

    /// <inheritdoc cref="OrderReport.CancelsForbidden"/>
    public bool CancelsForbidden => _head.CancelsForbidden != 0;

    /// <inheritdoc cref="OrderReport.IsAggressor"/>
    public bool IsAggressor => _head.IsAggressor != 0;

    /// <inheritdoc cref="OrderReport.ContraOrderId"/>
    public ulong ContraOrderId => (ulong)Word(ReportParts.ContraOrderId);

    /// <inheritdoc cref="OrderReport.LastPrice"/>
    public Price LastPrice => new(Word(ReportParts.LastPrice));

    /// <inheritdoc cref="OrderReport.LastQuantity"/>
    public Quantity LastQuantity => new(Word(ReportParts.LastQuantity));

    /// <inheritdoc cref="OrderReport.CumulativeNotional"/>
    public Int128 CumulativeNotional => new((ulong)Word(ReportParts.NotionalHigh), (ulong)Word(ReportParts.NotionalLow));

    /// <inheritdoc cref="OrderReport.LimitValue"/>
    public long LimitValue => Word(ReportParts.LimitValue);

    /// <inheritdoc cref="OrderReport.ObservedValue"/>
    public long ObservedValue => Word(ReportParts.ObservedValue);

    /// <summary>Number of the strategy that the order belongs to; 0 is none.</summary>
    public int StrategyId => (int)Word(ReportParts.StrategyId);

    /// <summary>Whether any of <see cref="Attributes"/> is there.</summary>
    public bool HasAttributes => (_head.Parts & ReportParts.Attributes) != 0;

    /// <inheritdoc cref="OrderReport.Attributes"/>
    public OrderAttributes Attributes => HasAttributes
        ? new OrderAttributes
        {
            StopPrice = new Price(Word(ReportParts.StopPrice)),
            OffsetTicks = Word(ReportParts.Offset),
            DisplayQuantity = new Quantity(Word(ReportParts.Display)),
            MinimumQuantity = new Quantity(Word(ReportParts.Minimum)),
            ExpireTimeNs = Word(ReportParts.ExpireTime),
        }
        : default;

    /// <inheritdoc cref="OrderReport.PeggedPrice"/>
    public Price PeggedPrice => new(Word(ReportParts.PeggedPrice));

    /// <inheritdoc cref="OrderReport.CancelledCount"/>
    public int CancelledCount => (int)Word(ReportParts.CancelledCount);

    /// <summary>The client's id of the order, or of the request that was refused; empty where there is none.</summary>
    public ReadOnlySpan<byte> ClientOrderId => (_head.Parts & ReportParts.ClientId) != 0 ? Parts.IdAt(_bytes, WordsEnd) : default;

    /// <summary>What the order was called before, or is called that a refused request was about; empty where there is none. Of a refused new order
    /// the name of what was not known.</summary>
    public ReadOnlySpan<byte> OriginalClientOrderId => HasOriginal ? Parts.IdAt(_bytes, OriginalStart) : default;

    /// <summary>How long it is, in bytes.</summary>
    public int Length => HasOriginal ? Parts.EndOfId(_bytes, OriginalStart) : OriginalStart;

    /// <summary>Its bytes, where they lie.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes[..Length];

    private bool HasOriginal => (_head.Parts & ReportParts.OriginalId) != 0;

    private int WordsEnd => Parts.EndOf(ReportCodec.PlainBytes, (uint)(_head.Parts & ReportParts.Words));

    private int OriginalStart => (_head.Parts & ReportParts.ClientId) != 0 ? Parts.EndOfId(_bytes, WordsEnd) : WordsEnd;

    /// <summary>A copy as a value.</summary>
    public OrderReport ToReport()
    {
        OrderReport report = new()
        {
            ExecId = ExecId,
            Sequence = Sequence,
            TimeNs = TimeNs,
            OrderId = OrderId,
            Price = Price,
            Quantity = Quantity,
            CumulativeQuantity = CumulativeQuantity,
            LeavesQuantity = LeavesQuantity,
            InstrumentId = InstrumentId,
            AccountId = AccountId,
            SessionId = SessionId,
            Type = Type,
            Status = Status,
            Reason = Reason,
            RequestType = RequestType,
            Side = Side,
            OrderType = OrderType,
            TimeInForce = TimeInForce,
            Flags = Flags,
            Peg = Peg,
            SelfTrade = SelfTrade,
            Phase = Phase,
            Scope = Scope,
            CancelsForbidden = CancelsForbidden,
            IsAggressor = IsAggressor,
            ContraOrderId = ContraOrderId,
            LastPrice = LastPrice,
            LastQuantity = LastQuantity,
            CumulativeNotional = CumulativeNotional,
            LimitValue = LimitValue,
            ObservedValue = ObservedValue,
            StrategyId = StrategyId,
            Attributes = Attributes,
            PeggedPrice = PeggedPrice,
            CancelledCount = CancelledCount,
        };
        _ = Orders.ClientOrderId.TryCreate(ClientOrderId, out report.ClientOrderId);
        _ = Orders.ClientOrderId.TryCreate(OriginalClientOrderId, out report.OriginalClientOrderId);
        return report;
    }

    private long Word(ReportParts part) => Parts.Word(_bytes, ReportCodec.PlainBytes, (uint)_head.Parts, (uint)part);
}
