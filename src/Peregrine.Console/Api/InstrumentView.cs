namespace Peregrine.Api;

/// <summary>What can be looked at.</summary>
/// <param name="IsTradable">Orders for it are taken here; false for what only a feed brings.</param>
public sealed record InstrumentView(string Symbol, int PriceDecimals, decimal TickSize, long LotUnits, bool IsOpen, bool IsTradable,
    decimal? ReferencePrice);
