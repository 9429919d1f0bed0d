using System.Runtime.InteropServices;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Samples;

/// <summary>What a request asks for: peregrine_request_type of the header.</summary>
internal enum EngineRequestType : byte
{
    New = 1,
    Cancel = 2,
    Replace = 3,
    Reduce = 4,
    MassCancel = 5,
    SetPhase = 6,
    AdvanceTime = 7,
    List = 8,
}

/// <summary>peregrine_request of the header. All up to the last two bytes lies as in <see cref="MatchOrder"/>, so that a new order is taken where it
/// lies; tests hold the one to the other.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal struct EngineRequest
{
    [FieldOffset(0)]
    public ulong OrderId;

    [FieldOffset(8)]
    public long Price;

    [FieldOffset(16)]
    public long Quantity;

    [FieldOffset(24)]
    public long StopPrice;

    [FieldOffset(32)]
    public long OffsetTicks;

    [FieldOffset(40)]
    public long DisplayQuantity;

    [FieldOffset(48)]
    public long MinimumQuantity;

    [FieldOffset(56)]
    public long ExpireTimeNs;

    [FieldOffset(64)]
    public int Instrument;

    [FieldOffset(68)]
    public int Account;

    [FieldOffset(72)]
    public int Firm;

    [FieldOffset(76)]
    public int Strategy;

    [FieldOffset(80)]
    public int Session;

    [FieldOffset(84)]
    public int Tag;

    [FieldOffset(88)]
    public Side Side;

    [FieldOffset(89)]
    public OrderType OrderType;

    [FieldOffset(90)]
    public TimeInForce TimeInForce;

    [FieldOffset(91)]
    public OrderFlags Flags;

    [FieldOffset(92)]
    public PegReference Peg;

    [FieldOffset(93)]
    public SelfTradePrevention SelfTrade;

    [FieldOffset(94)]
    public EngineRequestType Type;

    [FieldOffset(95)]
    public ReplaceFields Fields;

    /// <summary>The phase of <see cref="EngineRequestType.SetPhase"/>.</summary>
    [FieldOffset(95)]
    public TradingPhase Phase;
}
