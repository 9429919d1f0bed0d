namespace Peregrine.Primitives.Tests;

public class LatencyHistogramTests
{
    [Fact]
    public void Quantile_OfRandomValues_IsWithinABucketOfTheSortedValue()
    {
        Random random = new(1);
        long[] values = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextInt64(1L << random.Next(1, 40)))];
        LatencyHistogram histogram = new();

        foreach (long value in values)
        {
            histogram.Record(value);
        }

        Array.Sort(values);
        foreach (double fraction in (double[])[0.01, 0.5, 0.9, 0.99, 0.999, 1.0])
        {
            long exact = values[(int)Math.Ceiling(values.Length * fraction) - 1];
            Assert.InRange(histogram.Quantile(fraction), exact, exact + (exact / 64) + 1);
        }

        Assert.Equal(values[^1], histogram.Max);
    }

    [Fact]
    public void Record_ExtremeValues_StayInside()
    {
        LatencyHistogram histogram = new();

        histogram.Record(-5);
        histogram.Record(0);
        histogram.Record(long.MaxValue);

        Assert.Equal(0, histogram.Quantile(0.5));
        Assert.Equal(long.MaxValue, histogram.Quantile(1));
    }
}
