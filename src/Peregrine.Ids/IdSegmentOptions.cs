namespace Peregrine.Ids;

/// <summary>How segments are leased.</summary>
public sealed record IdSegmentOptions
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
