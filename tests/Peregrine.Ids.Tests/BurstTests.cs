namespace Peregrine.Ids.Tests;

/// <summary>A burst after quiet, and a rate that steps up, find ids; the clock is the test's, and a lease takes its time by that clock.</summary>
public class BurstTests
{
    private const long Second = 1_000_000_000;
    private const long StoreNs = 5_000_000;
    private long _nowNs;
    private long _leaseBeganNs = -1;

    [Theory]
    [InlineData(200_000)]
    [InlineData(100_000)]
    public void Burst_AfterQuiet_ThenAHighRate_RefusesNothing(int readyMin)
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", new IdSegmentOptions { ReadyMin = readyMin }, () => _nowNs);
        store.IsSlow = true;

        Take(store, allocator, ids: 180 * 100, perSecond: 100);
        TakeAtOnce(allocator, 60_000);
        Take(store, allocator, ids: 2 * 300_000, perSecond: 300_000);

        Assert.Equal(0, allocator.ExhaustedCount);
        End(store, allocator);
    }

    [Fact]
    public void Segments_AfterTheRateHasStepped_GrowWithinOneRefillAndShrinkAgain()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders",
            new IdSegmentOptions { ReadyMin = 1_000, CountMin = 10, CountMax = 1_000_000, RunwayMs = 1_000 }, () => _nowNs);
        store.IsSlow = true;

        Take(store, allocator, ids: 20_000, perSecond: 20_000);
        int largest = store.Counts.Max();
        Take(store, allocator, ids: 2 * largest, perSecond: 10);

        // Two runways of ids.
        Assert.InRange(largest, 39_000, 41_000);
        Assert.Equal(8_000, store.Counts.First(count => count > 1_000));
        Assert.Equal(1_000, store.Counts[^1]);
        Assert.Equal(0, allocator.ExhaustedCount);
        End(store, allocator);
    }

    [Fact]
    public void Start_WithoutAnyQuiet_HasTwiceWhatIsKeptReady()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", new IdSegmentOptions { ReadyMin = 1_000, CountMin = 10 }, () => _nowNs);
        Ids.WaitUntil(() => !allocator.IsWanted);
        store.IsDown = true;

        TakeAtOnce(allocator, 2_000);

        Assert.Equal(IdStatus.Exhausted, allocator.TryNext(out _));
    }

    [Fact]
    public void Segment_TakenIntoUse_IsReplacedAtOnce()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", new IdSegmentOptions { ReadyMin = 1_000, CountMin = 10 }, () => _nowNs);
        Ids.WaitUntil(() => !allocator.IsWanted);
        store.IsSlow = true;
        _nowNs = 3_600 * Second; // as slow as can be: the runway wants nothing

        TakeAtOnce(allocator, 1_000);
        Assert.False(allocator.IsWanted, "one is ready still");
        TakeAtOnce(allocator, 1);

        Assert.True(allocator.IsWanted, "none is ready: the next one is asked for with the first id, not later");
        End(store, allocator);
    }

    // Of 2,000 ids at the start 1,800 are left: less than the runway of a second at one rate, more at the other.
    [Theory]
    [InlineData(2_000, true)]
    [InlineData(500, false)]
    public void SecondSegment_IsAskedFor_WhenLessThanTheRunwayIsLeft(int perSecond, bool isWanted)
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", new IdSegmentOptions { ReadyMin = 1_000, CountMin = 10, RunwayMs = 1_000 },
            () => _nowNs);
        Ids.WaitUntil(() => !allocator.IsWanted);
        store.IsSlow = true;
        for (int taken = 0; taken < 200; taken++)
        {
            _nowNs += Second / perSecond;
            TakeAtOnce(allocator, 1);
        }

        bool wasWanted = allocator.IsWanted;
        End(store, allocator);

        Assert.Equal(isWanted, wasWanted);
    }

    private static void TakeAtOnce(IdSegmentAllocator allocator, int ids)
    {
        for (int taken = 0; taken < ids; taken++)
        {
            Assert.True(allocator.TryNext(out _) == IdStatus.Ok, $"id {taken} of {ids} at once");
        }
    }

    private void Take(TestStore store, IdSegmentAllocator allocator, int ids, int perSecond)
    {
        for (int taken = 0; taken < ids; taken++)
        {
            Assert.True(allocator.TryNext(out _) == IdStatus.Ok, $"id {taken} of {ids} at {perSecond} a second");
            _nowNs += Second / perSecond;
            if (allocator.IsWanted)
            {
                Ids.WaitUntil(() => store.Waiting == 1);
                _leaseBeganNs = _leaseBeganNs < 0 ? _nowNs : _leaseBeganNs;
                if (_nowNs - _leaseBeganNs >= StoreNs)
                {
                    int before = store.Counts.Length;
                    _leaseBeganNs = -1;
                    store.Permit();
                    Ids.WaitUntil(() => store.Counts.Length > before && !allocator.IsWanted);
                }
            }
        }
    }

    private static void End(TestStore store, IdSegmentAllocator allocator)
    {
        store.IsSlow = false;
        while (allocator.IsWanted)
        {
            if (store.Waiting == 1)
            {
                store.Permit();
                Ids.WaitUntil(() => store.Waiting == 0);
            }
        }
    }
}
