namespace Peregrine.Trading;

/// <summary>What an instrument's market is doing. 0 is none.</summary>
public enum TradingPhase : byte
{
    PreOpen = 1,
    OpeningAuction = 2,
    Continuous = 3,
    VolatilityAuction = 4,
    ClosingAuction = 5,
    Halted = 6,
    Closed = 7,
}

/// <summary>The table of phases.</summary>
public static class TradingPhases
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const TradingPhase Last = TradingPhase.Closed;

    /// <summary>Whether there is such a phase.</summary>
    public static bool IsKnown(TradingPhase phase) => phase is not 0 and <= Last;
}
