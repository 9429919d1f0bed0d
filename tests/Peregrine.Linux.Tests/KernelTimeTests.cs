using Peregrine.Linux.Uring;

namespace Peregrine.Linux.Tests;

/// <summary>How long the kernel is asked to wait.</summary>
public class KernelTimeTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1_000_000)]
    [InlineData(250, 0, 250_000_000)]
    [InlineData(999, 0, 999_000_000)]
    [InlineData(1_000, 1, 0)]
    [InlineData(61_001, 61, 1_000_000)]
    [InlineData(int.MaxValue, 2_147_483, 647_000_000)]
    public void OfMilliseconds_AnyTime_IsSecondsAndTheRest(int milliseconds, long seconds, long nanoseconds)
    {
        KernelTime time = KernelTime.OfMilliseconds(milliseconds);

        Assert.Equal((seconds, nanoseconds), (time.Seconds, time.Nanoseconds));
    }
}
