namespace Peregrine.Primitives;

/// <summary>A price as a whole number of ticks; the instrument says what a tick is worth.</summary>
/// <param name="Ticks">Any value; spreads and some futures trade below zero.</param>
public readonly record struct Price(long Ticks) : IComparable<Price>
{
    /// <inheritdoc/>
    public int CompareTo(Price other) => Ticks.CompareTo(other.Ticks);

    public static bool operator <(Price left, Price right) => left.Ticks < right.Ticks;

    public static bool operator >(Price left, Price right) => left.Ticks > right.Ticks;

    public static bool operator <=(Price left, Price right) => left.Ticks <= right.Ticks;

    public static bool operator >=(Price left, Price right) => left.Ticks >= right.Ticks;
}
