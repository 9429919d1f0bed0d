using System.Buffers.Text;
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

    // Nine are nanoseconds; a few more are rounding of whoever wrote the file, and are cut.
    private const int DecimalsMax = 12;

    /// <summary>Decodes the line at the front.</summary>
    /// <param name="data">From the start of a line on.</param>
    /// <param name="isLast">True when nothing follows the data: the last line may lack its end.</param>
    /// <param name="update">The message.</param>
    /// <param name="bytes">What the line takes, its end included.</param>
    /// <returns>Ok; End on no data; Truncated when the line's end is not there; Malformed.</returns>
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
        if (!TryTime(ref line, out update.TimeNs) || !TryNumber(ref line, out long type) || !TryNumber(ref line, out long orderId) || orderId < 0
            || !TryNumber(ref line, out update.Quantity) || !TryNumber(ref line, out update.Price) || !TryLast(line, out long direction)
            || !TryKind(type, out update.Kind) || update.Quantity is < 0 or > QuantityMax || direction is not (1 or -1))
        {
            // A cut last line looks malformed, but what is wrong with it is its end.
            return end < 0 ? FeedStatus.Truncated : FeedStatus.Malformed;
        }

        update.OrderId = (ulong)orderId;
        update.FeedType = (byte)('0' + type);
        update.Side = direction == 1 ? Side.Buy : Side.Sell;
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
            5 => BookUpdateKind.Trade,
            6 or 7 => BookUpdateKind.Other,
            _ => 0,
        };
        return kind != 0;
    }

    // Seconds after midnight, with decimals or without.
    private static bool TryTime(ref ReadOnlySpan<byte> line, out long timeNs)
    {
        timeNs = 0;
        if (!Utf8Parser.TryParse(line, out int seconds, out int used) || used == 0 || used >= line.Length || seconds is < 0 or > 86_400)
        {
            return false;
        }

        long fraction = 0;
        int at = used;
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
        return TrySkipComma(ref line, at);
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> line, out long value) =>
        Utf8Parser.TryParse(line, out value, out int used) && TrySkipComma(ref line, used);

    private static bool TryLast(ReadOnlySpan<byte> line, out long value)
    {
        // Some LOBSTER files close each line with one more column; it is empty or a name.
        bool ok = Utf8Parser.TryParse(line, out value, out int used);
        return ok && (used == line.Length || line[used] == (byte)',');
    }

    private static bool TrySkipComma(ref ReadOnlySpan<byte> line, int at)
    {
        if (at >= line.Length || line[at] != (byte)',')
        {
            return false;
        }

        line = line[(at + 1)..];
        return true;
    }
}
