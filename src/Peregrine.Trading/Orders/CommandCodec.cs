using System.Buffers.Binary;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>What became of decoding.</summary>
public enum CodecStatus : byte
{
    Ok = 0,

    /// <summary>Fewer or more bytes than the layout says.</summary>
    WrongLength = 1,

    /// <summary>A version that this build does not know.</summary>
    UnknownVersion = 2,

    /// <summary>A field holds a value that no encoder writes.</summary>
    BadValue = 3,
}

/// <summary>
/// Commands as bytes, for the journal: little endian, what every command has at fixed places, then what a presence word names. Layout:
/// docs/wire/command-v2.md. Every command has exactly one encoding, and bytes that are no encoding of a command are refused. Sequence number and
/// time stand in the head of the journal's record and are not repeated.
/// </summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static partial class CommandCodec
{
    /// <summary>First byte of every encoding.</summary>
    public const byte Version = 2;

    /// <summary>Bytes that every command has.</summary>
    public const int PlainBytes = 64;

    /// <summary>The longest encoding.</summary>
    public const int BytesMax = PlainBytes + (6 * sizeof(long)) + (2 * (1 + ClientOrderId.LengthMax));

    // Offsets of the plain part; the first 16 bytes are single ones, written as two words.
    private const int PresenceOffset = 2;
    private const int OrderIdOffset = 16;
    private const int PriceOffset = 24;
    private const int QuantityOffset = 32;
    private const int InstrumentOffset = 40;
    private const int AccountOffset = 44;
    private const int SessionOffset = 48;
    private const int StrategyOffset = 52;
    private const int ReceivedOffset = 56;
    private const int ValidatedOffset = 60;

    /// <summary>What follows the plain part, in the order of the bits.</summary>
    [Flags]
    private enum Presence : ushort
    {
        None = 0,
        SessionSequence = 1,
        StopPrice = 2,
        Offset = 4,
        Display = 8,
        Minimum = 16,
        ExpireTime = 32,
        ClientId = 64,
        OriginalId = 128,
        All = 255,
    }

    /// <summary>
    /// Encodes a command. Of its hop times, received and validated are kept, as how long before sequencing they were; the others are made anew
    /// on each run.
    /// </summary>
    /// <param name="target">At least <see cref="BytesMax"/> bytes, or as many as the command needs.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The target is too short.</exception>
    public static int Encode(in OrderCommand command, Span<byte> target)
    {
        if (target.Length < PlainBytes)
        {
            throw new ArgumentException($"target has {target.Length} bytes, a command needs {PlainBytes} or more", nameof(target));
        }

        Presence presence = PresenceOf(in command);
        Span<byte> plain = target[..PlainBytes];
        ulong kinds = Version | ((ulong)command.Type << 8) | ((ulong)presence << 16) | ((ulong)command.Side << 32) | ((ulong)command.OrderType << 40)
            | ((ulong)command.TimeInForce << 48) | ((ulong)command.Flags << 56);
        ulong others = (ulong)command.Peg | ((ulong)command.SelfTrade << 8) | ((ulong)command.Fields << 16) | ((ulong)command.Scope << 24)
            | ((ulong)command.Phase << 32) | (command.CancelsForbidden ? 1UL << 40 : 0);
        BinaryPrimitives.WriteUInt64LittleEndian(plain, kinds);
        BinaryPrimitives.WriteUInt64LittleEndian(plain[8..], others);
        BinaryPrimitives.WriteUInt64LittleEndian(plain[OrderIdOffset..], command.OrderId);
        BinaryPrimitives.WriteInt64LittleEndian(plain[PriceOffset..], command.Price.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(plain[QuantityOffset..], command.Quantity.Lots);
        BinaryPrimitives.WriteInt32LittleEndian(plain[InstrumentOffset..], command.InstrumentId);
        BinaryPrimitives.WriteInt32LittleEndian(plain[AccountOffset..], command.AccountId);
        BinaryPrimitives.WriteInt32LittleEndian(plain[SessionOffset..], command.SessionId);
        BinaryPrimitives.WriteInt32LittleEndian(plain[StrategyOffset..], command.StrategyId);
        BinaryPrimitives.WriteUInt32LittleEndian(plain[ReceivedOffset..], Before(command.Hops.ReceivedNs, command.Hops.SequencedNs));
        BinaryPrimitives.WriteUInt32LittleEndian(plain[ValidatedOffset..], Before(command.Hops.ValidatedNs, command.Hops.SequencedNs));
        return presence == Presence.None ? PlainBytes : PlainBytes + EncodeRest(in command, presence, target[PlainBytes..]);
    }

    /// <summary>Decodes exactly one command from exactly its bytes.</summary>
    /// <param name="sequence">From the record's head.</param>
    /// <param name="timeNs">From the record's head.</param>
    /// <returns>Ok; otherwise why not, and an empty command.</returns>
    public static CodecStatus TryDecode(ReadOnlySpan<byte> source, long sequence, long timeNs, out OrderCommand command)
    {
        command = default;
        CodecStatus status = CheckPlain(source);
        if (status != CodecStatus.Ok)
        {
            return status;
        }

        ReadOnlySpan<byte> plain = source[..PlainBytes];
        command.Sequence = sequence;
        command.TimeNs = timeNs;
        command.Type = (CommandType)plain[1];
        command.Side = (Side)plain[4];
        command.OrderType = (OrderType)plain[5];
        command.TimeInForce = (TimeInForce)plain[6];
        command.Flags = (OrderFlags)plain[7];
        command.Peg = (PegReference)plain[8];
        command.SelfTrade = (SelfTradePrevention)plain[9];
        command.Fields = (ReplaceFields)plain[10];
        command.Scope = (MassCancelScope)plain[11];
        command.Phase = (TradingPhase)plain[12];
        command.CancelsForbidden = plain[13] != 0;
        command.OrderId = BinaryPrimitives.ReadUInt64LittleEndian(plain[OrderIdOffset..]);
        command.Price = new Price(BinaryPrimitives.ReadInt64LittleEndian(plain[PriceOffset..]));
        command.Quantity = new Quantity(BinaryPrimitives.ReadInt64LittleEndian(plain[QuantityOffset..]));
        command.InstrumentId = BinaryPrimitives.ReadInt32LittleEndian(plain[InstrumentOffset..]);
        command.AccountId = BinaryPrimitives.ReadInt32LittleEndian(plain[AccountOffset..]);
        command.SessionId = BinaryPrimitives.ReadInt32LittleEndian(plain[SessionOffset..]);
        command.StrategyId = BinaryPrimitives.ReadInt32LittleEndian(plain[StrategyOffset..]);
        command.Hops.ReceivedNs = -(long)BinaryPrimitives.ReadUInt32LittleEndian(plain[ReceivedOffset..]);
        command.Hops.ValidatedNs = -(long)BinaryPrimitives.ReadUInt32LittleEndian(plain[ValidatedOffset..]);
        Presence presence = (Presence)BinaryPrimitives.ReadUInt16LittleEndian(plain[PresenceOffset..]);
        status = DecodeRest(source[PlainBytes..], presence, ref command);
        if (status != CodecStatus.Ok)
        {
            command = default;
        }

        return status;
    }

    private static CodecStatus CheckPlain(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            return CodecStatus.WrongLength;
        }

        if (source[0] != Version)
        {
            return CodecStatus.UnknownVersion;
        }

        if (source.Length < PlainBytes)
        {
            return CodecStatus.WrongLength;
        }

        bool isKnown = CommandTypes.IsKnown((CommandType)source[1])
            && source[3] == 0
            && source[4] <= (byte)Sides.Last
            && source[5] <= (byte)OrderTypes.Last
            && source[6] <= (byte)TimesInForce.Last
            && source[7] <= (byte)OrderFlagSets.All
            && source[8] <= (byte)PegReferences.Last
            && source[9] <= (byte)SelfTradePreventions.Last
            && source[10] <= (byte)ReplaceFieldSets.All
            && source[11] <= (byte)MassCancelScopes.Everything
            && source[12] <= (byte)TradingPhases.Last
            && source[13] <= 1
            && source[14] == 0
            && source[15] == 0;
        return isKnown ? CodecStatus.Ok : CodecStatus.BadValue;
    }

    // How long before it was sequenced; 0 when it is not known, at most what 32 bits hold: 4.29 s.
    private static uint Before(long hopNs, long sequencedNs) => hopNs == 0 ? 0 : (uint)Math.Clamp(sequencedNs - hopNs, 0, uint.MaxValue);
}
