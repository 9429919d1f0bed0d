using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Tests;

/// <summary>A feed of updates that stand in a list.</summary>
internal sealed class ListedFeed(params BookUpdate[] updates) : FeedReader(new FeedInput(new MemoryStream()))
{
    private int _next;

    public override string Format => "listed";

    public override string Expected => "updates";

    public override long PriceScale => FeedPriceScale.TenThousandths;

    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        bytes = 0;
        update = _next < updates.Length ? updates[_next] : default;
        return _next++ < updates.Length ? FeedStatus.Ok : FeedStatus.End;
    }
}
