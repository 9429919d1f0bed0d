namespace Peregrine.Primitives.Tests;

/// <summary>Fields of different threads lie two cache lines apart, as processors fetch pairs of them.</summary>
public class LayoutTests
{
    [Theory]
    [InlineData("Peregrine.Primitives.RingPositions", new[] { 128, 8, 184, 8, 184 })]
    public void Gaps_BetweenThreads_AreTwoCacheLines(string type, int[] gaps)
    {
        int[] found = Layout.Gaps(typeof(SpscRing<>).Assembly, type);

        Assert.Equal(gaps, found);
        Assert.All(found, gap => Assert.True(gap >= 128 || gap == 8, $"{gap} bytes"));
    }
}
