namespace Peregrine.Primitives.Tests;

public class LatencyHistogramTests
{
    private static readonly decimal[] Fractions = [0m, 0.001m, 0.01m, 0.07m, 0.14m, 0.28m, 0.5m, 0.55m, 0.9m, 0.99m, 0.999m, 0.9999m, 1m];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void Quantile_OfRandomValues_IsWithinABucketOfTheSortedValue(int count)
    {
        for (int seed = 1; seed <= ProofSize.Of(5, 200); seed++)
        {
            Random random = new(seed);
            long[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(1L << random.Next(1, 62)))];
            LatencyHistogram histogram = Of(values);

            Array.Sort(values);
            AssertIsLike(values, histogram, $"seed {seed}");
        }
    }

    [Fact]
    public void Record_SoManyTimes_IsAsOneByOne()
    {
        LatencyHistogram together = new();
        together.Record(70, 3);
        together.Record(-1, 2);
        together.Record(long.MaxValue / 2, 5);

        LatencyHistogram each = Of([70, 70, 70, 0, 0, .. Enumerable.Repeat(long.MaxValue / 2, 5)]);

        Assert.Equal((each.Count, each.Sum, each.Max), (together.Count, together.Sum, together.Max));
        foreach (decimal fraction in Fractions)
        {
            Assert.Equal(each.Quantile((double)fraction), together.Quantile((double)fraction));
        }
    }

    [Fact]
    public void Difference_OfTwoCopies_IsWhatWasRecordedBetween()
    {
        LatencyHistogram running = Of([5, 1_000, 40]);
        LatencyHistogram before = new();
        running.AddTo(before);
        LatencyHistogram between = Of([7, 50, 50, 300_000]);
        between.AddTo(running);
        LatencyHistogram difference = Of([99]);

        difference.SetDifference(running, before);

        Assert.Equal((4L, 300_107L), (difference.Count, difference.Sum));
        foreach (double fraction in (double[])[0.25, 0.5, 0.75, 1])
        {
            Assert.Equal(between.Quantile(fraction), difference.Quantile(fraction));
        }
    }

    // Below 64 each value has a bucket of its own, so the quantile is that of the sorted list, rank for rank.
    [Fact]
    public void Quantile_OfSmallValues_IsExact()
    {
        for (int count = 1; count <= 1_000; count++)
        {
            long[] values = [.. Enumerable.Range(0, count).Select(index => index * 64L / count)];
            LatencyHistogram histogram = Of(values);
            foreach (decimal fraction in Fractions)
            {
                long exact = values[RankOf(fraction, count) - 1];

                Assert.True(exact == histogram.Quantile((double)fraction),
                    $"{fraction} of {count}: expected {exact}, got {histogram.Quantile((double)fraction)}");
            }
        }
    }

    [Fact]
    public void Quantile_AtEveryEdgeOfABucket_IsWithinABucket()
    {
        for (int shift = 0; shift < 63; shift++)
        {
            foreach (long offset in (long[])[-1, 0, 1])
            {
                long value = Math.Max((1L << shift) + offset, 0);
                LatencyHistogram histogram = Of([value, long.MaxValue]);

                Assert.InRange(histogram.Quantile(0.5), value, value + (value / 64) + 1);
            }
        }
    }

    [Fact]
    public void AddTo_Another_IsAsIfRecordedThere()
    {
        long[] first = [.. Enumerable.Range(0, 500).Select(index => index * 977L)];
        long[] second = [.. Enumerable.Range(0, 300).Select(index => index * 1_000_003L)];
        LatencyHistogram both = Of(second);

        Of(first).AddTo(both);

        long[] values = [.. first.Concat(second).Order()];
        AssertIsLike(values, both, "added");
    }

    [Fact]
    public void Clear_LeavesNothing()
    {
        LatencyHistogram histogram = Of([1, 2, 3, 1_000_000]);

        histogram.Clear();

        Assert.Equal((0L, 0L, 0L, 0L), (histogram.Count, histogram.Sum, histogram.Max, histogram.Quantile(0.99)));
        histogram.Record(5);
        Assert.Equal((1L, 5L), (histogram.Count, histogram.Quantile(1)));
    }

    [Fact]
    public void Record_ExtremeValues_StayInside()
    {
        LatencyHistogram histogram = Of([-5, 0, long.MaxValue]);

        Assert.Equal(0, histogram.Quantile(0.5));
        Assert.Equal(long.MaxValue, histogram.Quantile(1));
    }

    // A mean below zero would be worse than one that is too small.
    [Fact]
    public void Sum_BeyondItsRange_StaysAtTheMost()
    {
        LatencyHistogram histogram = Of([long.MaxValue, long.MaxValue]);

        Assert.Equal(long.MaxValue, histogram.Sum);
        Of([1]).AddTo(histogram);
        Assert.Equal(long.MaxValue, histogram.Sum);
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(99)]
    [InlineData(double.NaN)]
    public void Quantile_NoFraction_IsRefused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Of([1]).Quantile(fraction));

    [Fact]
    public void Record_AllocatesNothing()
    {
        LatencyHistogram histogram = Of([1]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long value = 0; value < 10_000; value++)
        {
            histogram.Record(value * value);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static LatencyHistogram Of(long[] values)
    {
        LatencyHistogram histogram = new();
        foreach (long value in values)
        {
            histogram.Record(value);
        }

        return histogram;
    }

    private static void AssertIsLike(long[] sorted, LatencyHistogram histogram, string because)
    {
        foreach (decimal fraction in Fractions)
        {
            long exact = sorted[RankOf(fraction, sorted.Length) - 1];
            long got = histogram.Quantile((double)fraction);
            Assert.True(got >= exact && got <= exact + (exact / 64) + 1,
                $"{because}: {fraction} of {sorted.Length}: expected about {exact}, got {got}");
        }

        Assert.Equal((sorted.LongLength, sorted[^1]), (histogram.Count, histogram.Max));
        Assert.Equal((long)Int128.Min(sorted.Aggregate(Int128.Zero, (sum, value) => sum + value), long.MaxValue), histogram.Sum);
    }

    private static int RankOf(decimal fraction, int count) => Math.Max(1, (int)Math.Ceiling(fraction * count));

    [Fact]
    public void Quantile_OfOneValue_IsThatValueAndNotTheEndOfItsBucket()
    {
        LatencyHistogram histogram = new();
        histogram.Record(1_000);

        Assert.Equal((1_000L, 1_000L), (histogram.Quantile(0.5), histogram.Quantile(1)));
    }

    [Fact]
    public void Difference_OfASmallValueBehindALargeOne_HasTheSmallOnesMax()
    {
        LatencyHistogram before = new();
        before.Record(1_000_000);
        LatencyHistogram now = new();
        before.AddTo(now);
        now.Record(10);
        LatencyHistogram difference = new();

        difference.SetDifference(now, before);

        Assert.Equal((1L, 10L, 10L, 10L), (difference.Count, difference.Max, difference.Sum, difference.Quantile(1)));
    }

    [Fact]
    public void Difference_ToOneThatWasClearedMeanwhile_IsNeverNegative()
    {
        LatencyHistogram before = new();
        before.Record(1_000);
        LatencyHistogram now = new();
        now.Record(1);
        LatencyHistogram difference = new();

        difference.SetDifference(now, before);

        Assert.Equal((1L, 1L, 0L), (difference.Count, difference.Max, difference.Sum));
    }
}
