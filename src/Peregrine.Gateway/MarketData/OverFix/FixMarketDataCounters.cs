namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>What market data over FIX has done. Written by the market data thread; others may read for display.</summary>
public sealed class FixMarketDataCounters : ICounterSource
{
    /// <summary>Subscriptions there are: one for each instrument of a request.</summary>
    public int Subscriptions { get; internal set; }

    /// <summary>Requests answered by snapshots.</summary>
    public long Requests { get; internal set; }

    /// <summary>Requests refused.</summary>
    public long Refusals { get; internal set; }

    /// <summary>Snapshots sent.</summary>
    public long Snapshots { get; internal set; }

    /// <summary>Incremental refreshes sent.</summary>
    public long Increments { get; internal set; }

    /// <summary>Times that a subscription fell behind, and got a snapshot for what was left out.</summary>
    public long Conflations { get; internal set; }

    /// <summary>Sessions ended as they read too slowly.</summary>
    public long SlowDisconnects { get; internal set; }

    /// <summary>Subscriptions ended as the book is too large for a message.</summary>
    public long TooLarge { get; internal set; }

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Level("peregrine.fix.marketdata.subscriptions", "{subscription}", "Instruments subscribed to over FIX.", () => Subscriptions),
        Counter.Total("peregrine.fix.marketdata.requests", "{request}", "Market data requests answered by snapshots.", () => Requests),
        Counter.Total("peregrine.fix.marketdata.refusals", "{request}", "Market data requests refused.", () => Refusals),
        Counter.Total("peregrine.fix.marketdata.snapshots", "{message}", "Full refreshes sent.", () => Snapshots),
        Counter.Total("peregrine.fix.marketdata.increments", "{message}", "Incremental refreshes sent.", () => Increments),
        Counter.Total("peregrine.fix.marketdata.conflations", "{conflation}", "Times that changes were left out for a session too far behind.",
            () => Conflations),
        Counter.Total("peregrine.fix.marketdata.slow_disconnects", "{session}", "Sessions ended as they read too slowly.", () => SlowDisconnects),
        Counter.Total("peregrine.fix.marketdata.too_large", "{subscription}", "Subscriptions ended as the book is too large for a message.",
            () => TooLarge),
    ];
}
