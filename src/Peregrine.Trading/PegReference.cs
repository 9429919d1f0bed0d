namespace Peregrine.Trading;

/// <summary>What the price of a pegged order follows. 0 is none.</summary>
public enum PegReference : byte
{
    /// <summary>The best price of its own side.</summary>
    Best = 1,

    /// <summary>The middle between both sides' best.</summary>
    Mid = 2,
}
