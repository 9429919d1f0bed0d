using System.Numerics;

namespace Peregrine.Primitives;

/// <summary>
/// A fixed-size histogram of durations in nanoseconds: 64 sub-buckets in each power of two, so a quantile is at most 1.6 % off.
/// The layout follows HdrHistogram (Gil Tene, public domain) with 6 bits of precision.
/// </summary>
/// <remarks>Thread: one writer; readers take a copy by <see cref="AddTo"/>. Allocates: only when made (29 KiB).</remarks>
public sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    private const int SubBucketCount = 1 << SubBucketBits;
    private const int BucketCount = (64 - SubBucketBits) * SubBucketCount;

    private readonly long[] _counts = new long[BucketCount];

    /// <summary>How many values were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value recorded, exact.</summary>
    public long Max { get; private set; }

    /// <summary>The sum of all values, for the mean; it stays at the most a long holds.</summary>
    public long Sum { get; private set; }

    /// <summary>Records one duration; a negative one counts as 0.</summary>
    public void Record(long ns)
    {
        ns = Math.Max(ns, 0);
        _counts[IndexOf(ns)]++;
        Count++;
        Sum = AddSaturating(Sum, ns);
        Max = Math.Max(Max, ns);
    }

    /// <summary>Records the same duration so many times; a negative one counts as 0.</summary>
    /// <param name="count">1 or more.</param>
    public void Record(long ns, int count)
    {
        ns = Math.Max(ns, 0);
        _counts[IndexOf(ns)] += count;
        Count += count;
        Sum = AddSaturating(Sum, ns > long.MaxValue / count ? long.MaxValue : ns * count);
        Max = Math.Max(Max, ns);
    }

    /// <summary>The value below or at which <paramref name="fraction"/> of the recorded values lie; 0 when empty.</summary>
    /// <param name="fraction">0 to 1, such as 0.99.</param>
    /// <returns>Upper edge of the bucket, in nanoseconds, never above <see cref="Max"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is no fraction.</exception>
    public long Quantile(double fraction)
    {
        if (!(fraction is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "expected 0 to 1");
        }

        // In decimal, because 0.07 * 100 is a little more than 7 in binary and would round up to rank 8.
        long rank = Math.Max(1, (long)Math.Ceiling(Count * (decimal)fraction));
        long seen = 0;
        for (int index = 0; index < BucketCount; index++)
        {
            seen += _counts[index];
            if (seen >= rank)
            {
                return Math.Min(UpperEdge(index), Max);
            }
        }

        return Max;
    }

    /// <summary>Adds everything recorded here to <paramref name="target"/>.</summary>
    public void AddTo(LatencyHistogram target)
    {
        for (int index = 0; index < BucketCount; index++)
        {
            target._counts[index] += _counts[index];
        }

        target.Count += Count;
        target.Sum = AddSaturating(target.Sum, Sum);
        target.Max = Math.Max(target.Max, Max);
    }

    /// <summary>Becomes what was recorded between two copies of another histogram. <see cref="Max"/> is the upper edge of its bucket then.</summary>
    /// <param name="now">The later copy.</param>
    /// <param name="before">The earlier one.</param>
    public void SetDifference(LatencyHistogram now, LatencyHistogram before)
    {
        Clear();
        for (int index = 0; index < BucketCount; index++)
        {
            long count = Math.Max(0, now._counts[index] - before._counts[index]);
            _counts[index] = count;
            Count += count;
            Max = count > 0 ? Math.Min(UpperEdge(index), now.Max) : Max;
        }

        Sum = Math.Max(0, now.Sum - before.Sum);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        Sum = 0;
        Max = 0;
    }

    // Neither is negative, so a negative sum is one that did not fit.
    private static long AddSaturating(long left, long right) => left + right is >= 0 and long sum ? sum : long.MaxValue;

    // Values below 64 have a bucket each; above, the top 6 bits after the leading one pick the sub-bucket.
    private static int IndexOf(long ns)
    {
        if (ns < SubBucketCount)
        {
            return (int)ns;
        }

        int shift = 63 - BitOperations.LeadingZeroCount((ulong)ns) - SubBucketBits;
        return ((shift + 1) << SubBucketBits) + (int)((ns >> shift) - SubBucketCount);
    }

    private static long UpperEdge(int index)
    {
        if (index < SubBucketCount)
        {
            return index;
        }

        int shift = (index >> SubBucketBits) - 1;
        long sub = (index & (SubBucketCount - 1)) + SubBucketCount;
        return ((sub + 1) << shift) - 1;
    }
}
