using Peregrine.Primitives;

namespace Peregrine.Trading.Instruments;

/// <summary>What the instruments of a venue have in common. Pure data; docs/matching.md says what each rule does.</summary>
/// <param name="Name">Lower-case word.</param>
public sealed record VenueProfile(string Name)
{
    private const int BasisPointsInOne = 10_000;

    /// <summary>Shares or contracts in one lot, 1 or more.</summary>
    public long LotUnits { get; init; } = 1;

    /// <summary>How far from the reference price orders may be, in 1/10,000; the first is the usual one, others are for other boards. Empty:
    /// no limits.</summary>
    public IReadOnlyList<int> PriceLimitsBasisPoints { get; init; } = [];

    /// <summary>The trading day; null when phases change only as they are told.</summary>
    public PhaseCalendar? Calendar { get; init; }

    /// <summary>What local time is ahead of UTC.</summary>
    public TimeSpan UtcOffset => Calendar?.UtcOffset ?? TimeSpan.Zero;

    /// <summary>What the venue decides one way or another.</summary>
    public VenueRules Rules { get; init; } = new();

    /// <summary>The lowest and the highest price of a day: the reference less and plus a share of it, rounded half up to a whole tick.</summary>
    /// <param name="reference">Such as yesterday's close; 0 or more ticks.</param>
    /// <param name="basisPoints">0 to 10,000.</param>
    /// <remarks>Half up is towards plus infinity for both, as the Shanghai and Shenzhen exchanges round. Where the share is less than half a tick
    /// the limits are the reference itself.</remarks>
    public static (Price Lowest, Price Highest) LimitsAround(Price reference, int basisPoints)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reference.Ticks, nameof(reference));
        ArgumentOutOfRangeException.ThrowIfNegative(basisPoints);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(basisPoints, BasisPointsInOne);
        return (Scale(reference, BasisPointsInOne - basisPoints), Scale(reference, BasisPointsInOne + basisPoints));
    }

    private static Price Scale(Price price, int share) => new((long)((((Int128)price.Ticks * share) + (BasisPointsInOne / 2)) / BasisPointsInOne));
}
