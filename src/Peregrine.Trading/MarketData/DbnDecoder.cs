using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>
/// Databento Binary Encoding, versions 1 to 3: records of orders (mbo), of the top of a book (mbp-1, tbbo, bbo), of ten levels (mbp-10), of trades,
/// and definitions of instruments. Source: the DBN reference (metadata, record header, MboMsg, TradeMsg, Mbp1Msg, Mbp10Msg, InstrumentDefMsg).
/// </summary>
/// <remarks>Pure. Allocates: no.</remarks>
public static class DbnDecoder
{
    public const int RecordHeaderBytes = 16;

    /// <summary>A record of one order.</summary>
    public const int MboBytes = 56;

    /// <summary>The last version that is read.</summary>
    public const int VersionMax = 3;

    /// <summary>Schema of a file with records of several.</summary>
    public const int MixedSchema = 0xffff;

    // A time of sending behind each record, where the file was asked for with it.
    private const int SentBytes = 8;
    private const int SchemaOffset = 24;
    private const int TradeBytes = 48;
    private const int PairBytes = 32;
    private const int PairsMax = 10;
    private const byte TradeType = 0x00;
    private const byte DefinitionType = 0x13;
    private const byte MboType = 0xa0;
    private const byte LastOfEvent = 0x80;
    private const byte TopOfBook = 0x40;

    // An undefined price in DBN.
    private const long NoPrice = long.MaxValue;

    // Index is the schema's number.
    private static readonly string[] Schemas =
    [
        "mbo", "mbp-1", "mbp-10", "tbbo", "trades", "ohlcv-1s", "ohlcv-1m", "ohlcv-1h", "ohlcv-1d", "definition", "statistics", "status", "imbalance",
        "ohlcv-eod", "cmbp-1", "cbbo-1s", "cbbo-1m", "tcbbo", "bbo-1s", "bbo-1m",
    ];

    /// <summary>Reads the head of a file.</summary>
    /// <param name="data">From byte 0 on.</param>
    /// <param name="version">The version, if there is one.</param>
    /// <param name="schema">The schema's number; <see cref="MixedSchema"/> for several.</param>
    /// <param name="bytes">Where the records begin.</param>
    /// <returns>Ok; Truncated; Malformed: no DBN, or not version 1 to 3.</returns>
    public static FeedStatus TryHeader(ReadOnlySpan<byte> data, out int version, out int schema, out long bytes)
    {
        version = 0;
        schema = 0;
        bytes = 0;
        if (data.Length < SchemaOffset + 2)
        {
            return data.Length < 4 || (data.StartsWith("DBN"u8) && data[3] is >= 1 and <= VersionMax) ? FeedStatus.Truncated : FeedStatus.Malformed;
        }

        if (!data.StartsWith("DBN"u8))
        {
            return FeedStatus.Malformed;
        }

        version = data[3];
        bytes = 8L + BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        schema = BinaryPrimitives.ReadUInt16LittleEndian(data[SchemaOffset..]);
        return version is >= 1 and <= VersionMax && bytes >= SchemaOffset + 2 ? FeedStatus.Ok : FeedStatus.Malformed;
    }

    /// <summary>The name of a schema, as in mbp-1.</summary>
    public static string NameOf(int schema) => schema < Schemas.Length ? Schemas[schema] : schema == MixedSchema ? "mixed" : $"number {schema}";

    /// <summary>Whether a schema has orders, levels, trades or definitions in it.</summary>
    public static bool IsRead(int schema) => schema is MixedSchema or (>= 0 and <= 4) or 9 or (>= 14 and <= 19);

    /// <summary>The publisher of a record: instruments are numbered by each.</summary>
    public static int PublisherOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt16LittleEndian(record[2..]);

    /// <summary>Decodes the record at the front.</summary>
    /// <param name="data">From the start of a record on.</param>
    /// <param name="part">Which of its updates, from 0 on: a record of levels tells a trade and each side.</param>
    /// <param name="update">What it does; Other for a record that changes no book and is no trade.</param>
    /// <param name="bytes">What the record takes.</param>
    /// <param name="parts">How many updates it has, 1 or more.</param>
    public static FeedStatus TryDecode(ReadOnlySpan<byte> data, int part, out BookUpdate update, out int bytes, out int parts)
    {
        update = default;
        bytes = 0;
        parts = 1;
        if (data.IsEmpty)
        {
            return FeedStatus.End;
        }

        int length = data[0] * 4;
        if (length < RecordHeaderBytes)
        {
            return FeedStatus.Malformed;
        }

        if (data.Length < length)
        {
            return FeedStatus.Truncated;
        }

        bytes = length;
        update.InstrumentId = BinaryPrimitives.ReadInt32LittleEndian(data[4..]);
        update.TimeNs = BinaryPrimitives.ReadInt64LittleEndian(data[8..]);
        update.IsEventEnd = true;
        ReadOnlySpan<byte> record = data[..length];
        switch (data[1])
        {
            case MboType:
                return IsOf(length, MboBytes) ? DecodeMbo(record, ref update) : FeedStatus.Malformed;
            case DefinitionType:
                update.Kind = BookUpdateKind.Directory;
                return FeedStatus.Ok;
            case TradeType:
                return IsOf(length, TradeBytes) ? DecodeTrade(record, ref update) : FeedStatus.Malformed;
            default:
                int pairs = PairsOf(data[1]);
                update.Kind = BookUpdateKind.Other;
                return pairs == 0 ? FeedStatus.Ok
                    : !IsOf(length, TradeBytes + (pairs * PairBytes)) ? FeedStatus.Malformed
                    : pairs == 1 ? DecodeTop(record, part, ref update, out parts) : DecodeDepth(record, part, ref update, out parts);
        }
    }

