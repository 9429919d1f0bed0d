using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

/// <summary>Section 11: the price of an auction.</summary>
/// <param name="orders">Of the book, all of them.</param>
/// <param name="reference">The last trade price, or else the instrument's reference price; null when there is neither.</param>
internal sealed class SlowAuction(IEnumerable<SlowOrder> orders, long? reference)
{
    private readonly List<SlowOrder> _orders = [.. orders.Where(TakesPart)];

    /// <summary>Prices side by side, from low to high, at which the two sides want the same.</summary>
    private sealed record Stretch(long Low, long High, long Buy, long Sell)
    {
        public long Volume => Math.Min(Buy, Sell);
        public long Surplus => Buy - Sell;
    }

    public static bool TakesPart(SlowOrder order) => order.IsQueued && !order.IsConditional && !order.IsPegged;

    /// <returns>Default when nothing could trade.</returns>
    public IndicativePrice Find()
    {
        List<Stretch> stretches = Candidates();
        if (stretches.Count == 0)
        {
            return default;
        }

        stretches = stretches.FindAll(s => s.Volume == stretches.Max(o => o.Volume));
        stretches = stretches.FindAll(s => Math.Abs(s.Surplus) == stretches.Min(o => Math.Abs(o.Surplus)));
        long lowest = stretches[0].Low;
        long highest = stretches[^1].High;
        long price = stretches.TrueForAll(s => s.Surplus > 0) ? highest
            : stretches.TrueForAll(s => s.Surplus < 0) ? lowest
            : Nearest(stretches, reference ?? (lowest + highest) >> 1);
        Stretch at = stretches.Find(s => s.Low <= price && price <= s.High)!;
        return new IndicativePrice(new Price(price), new Quantity(at.Volume), at.Surplus);
    }

    // Of two that are equally near, the lower.
    private static long Nearest(List<Stretch> stretches, long target) =>
        stretches.Select(s => Math.Clamp(target, s.Low, s.High)).OrderBy(price => Int128.Abs((Int128)price - target)).ThenBy(price => price).First();

    // All prices from the lowest to the highest limit at which something trades. Between two neighbouring limits nothing changes.
    private List<Stretch> Candidates()
    {
        List<long> limits = [.. _orders.Where(o => !o.IsMarket).Select(o => o.Price).Distinct().Order()];
        List<Stretch> stretches = [];
        if (limits.Count == 0 && reference is long only)
        {
            stretches.Add(At(only, only));
        }

        for (int i = 0; i < limits.Count; i++)
        {
            stretches.Add(At(limits[i], limits[i]));
            if (i + 1 < limits.Count && limits[i] + 1 < limits[i + 1])
            {
                stretches.Add(At(limits[i] + 1, limits[i + 1] - 1));
            }
        }

        return stretches.FindAll(s => s.Volume > 0);
    }

    private Stretch At(long low, long high) => new(
        low,
        high,
        _orders.Where(o => o.Side == Side.Buy && (o.IsMarket || o.Price >= high)).Sum(o => o.Leaves),
        _orders.Where(o => o.Side == Side.Sell && (o.IsMarket || o.Price <= low)).Sum(o => o.Leaves));
}
