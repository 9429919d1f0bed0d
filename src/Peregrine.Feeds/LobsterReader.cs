using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>LOBSTER message files.</summary>
/// <remarks>A byte order mark and a line of column names at the beginning are passed over, and empty lines anywhere.</remarks>
public sealed class LobsterReader(FeedInput input) : FeedReader(input)
{
    private const int Columns = 6;

    private bool _isBegun;

    /// <inheritdoc/>
    public override string Format => "LOBSTER";

    /// <inheritdoc/>
    public override string Expected => "time,type 1 to 7,order id,size,price,direction 1 or -1";

    /// <inheritdoc/>
    public override long PriceScale => FeedPriceScale.TenThousandths;

    /// <inheritdoc/>
    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            update = default;
            bytes = HeadBytes(data);
            return FeedStatus.Ok;
        }

        FeedStatus status = LobsterDecoder.TryDecode(data, isLast, out update, out bytes);
        MessageStart = 0;
        MessageBytes = bytes;
        return status;
    }

    /// <summary>Whether a feed begins as one of LOBSTER.</summary>
    internal static bool Fits(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> first = data[HeadBytes(data)..].TrimStart("\r\n"u8);
        return !first.IsEmpty && first[0] is >= (byte)'0' and <= (byte)'9'
            && first[..Math.Min(first.Length, LobsterDecoder.LineBytesMax)].Contains((byte)',');
    }

    // Names of columns have no digit at the front, and as many commas as a line.
    private static int HeadBytes(ReadOnlySpan<byte> data)
    {
        int mark = data.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? 3 : 0;
        ReadOnlySpan<byte> line = data[mark..Math.Min(data.Length, mark + LobsterDecoder.LineBytesMax)];
        int end = line.IndexOf((byte)'\n');
        bool isNames = end > 0 && (char.IsAsciiLetter((char)line[0]) || line[0] == (byte)'"') && line[..end].Count((byte)',') >= Columns - 1;
        return isNames ? mark + end + 1 : mark;
    }
}
