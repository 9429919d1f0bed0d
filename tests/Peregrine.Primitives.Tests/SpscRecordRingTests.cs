namespace Peregrine.Primitives.Tests;

public class SpscRecordRingTests
{
    private const int Longest = 100;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ring_AgainstAQueue_GivesTheSameRecords_AlsoToAReaderThatLooksAhead(int seed)
    {
        Random random = new(seed);
        SpscRecordRing ring = new(SpscRecordRing.CapacityFor(Longest));
        Queue<(byte[] Bytes, int Tag)> model = new();
        List<(byte[] Bytes, int Tag)> staged = [];
        bool wasFull = false;
        for (int step = 0; step < 20_000; step++)
        {
            switch (random.Next(4))
            {
                case 0 or 1:
                    byte[] bytes = new byte[random.Next(Longest + 1)];
                    random.NextBytes(bytes);
                    if (ring.TryClaim(random.Next(bytes.Length, Longest + 1), out Span<byte> place))
                    {
                        bytes.CopyTo(place);
                        ring.Commit(bytes.Length, step);
                        staged.Add((bytes, step));
                    }
                    else
                    {
                        wasFull = true;
                        Assert.NotEqual((0, 0), (model.Count, staged.Count));
                    }

                    break;
                case 2:
                    ring.Publish();
                    staged.ForEach(model.Enqueue);
                    staged.Clear();
                    break;
                default:
                    AssertHolds(ring, model);
                    Take(ring, model, random.Next(4));
                    break;
            }
        }

        Assert.True(wasFull, "the ring came to its bound");
    }

    [Fact]
    public void Claim_OfARecordLongerThanHalfTheRing_IsRefusedLoudly()
    {
        SpscRecordRing ring = new(64);

        Assert.Throws<BrokenInvariantException>(() => ring.TryClaim(40, out _));
        Assert.True(ring.TryClaim(24, out _));
    }

    [Fact]
    public void Records_BetweenTwoThreads_ComeOnceAndInOrder()
    {
        const int count = 200_000;
        SpscRecordRing ring = new(4_096);
        Thread writer = new(() =>
        {
            for (int number = 0; number < count;)
            {
                if (ring.TryClaim(64, out Span<byte> place))
                {
                    place[..(number % 61)].Fill((byte)number);
                    ring.Commit(number % 61, number);
                    number++;
                }

                ring.Publish();
            }
        });
        writer.Start();
        for (int expected = 0; expected < count;)
        {
            long at = ring.Front;
            while (ring.TryPeek(ref at, out ReadOnlyMemory<byte> bytes, out int tag))
            {
                Assert.Equal((expected, expected % 61), (tag, bytes.Length));
                Assert.True(bytes.Span.IndexOfAnyExcept((byte)expected) < 0, $"record {expected} is as it was written");
                expected++;
            }

            ring.Release(at);
        }

        writer.Join();
        Assert.True(ring.IsEmpty);
    }

    private static void AssertHolds(SpscRecordRing ring, Queue<(byte[] Bytes, int Tag)> model)
    {
        long at = ring.Front;
        foreach ((byte[] bytes, int tag) in model)
        {
            Assert.True(ring.TryPeek(ref at, out ReadOnlyMemory<byte> found, out int foundTag));
            Assert.Equal(tag, foundTag);
            Assert.True(found.Span.SequenceEqual(bytes), $"record {tag}");
        }

        Assert.False(ring.TryPeek(ref at, out _, out _));
        Assert.Equal(model.Count == 0, ring.BytesWaiting == 0);
    }

    private static void Take(SpscRecordRing ring, Queue<(byte[] Bytes, int Tag)> model, int count)
    {
        long at = ring.Front;
        for (int taken = 0; taken < count && ring.TryPeek(ref at, out _, out int tag); taken++)
        {
            Assert.Equal(model.Dequeue().Tag, tag);
        }

        ring.Release(at);
    }
}
