using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Wire;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Tests;

/// <summary>What a publisher makes of updates that no exchange should send.</summary>
public class BookPublisherTests
{
    [Fact]
    public void Order_ThatItsLevelCannotHold_IsLeftOutAndCounted()
    {
        BookPublisher publisher = new();
        publisher.Add(new InstrumentInfo("AAA", 2, 1, 1));
        publisher.Process(Order(1, long.MaxValue - 1));
        publisher.Process(Order(2, 1));

        publisher.Process(Order(3, 1));

        Assert.Equal((1L, 2L), (publisher.Counters.Ignored, publisher.Counters.Changes));
        Assert.Equal((2, long.MaxValue), (publisher.Books.OrderCount, publisher.Books.QuantityAt(0, Side.Buy, 100)));
        publisher.Process(Order(2, 5) with { Kind = BookUpdateKind.Modify });
        Assert.Equal((2L, 1, long.MaxValue - 1),
            (publisher.Counters.Ignored, publisher.Books.OrderCount, publisher.Books.QuantityAt(0, Side.Buy, 100)));
        publisher.Process(Order(4, 1));
        Assert.Equal((2L, 2), (publisher.Counters.Ignored, publisher.Books.OrderCount));
    }

    private static BookUpdate Order(ulong id, long quantity) =>
        new() { Kind = BookUpdateKind.Add, OrderId = id, Side = Side.Buy, Price = 100, Quantity = quantity, IsEventEnd = true };
}
