using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Wire;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Tests.Publishing;

/// <summary>What each update of a book is told as, in each depth, written out by hand from docs/wire/marketdata-v1.md.</summary>
public class BookPublisherTests
{
    [Fact]
    public void Execution_OfMoreThanIsLeft_IsToldAsWhatIsLeft()
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Buy, 100, 5));

        Assert.Equal(
            ["Best: Buy 0 0 0", "Levels: Buy 100 0 0", "Orders: Execute 1 Buy 100 5 trade 1", "Trades: 1 100 5 Sell"],
            rig.Play(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 1, Quantity = 9 }));
    }

    [Fact]
    public void Execution_AtAnotherPrice_TradesThereAndLeavesTheOrdersLevel()
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Sell, 100, 5));

        Assert.Equal(
            ["Best: Sell 100 3 1", "Levels: Sell 100 3 1", "Orders: Execute 1 Sell 103 2 trade 1", "Trades: 1 103 2 Buy"],
            rig.Play(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 1, Quantity = 2, Price = 103 }));
    }

    [Theory]
    [InlineData(Side.Buy, Side.Sell)]
    [InlineData(Side.Sell, Side.Buy)]
    [InlineData((Side)0, (Side)0)]
    public void Execution_OfAnUnknownOrder_IsATradeOfTheOtherSide(Side resting, Side aggressor)
    {
        PublisherRig rig = new();

        Assert.Equal(
            [$"Orders: Trade 7 {aggressor} 100 2 trade 1", $"Trades: 1 100 2 {aggressor}"],
            rig.Play(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 7, Side = resting, Quantity = 2, Price = 100 }));
    }

    [Theory]
    [InlineData(Side.Buy, 100, 5, "")]
    [InlineData(Side.Buy, 100, 4, "Orders: Reduce 1 Buy 100 1 trade 0")]
    [InlineData(Side.Buy, 100, 6, "Orders: Delete 1 Buy 100 0 trade 0|Orders: Add 1 Buy 100 6 trade 0")]
    [InlineData(Side.Buy, 101, 5, "Orders: Delete 1 Buy 100 0 trade 0|Orders: Add 1 Buy 101 5 trade 0")]
    [InlineData(Side.Sell, 100, 5, "Orders: Delete 1 Buy 100 0 trade 0|Orders: Add 1 Sell 100 5 trade 0")]
    [InlineData(Side.Buy, 100, 0, "Orders: Delete 1 Buy 100 0 trade 0")]
    public void Modify_OfAnOrder_KeepsItsPlaceOnlyForTheSameOrLessAtTheSamePrice(Side side, long price, long quantity, string told)
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Buy, 100, 5));

        List<string> all = rig.Play(new BookUpdate { Kind = BookUpdateKind.Modify, OrderId = 1, Side = side, Price = price, Quantity = quantity });

        Assert.Equal(told, string.Join('|', all.Where(line => line.StartsWith("Orders", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(4, "Orders: Reduce 1 Buy 100 4 trade 0")]
    [InlineData(5, "Orders: Delete 1 Buy 100 0 trade 0")]
    [InlineData(6, "Orders: Delete 1 Buy 100 0 trade 0")]
    [InlineData(0, "")]
    public void Reduce_ByAllOrMore_IsADelete(long by, string told)
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Buy, 100, 5));

        List<string> all = rig.Play(new BookUpdate { Kind = BookUpdateKind.Reduce, OrderId = 1, Quantity = by });

        Assert.Equal(told, string.Join('|', all.Where(line => line.StartsWith("Orders", StringComparison.Ordinal))));
    }

    [Fact]
    public void Clear_OfABook_IsToldInEachDepth()
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Buy, 100, 5), Add(2, Side.Sell, 102, 6));

        Assert.Equal(
            ["Best: Buy 0 0 0", "Best: Sell 0 0 0", "Levels: snapshot first last", "Orders: Clear 0 0 0 0 trade 0"],
            rig.Play(new BookUpdate { Kind = BookUpdateKind.Clear }));
    }

    [Fact]
    public void Changes_BehindATrade_NameNoTrade()
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Buy, 100, 5), new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 1, Quantity = 1 });

        Assert.Contains("Orders: Add 2 Buy 99 1 trade 0", rig.Play(Add(2, Side.Buy, 99, 1)));
    }

    [Fact]
    public void Best_OfTheSameQuantityInMoreOrders_IsTold()
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Buy, 100, 10));

        List<string> told = rig.Play(new BookUpdate { Kind = BookUpdateKind.Reduce, OrderId = 1, Quantity = 4 }, Add(2, Side.Buy, 100, 4));

        Assert.Equal(["Best: Buy 100 10 2"], told.Where(line => line.StartsWith("Best", StringComparison.Ordinal)));
    }

    [Fact]
    public void Digests_OfManyChanges_ComeWithEachThousand()
    {
        PublisherRig rig = new();
        for (ulong id = 1; id <= 2_500; id++)
        {
            _ = rig.Play(Add(id, Side.Buy, 100, 1));
        }

        // Two for the levels, two for the orders.
        Assert.Equal(4, rig.Digests);
    }

    [Fact]
    public void Digest_OfABook_IsTheHashOfItsLevelsAndOrdersInTurn()
    {
        PublisherRig rig = new();
        _ = rig.Play(Add(1, Side.Buy, 100, 5), Add(2, Side.Buy, 100, 6), Add(3, Side.Buy, 98, 7), Add(4, Side.Sell, 103, 8));
        MarketBooks books = rig.Publisher.Books;

        Assert.Equal(Hash(2, 100, 11, 2, 98, 7, 1, 1, 103, 8, 1), BookDigest.Of(books, 0, Depth.Levels));
        Assert.Equal(Hash(2, 100, 2, 1, 5, 2, 6, 98, 1, 3, 7, 1, 103, 1, 4, 8), BookDigest.Of(books, 0, Depth.Orders));

        // An empty book hashes to 0, which stands for no digest on the wire.
        Assert.Equal((0UL, 1UL), (Hash(0, 0), BookDigest.Of(books, 1, Depth.Levels)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void FrameEnd_OfAnOffset_IsTheEndOfItsFrame(int framesBefore, int bytesMore)
    {
        PublisherRig rig = new();
        List<int> ends = [0];
        for (ulong id = 1; id <= 4; id++)
        {
            _ = rig.Play(Add(id, Side.Buy, 100, 1));
            ends.Add(rig.ChannelOf(Depth.Orders).Ring.HeadUsed);
        }

        // Inside of a frame by any number of bytes, the end is that frame's.
        int frame = framesBefore + (bytesMore > 0 ? 1 : 0);
        int end = rig.ChannelOf(Depth.Orders).FrameEnd(0, ends[framesBefore] + bytesMore, out long found);

        Assert.Equal((ends[frame], (long)frame), (end, found));
    }

    private static BookUpdate Add(ulong id, Side side, long price, long quantity) =>
        new() { Kind = BookUpdateKind.Add, OrderId = id, Side = side, Price = price, Quantity = quantity };

    // Written out beside StateHash: MurmurHash3's finalizer over each word, folded into a running product.
    private static ulong Hash(params ulong[] words)
    {
        ulong value = 0;
        foreach (ulong given in words)
        {
            ulong word = (given ^ (given >> 33)) * 0xff51afd7ed558ccd;
            word = (word ^ (word >> 33)) * 0xc4ceb9fe1a85ec53;
            value = (value ^ word ^ (word >> 33)) * 0x9e3779b97f4a7c15;
            value ^= value >> 29;
        }

        return value;
    }
}
