namespace Peregrine.Ids.Tests;

public class IdSegmentAllocatorTests
{
    private static readonly IdSegmentOptions Small = new() { ReadyMin = 0, CountMin = 10, CountMax = 100, RunwayMs = 5_000, RetryMs = 1,
        RetryMsMax = 2 };

    [Fact]
    public void TryNext_ManyAllocatorsOnThreads_NeverGivesAnIdTwice()
    {
        const int Allocators = 8;
        const int IdsEach = 20_000;
        TestStore store = new();

        ulong[][] given = Threads.Run(Allocators, _ =>
        {
            using IdSegmentAllocator allocator = new(store, "orders", Small);
            return Enumerable.Range(0, IdsEach).Select(_ => allocator.Next()).ToArray();
        });

        Assert.All(given, ids => Assert.True(ids.Zip(ids.Skip(1)).All(pair => pair.First < pair.Second), "the ids of one allocator rise"));
        Assert.Equal(Allocators * IdsEach, given.SelectMany(ids => ids).Distinct().Count());
        Assert.DoesNotContain(0UL, given.SelectMany(ids => ids));
    }

    [Fact]
    public void Segments_UsedUpFast_DoubleUpToTheMost()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small);

        for (int taken = 0; taken < 1_000; taken++)
        {
            allocator.Next();
        }

        Assert.Equal([10, 20, 40, 80, 100, 100, 100], store.Counts.Take(7));
        Assert.All(store.Counts, count => Assert.InRange(count, Small.CountMin, Small.CountMax));
    }

    [Fact]
    public void TryNext_WithinASegment_HasNoGaps()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small);

        ulong[] ids = [.. Enumerable.Range(0, 500).Select(_ => allocator.Next())];

        Assert.Equal(Enumerable.Range(1, 500).Select(id => (ulong)id), ids);
    }

    [Fact]
    public void TryNext_StoreDown_UsesTheSegmentUpThenSaysExhausted()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small);
        store.IsDown = true;

        // The lease fails in the background while the ids that are left are given out.
        for (ulong expected = 1; expected <= 10; expected++)
        {
            Assert.Equal(IdStatus.Ok, allocator.TryNext(out ulong id));
            Assert.Equal(expected, id);
        }

        Assert.Equal(IdStatus.Exhausted, allocator.TryNext(out ulong none));
        Assert.Equal(IdStatus.Exhausted, allocator.TryNext(out none));
        Assert.Equal(0UL, none);
        Assert.Equal(2, allocator.ExhaustedCount);
        Ids.WaitUntil(() => allocator.LastFailure is not null);
        Assert.Equal("the test store is down", allocator.LastFailure);
        Assert.True(allocator.LeaseFailures > 0);
    }

    [Fact]
    public void TryNext_StoreUpAgain_GoesOn()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small);
        store.IsDown = true;
        while (allocator.TryNext(out _) == IdStatus.Ok)
        {
        }

        Ids.WaitUntil(() => allocator.LeaseFailures >= 5);
        store.IsDown = false;

        Assert.Equal(11UL, allocator.Next());
        Assert.Null(allocator.LastFailure);
        Assert.Equal(2, allocator.Leases);
    }

    [Fact]
    public void TryNext_SlowStore_NeverWaitsForIt()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small with { CountMin = 1_000, CountMax = 1_000 });
        store.IsSlow = true;

        // The lease does not come back before all these ids are taken: were it waited for, this would hang.
        for (int taken = 0; taken < 1_000; taken++)
        {
            Assert.Equal(IdStatus.Ok, allocator.TryNext(out _));
        }

        Assert.Equal(IdStatus.Exhausted, allocator.TryNext(out _));
        Ids.WaitUntil(() => store.Waiting == 1);
        store.IsSlow = false;
        store.Permit();
        Assert.Equal(1_001UL, allocator.Next());
    }

    [Fact]
    public void TryNext_SlowStore_IsAskedWhileIdsAreLeft()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small with { CountMin = 1_000, CountMax = 1_000 });
        store.IsSlow = true;

        int taken = 0;
        while (store.Waiting == 0 && taken < 1_000)
        {
            Assert.Equal(IdStatus.Ok, allocator.TryNext(out _));
            taken++;
            if (taken >= 801)
            {
                // From the last fifth on it must have been asked for, whatever the clock says.
                Ids.WaitUntil(() => store.Waiting == 1);
            }
        }

        Assert.InRange(taken, 1, 801);
        Assert.Equal(2, store.Calls);
        store.IsSlow = false;
        store.Permit();
    }

    [Fact]
    public void Lease_AskedForOnce_WhileOneIsOnItsWay()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small);
        store.IsSlow = true;
        while (allocator.TryNext(out _) == IdStatus.Ok)
        {
        }

        Ids.WaitUntil(() => store.Waiting == 1);
        for (int again = 0; again < 100; again++)
        {
            Assert.Equal(IdStatus.Exhausted, allocator.TryNext(out _));
        }

        Assert.Equal(2, store.Calls);
        store.IsSlow = false;
        store.Permit();
    }

    [Fact]
    public void Constructor_StoreDown_SaysSo()
    {
        TestStore store = new() { IsDown = true };

        Assert.Throws<IdSegmentStoreException>(() => new IdSegmentAllocator(store, "orders", Small));
    }

    [Fact]
    public void Dispose_WhileTheStoreIsDown_EndsTheThread()
    {
        TestStore store = new();
        IdSegmentAllocator allocator = new(store, "orders", Small with { RetryMs = int.MaxValue, RetryMsMax = int.MaxValue });
        store.IsDown = true;
        while (allocator.TryNext(out _) == IdStatus.Ok)
        {
        }

        Ids.WaitUntil(() => allocator.LastFailure is not null);
        allocator.Dispose();

        Assert.Equal(2, store.Calls);
    }

    [Fact]
    public void TryNext_Warm_AllocatesNothing()
    {
        TestStore store = new();
        using IdSegmentAllocator allocator = new(store, "orders", Small);
        for (int warm = 0; warm < 5_000; warm++)
        {
            allocator.Next();
        }

        Allocation.AssertNone(() =>
        {
            for (int taken = 0; taken < 50_000; taken++)
            {
                allocator.Next();
            }
        });
    }

    [Fact]
    public void Options_AllWrong_AreAllNamedAtOnce()
    {
        IdSegmentOptions options = new() { CountMin = 0, CountMax = -1, RunwayMs = 0, ReadyMin = -1 };

        ArgumentException failure = Assert.Throws<ArgumentException>(options.Validate);

        Assert.Equal(4, failure.Message.Split('\n').Length);
    }
}
