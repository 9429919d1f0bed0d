namespace Peregrine.Trading.Instruments;

/// <summary>10^n for the scales of prices.</summary>
public static class PowersOfTen
{
    private static ReadOnlySpan<long> Powers =>
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    /// <summary>10^n.</summary>
    /// <param name="exponent">0 to 9.</param>
    public static long Of(int exponent) => Powers[exponent];
}
