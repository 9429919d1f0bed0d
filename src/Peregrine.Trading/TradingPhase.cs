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
