namespace Peregrine.Ids.Tests;

public class RunwayTests
{
    private const int RunwayMs = 100;
    private static readonly IdSegmentOptions Options = new() { ReadyMin = 0, CountMin = 100, CountMax = 10_000, RunwayMs = RunwayMs, RetryMs = 1,
        RetryMsMax = 2 };

    private long _nowNs;

    // Ids are asked for evenly; the clock stands still in between. The lease is asked for at that share of the segment.
    [Theory]
    [InlineData(200, 50, 57)] // 200 ms for a segment: half of it is the runway
    [InlineData(400, 75, 78)] // a quarter
    [InlineData(100_000, 80, 81)] // never by time: the last fifth
    [InlineData(10, 6, 7)] // at the first look
    public void NextSegment_IsAskedFor_WhenTheRunwayIsLeft(int segmentMs, int askedAfterMin, int askedAfterMax)
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Options, () => _nowNs);

        int taken = 0;
        while (store.Calls == 1)
        {
            TakeOne(allocator, segmentMs, 100);
            taken++;
            if (taken >= askedAfterMax)
            {
                Ids.WaitUntil(() => store.Calls == 2);
            }
        }

        Assert.InRange(taken, askedAfterMin, askedAfterMax);
    }

    [Fact]
    public void Segments_ThatLastLong_HalveDownToTheLeast()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Options, () => _nowNs);
        Grow(store, allocator, leases: 5);

        // Twenty runways for a segment from here on.
        Run(store, allocator, segmentMs: 20 * RunwayMs, leases: 12);

        Assert.Equal([100, 200, 400, 800, 1_600], store.Counts.Take(5));
        Assert.Equal([100, 100, 100], store.Counts.TakeLast(3));
        Assert.All(store.Counts.Skip(6).Zip(store.Counts.Skip(7)), pair => Assert.Equal(Math.Max(pair.First / 2, 100), pair.Second));
    }

    [Fact]
    public void Segments_ThatLastBetweenTwoAndTenRunways_KeepTheirSize()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Options, () => _nowNs);
        Grow(store, allocator, leases: 3);

        Run(store, allocator, segmentMs: 5 * RunwayMs, leases: 8);

        Assert.Equal(store.Counts[4..], Enumerable.Repeat(store.Counts[4], 4));
    }

    [Fact]
    public void Segments_AtTheMost_StayThere()
    {
        TestStore store = new();
        IdSegmentOptions whole = Options with { CountMin = 1, CountMax = 1 };
        using IdSegmentAllocator allocator = new(store, "orders", whole, () => _nowNs);

        ulong[] ids = [.. Enumerable.Range(0, 50).Select(_ => allocator.Next())];

        Assert.Equal(Enumerable.Range(1, 50).Select(id => (ulong)id), ids);
        Assert.All(store.Counts, count => Assert.Equal(1, count));
    }

    private static void Grow(TestStore store, IdSegmentAllocator allocator, int leases)
    {
        while (store.Counts.Length < leases)
        {
            allocator.Next();
        }
    }

    private void Run(TestStore store, IdSegmentAllocator allocator, int segmentMs, int leases)
    {
        while (store.Counts.Length < leases)
        {
            TakeOne(allocator, segmentMs, store.Counts[(int)allocator.Leases - 1]);
        }
    }

    private void TakeOne(IdSegmentAllocator allocator, int segmentMs, int segmentCount)
    {
        allocator.Next();
        _nowNs += segmentMs * 1_000_000L / segmentCount;
    }
}
