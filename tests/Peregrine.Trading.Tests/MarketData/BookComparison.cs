using Peregrine.Oracles.MarketData;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

/// <summary>Says where the books and the slow books differ.</summary>
internal static class BookComparison
{
    private static readonly Side[] BothSides = [Side.Buy, Side.Sell];

    public static void AssertSame(string where, MarketBooks books, SlowBooks slow, int instruments)
    {
        AssertSameCounts(where, books, slow);
        for (int instrument = 0; instrument < instruments; instrument++)
        {
            foreach (Side side in BothSides)
            {
                AssertSameSide($"{where}, {side} of {instrument}", books, slow.Levels(instrument, side), instrument, side);
            }
        }

        Assert.True(books.Digest() == slow.Digest(), $"{where}: the digests differ, so some queue or quantity does");
    }

    public static void AssertSameCounts(string where, MarketBooks books, SlowBooks slow)
    {
        (int, long, long, long, long) fast =
            (books.OrderCount, books.UnknownOrders, books.OverExecutions, books.DuplicateOrders, books.CrossedStates);
        (int, long, long, long, long) want = (slow.OrderCount, slow.UnknownOrders, slow.OverExecutions, slow.DuplicateOrders, slow.CrossedStates);
        Assert.True(fast == want, $"{where}: orders, unknown, over, duplicate, crossed are {fast}, expected {want}");
    }

    private static void AssertSameSide(string where, MarketBooks books, IReadOnlyList<SlowLevel> expected, int instrument, Side side)
    {
        for (int depth = 0; depth < expected.Count; depth++)
        {
            SlowLevel want = expected[depth];
            bool isThere = books.TryGetLevel(instrument, side, depth, out long price, out long quantity);
            Assert.True(isThere && price == want.Price
                && quantity == want.Quantity, $"{where}: level {depth} is {quantity} at {price}, expected {want.Quantity} at {want.Price}");
            Assert.True(books.QuantityAt(instrument, side, price) == quantity, $"{where}: quantity at {price}");
            foreach (SlowQuote order in want.Orders)
            {
                bool isKnown = books.TryGetOrder(instrument, order.Id, out Side own, out long at, out long left);
                Assert.True(isKnown && own == side && at == want.Price
                    && left == order.Quantity, $"{where}: order {order.Id} is {left} at {at}, expected {order.Quantity} at {want.Price}");
            }
        }

        Assert.False(books.TryGetLevel(instrument, side, expected.Count, out _, out _), $"{where}: there are more than {expected.Count} levels");
        bool hasBest = books.TryGetBest(instrument, side, out long best, out _);
        bool hasHead = books.TryGetHead(instrument, side, out ulong head, out long anonymous);
        SlowLevel? first = expected.Count > 0 ? expected[0] : null;
        Assert.True(hasBest == first is not null && best == (first?.Price ?? 0), $"{where}: best is {best}");
        Assert.True(hasHead == first?.Orders.Count > 0 && anonymous == (first?.Anonymous ?? 0), $"{where}: head {hasHead}, anonymous {anonymous}");
        Assert.True(!hasHead || head == first!.Orders[0].Id, $"{where}: head is {head}, expected {first?.Orders.FirstOrDefault()?.Id}");
    }
}
