namespace Peregrine.Primitives.Tests;

public class SpscRingTests
{
    [Fact]
    public void Ring_AgainstAQueue_GivesTheSameItemsAndIsFullAtItsCapacity()
    {
        Random random = new(5);
        SpscRing<long> ring = new(8);
        Queue<long> model = new();
        for (long step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0)
            {
                Assert.Equal(model.Count < 8, ring.TryWrite(step));
                if (model.Count < 8)
                {
                    model.Enqueue(step);
                }
            }
            else
            {
                bool expected = model.TryDequeue(out long wanted);
                Assert.Equal(expected, ring.TryRead(out long item));
                Assert.Equal(wanted, item);
            }

            Assert.Equal((model.Count, model.Count == 0), ((int)ring.Count, ring.IsEmpty));
        }
    }

    [Fact]
    public void Batches_AgainstAQueue_GiveTheSameItemsAndNeverMoreThanFit()
    {
        Random random = new(7);
        SpscRing<long> ring = new(8);
        Queue<long> model = new();
        long next = 0;
        for (long step = 0; step < 20_000; step++)
        {
            int most = random.Next(1, 12);
            if (random.Next(2) == 0)
            {
                Span<long> places = ring.Claim(most);
                Assert.True(places.Length <= Math.Min(most, 8 - model.Count)
                    && places.IsEmpty == (model.Count == 8), "a claim is empty only when the ring is full");
                int count = random.Next(places.Length + 1);
                for (int index = 0; index < count; index++)
                {
                    places[index] = next;
                    model.Enqueue(next++);
                }

                ring.Publish(count);
            }
            else
            {
                Span<long> items = ring.Peek(most);
                Assert.True(items.Length <= Math.Min(most, model.Count)
                    && items.IsEmpty == (model.Count == 0), "a look is empty only when the ring is empty");
                int count = random.Next(items.Length + 1);
                foreach (long item in items[..count])
                {
                    Assert.Equal(model.Dequeue(), item);
                }

                ring.Release(count);
            }

            Assert.Equal(model.Count, (int)ring.Count);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-4)]
    public void Capacity_NoPowerOfTwo_IsRefused(int capacity) => Assert.Throws<BrokenInvariantException>(() => new SpscRing<int>(capacity));

    [Fact]
    public void TwoThreads_EveryItem_ArrivesWholeAndInOrder()
    {
        long items = ProofSize.Of(2_000_000, 100_000_000);
        SpscRing<Wide> ring = new(64);
        Thread writer = new(() =>
        {
            for (long item = 1; item <= items; item++)
            {
                while (!ring.TryWrite(new Wide(item, ~item, item * 3, item ^ 0x55)))
                {
                    Thread.Yield();
                }
            }
        });
        writer.Start();

        for (long item = 1; item <= items; item++)
        {
            Wide wide;
            while (!ring.TryRead(out wide))
            {
                Thread.Yield();
            }

            if (wide != new Wide(item, ~item, item * 3, item ^ 0x55))
            {
                Assert.Fail($"item {item} arrived as {wide}");
            }
        }

        writer.Join();
        Assert.True(ring.IsEmpty);
    }

    private readonly record struct Wide(long A, long B, long C, long D);

    [Fact]
    public void Claim_OfMoreThanWasFreeAtTheLastLook_LooksAgain()
    {
        SpscRing<int> ring = new(8);
        Publish(ring, 4);
        ring.Release(ring.Peek(4).Length);
        Publish(ring, 4);
        Publish(ring, 2);
        ring.Release(ring.Peek(8).Length);
        ring.Release(ring.Peek(8).Length);

        Assert.Equal(0, ring.Count);
        Assert.Equal(6, ring.Claim(6).Length);
    }

    [Fact]
    public void Peek_OfMoreThanWasThereAtTheLastLook_LooksAgain()
    {
        SpscRing<int> ring = new(8);
        Publish(ring, 1);
        Assert.Equal(1, ring.Peek(1).Length);
        Publish(ring, 2);

        Assert.Equal(3, ring.Peek(3).Length);
    }

    private static void Publish(SpscRing<int> ring, int count)
    {
        Assert.Equal(count, ring.Claim(count).Length);
        ring.Publish(count);
    }
}
