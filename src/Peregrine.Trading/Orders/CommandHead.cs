using System.Runtime.InteropServices;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>What follows the plain part of a command's bytes, in the order of the bits: eight bytes for each of the first, then the ids.</summary>
[Flags]
internal enum CommandParts : ushort
{
    None = 0,
    SessionSequence = 1,
    StopPrice = 2,
    Offset = 4,
    Display = 8,
    Minimum = 16,
    ExpireTime = 32,
    Words = 63,
    Attributes = Words & ~SessionSequence,
    ClientId = 64,
    OriginalId = 128,
    All = 255,
}

/// <summary>The first 64 bytes of a command, as docs/wire/command-v2.md lays them out; little endian, as every machine is that this runs
/// on.</summary>
[StructLayout(LayoutKind.Explicit, Size = CommandCodec.PlainBytes)]
internal struct CommandHead
{
    [FieldOffset(0)]
    public byte Version;

    [FieldOffset(1)]
    public CommandType Type;

    [FieldOffset(2)]
    public CommandParts Parts;

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
    public ReplaceFields Fields;

    [FieldOffset(11)]
    public MassCancelScope Scope;

    [FieldOffset(12)]
    public TradingPhase Phase;

    [FieldOffset(13)]
    public byte CancelsForbidden;

    [FieldOffset(14)]
    public RejectReason Refusal;

    [FieldOffset(15)]
    public byte IsPossResend;

    [FieldOffset(16)]
    public ulong OrderId;

    [FieldOffset(24)]
    public Price Price;

    [FieldOffset(32)]
    public Quantity Quantity;

    [FieldOffset(40)]
    public int InstrumentId;

    [FieldOffset(44)]
    public int AccountId;

    [FieldOffset(48)]
    public int SessionId;

    [FieldOffset(52)]
    public int StrategyId;

    [FieldOffset(56)]
    public uint ReceivedBeforeNs;

    [FieldOffset(60)]
    public uint ValidatedBeforeNs;
}
