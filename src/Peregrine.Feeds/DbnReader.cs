using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>Databento DBN version 1, market by order.</summary>
public sealed class DbnReader(FeedInput input) : FeedReader(input)
{
    private long _headerLeft = -1;

    /// <inheritdoc/>
    public override string Format => "DBN";

    /// <inheritdoc/>
    public override string Expected => _headerLeft == 0 ? "a record of at least 16 bytes, market-by-order ones with 56" : "the metadata of version 1";

    /// <inheritdoc/>
    public override long PriceScale => FeedPriceScale.Nano;

    /// <inheritdoc/>
    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        update = default;
        bytes = 0;
        if (_headerLeft < 0)
        {
            FeedStatus status = DbnDecoder.TryHeader(data, out _, out long headerBytes);
            _headerLeft = status == FeedStatus.Ok ? headerBytes : _headerLeft;
            return status;
        }

        if (_headerLeft > 0)
        {
            // The metadata can be longer than the window; they are passed over piece by piece.
            bytes = (int)Math.Min(_headerLeft, data.Length);
            _headerLeft -= bytes;
            return bytes > 0 ? FeedStatus.Ok : FeedStatus.Truncated;
        }

        MessageStart = 0;
        FeedStatus record = DbnDecoder.TryDecode(data, out update, out bytes);
        MessageBytes = bytes;
        return record;
    }
}
