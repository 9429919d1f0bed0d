using System.Buffers.Binary;
using Peregrine.Primitives;

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
/// Commands as bytes, for the journal: little endian, ids with their real lengths. Layout: docs/wire/command-v1.md. Every command has
/// exactly one encoding, and bytes that are no encoding of a command are refused.
/// </summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static class CommandCodec
{
    /// <summary>First byte of every encoding.</summary>
    public const byte Version = 1;

    /// <summary>Bytes before the ids.</summary>
    public const int HeaderBytes = 88;

    /// <summary>The longest encoding.</summary>
    public const int BytesMax = HeaderBytes + (2 * ClientOrderId.LengthMax);

    private const int TypeOffset = 1;
    private const int SideOffset = 2;
    private const int OrderTypeOffset = 3;
    private const int TimeInForceOffset = 4;
    private const int ClientLengthOffset = 5;
    private const int OriginalLengthOffset = 6;
    private const int ReservedOffset = 7;
    private const int SequenceOffset = 8;
    private const int TimeOffset = 16;
    private const int OrderIdOffset = 24;
    private const int PriceOffset = 32;
    private const int QuantityOffset = 40;
    private const int InstrumentOffset = 48;
    private const int AccountOffset = 52;
    private const int SessionOffset = 56;
    private const int Reserved2Offset = 60;
    private const int SessionSequenceOffset = 64;
    private const int ReceivedOffset = 72;
    private const int ValidatedOffset = 80;

    /// <summary>Encodes a command. Of its hop times only received and validated are kept; the others are made anew on each run.</summary>
    /// <param name="target">At least <see cref="BytesMax"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The target is too short.</exception>
    public static int Encode(in OrderCommand command, Span<byte> target)
    {
        int client = command.ClientOrderId.Length;
        int original = command.OriginalClientOrderId.Length;
        int total = HeaderBytes + client + original;
        if (target.Length < total)
        {
            throw new ArgumentException($"target has {target.Length} bytes, the command needs {total}", nameof(target));
        }

        target[0] = Version;
        target[TypeOffset] = (byte)command.Type;
        target[SideOffset] = (byte)command.Side;
        target[OrderTypeOffset] = (byte)command.OrderType;
        target[TimeInForceOffset] = (byte)command.TimeInForce;
        target[ClientLengthOffset] = (byte)client;
        target[OriginalLengthOffset] = (byte)original;
        target[ReservedOffset] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(target[SequenceOffset..], command.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[TimeOffset..], command.TimeNs);
        BinaryPrimitives.WriteUInt64LittleEndian(target[OrderIdOffset..], command.OrderId);
        BinaryPrimitives.WriteInt64LittleEndian(target[PriceOffset..], command.Price.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(target[QuantityOffset..], command.Quantity.Lots);
        BinaryPrimitives.WriteInt32LittleEndian(target[InstrumentOffset..], command.InstrumentId);
        BinaryPrimitives.WriteInt32LittleEndian(target[AccountOffset..], command.AccountId);
        BinaryPrimitives.WriteInt32LittleEndian(target[SessionOffset..], command.SessionId);
        BinaryPrimitives.WriteInt32LittleEndian(target[Reserved2Offset..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[SessionSequenceOffset..], command.SessionSequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[ReceivedOffset..], command.Hops.ReceivedNs);
        BinaryPrimitives.WriteInt64LittleEndian(target[ValidatedOffset..], command.Hops.ValidatedNs);
        command.ClientOrderId.Span.CopyTo(target[HeaderBytes..]);
        command.OriginalClientOrderId.Span.CopyTo(target[(HeaderBytes + client)..]);
        return total;
    }

    /// <summary>Decodes exactly one command from exactly its bytes.</summary>
    /// <returns>Ok; otherwise why not, and an empty command.</returns>
    public static CodecStatus TryDecode(ReadOnlySpan<byte> source, out OrderCommand command)
    {
        command = default;
        CodecStatus status = CheckShape(source);
        if (status != CodecStatus.Ok)
        {
            return status;
        }

        int client = source[ClientLengthOffset];
        command.Type = (CommandType)source[TypeOffset];
        command.Side = (Side)source[SideOffset];
        command.OrderType = (OrderType)source[OrderTypeOffset];
        command.TimeInForce = (TimeInForce)source[TimeInForceOffset];
        command.Sequence = BinaryPrimitives.ReadInt64LittleEndian(source[SequenceOffset..]);
        command.TimeNs = BinaryPrimitives.ReadInt64LittleEndian(source[TimeOffset..]);
        command.OrderId = BinaryPrimitives.ReadUInt64LittleEndian(source[OrderIdOffset..]);
        command.Price = new Price(BinaryPrimitives.ReadInt64LittleEndian(source[PriceOffset..]));
        command.Quantity = new Quantity(BinaryPrimitives.ReadInt64LittleEndian(source[QuantityOffset..]));
        command.InstrumentId = BinaryPrimitives.ReadInt32LittleEndian(source[InstrumentOffset..]);
        command.AccountId = BinaryPrimitives.ReadInt32LittleEndian(source[AccountOffset..]);
        command.SessionId = BinaryPrimitives.ReadInt32LittleEndian(source[SessionOffset..]);
        command.SessionSequence = BinaryPrimitives.ReadInt64LittleEndian(source[SessionSequenceOffset..]);
        command.Hops.ReceivedNs = BinaryPrimitives.ReadInt64LittleEndian(source[ReceivedOffset..]);
        command.Hops.ValidatedNs = BinaryPrimitives.ReadInt64LittleEndian(source[ValidatedOffset..]);

        // An empty id stays the default, which is what TryCreate gives for it.
        _ = ClientOrderId.TryCreate(source.Slice(HeaderBytes, client), out command.ClientOrderId);
        _ = ClientOrderId.TryCreate(source[(HeaderBytes + client)..], out command.OriginalClientOrderId);
        return CodecStatus.Ok;
    }

    private static CodecStatus CheckShape(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            return CodecStatus.WrongLength;
        }

        if (source[0] != Version)
        {
            return CodecStatus.UnknownVersion;
        }

        if (source.Length < HeaderBytes)
        {
            return CodecStatus.WrongLength;
        }

        int client = source[ClientLengthOffset];
        int original = source[OriginalLengthOffset];
        bool isKnown = (CommandType)source[TypeOffset] is >= CommandType.New and <= CommandType.Status
            && source[SideOffset] <= (byte)Side.Sell
            && source[OrderTypeOffset] <= (byte)OrderType.Limit
            && source[TimeInForceOffset] <= (byte)TimeInForce.FillOrKill
            && client <= ClientOrderId.LengthMax
            && original <= ClientOrderId.LengthMax
            && source[ReservedOffset] == 0
            && BinaryPrimitives.ReadInt32LittleEndian(source[Reserved2Offset..]) == 0;
        if (!isKnown)
        {
            return CodecStatus.BadValue;
        }

        return source.Length == HeaderBytes + client + original ? CodecStatus.Ok : CodecStatus.WrongLength;
    }
}
