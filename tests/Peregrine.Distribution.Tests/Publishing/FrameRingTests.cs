using Peregrine.Distribution.Publishing;

namespace Peregrine.Distribution.Tests.Publishing;

/// <summary>Chunks of frames: how many there may be, which one goes, and that all come back.</summary>
public class FrameRingTests
{
    [Fact]
    public void Pool_GivesAsManyAsItMayAndAgainWhatCameBack()
    {
        ChunkPool pool = new(2);
        Chunk first = pool.TryTake()!;
        Assert.NotNull(pool.TryTake());

        Assert.Null(pool.TryTake());
        pool.Return(first);
        Assert.Same(first, pool.TryTake());
        Assert.Equal(2, pool.MadeCount);
    }

    [Fact]
    public void Roll_OfAFullRing_TakesTheOldestChunkWithItsNewSequence()
    {
        ChunkPool pool = new(8);
        FrameRing ring = new(pool, pool.TryTake()!, 2);
        Chunk oldest = ring[0];
        Assert.Equal(-1, ring.Victim);
        Assert.True(ring.TryRoll(10));
        Assert.Equal((1L, 0L), (ring.Head, ring.Victim));
        ring[1].Used = 7;

        Assert.True(ring.TryRoll(20));

        Assert.Same(oldest, ring[2]);
        Assert.Equal((2L, 0, 20L, 1L), (ring.Head, ring.HeadUsed, ring[2].SequenceBefore, ring.Victim));
        Assert.Equal((7, 10L), (ring[1].Used, ring[1].SequenceBefore));
    }

    [Fact]
    public void Roll_WithoutAFreeChunk_IsDoneInPlaceAndGivesTheOthersBack()
    {
        ChunkPool pool = new(2);
        FrameRing ring = new(pool, pool.TryTake()!, 4);
        Assert.True(ring.TryRoll(10));
        ring[1].Used = 7;
        Assert.False(ring.TryRoll(20));

        ring.RollInPlace(20);

        Assert.Equal((2L, 0, 20L), (ring.Head, ring.HeadUsed, ring[2].SequenceBefore));
        Assert.NotNull(pool.TryTake());
        Assert.Null(pool.TryTake());
    }

    [Fact]
    public void Release_GivesEveryChunkBack()
    {
        ChunkPool pool = new(3);
        FrameRing ring = new(pool, pool.TryTake()!, 4);
        Assert.True(ring.TryRoll(10) && ring.TryRoll(20));

        ring.Release();

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => pool.TryTake() is not null));
    }
}
