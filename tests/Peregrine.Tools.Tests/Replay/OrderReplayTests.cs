using Peregrine.Feeds.Orders;
using Peregrine.Feeds.Tests;
using Peregrine.Primitives;
using Peregrine.Tools.Replay;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Tests.Replay;

/// <summary>A recorded feed as orders: when the core's execution is the recorded one, and books that a file gives the start of.</summary>
public sealed class OrderReplayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MarketBooks _books = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(5, ExecutionClass.SameOrder)]
    [InlineData(2, ExecutionClass.SameOrder)]
    [InlineData(9, ExecutionClass.OtherQuantity)]
    internal void Execution_OfTheHead_IsTheSameForTheSameQuantityOnly(long quantity, ExecutionClass expected)
    {
        OrderReplay replay = new(isFollowing: false);
        Play(replay, Add(1, Side.Buy, 100, 5));

        Play(replay, new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 1, Quantity = quantity });

        Assert.Equal((1L, 1L), (replay.Recorded, replay.Of(expected)));
    }

    [Fact]
    public void Reduce_ToNothing_TakesTheOrderOutOfTheCore()
    {
        OrderReplay replay = new(isFollowing: false);
        Play(replay, Add(1, Side.Buy, 100, 5), Add(2, Side.Buy, 100, 6), new BookUpdate { Kind = BookUpdateKind.Reduce, OrderId = 1, Quantity = 5 });

        Play(replay, new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 2, Quantity = 6 });

        Assert.Equal(1, replay.Of(ExecutionClass.SameOrder));
    }

    [Fact]
    public void Reset_ToTheFeedsBook_HasBothItsSidesInOrder()
    {
        OrderReplay replay = new(isFollowing: true);
        foreach (BookUpdate update in (BookUpdate[])[Add(1, Side.Buy, 99, 5), Add(2, Side.Sell, 101, 6), Add(3, Side.Sell, 101, 7)])
        {
            _ = _books.Apply(update);
        }

        replay.Reset(_books, 0);
        Play(
            replay,
            new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 2, Quantity = 6 },
            new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 3, Quantity = 7 },
            new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 1, Quantity = 5 });

        Assert.Equal(3, replay.Of(ExecutionClass.SameOrder));
    }

    [Fact]
    public void Seed_OfARow_FillsUpWhatTheOrdersLeave()
    {
        BookSeed seed = BookSeed.Read(_folder.Write("10100,5,10000,7,10200,1,-9999999999,0\n", "rows.csv"));
        _ = _books.Apply(Add(1, Side.Buy, 10_000, 3));

        seed.ApplyTo(_books, 0);

        Assert.Equal([new SeedLevel(Side.Sell, 10_100, 5), new SeedLevel(Side.Buy, 10_000, 7), new SeedLevel(Side.Sell, 10_200, 1)], seed.Levels);
        Assert.Equal((7L, 4L), (_books.QuantityAt(0, Side.Buy, 10_000), _books.AnonymousAt(0, Side.Buy, 0)));
        Assert.Equal((5L, 1L), (_books.QuantityAt(0, Side.Sell, 10_100), _books.QuantityAt(0, Side.Sell, 10_200)));
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(3, 0)]
    public void Step_ToAnEmptySide_IsRightOnlyWhenTheSideIsEmpty(long taken, int equal)
    {
        string rows = _folder.Write("10100,5,-9999999999,0\n9999999999,0,-9999999999,0\n", "rows.csv");
        BookUpdate update = new() { Kind = BookUpdateKind.Delete, OrderId = 1, Side = Side.Sell, Price = 10_100, Quantity = taken };
        using ListedFeed feed = new(update, update);
        StepCheck check = new(feed, rows);

        check.Run();

        Assert.Equal((1L, (long)equal), (check.Steps, check.BestEqual));
    }

    private static BookUpdate Add(ulong id, Side side, long price, long quantity) =>
        new() { Kind = BookUpdateKind.Add, OrderId = id, Side = side, Price = price, Quantity = quantity };

    private void Play(OrderReplay replay, params BookUpdate[] updates)
    {
        foreach (BookUpdate update in updates)
        {
            _ = replay.Play(_books, update);
            _ = _books.Apply(update);
        }
    }
}
