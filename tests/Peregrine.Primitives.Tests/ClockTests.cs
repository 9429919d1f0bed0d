namespace Peregrine.Primitives.Tests;

public class ClockTests
{
    [Fact]
    public async Task Readings_OnAnyThread_NeverGoBack()
    {
        long last = 0;
        long lastUnix = 0;
        for (int thread = 0; thread < 8; thread++)
        {
            await Task.Factory.StartNew(
                () =>
                {
                    for (int reading = 0; reading < 20_000; reading++)
                    {
                        (long now, long unix) = (Clock.MonotonicNs, Clock.UnixNs);
                        Assert.True(now >= last && unix >= lastUnix, $"{last} then {now}, {lastUnix} then {unix}");
                        (last, lastUnix) = (now, unix);
                    }
                },
                TaskCreationOptions.LongRunning);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    [InlineData(86_400_000_000_000)]
    public void Conversions_ThereAndBack_AreExact(long offsetNs)
    {
        long monotonic = Clock.MonotonicNs + offsetNs;

        Assert.Equal(monotonic, Clock.FromUnixNs(Clock.ToUnixNs(monotonic)));
        Assert.Equal(offsetNs, Clock.ToUnixNs(monotonic) - Clock.ToUnixNs(monotonic - offsetNs));
    }

    [Fact]
    public void UnixNs_LiesBetweenTheReadingsAroundIt()
    {
        long before = Clock.ToUnixNs(Clock.MonotonicNs);
        long unix = Clock.UnixNs;
        long after = Clock.ToUnixNs(Clock.MonotonicNs);

        Assert.InRange(unix, before, after);
    }

    [Fact]
    public void UnixNs_IsOfThisCentury()
    {
        long unix = Clock.UnixNs;

        // Catches a wrong unit or epoch, without holding one clock against another.
        Assert.InRange(DateTime.UnixEpoch.AddTicks(unix / 100).Year, 2025, 2200);
    }

    [Fact]
    public void Readings_AllocateNothing()
    {
        long sum = Clock.UnixNs + Clock.MonotonicNs;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int reading = 0; reading < 1_000; reading++)
        {
            sum ^= Clock.UnixNs + Clock.ToUnixNs(Clock.MonotonicNs);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }
}
