namespace Peregrine.Distribution.Wire;

/// <summary>What can be subscribed to.</summary>
/// <param name="Symbol">Unique, 1 to 32 printable ASCII characters.</param>
/// <param name="PriceDecimals">Prices are integers in units of 10^-this; 0 to 9.</param>
/// <param name="TickUnits">Smallest step of a price in those units; 0 when it is not known.</param>
/// <param name="LotUnits">Smallest step of a quantity, 1 or more.</param>
public sealed record InstrumentInfo(string Symbol, int PriceDecimals, long TickUnits, long LotUnits);
