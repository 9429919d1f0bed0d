using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>
/// Databento Binary Encoding, version 1, market-by-order records. Source: the DBN reference (metadata, record header, MboMsg).
/// </summary>
/// <remarks>Pure. Allocates: no.</remarks>
public static class DbnDecoder
{
    public const int RecordHeaderBytes = 16;

    public const int MboBytes = 56;

    private const byte MboType = 0xa0;
    private const byte LastOfEvent = 0x80;

    // An undefined price in DBN.
    private const long NoPrice = long.MaxValue;

    /// <summary>Reads the head of a file.</summary>
    /// <param name="data">From byte 0 on.</param>
    /// <param name="version">The version, if there is one.</param>
    /// <param name="bytes">Where the records begin.</param>
    /// <returns>Ok; Truncated; Malformed: no DBN, or not version 1.</returns>
    public static FeedStatus TryHeader(ReadOnlySpan<byte> data, out int version, out long bytes)
    {
        version = 0;
        bytes = 0;
        if (data.Length < 8)
        {
            return FeedStatus.Truncated;
        }

        if (!data.StartsWith("DBN"u8))
        {
            return FeedStatus.Malformed;
        }

        version = data[3];
        bytes = 8L + BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        return version == 1 ? FeedStatus.Ok : FeedStatus.Malformed;
    }

    /// <summary>Decodes the record at the front.</summary>
    /// <param name="data">From the start of a record on.</param>
    /// <param name="update">What it does; Other for a record that is not market-by-order.</param>
    /// <param name="bytes">What it takes.</param>
    public static FeedStatus TryDecode(ReadOnlySpan<byte> data, out BookUpdate update, out int bytes)
    {
        update = default;
        bytes = 0;
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
        if (data[1] != MboType)
        {
            update.Kind = BookUpdateKind.Other;
            return FeedStatus.Ok;
        }

        return length == MboBytes ? DecodeMbo(data, ref update) : FeedStatus.Malformed;
    }

    private static FeedStatus DecodeMbo(ReadOnlySpan<byte> record, ref BookUpdate update)
    {
        update.OrderId = BinaryPrimitives.ReadUInt64LittleEndian(record[16..]);
        long price = BinaryPrimitives.ReadInt64LittleEndian(record[24..]);
        update.Price = price == NoPrice ? 0 : price;
        update.Quantity = BinaryPrimitives.ReadUInt32LittleEndian(record[32..]);
        update.IsEventEnd = (record[36] & LastOfEvent) != 0;
        update.FeedType = record[38];
        update.Side = record[39] switch { (byte)'B' => Side.Buy, (byte)'A' => Side.Sell, _ => 0 };

        // A trade and a fill tell what happened; the cancel or modify that follows changes the book.
        update.Kind = record[38] switch
        {
            (byte)'A' => BookUpdateKind.Add,
            (byte)'C' => BookUpdateKind.Reduce,
            (byte)'M' => BookUpdateKind.Modify,
            (byte)'R' => BookUpdateKind.Clear,
            (byte)'T' => BookUpdateKind.Trade,
            (byte)'F' or (byte)'N' => BookUpdateKind.Other,
            _ => 0,
        };
        bool needsSide = update.Kind is BookUpdateKind.Add or BookUpdateKind.Modify;
        return update.Kind == 0 || (needsSide && update.Side == 0) ? FeedStatus.Malformed : FeedStatus.Ok;
    }
}
