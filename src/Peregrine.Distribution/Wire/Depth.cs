namespace Peregrine.Distribution.Wire;

/// <summary>How much of an instrument a subscription carries. 0 is none.</summary>
public enum Depth : byte
{
    /// <summary>Best bid and offer; what happens between two sends is left out.</summary>
    Best = 1,

    /// <summary>Every price level.</summary>
    Levels = 2,

    /// <summary>Every order, in the order of the queue.</summary>
    Orders = 3,

    /// <summary>Trades only.</summary>
    Trades = 4,
}

/// <summary>The table of depths.</summary>
public static class Depths
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const Depth Last = Depth.Trades;
}
