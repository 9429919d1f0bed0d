namespace Peregrine.Api;

/// <summary>A trade. <paramref name="Aggressor"/> is "buy", "sell" or null.</summary>
public sealed record TradeView(long Id, string Symbol, long Time, decimal Price, long Quantity, string? Aggressor);