    private static bool IsOf(int length, int bytes) => length == bytes || length == bytes + SentBytes;

    // Mbp1, consolidated ones, and the best bid and offer of each second or minute; ten of them in Mbp10.
    private static int PairsOf(byte type) => type switch
    {
        0x01 or 0xb1 or 0xc0 or 0xc1 or 0xc2 or 0xc3 or 0xc4 => 1,
        0x0a => PairsMax,
        _ => 0,
    };

    private static FeedStatus DecodeMbo(ReadOnlySpan<byte> record, ref BookUpdate update)
    {
        update.OrderId = BinaryPrimitives.ReadUInt64LittleEndian(record[16..]);
        bool hasPrice = TryPrice(record[24..], out update.Price);
        update.Quantity = BinaryPrimitives.ReadUInt32LittleEndian(record[32..]);
        update.IsEventEnd = (record[36] & LastOfEvent) != 0;
        update.FeedType = record[38];
        update.Side = SideOf(record[39]);

        // A trade and a fill tell what happened; the cancel or modify that follows changes the book. What has no price does not rest.
        update.Kind = record[38] switch
        {
            (byte)'A' => hasPrice ? BookUpdateKind.Add : BookUpdateKind.Other,
            (byte)'C' => BookUpdateKind.Reduce,
            (byte)'M' => hasPrice ? BookUpdateKind.Modify : BookUpdateKind.Delete,
            (byte)'R' => BookUpdateKind.Clear,
            (byte)'T' => BookUpdateKind.Trade,
            (byte)'F' or (byte)'N' => BookUpdateKind.Other,
            _ => 0,
        };
        if ((record[36] & TopOfBook) != 0 && record[38] is (byte)'A' or (byte)'M' or (byte)'C')
        {
            // No order, but the side's best level: with it, all of the side is said.
            update.Kind = BookUpdateKind.Top;
            update.OrderId = 0;
            update.Quantity = hasPrice && record[38] != (byte)'C' ? update.Quantity : 0;
        }

        bool needsSide = update.Kind is BookUpdateKind.Add or BookUpdateKind.Modify or BookUpdateKind.Top;
        return update.Kind == 0 || (needsSide && update.Side == 0) ? FeedStatus.Malformed : FeedStatus.Ok;
    }

    private static FeedStatus DecodeTrade(ReadOnlySpan<byte> record, ref BookUpdate update)
    {
        _ = TryPrice(record[16..], out update.Price);
        update.Quantity = BinaryPrimitives.ReadUInt32LittleEndian(record[24..]);
        update.FeedType = record[28];
        update.Side = SideOf(record[29]);
        update.IsEventEnd = (record[30] & LastOfEvent) != 0;
        update.Kind = BookUpdateKind.Trade;
        return FeedStatus.Ok;
    }

    // The bid and the offer, behind the trade where it tells one.
    private static FeedStatus DecodeTop(ReadOnlySpan<byte> record, int part, ref BookUpdate update, out int parts)
    {
        int trades = record[28] == (byte)'T' ? 1 : 0;
        parts = trades + 2;
        if (part < trades)
        {
            _ = DecodeTrade(record, ref update);
            update.IsEventEnd = false;
            return FeedStatus.Ok;
        }

        update.FeedType = record[28];
        update.Kind = BookUpdateKind.Top;
        update.Side = part == trades ? Side.Buy : Side.Sell;
        bool hasPrice = TryPair(record, 0, update.Side, out update.Price, out update.Quantity);
        update.Quantity = hasPrice ? update.Quantity : 0;
        update.IsEventEnd = part == parts - 1;
        return FeedStatus.Ok;
    }

    // The book is emptied, then each level comes as an order that has no other name than its place.
    private static FeedStatus DecodeDepth(ReadOnlySpan<byte> record, int part, ref BookUpdate update, out int parts)
    {
        int trades = record[28] == (byte)'T' ? 1 : 0;
        parts = trades + 1;
        int wanted = part - trades - 1;
        for (int place = 0, found = 0; place < PairsMax * 2; place++)
        {
            Side side = place % 2 == 0 ? Side.Buy : Side.Sell;
            if (!TryPair(record, place / 2, side, out long price, out long quantity))
            {
                continue;
            }

            if (found++ == wanted)
            {
                (update.OrderId, update.Side, update.Price, update.Quantity) = ((ulong)place + 1, side, price, quantity);
            }

            parts++;
        }

        if (part < trades)
        {
            _ = DecodeTrade(record, ref update);
        }
        else
        {
            update.FeedType = record[28];
            update.Kind = part == trades ? BookUpdateKind.Clear : BookUpdateKind.Add;
        }

        update.IsEventEnd = part == parts - 1;
        return FeedStatus.Ok;
    }

    private static bool TryPair(ReadOnlySpan<byte> record, int pair, Side side, out long price, out long quantity)
    {
        int at = TradeBytes + (pair * PairBytes);
        bool hasPrice = TryPrice(record[(at + (side == Side.Buy ? 0 : 8))..], out price);
        quantity = BinaryPrimitives.ReadUInt32LittleEndian(record[(at + (side == Side.Buy ? 16 : 20))..]);
        return hasPrice && quantity > 0;
    }

    private static bool TryPrice(ReadOnlySpan<byte> data, out long price)
    {
        price = BinaryPrimitives.ReadInt64LittleEndian(data);
        bool hasPrice = price != NoPrice;
        price = hasPrice ? price : 0;
        return hasPrice;
    }

    private static Side SideOf(byte letter) => letter switch { (byte)'B' => Side.Buy, (byte)'A' => Side.Sell, _ => 0 };
}
