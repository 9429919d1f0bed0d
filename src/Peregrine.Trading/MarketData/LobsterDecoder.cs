using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>
/// LOBSTER message files: time,type,order id,size,price,direction, a line each. Source: the LOBSTER sample files' read-me.
/// </summary>
/// <remarks>Pure. Allocates: no.</remarks>
public static class LobsterDecoder
{
    /// <summary>A longer line is no LOBSTER line.</summary>
    public const int LineBytesMax = 128;

    /// <summary>A larger size is no size: that of the other feeds, so that no sum of a level overflows.</summary>
    public const long QuantityMax = uint.MaxValue;

    // From this type on, lines are of no order that could be in the book: hidden executions, crosses, halts.
    private const int OrderlessTypes = 5;
    private const int Cross = 6;

    // Nine are nanoseconds; a few more are rounding of whoever wrote the file, and are cut.
    private const int DecimalsMax = 12;

    // So many always fit into 64 bits without a sign.
    private const int DigitsMax = 19;

    /// <summary>Decodes the line at the front.</summary>
    /// <param name="data">From the start of a line on.</param>
    /// <param name="isLast">True when nothing follows the data: the last line may lack its end.</param>
    /// <param name="update">The message.</param>
    /// <param name="bytes">What the line takes, its end included.</param>
    /// <returns>Ok, with kind 0 for an empty line, which is nothing; End on no data; Truncated when the line's end is not there; Malformed.</returns>
    /// <remarks>A cross (type 6, order id -1 to -4) is a trade of no order and no side; of a halt (type 7) only the time counts.</remarks>
    public static FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        update = default;
        bytes = 0;
        if (data.IsEmpty)
        {
            return FeedStatus.End;
        }

        ReadOnlySpan<byte> head = data[..Math.Min(data.Length, LineBytesMax)];
        int end = head.IndexOf((byte)'\n');
        if (end < 0)
        {
            if (data.Length >= LineBytesMax)
            {
                return FeedStatus.Malformed;
            }

            if (!isLast)
            {
                return FeedStatus.Truncated;
            }
        }

        ReadOnlySpan<byte> line = (end < 0 ? data : data[..end]).TrimEnd((byte)'\r');
        bytes = end < 0 ? data.Length : end + 1;
        if (line.IsEmpty)
        {
            return FeedStatus.Ok;
        }

        int at = 0;
        if (!TryTime(line, ref at, out update.TimeNs) || !TryNumber(line, ref at, out long type) || !TryNumber(line, ref at, out long orderId)
            || (orderId < 0 && type < OrderlessTypes)
            || !TryNumber(line, ref at, out update.Quantity) || !TryNumber(line, ref at, out update.Price) || !TryLast(line, at, out long direction)
            || !TryKind(type, out update.Kind) || update.Quantity is < 0 or > QuantityMax || direction is not (1 or -1))
        {
            // A cut last line looks malformed, but what is wrong with it is its end.
            return end < 0 ? FeedStatus.Truncated : FeedStatus.Malformed;
        }

        update.OrderId = (ulong)Math.Max(orderId, 0);
        update.FeedType = (byte)('0' + type);
        update.Side = direction == 1 ? Side.Buy : Side.Sell;
        if (update.Kind == BookUpdateKind.Trade)
        {
            // The file has the side of the hidden order that was there; of a cross it has none.
            update.Side = type == Cross ? 0 : update.Side.Opposite();
        }

        update.IsEventEnd = true;
        return FeedStatus.Ok;
    }

    private static bool TryKind(long type, out BookUpdateKind kind)
    {
        kind = type switch
        {
            1 => BookUpdateKind.Add,
            2 => BookUpdateKind.Reduce,
            3 => BookUpdateKind.Delete,
            4 => BookUpdateKind.Execute,
            5 or Cross => BookUpdateKind.Trade,
            7 => BookUpdateKind.Other,
            _ => 0,
        };
        return kind != 0;
    }

    // Seconds after midnight, with decimals or without.
    private static bool TryTime(ReadOnlySpan<byte> line, ref int at, out long timeNs)
    {
        timeNs = 0;
        if (!TryInteger(line, ref at, out long seconds) || at >= line.Length || seconds is < 0 or > 86_400)
        {
            return false;
        }

        long fraction = 0;
        if (line[at] == (byte)'.')
        {
            int digits = 0;
            for (at++; at < line.Length && (uint)(line[at] - '0') <= 9 && digits < DecimalsMax; at++, digits++)
            {
                fraction = digits < 9 ? (fraction * 10) + line[at] - '0' : fraction;
            }

            if (digits == 0)
            {
                return false;
            }

            for (; digits < 9; digits++)
            {
                fraction *= 10;
            }
        }

        timeNs = (seconds * 1_000_000_000L) + fraction;
        return TryComma(line, ref at);
    }

    private static bool TryNumber(ReadOnlySpan<byte> line, ref int at, out long value) => TryInteger(line, ref at, out value)
        && TryComma(line, ref at);

    // Some LOBSTER files close each line with one more column; it is empty or a name.
    private static bool TryLast(ReadOnlySpan<byte> line, int at, out long value) =>
        TryInteger(line, ref at, out value) && (at == line.Length || line[at] == (byte)',');

    // A sign and digits. By hand: the feed's whole line takes a good deal less than by Utf8Parser, see docs/perf/core.md.
    private static bool TryInteger(ReadOnlySpan<byte> line, ref int at, out long value)
    {
        int first = at < line.Length && line[at] is (byte)'-' or (byte)'+' ? at + 1 : at;
        bool isNegative = first > at && line[at] == (byte)'-';
        int end = first;
        ulong number = 0;
        for (; end < line.Length && (uint)(line[end] - '0') <= 9 && end - first < DigitsMax; end++)
        {
            number = (number * 10) + line[end] - '0';
        }

        at = end;
        value = isNegative ? (long)(0 - number) : (long)number;

        // The least number has one more than the greatest.
        return end > first && number <= (ulong)long.MaxValue + (isNegative ? 1UL : 0);
    }

    private static bool TryComma(ReadOnlySpan<byte> line, ref int at) => at < line.Length && line[at++] == (byte)',';
}
