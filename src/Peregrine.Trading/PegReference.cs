namespace Peregrine.Trading;

/// <summary>What the price of a pegged order follows. 0 is none.</summary>
public enum PegReference : byte
{
    /// <summary>The best price of its own side.</summary>
    Best = 1,

    /// <summary>The middle between both sides' best.</summary>
    Mid = 2,
}

/// <summary>The table of what pegged orders follow.</summary>
public static class PegReferences
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const PegReference Last = PegReference.Mid;

    /// <summary>Whether there is such a reference.</summary>
    public static bool IsKnown(PegReference peg) => peg is not 0 and <= Last;
}
