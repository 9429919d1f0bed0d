namespace Peregrine.Primitives;

/// <summary>A quantity as a whole number of lots; the instrument says how many units a lot is.</summary>
/// <param name="Lots">0 or more in every valid order; a difference of two may be negative.</param>
public readonly record struct Quantity(long Lots) : IComparable<Quantity>
{
    /// <summary>No lots at all.</summary>
    public static readonly Quantity Zero;

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Lots.CompareTo(other.Lots);

    /// <summary>The smaller of two quantities.</summary>
    public static Quantity Min(Quantity left, Quantity right) => left.Lots <= right.Lots ? left : right;

    /// <exception cref="OverflowException">The sum does not fit: a wrapped quantity would trade.</exception>
    public static Quantity operator +(Quantity left, Quantity right) => new(checked(left.Lots + right.Lots));

    /// <exception cref="OverflowException">The difference does not fit.</exception>
    public static Quantity operator -(Quantity left, Quantity right) => new(checked(left.Lots - right.Lots));

    public static bool operator <(Quantity left, Quantity right) => left.Lots < right.Lots;

    public static bool operator >(Quantity left, Quantity right) => left.Lots > right.Lots;

    public static bool operator <=(Quantity left, Quantity right) => left.Lots <= right.Lots;

    public static bool operator >=(Quantity left, Quantity right) => left.Lots >= right.Lots;
}
