using System.Runtime.CompilerServices;

namespace Peregrine.Primitives.Tests;

public class PriceQuantityTests
{
    private static readonly long[] Edges = [long.MinValue, long.MinValue + 1, -2, -1, 0, 1, 2, 99, long.MaxValue - 1, long.MaxValue];

    [Fact]
    public void Comparisons_OfAllEdges_AreThoseOfTheNumbers()
    {
        foreach (long left in Edges)
        {
            foreach (long right in Edges)
            {
                Assert.Equal(
                    [left < right, left > right, left <= right, left >= right, left == right],
                    Compare(new Price(left), new Price(right)));
                Assert.Equal(
                    [left < right, left > right, left <= right, left >= right, left == right],
                    Compare(new Quantity(left), new Quantity(right)));
                Assert.Equal(left.CompareTo(right), new Price(left).CompareTo(new Price(right)));
                Assert.Equal(left.CompareTo(right), new Quantity(left).CompareTo(new Quantity(right)));
                Assert.Equal(Math.Min(left, right), Quantity.Min(new Quantity(left), new Quantity(right)).Lots);
            }
        }
    }

    [Fact]
    public void AddAndSubtract_OfAllEdges_AreExactOrThrow()
    {
        foreach (long left in Edges)
        {
            foreach (long right in Edges)
            {
                AssertExactOrThrows((Int128)left + right, () => new Quantity(left) + new Quantity(right));
                AssertExactOrThrows((Int128)left - right, () => new Quantity(left) - new Quantity(right));
            }
        }
    }

    [Fact]
    public void Zero_IsTheDefault() => Assert.Equal((0L, default(Quantity)), (Quantity.Zero.Lots, Quantity.Zero));

    [Theory]
    [InlineData(Side.Buy, Side.Sell, 1)]
    [InlineData(Side.Sell, Side.Buy, 2)]
    public void Side_Opposite_IsTheOther(Side side, Side opposite, int fixValue)
    {
        Assert.Equal(opposite, side.Opposite());
        Assert.Equal(side, side.Opposite().Opposite());
        Assert.Equal(fixValue, (int)side);
    }

    [Fact]
    public void Sizes_AreThoseOfTheNumbers() => Assert.Equal((8, 8, 1), (Unsafe.SizeOf<Price>(), Unsafe.SizeOf<Quantity>(), Unsafe.SizeOf<Side>()));

    private static bool[] Compare(Price left, Price right) => [left < right, left > right, left <= right, left >= right, left == right];

    private static bool[] Compare(Quantity left, Quantity right) => [left < right, left > right, left <= right, left >= right, left == right];

    private static void AssertExactOrThrows(Int128 exact, Func<Quantity> compute)
    {
        if (exact >= long.MinValue && exact <= long.MaxValue)
        {
            Assert.Equal((long)exact, compute().Lots);
        }
        else
        {
            Assert.Throws<OverflowException>(() => compute());
        }
    }
}
