namespace Peregrine.Primitives;

/// <summary>What a figure's change means.</summary>
public enum CounterKind : byte
{
    /// <summary>It only grows while the process runs.</summary>
    Total = 1,

    /// <summary>How much of something there is: it moves both ways, and those of several parts may be added up.</summary>
    Level = 2,

    /// <summary>A reading that moves both ways and adds up to nothing, such as a quantile.</summary>
    Reading = 3,
}

/// <summary>A figure of a part, as whoever exports it needs it.</summary>
/// <param name="Name">With dots, such as peregrine.journal.syncs; once in a source.</param>
/// <param name="Unit">In UCUM, such as By or ns, or {order} for a count of things.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Kind">What its change means.</param>
/// <param name="Read">The value now. From any thread, at any time; may allocate.</param>
public sealed record Counter(string Name, string Unit, string Description, CounterKind Kind, Func<long> Read)
{
    private static readonly (string Name, double Fraction)[] Quantiles = [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1)];

    /// <summary>A figure that only grows.</summary>
    public static Counter Total(string name, string unit, string description, Func<long> read) =>
        new(name, unit, description, CounterKind.Total, read);

    /// <summary>How much of something there is.</summary>
    public static Counter Level(string name, string unit, string description, Func<long> read) =>
        new(name, unit, description, CounterKind.Level, read);

    /// <summary>A reading.</summary>
    public static Counter Reading(string name, string unit, string description, Func<long> read) =>
        new(name, unit, description, CounterKind.Reading, read);

    /// <summary>What is told of a histogram: how many values, and quantiles of all of them in nanoseconds.</summary>
    /// <param name="name">Gets .count, .p50, .p99, .p999 and .max behind it.</param>
    /// <param name="description">What it measures.</param>
    public static IEnumerable<Counter> Of(string name, string description, LatencyHistogram histogram) =>
    [
        Total($"{name}.count", "{value}", $"{description}: how many.", () => histogram.Count),
        .. Quantiles.Select(quantile => Reading($"{name}.{quantile.Name}", "ns",
            quantile.Fraction < 1 ? $"{description}: {quantile.Fraction * 100} % took no longer." : $"{description}: the longest.",
            () => histogram.Quantile(quantile.Fraction))),
    ];
}
