namespace Peregrine.Simulator;

/// <summary>An instrument to trade.</summary>
/// <param name="InstrumentId">The core's.</param>
/// <param name="ReferenceTicks">The price that the day begins at, in ticks, 100 or more.</param>
/// <param name="TypicalLots">Quantity of a usual order in lots, 1 or more.</param>
public sealed record SimInstrument(int InstrumentId, long ReferenceTicks, long TypicalLots = 100);
