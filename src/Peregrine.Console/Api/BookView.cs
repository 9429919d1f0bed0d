namespace Peregrine.Api;

/// <summary>A price level.</summary>
public sealed record LevelView(decimal Price, long Quantity, int Orders);

/// <summary>An order book: best levels first.</summary>
/// <param name="Sequence">The instrument's number of the last change in it.</param>
public sealed record BookView(string Symbol, long Sequence, long Time, IReadOnlyList<LevelView> Bids, IReadOnlyList<LevelView> Asks);
