namespace Peregrine.Ids.Tests;

/// <summary>A store that was lost, emptied or is an old copy never gives an id twice, when it is told which are in use.</summary>
public class RaiseAboveTests
{
    private static readonly IdSegmentOptions Small = new() { ReadyMin = 100, CountMin = 100, CountMax = 1_000 };

    [Theory]
    [InlineData("deleted")]
    [InlineData("emptied")]
    [InlineData("old")]
    [InlineData("whole")]
    public void Ids_OfAStoreThatForgot_GoOnAboveThoseInUse(string loss)
    {
        using Scratch scratch = new();
        ulong highest = 0;
        Take(scratch, 10, ref highest, raise: false);
        File.Copy(scratch.Database, scratch.Database + ".old");
        Take(scratch, 6_000, ref highest, raise: false);
        switch (loss)
        {
            case "deleted":
                File.Delete(scratch.Database);
                break;
            case "emptied":
                File.WriteAllBytes(scratch.Database, []);
                break;
            case "old":
                File.Move(scratch.Database + ".old", scratch.Database, overwrite: true);
                break;
            default:
                break;
        }

        ulong used = highest;
        long skipped = Take(scratch, 3_000, ref highest, raise: true);

        Assert.Equal(loss != "whole", skipped > 0);
        Assert.True(highest > used);

        // The mark is kept: the next start needs no telling.
        Take(scratch, 10, ref highest, raise: false);
    }

    [Theory]
    [InlineData(0UL, 0L)] // nothing is in use
    [InlineData(1UL, 1L)]
    [InlineData(99UL, 99L)] // the last but one of the segment in hand
    [InlineData(100UL, 100L)] // all of it
    [InlineData(150UL, 150L)] // into the one that is ready
    [InlineData(200UL, 200L)]
    [InlineData(5_000_000_000UL, 5_000_000_000L)]
    public void RaiseAbove_AnId_HandsOutTheNextOne(ulong id, long skipped)
    {
        foreach (bool isSqlite in (bool[])[false, true])
        {
            using Scratch scratch = new();
            using SqliteIdSegmentStore sqlite = new(scratch.Database);
            using IdSegmentAllocator allocator = new(isSqlite ? sqlite : new TestStore(), "orders", Small);
            Ids.WaitUntil(() => !allocator.IsWanted);

            // A store without a way of its own leases one id to learn where it is.
            int spent = isSqlite ? 0 : 1;
            Assert.InRange(allocator.RaiseAbove(id), skipped, skipped + spent);

            Assert.InRange(allocator.Next(), id + 1, id + 1 + (ulong)spent);
            Assert.Equal(0, allocator.RaiseAbove(id));
        }
    }

    [Fact]
    public void RaiseAbove_WhatNoIdCanBeAbove_IsRefused()
    {
        using IdSegmentAllocator allocator = new(new TestStore(), "orders", Small);

        Assert.Throws<ArgumentOutOfRangeException>(() => allocator.RaiseAbove(long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => allocator.RaiseAbove(ulong.MaxValue));
        Assert.Equal(1UL, allocator.Next());
    }

    [Fact]
    public void RaiseAbove_OtherTags_StayAsTheyAre()
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database);
        _ = store.Lease("other", 5);

        store.RaiseAbove("orders", 1_000);
        store.RaiseAbove("orders", 10);

        Assert.Equal([new(6, 1), new(1_001, 1)], (IdSegment[])[store.Lease("other", 1), store.Lease("orders", 1)]);
    }

    private static long Take(Scratch scratch, int count, ref ulong highest, bool raise)
    {
        using SqliteIdSegmentStore store = new(scratch.Database);
        using IdSegmentAllocator allocator = new(store, "orders", Small);
        long skipped = raise ? allocator.RaiseAbove(highest) : 0;
        for (int taken = 0; taken < count; taken++)
        {
            ulong id = allocator.Next();
            Assert.True(id > highest, $"id {id} after {highest}");
            highest = id;
        }

        return skipped;
    }
}
