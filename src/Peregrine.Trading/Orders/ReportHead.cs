using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>What follows the plain part of a report's bytes, in the order of the bits: eight bytes for each of the first, then the ids.</summary>
[Flags]
internal enum ReportParts
{
    None = 0,
    ContraOrderId = 1,
    LastPrice = 2,
    LastQuantity = 4,
    NotionalLow = 8,
    NotionalHigh = 16,
    LimitValue = 32,
    ObservedValue = 64,
    StrategyId = 128,
    StopPrice = 256,
    Offset = 512,
    Display = 1024,
    Minimum = 2048,
    ExpireTime = 4096,
    PeggedPrice = 8192,
    CancelledCount = 16384,
    Words = 32767,
    Attributes = StopPrice | Offset | Display | Minimum | ExpireTime,
    ClientId = 32768,
    OriginalId = 65536,
    All = 131071,
}

/// <summary>The first 96 bytes of a report, as docs/wire/report-v1.md lays them out; little endian, as every machine is that this runs on.</summary>
[StructLayout(LayoutKind.Explicit, Size = ReportCodec.PlainBytes)]
internal struct ReportHead
{
    [FieldOffset(0)]
    public ReportType Type;

    [FieldOffset(1)]
    public OrderStatus Status;

    [FieldOffset(2)]
    public RejectReason Reason;

    [FieldOffset(3)]
    public CommandType RequestType;

    [FieldOffset(4)]
    public Side Side;

    [FieldOffset(5)]
    public OrderType OrderType;

    [FieldOffset(6)]
    public TimeInForce TimeInForce;

    [FieldOffset(7)]
    public OrderFlags Flags;

    [FieldOffset(8)]
    public PegReference Peg;

    [FieldOffset(9)]
    public SelfTradePrevention SelfTrade;

    [FieldOffset(10)]
    public TradingPhase Phase;

    [FieldOffset(11)]
    public MassCancelScope Scope;

    [FieldOffset(12)]
    public byte CancelsForbidden;

    [FieldOffset(13)]
    public byte IsAggressor;

    [FieldOffset(14)]
    public ushort Reserved;

    [FieldOffset(16)]
    public long ExecId;

    [FieldOffset(24)]
    public long Sequence;

    [FieldOffset(32)]
    public long TimeNs;

    [FieldOffset(40)]
    public ulong OrderId;

    [FieldOffset(48)]
    public Price Price;

    [FieldOffset(56)]
    public Quantity Quantity;

    [FieldOffset(64)]
    public Quantity CumulativeQuantity;

    [FieldOffset(72)]
    public Quantity LeavesQuantity;

    [FieldOffset(80)]
    public int InstrumentId;

    [FieldOffset(84)]
    public int AccountId;

    [FieldOffset(88)]
    public int SessionId;

    [FieldOffset(92)]
    public ReportParts Parts;
}
