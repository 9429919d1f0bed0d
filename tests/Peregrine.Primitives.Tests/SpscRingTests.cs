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
}
