using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
/// Commands as bytes, in the journal and on their way to it: little endian, what every command has at fixed places, then what a presence word
/// names. Layout: docs/wire/command-v2.md. Every command has exactly one encoding, and bytes that are no encoding of a command are refused.
/// Sequence number and time stand in the head of the journal's record and are not repeated.
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

    private const int PartsOffset = 2;

    /// <summary>Encodes a command.</summary>
    /// <param name="target">At least <see cref="BytesMax"/> bytes, or as many as the command needs.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The target is too short.</exception>
    public static int Encode(in OrderCommand command, Span<byte> target)
    {
        if (target.Length < PlainBytes)
        {
            throw new ArgumentException($"target has {target.Length} bytes, a command needs {PlainBytes} or more", nameof(target));
        }

        CommandParts parts = PartsOf(in command);
        ref CommandHead head = ref MemoryMarshal.AsRef<CommandHead>(target);
        head.Version = Version;
        head.Type = command.Type;
        head.Parts = parts;
        head.Side = command.Side;
        head.OrderType = command.OrderType;
        head.TimeInForce = command.TimeInForce;
        head.Flags = command.Flags;
        head.Peg = command.Peg;
        head.SelfTrade = command.SelfTrade;
        head.Fields = command.Fields;
        head.Scope = command.Scope;
        head.Phase = command.Phase;
        head.CancelsForbidden = (byte)(command.CancelsForbidden ? 1 : 0);
        head.Refusal = command.Refusal;
        head.IsPossResend = (byte)(command.IsPossResend ? 1 : 0);
        head.OrderId = command.OrderId;
        head.Price = command.Price;
        head.Quantity = command.Quantity;
        head.InstrumentId = command.InstrumentId;
        head.AccountId = command.AccountId;
        head.SessionId = command.SessionId;
        head.StrategyId = command.StrategyId;
        head.ReceivedBeforeNs = 0;
        head.ValidatedBeforeNs = 0;
        return parts == CommandParts.None ? PlainBytes : PlainBytes + EncodeRest(in command, parts, target[PlainBytes..]);
    }

    /// <summary>A command where it lies, of bytes that are exactly one.</summary>
    /// <param name="sequence">From the record's head.</param>
    /// <param name="timeNs">From the record's head.</param>
    /// <param name="command">Not to be looked at unless Ok.</param>
    /// <returns>Ok; otherwise why not.</returns>
    public static CodecStatus TryView(ReadOnlySpan<byte> source, long sequence, long timeNs, out CommandView command)
    {
        CodecStatus status = Check(source);
        command = status == CodecStatus.Ok ? new CommandView(source, sequence, timeNs) : default;
        return status;
    }

    /// <summary>As <see cref="TryView"/>, of bytes that <see cref="Encode"/> wrote or that were found good before: they are not checked
    /// again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are too few for any command.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CommandView View(ReadOnlySpan<byte> source, long sequence, long timeNs)
    {
        Invariant.That(Check(source) == CodecStatus.Ok, "bytes that are not checked again are a command");
        return new CommandView(source, sequence, timeNs);
    }

    /// <summary>What a command asks for, of bytes as for <see cref="View"/>.</summary>
    public static CommandType TypeOf(ReadOnlySpan<byte> source) => (CommandType)source[1];

    /// <summary>Decodes exactly one command from exactly its bytes.</summary>
    /// <param name="sequence">From the record's head.</param>
    /// <param name="timeNs">From the record's head.</param>
    /// <returns>Ok; otherwise why not, and an empty command.</returns>
    public static CodecStatus TryDecode(ReadOnlySpan<byte> source, long sequence, long timeNs, out OrderCommand command)
    {
        CodecStatus status = TryView(source, sequence, timeNs, out CommandView view);
        command = status == CodecStatus.Ok ? view.ToCommand() : default;
        return status;
    }

    /// <summary>Whether bytes are exactly one command.</summary>
    /// <returns>Ok; otherwise why not.</returns>
    public static CodecStatus Check(ReadOnlySpan<byte> source)
    {
        CodecStatus status = CheckPlain(source);
        return status == CodecStatus.Ok
            ? CheckRest(source[PlainBytes..], (CommandParts)BinaryPrimitives.ReadUInt16LittleEndian(source[PartsOffset..]))
            : status;
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
            && source[14] <= (byte)RejectReasons.Last
            && source[15] <= 1;
        return isKnown ? CodecStatus.Ok : CodecStatus.BadValue;
    }
}
