using Peregrine.Testing;

namespace Peregrine.Sequencing.Tests;

/// <summary>Fields of different threads lie two cache lines apart, as processors fetch pairs of them.</summary>
public class LayoutTests
{
    [Theory]
    [InlineData("Peregrine.Sequencing.Recovery.ReplayPipe+ReaderSide", new[] { 128, 128 })]
    [InlineData("Peregrine.Sequencing.Waiting.Sleeper+SleepFlag", new[] { 128, 128 })]
    public void Gaps_BetweenThreads_AreTwoCacheLines(string type, int[] gaps)
    {
        int[] found = Layout.Gaps(typeof(Sequencer).Assembly, type);

        Assert.Equal(gaps, found);
        Assert.All(found, gap => Assert.True(gap >= 128 || gap == 8, $"{gap} bytes"));
    }
}
