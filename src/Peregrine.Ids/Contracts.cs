namespace Peregrine.Ids;

/// <summary>A leased range of ids: nobody else ever gets one of them.</summary>
/// <param name="First">First id, 1 or more.</param>
/// <param name="Count">How many.</param>
public readonly record struct IdSegment(long First, int Count);

/// <summary>Where segments are leased from. A segment is stored as leased before it is returned.</summary>
public interface ISegmentStore
{
    /// <summary>Leases the next segment of a tag.</summary>
    /// <param name="tag">What the ids are for.</param>
    /// <param name="count">How many ids, 1 or more.</param>
    /// <exception cref="SegmentStoreException">The store cannot lease now. A lease may have been stored all the same: that is a gap,
    /// never a duplicate.</exception>
    /// <remarks>Thread: any, one call at a time. Blocks.</remarks>
    IdSegment Lease(string tag, int count);

    /// <summary>Makes every later lease of a tag lie above an id: for ids that are known to be in use although the store does not know,
    /// as it was lost or is an old copy.</summary>
    /// <param name="tag">What the ids are for.</param>
    /// <param name="id">The highest id in use; 0 to <see cref="long.MaxValue"/> - 1. A store that is above it already stays as it is.</param>
    /// <exception cref="SegmentStoreException">The store cannot do it now, or <paramref name="id"/> is too far away;
    /// nothing or a part was skipped.</exception>
    /// <remarks>
    /// Thread: as <see cref="Lease"/>. Blocks. A store that can sets its mark in one transaction; this leases what lies between,
    /// in at most 1,024 leases.
    /// </remarks>
    void RaiseAbove(string tag, long id)
    {
        const int leasesMax = 1_024;
        long end = Lease(tag, 1).First + 1;
        for (int lease = 0; end <= id; lease++)
        {
            if (lease == leasesMax)
            {
                throw new SegmentStoreException(
                    $"the ids of {tag} go on at {end}, and {id} is in use: too far to skip; set the store's next id by hand");
            }

            int count = (int)Math.Min(id - end + 1, int.MaxValue);
            end = Lease(tag, count).First + count;
        }
    }
}

/// <summary>A segment could not be leased.</summary>
/// <param name="message">Which store, what happened, what to do.</param>
/// <param name="inner">The store's own error.</param>
public sealed class SegmentStoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What became of a request for an id.</summary>
public enum IdStatus : byte
{
    Ok = 0,

    /// <summary>The leased ids are used up and the store has not given more yet; try again later.</summary>
    Exhausted = 1,
}

/// <summary>How segments are leased.</summary>
public sealed record SegmentOptions
{
    /// <summary>Ids of the first segment, and the smallest later one: 1 or more.</summary>
    public int CountMin { get; init; } = 5_000;

    /// <summary>Ids of the largest segment.</summary>
    public int CountMax { get; init; } = 5_000_000;

    /// <summary>
    /// Ids kept ready for a burst beside the segment in use, 0 or more, as far as <see cref="CountMax"/>: segments are at least as large,
    /// and the next one is leased as soon as one is taken into use. 0 leases the next one only when the runway says so.
    /// </summary>
    public int ReadyMin { get; init; } = 200_000;

    /// <summary>The next segment is leased when what is left lasts less than this at the present rate, in milliseconds.</summary>
    public int RunwayMs { get; init; } = 5_000;

    /// <summary>Wait after a failed lease, doubled each time up to <see cref="RetryMsMax"/>, in milliseconds.</summary>
    public int RetryMs { get; init; } = 50;

    /// <summary>Longest wait after a failed lease, in milliseconds.</summary>
    public int RetryMsMax { get; init; } = 2_000;

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        if (CountMin < 1)
        {
            errors.Add($"CountMin: {CountMin}, expected 1 or more");
        }

        if (CountMax < CountMin)
        {
            errors.Add($"CountMax: {CountMax}, expected at least CountMin ({CountMin})");
        }

        if (ReadyMin < 0)
        {
            errors.Add($"ReadyMin: {ReadyMin}, expected 0 or more");
        }

        if (RunwayMs < 1 || RetryMs < 1 || RetryMsMax < RetryMs)
        {
            errors.Add($"RunwayMs, RetryMs, RetryMsMax: {RunwayMs}, {RetryMs}, {RetryMsMax}, expected 1 or more, and RetryMsMax at least RetryMs");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }
}
