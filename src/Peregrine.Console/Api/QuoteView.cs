namespace Peregrine.Api;

/// <summary>Best prices and the day so far; null where there is nothing yet. <paramref name="Open"/> is the first trade's price.</summary>
public sealed record QuoteView(string Symbol, decimal? Bid, long BidQuantity, decimal? Ask, long AskQuantity, decimal? Last, decimal? Open,
    decimal? High, decimal? Low, decimal Volume, long Trades);
