namespace Peregrine.Api;

/// <summary>Trades of an interval. <paramref name="Time"/> is its start.</summary>
public sealed record BarView(long Time, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);
