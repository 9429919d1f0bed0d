using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class MarketBooksTests
{
    private readonly MarketBooks _books = new();

    [Fact]
    public void TryGetLevel_NoBookOrDepthOutOfRange_IsFalse()
    {
        _ = _books.Apply(Add(7, Side.Buy, 100, 5));

        bool isUnknown = _books.TryGetLevel(99, Side.Buy, 0, out long price, out long quantity);

        Assert.False(isUnknown || price != 0 || quantity != 0, "a book that never was has no levels");
        Assert.False(_books.TryGetLevel(0, Side.Buy, 1, out _, out _));
        Assert.False(_books.TryGetLevel(0, Side.Buy, -1, out _, out _));
        Assert.False(_books.TryGetLevel(0, Side.Buy, int.MinValue, out _, out _));
        Assert.False(_books.TryGetHead(99, Side.Sell, out ulong id, out long anonymous) || id != 0 || anonymous != 0);
        Assert.Equal(0, _books.QuantityAt(99, Side.Sell, 100));
    }

    [Theory]
    [InlineData(BookUpdateKind.Add)]
    [InlineData(BookUpdateKind.Modify)]
    public void Apply_OrderOfNoQuantity_DoesNotRest(BookUpdateKind kind)
    {
        BookUpdate update = Add(7, Side.Buy, 100, 0) with { Kind = kind };

        _ = _books.Apply(in update);

        Assert.Equal(0, _books.OrderCount);
        Assert.False(_books.TryGetBest(0, Side.Buy, out _, out _), "a level of no quantity must not be the best");
    }

    [Fact]
    public void Apply_ReplaceByNoQuantity_TakesTheOldOrderOut()
    {
        _ = _books.Apply(Add(7, Side.Buy, 100, 5));

        BookResult result = _books.Apply(new BookUpdate { Kind = BookUpdateKind.Replace, OrderId = 7, NewOrderId = 8, Price = 101 });

        Assert.Equal(BookResult.Ok, result);
        Assert.Equal(0, _books.OrderCount);
        Assert.False(_books.TryGetBest(0, Side.Buy, out _, out _));
    }

    [Fact]
    public void Apply_OrderThatALevelCannotHold_DoesNotRestAndIsCounted()
    {
        _ = _books.Apply(Add(7, Side.Buy, 100, long.MaxValue - 5));
        BookResult fits = _books.Apply(Add(8, Side.Buy, 100, 5));

        BookResult result = _books.Apply(Add(9, Side.Buy, 100, 1));

        Assert.Equal((BookResult.Ok, BookResult.LevelFull), (fits, result));
        Assert.Equal((2, 1L, long.MaxValue), (_books.OrderCount, _books.FullLevels, _books.QuantityAt(0, Side.Buy, 100)));
        Assert.True(_books.HasRoom(0, Side.Buy, 99, long.MaxValue) && !_books.HasRoom(0, Side.Buy, 100, 1));
        _ = _books.Apply(new BookUpdate { Kind = BookUpdateKind.Delete, OrderId = 8 });
        Assert.Equal(BookResult.Ok, _books.Apply(Add(9, Side.Buy, 100, 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void AddAnonymous_NoQuantity_MakesNoLevel(long quantity)
    {
        _books.AddAnonymous(0, Side.Sell, 100, quantity);

        bool hasBest = _books.TryGetBest(0, Side.Sell, out _, out _);

        Assert.False(hasBest, "a level of no quantity must not be the best");
    }

    [Fact]
    public void Apply_ExecutionOfTheLargestNumber_IsAnOverExecution()
    {
        _ = _books.Apply(Add(7, Side.Buy, 100, 5));

        BookResult result = _books.Apply(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 7, Quantity = long.MaxValue });

        Assert.Equal(BookResult.OverExecution, result);
        Assert.Equal((1L, 0), (_books.OverExecutions, _books.OrderCount));
    }

    [Fact]
    public void Apply_ExecutionOfAnUnknownOrder_TakesAnonymousQuantityAndNoOther()
    {
        _books.AddAnonymous(0, Side.Buy, 100, 10);
        _ = _books.Apply(Add(7, Side.Buy, 100, 5));

        BookResult result = _books.Apply(Add(1, Side.Buy, 100, 40) with { Kind = BookUpdateKind.Execute });

        Assert.Equal(BookResult.UnknownOrder, result);
        Assert.Equal((1L, 0L), (_books.UnknownOrders, _books.OverExecutions));
        Assert.Equal(5, _books.QuantityAt(0, Side.Buy, 100));
        Assert.True(_books.TryGetHead(0, Side.Buy, out ulong head, out long anonymous) && head == 7 && anonymous == 0);
    }

    [Fact]
    public void Apply_OfferAtTheLowestPrice_IsTheBest()
    {
        _ = _books.Apply(Add(7, Side.Sell, 0, 5));

        _ = _books.Apply(Add(8, Side.Sell, long.MinValue, 3));

        Assert.True(_books.TryGetBest(0, Side.Sell, out long price, out long quantity) && price == long.MinValue && quantity == 3);
    }

    [Fact]
    public void Apply_CrossedInsideOfAnEvent_CountsAtItsEndOnly()
    {
        _ = _books.Apply(Add(7, Side.Sell, 100, 5));

        _ = _books.Apply(Add(8, Side.Buy, 101, 5) with { IsEventEnd = false });
        long inside = _books.CrossedStates;
        _ = _books.Apply(Add(9, Side.Buy, 99, 5));

        Assert.Equal((0L, 1L), (inside, _books.CrossedStates));
    }

    [Fact]
    public void Digest_SameNumbersInAnotherShape_Differs()
    {
        MarketBooks other = new();
        _books.AddAnonymous(0, Side.Buy, 100, 3);
        _ = _books.Apply(Add(99, Side.Buy, 100, 5));
        other.AddAnonymous(0, Side.Buy, 100, 3);
        other.AddAnonymous(0, Side.Buy, 99, 5);

        (ulong One, ulong Other) digests = (_books.Digest(), other.Digest());

        Assert.True(digests.One != digests.Other, "order 99 of 5 is not a level of 5 at 99");
    }

    [Fact]
    public void Digest_SameBookByAnotherWay_IsTheSame()
    {
        MarketBooks other = new();
        _ = _books.Apply(Add(1, Side.Buy, 100, 5));
        _ = other.Apply(Add(2, Side.Sell, 90, 5) with { InstrumentId = 9 });
        _ = other.Apply(new BookUpdate { Kind = BookUpdateKind.Clear, InstrumentId = 9 });
        _ = other.Apply(Add(1, Side.Buy, 100, 8) with { InstrumentId = 4 });
        _ = other.Apply(new BookUpdate { Kind = BookUpdateKind.Reduce, OrderId = 1, Quantity = 3, InstrumentId = 4 });

        (ulong One, ulong Other) digests = (_books.Digest(), other.Digest());

        Assert.Equal(digests.One, digests.Other);
        Assert.NotEqual(0UL, digests.One);
        Assert.Equal(0UL, new MarketBooks().Digest());
    }

    [Fact]
    public void Queries_UnknownInstruments_AllocateNothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int instrument = 0; instrument < 1_000; instrument++)
        {
            _ = _books.TryGetBest(instrument, Side.Buy, out _, out _);
            _ = _books.Apply(new BookUpdate { Kind = BookUpdateKind.Execute, InstrumentId = instrument, Side = Side.Buy, OrderId = 1, Quantity = 1,
                IsEventEnd = true });
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static BookUpdate Add(ulong id, Side side, long price, long quantity) =>
        new() { Kind = BookUpdateKind.Add, OrderId = id, Side = side, Price = price, Quantity = quantity, IsEventEnd = true };
}
