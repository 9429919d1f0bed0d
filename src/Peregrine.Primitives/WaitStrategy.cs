namespace Peregrine.Primitives;

/// <summary>What a loop does when nothing happens: spins, then yields, then blocks.</summary>
/// <param name="SpinUs">How long it looks again and again, in microseconds; -1 is for ever. A spinning loop needs a core of its own.</param>
/// <param name="YieldUs">How long it then lets others run between two looks, in microseconds; -1 is for ever.</param>
public sealed record WaitStrategy(int SpinUs, int YieldUs)
{
    /// <summary>Never blocks, never yields: the lowest latency, and a core at 100 %.</summary>
    public static WaitStrategy Spin { get; } = new(-1, 0);

    /// <summary>Never blocks, but lets others run.</summary>
    public static WaitStrategy Yield { get; } = new(0, -1);

    /// <summary>Blocks at once: a wake-up costs 15 to 30 us more, and an idle loop costs nothing.</summary>
    public static WaitStrategy Block { get; } = new(0, 0);

    /// <summary>Spins for 20 us before it blocks where there are more than two cores; else blocks at once,
    /// as the other side needs the core.</summary>
    public static WaitStrategy Default => Environment.ProcessorCount > 2 ? new(20, 0) : Block;

    /// <summary>Finds a strategy by its name.</summary>
    /// <param name="name">spin, yield, block or default.</param>
    /// <returns>Null for another name.</returns>
    public static WaitStrategy? Parse(string name) =>
        name switch { "spin" => Spin, "yield" => Yield, "block" => Block, "default" => Default, _ => null };
}
