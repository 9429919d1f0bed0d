namespace Peregrine.Api;

// The views of this folder are what the HTTP API and the console's WebSocket carry, in JSON (camel case) and MessagePack (maps with the same
// keys). Prices are decimals in the instrument's currency, quantities shares or contracts, times Unix milliseconds unless the name says
// otherwise. Documented for users in docs/api.md.

/// <summary>The journal. <paramref name="Level"/> is none, os or fsync.</summary>
public sealed record JournalView(string Level, long Sequence, long DurableSequence, long Bytes, long Syncs);

/// <summary>The distribution port.</summary>
public sealed record MarketDataView(string Address, string Source, int Subscribers, int Subscriptions, long Updates, long Frames, long Bytes,
    long Conflations, long SlowDisconnects, long Refusals);

/// <summary>What drives the books: <paramref name="Kind"/> is simulator, feed or none.</summary>
public sealed record FlowView(string Kind, string Text, double OrdersPerSecond, long Seed);

/// <summary>The link at one moment.</summary>
public sealed record StatusView(
    long Time, long UptimeSeconds, string Version, JournalView Journal, MarketDataView MarketData, FlowView Flow, IReadOnlyList<SessionView> Sessions,
    long Commands, long Trades, long Rejects, int WorkingOrders, long BadInputs, long LostReports, long ManagedBytes);
