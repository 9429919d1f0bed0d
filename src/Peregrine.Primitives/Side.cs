namespace Peregrine.Primitives;

/// <summary>The side of an order. The values are those of FIX tag 54; 0 is no side.</summary>
public enum Side : byte
{
    Buy = 1,
    Sell = 2,
}

/// <summary>Helpers on <see cref="Side"/>.</summary>
public static class Sides
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const Side Last = Side.Sell;

    /// <summary>The other side: <see cref="Side.Buy"/> for a sell and the reverse.</summary>
    public static Side Opposite(this Side side) => (Side)(3 - (byte)side);
}
