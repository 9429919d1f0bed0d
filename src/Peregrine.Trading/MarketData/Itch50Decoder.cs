using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>
/// Nasdaq TotalView-ITCH 5.0: all 23 message types with their lengths; those that touch orders become updates.
/// Source: Nasdaq TotalView-ITCH 5.0 specification.
/// </summary>
/// <remarks>Pure. Allocates: no.</remarks>
public static class Itch50Decoder
{
    // Type, stock locate, tracking number, time: all that a message of any type has.
    private const int HeadBytes = 11;

    /// <summary>The longest message of a known type.</summary>
    public const int BytesMax = 50;

    /// <summary>Length of a message type in bytes; 0 for a letter that is none.</summary>
    public static int LengthOf(byte type) => type switch
    {
        (byte)'S' => 12,
        (byte)'R' => 39,
        (byte)'H' => 25,
        (byte)'Y' => 20,
        (byte)'L' => 26,
        (byte)'V' => 35,
        (byte)'W' => 12,
        (byte)'K' => 28,
        (byte)'J' => 35,
        (byte)'h' => 21,
        (byte)'A' => 36,
        (byte)'F' => 40,
        (byte)'E' => 31,
        (byte)'C' => 36,
        (byte)'X' => 23,
        (byte)'D' => 19,
        (byte)'U' => 35,
        (byte)'P' => 44,
        (byte)'Q' => 40,
        (byte)'B' => 19,
        (byte)'I' => 50,
        (byte)'N' => 20,
        (byte)'O' => 48,
        _ => 0,
    };

    /// <summary>Decodes one message.</summary>
    /// <param name="message">Exactly one message.</param>
    /// <param name="update">What it does.</param>
    /// <returns>Ok; a type that is not known is <see cref="BookUpdateKind.Other"/>, whatever its length; Malformed: too short for a head, not the
    /// length of its type, or a side that is neither B nor S.</returns>
    public static FeedStatus TryDecode(ReadOnlySpan<byte> message, out BookUpdate update)
    {
        update = default;
        if (message.Length < HeadBytes || (LengthOf(message[0]) is > 0 and int length && message.Length != length))
        {
            return FeedStatus.Malformed;
        }

        update.FeedType = message[0];
        update.InstrumentId = BinaryPrimitives.ReadUInt16BigEndian(message[1..]);
        update.TimeNs = ((long)BinaryPrimitives.ReadUInt16BigEndian(message[5..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(message[7..]);
        update.IsEventEnd = true;
        switch (message[0])
        {
            case (byte)'A' or (byte)'F':
                update.Kind = BookUpdateKind.Add;
                SetOrder(message, ref update);
                return update.Side == 0 ? FeedStatus.Malformed : FeedStatus.Ok;
            case (byte)'E' or (byte)'C':
                update.Kind = BookUpdateKind.Execute;
                break;
            case (byte)'X':
                update.Kind = BookUpdateKind.Reduce;
                break;
            case (byte)'D':
                update.Kind = BookUpdateKind.Delete;
                update.OrderId = BinaryPrimitives.ReadUInt64BigEndian(message[11..]);
                return FeedStatus.Ok;
            case (byte)'U':
                update.Kind = BookUpdateKind.Replace;
                update.OrderId = BinaryPrimitives.ReadUInt64BigEndian(message[11..]);
                update.NewOrderId = BinaryPrimitives.ReadUInt64BigEndian(message[19..]);
                update.Quantity = BinaryPrimitives.ReadUInt32BigEndian(message[27..]);
                update.Price = BinaryPrimitives.ReadUInt32BigEndian(message[31..]);
                return FeedStatus.Ok;
            case (byte)'P':
                update.Kind = BookUpdateKind.Trade;
                SetOrder(message, ref update);
                if (update.Side == 0)
                {
                    return FeedStatus.Malformed;
                }

                // It names the side of the order that was there. Since 2014 Nasdaq writes B whatever it was.
                update.Side = update.Side.Opposite();
                return FeedStatus.Ok;
            case (byte)'Q':
                update.Kind = BookUpdateKind.Trade;
                update.Quantity = (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(message[11..]), long.MaxValue);
                update.Price = BinaryPrimitives.ReadUInt32BigEndian(message[27..]);
                return FeedStatus.Ok;
            case (byte)'R':
                update.Kind = BookUpdateKind.Directory;
                return FeedStatus.Ok;
            default:
                update.Kind = BookUpdateKind.Other;
                return FeedStatus.Ok;
        }

        // E, C and X: reference and quantity; the price of C is that of the print, not of the order.
        update.OrderId = BinaryPrimitives.ReadUInt64BigEndian(message[11..]);
        update.Quantity = BinaryPrimitives.ReadUInt32BigEndian(message[19..]);
        return FeedStatus.Ok;
    }

    /// <summary>The symbol of a stock directory, add or trade message, spaces cut; empty for any other and for what is no message.</summary>
    public static ReadOnlySpan<byte> SymbolOf(ReadOnlySpan<byte> message) => message.IsEmpty || message.Length != LengthOf(message[0])
        ? default : (message[0] switch
    {
        (byte)'R' => message.Slice(11, 8),
        (byte)'Q' => message.Slice(19, 8),
        (byte)'A' or (byte)'F' or (byte)'P' => message.Slice(24, 8),
        _ => default,
    }).TrimEnd((byte)' ');

    private static void SetOrder(ReadOnlySpan<byte> message, ref BookUpdate update)
    {
        update.OrderId = BinaryPrimitives.ReadUInt64BigEndian(message[11..]);
        update.Side = message[19] switch { (byte)'B' => Side.Buy, (byte)'S' => Side.Sell, _ => 0 };
        update.Quantity = BinaryPrimitives.ReadUInt32BigEndian(message[20..]);
        update.Price = BinaryPrimitives.ReadUInt32BigEndian(message[32..]);
    }
}
