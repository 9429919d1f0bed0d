using Peregrine.Oracles.MarketData;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class MarketBooksOracleTests
{
    private const int Instruments = 3;

    // Ids whose homes in the order map are one place, the last one: multiplying by the inverse of its factor undoes its hash.
    private const ulong FactorInverse = 0xf1de83e19937733dUL;

    [Theory]
    [InlineData(1, 12, 10)]
    [InlineData(2, 40, 3)]
    [InlineData(3, 90, 60)]
    [InlineData(4, 25, 1)]
    public void Books_RandomUpdates_EqualTheSlowBooksAfterEach(int seed, int ids, int priceSpan)
    {
        Random random = new(seed);
        MarketBooks books = new();
        SlowBooks slow = new();
        int count = ProofSize.Of(12_000, 1_500_000);

        for (int step = 0; step < count; step++)
        {
            string where = $"seed {seed}, step {step}";
            if (random.Next(40) == 0)
            {
                (int instrument, Side side, long price,
                    long quantity) = (random.Next(Instruments), RandomSide(random), random.Next(-priceSpan, priceSpan), random.Next(30));
                books.AddAnonymous(instrument, side, price, quantity);
                slow.AddAnonymous(instrument, side, price, quantity);
            }

            BookUpdate update = RandomUpdate(random, ids, priceSpan);
            BookResult result = books.Apply(in update);
            BookResult expected = slow.Apply(in update);
            Assert.True(result == expected, $"{where}: {update.Kind} of {update.OrderId} gives {result}, expected {expected}");
            BookComparison.AssertSame(where, books, slow, Instruments);
        }

        Assert.True(slow.UnknownOrders > count / 50 && slow.OverExecutions > count / 200 && slow.DuplicateOrders > count / 200
            && slow.CrossedStates > 0, "the stream must meet every outcome, or it proves nothing");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Books_ManyOrdersWithCollidingIds_EqualTheSlowBooks(int seed)
    {
        Random random = new(seed);
        MarketBooks books = new();
        SlowBooks slow = new();
        List<ulong> ids = [.. Enumerable.Range(0, 6_000).Select(n => CollidingId(random, n))];
        int count = ProofSize.Of(14_000, 200_000);

        for (int step = 0; step < count; step++)
        {
            BookUpdate update = RandomUpdate(random, ids.Count, 40);
            update.OrderId = ids[(int)update.OrderId];
            update.NewOrderId = ids[(int)update.NewOrderId];
            update.Kind = update.Kind is BookUpdateKind.Clear or BookUpdateKind.Top || step < count / 2 ? BookUpdateKind.Add : update.Kind;
            BookResult result = books.Apply(in update);
            BookResult expected = slow.Apply(in update);
            Assert.True(result == expected, $"seed {seed}, step {step}: {update.Kind} of {update.OrderId} gives {result}, expected {expected}");
            if (step % 1_000 == 999)
            {
                BookComparison.AssertSame($"seed {seed}, step {step}", books, slow, Instruments);
            }
        }

        Assert.True(books.OrderCount > 4_000, "the map must have grown");
    }

    // A third of the ids share one home at the end of the map, a third the next one, and the rest are as feeds number them.
    private static ulong CollidingId(Random random, int n)
    {
        ulong low = (ulong)random.NextInt64() & 0xffff_ffff;
        return (n % 3) switch
        {
            0 => ((0xffff_ffffUL << 32) | low) * FactorInverse,
            1 => low * FactorInverse,
            _ => 16_000_000UL + (ulong)n,
        };
    }

    private static BookUpdate RandomUpdate(Random random, int ids, int priceSpan) => new()
    {
        Kind = random.Next(100) switch
        {
            < 38 => BookUpdateKind.Add,
            < 50 => BookUpdateKind.Execute,
            < 62 => BookUpdateKind.Reduce,
            < 72 => BookUpdateKind.Delete,
            < 82 => BookUpdateKind.Replace,
            < 94 => BookUpdateKind.Modify,
            < 95 => random.Next(2) == 0 ? BookUpdateKind.Clear : BookUpdateKind.Top,
            < 96 => BookUpdateKind.Trade,
            < 97 => BookUpdateKind.Directory,
            < 98 => BookUpdateKind.Other,
            _ => (BookUpdateKind)random.Next(256),
        },
        OrderId = (ulong)random.Next(ids),
        NewOrderId = (ulong)random.Next(ids),
        Side = RandomSide(random),
        Price = RandomPrice(random, priceSpan),
        Quantity = random.Next(100) switch { < 3 => 0, 3 => uint.MaxValue, _ => random.Next(1, 12) },
        InstrumentId = random.Next(Instruments),
        IsEventEnd = random.Next(4) > 0,
    };

    private static Side RandomSide(Random random) => (Side)random.Next(1, 3);

    private static long RandomPrice(Random random, int span) => random.Next(300) switch
    {
        0 => long.MinValue,
        1 => long.MaxValue,
        _ => random.Next(-span, span),
    };
}
