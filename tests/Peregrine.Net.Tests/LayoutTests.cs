using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Fields of different threads lie two cache lines apart, as processors fetch pairs of them.</summary>
public class LayoutTests
{
    [Theory]
    [InlineData("Peregrine.Net.PostQueue+Positions", new[] { 128, 128, 128 })]
    public void Gaps_BetweenThreads_AreTwoCacheLines(string type, int[] gaps)
    {
        int[] found = Layout.Gaps(typeof(EventLoop).Assembly, type);

        Assert.Equal(gaps, found);
        Assert.All(found, gap => Assert.True(gap >= 128 || gap == 8, $"{gap} bytes"));
    }
}
