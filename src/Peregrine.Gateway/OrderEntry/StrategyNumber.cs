namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// Strategies as clients number them, and as the core does. Each firm has numbers of its own,
/// so that nobody can name another firm's strategy and make the venue cancel its orders; an account without a firm is one by itself.
/// </summary>
internal static class StrategyNumber
{
    /// <summary>The highest number on the wire; 1 is the lowest.</summary>
    public const int Max = (1 << Bits) - 1;
    private const int Bits = 15;

    /// <summary>What the core knows it by.</summary>
    /// <param name="owner">The first account of the same firm (<see cref="NameTable.FirmAccount"/>), 0 to 65,535.</param>
    /// <param name="number">1 to <see cref="Max"/>.</param>
    public static int ToCore(int owner, int number) => (owner << Bits) | number;

    /// <summary>What its client knows it by.</summary>
    public static int ToWire(int strategyId) => strategyId & Max;
}
