using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>LOBSTER message files.</summary>
public sealed class LobsterReader(FeedInput input) : FeedReader(input)
{
    /// <inheritdoc/>
    public override string Format => "LOBSTER";

    /// <inheritdoc/>
    public override string Expected => "time,type 1 to 7,order id,size,price,direction 1 or -1";

    /// <inheritdoc/>
    public override long PriceScale => FeedPriceScale.TenThousandths;

    /// <inheritdoc/>
    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        FeedStatus status = LobsterDecoder.TryDecode(data, isLast, out update, out bytes);
        MessageStart = 0;
        MessageBytes = bytes;
        return status;
    }
}
