using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>Writes updates as ITCH 5.0 messages, so that any feed can be recorded in that format.</summary>
/// <remarks>Pure. Allocates: no.</remarks>
public static class Itch50Encoder
{
    /// <summary>Writes one message for an update of one instrument.</summary>
    /// <param name="update">Prices in 1/10,000, times since midnight. Modify and Clear have no message: break them up before. Of Other only
    /// the trading states of LOBSTER have one: their price says which.</param>
    /// <param name="locate">Stock locate, the feed's number of the instrument.</param>
    /// <param name="symbol">1 to 8 characters.</param>
    /// <param name="target">At least <see cref="Itch50Decoder.BytesMax"/> bytes.</param>
    /// <returns>Bytes written; 0 when the update has no message or a value does not fit.</returns>
    public static int Encode(in BookUpdate update, ushort locate, ReadOnlySpan<byte> symbol, Span<byte> target)
    {
        if (symbol.Length is 0 or > 8 || !Fits(update))
        {
            return 0;
        }

        byte type = update.Kind switch
        {
            BookUpdateKind.Add => (byte)'A',
            BookUpdateKind.Execute => (byte)'E',
            BookUpdateKind.Reduce => (byte)'X',
            BookUpdateKind.Delete => (byte)'D',
            BookUpdateKind.Replace => (byte)'U',
            BookUpdateKind.Trade => (byte)'P',
            BookUpdateKind.Directory => (byte)'R',
            BookUpdateKind.Other when TradingState(update) != 0 => (byte)'H',
            _ => 0,
        };
        if (type == 0)
        {
            return 0;
        }

        int bytes = Itch50Decoder.LengthOf(type);
        Span<byte> message = target[..bytes];
        message.Clear();
        message[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(message[1..], locate);
        BinaryPrimitives.WriteUInt16BigEndian(message[5..], (ushort)(update.TimeNs >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(message[7..], (uint)update.TimeNs);
        switch (type)
        {
            case (byte)'A' or (byte)'P':
                BinaryPrimitives.WriteUInt64BigEndian(message[11..], update.OrderId);
                message[19] = SideOf(update);
                BinaryPrimitives.WriteUInt32BigEndian(message[20..], (uint)update.Quantity);
                PutSymbol(message[24..32], symbol);
                BinaryPrimitives.WriteUInt32BigEndian(message[32..], (uint)update.Price);
                break;
            case (byte)'E' or (byte)'X':
                BinaryPrimitives.WriteUInt64BigEndian(message[11..], update.OrderId);
                BinaryPrimitives.WriteUInt32BigEndian(message[19..], (uint)update.Quantity);
                break;
            case (byte)'D':
                BinaryPrimitives.WriteUInt64BigEndian(message[11..], update.OrderId);
                break;
            case (byte)'U':
                BinaryPrimitives.WriteUInt64BigEndian(message[11..], update.OrderId);
                BinaryPrimitives.WriteUInt64BigEndian(message[19..], update.NewOrderId);
                BinaryPrimitives.WriteUInt32BigEndian(message[27..], (uint)update.Quantity);
                BinaryPrimitives.WriteUInt32BigEndian(message[31..], (uint)update.Price);
                break;
            default:
                PutSymbol(message[11..19], symbol);
                PutStatus(message, type, TradingState(update));
                break;
        }

        return bytes;
    }

    // Of a trade the side of the order that was there, B where it is not known: what the specification has for that.
    private static byte SideOf(in BookUpdate update) =>
        update.Side == (update.Kind == BookUpdateKind.Trade ? Side.Buy : Side.Sell) ? (byte)'S' : (byte)'B';

    // What its message carries must fit: 48 bits of time, 32 of quantity and of price, and the side of an add.
    private static bool Fits(in BookUpdate update)
    {
        bool hasPrice = update.Kind is BookUpdateKind.Add or BookUpdateKind.Replace or BookUpdateKind.Trade;
        bool hasQuantity = hasPrice || update.Kind is BookUpdateKind.Execute or BookUpdateKind.Reduce;
        return (ulong)update.TimeNs < 1UL << 48
            && (!hasPrice || (ulong)update.Price <= uint.MaxValue)
            && (!hasQuantity || (ulong)update.Quantity <= uint.MaxValue)
            && (update.Kind != BookUpdateKind.Add || update.Side is Side.Buy or Side.Sell);
    }

    // LOBSTER says with the price of a message of type 7 what begins: -1 a halt, 0 quoting, 1 trading.
    private static byte TradingState(in BookUpdate update) => update.FeedType != (byte)'7' ? (byte)0 : update.Price switch
    {
        -1 => (byte)'H',
        0 => (byte)'Q',
        1 => (byte)'T',
        _ => (byte)0,
    };

    // R: a round lot of 100, common stock, live. H: the trading state, no reason.
    private static void PutStatus(Span<byte> message, byte type, byte state)
    {
        if (type == (byte)'R')
        {
            "Q "u8.CopyTo(message[19..]);
            BinaryPrimitives.WriteUInt32BigEndian(message[21..], 100);
            "NCZ PNN1N"u8.CopyTo(message[25..]);
            message[38] = (byte)'N';
            return;
        }

        message[19] = state;
        "     "u8.CopyTo(message[20..]);
    }

    private static void PutSymbol(Span<byte> target, ReadOnlySpan<byte> symbol)
    {
        target.Fill((byte)' ');
        symbol.CopyTo(target);
    }
}
