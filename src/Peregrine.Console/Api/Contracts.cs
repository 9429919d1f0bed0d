namespace Peregrine.Api;

// What the HTTP API and the console's WebSocket carry, in JSON (camel case) and MessagePack (maps with the same keys). Prices are
// decimals in the instrument's currency, quantities shares or contracts, times Unix milliseconds unless the name says otherwise.
// Documented for users in docs/api.md.

/// <summary>What can be looked at.</summary>
/// <param name="IsTradable">Orders for it are taken here; false for what only a feed brings.</param>
public sealed record InstrumentView(string Symbol, int PriceDecimals, decimal TickSize, long LotUnits, bool IsOpen, bool IsTradable, decimal? ReferencePrice);

/// <summary>A price level.</summary>
public sealed record LevelView(decimal Price, long Quantity, int Orders);

/// <summary>An order book: best levels first.</summary>
/// <param name="Sequence">The instrument's number of the last change in it.</param>
public sealed record BookView(string Symbol, long Sequence, long Time, IReadOnlyList<LevelView> Bids, IReadOnlyList<LevelView> Asks);

/// <summary>A trade. <paramref name="Aggressor"/> is "buy", "sell" or null.</summary>
public sealed record TradeView(long Id, string Symbol, long Time, decimal Price, long Quantity, string? Aggressor);

/// <summary>Best prices and the day so far; null where there is nothing yet. <paramref name="Open"/> is the first trade's price.</summary>
public sealed record QuoteView(string Symbol, decimal? Bid, long BidQuantity, decimal? Ask, long AskQuantity, decimal? Last, decimal? Open, decimal? High, decimal? Low, decimal Volume, long Trades);

/// <summary>Trades of an interval. <paramref name="Time"/> is its start.</summary>
public sealed record BarView(long Time, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>An order as the link knows it.</summary>
/// <param name="OrderId">As text, as it may not fit a JavaScript number; null when it was refused.</param>
/// <param name="Side">buy, sell.</param>
/// <param name="Type">market, limit.</param>
/// <param name="TimeInForce">day, goodTillCancel, immediateOrCancel, fillOrKill.</param>
/// <param name="Status">new, partiallyFilled, filled, cancelled, rejected.</param>
/// <param name="Reason">Rule name (docs/reject-reasons.md) when it was rejected, or cancelled unasked.</param>
/// <param name="Text">The reason in words, with its values.</param>
public sealed record OrderView(
    string? OrderId, string ClientOrderId, string Session, string? Account, string? Symbol, string Side, string Type, string TimeInForce, decimal? Price, long Quantity,
    long Filled, long Leaves, decimal? AveragePrice, string Status, string? Reason, string? Text, long Time);

/// <summary>A refused request. <paramref name="Request"/> is new, cancel or replace.</summary>
public sealed record RejectView(long Time, string Session, string? Symbol, string ClientOrderId, string Request, string Reason, string Text);

/// <summary>A new order. Only symbol, side and quantity must be there, and price for a limit order; a market order has none. Other keys are refused.</summary>
/// <param name="Type">limit (default) or market.</param>
/// <param name="TimeInForce">day (default), goodTillCancel, immediateOrCancel, fillOrKill.</param>
/// <param name="Account">The session's first account by default.</param>
/// <param name="ClientOrderId">1 to 32 printable ASCII characters without space, not . or .., never used before; made when missing.</param>
public sealed record NewOrderRequest(string? Symbol, string? Side, long? Quantity, decimal? Price, string? Type, string? TimeInForce, string? Account, string? ClientOrderId);

/// <summary>A client session. <paramref name="Kind"/> is fix or local; <paramref name="State"/> is off, loggingOn, loggedOn or loggingOff.</summary>
public sealed record SessionView(string CompId, string Kind, string State, long Received, long Sent, long NextIn, long NextOut);

/// <summary>Figures of one second. Latencies are microseconds from wire to wire of the commands of that second; null without any.</summary>
/// <param name="HiccupMs">The longest that a thread which only wanted to sleep was late.</param>
/// <param name="HopP50Us">One figure for each of <see cref="MetricsView.HopNames"/>.</param>
public sealed record MetricsPoint(
    long Time, double OrdersPerSecond, double TradesPerSecond, double UpdatesPerSecond, double? P50Us, double? P99Us, double? P999Us, double? MaxUs,
    double GcPauseMs, int GcCount, double HiccupMs, IReadOnlyList<double> HopP50Us, IReadOnlyList<double> HopP99Us);

/// <summary>The last minutes, oldest first, one point a second.</summary>
public sealed record MetricsView(IReadOnlyList<string> HopNames, IReadOnlyList<MetricsPoint> Points);

/// <summary>The journal. <paramref name="Level"/> is none, os or fsync.</summary>
public sealed record JournalView(string Level, long Sequence, long DurableSequence, long Bytes, long Syncs);

/// <summary>The distribution port.</summary>
public sealed record MarketDataView(string Address, string Source, int Subscribers, int Subscriptions, long Updates, long Frames, long Bytes, long Conflations, long SlowDisconnects, long Refusals);

/// <summary>What drives the books: <paramref name="Kind"/> is simulator, feed or none.</summary>
public sealed record FlowView(string Kind, string Text, double OrdersPerSecond, long Seed);

/// <summary>The link at one moment.</summary>
public sealed record StatusView(
    long Time, long UptimeSeconds, string Version, JournalView Journal, MarketDataView MarketData, FlowView Flow, IReadOnlyList<SessionView> Sessions,
    long Commands, long Trades, long Rejects, int WorkingOrders, long BadInputs, long LostReports, long ManagedBytes);

/// <summary>What the console's WebSocket (/ws) sends. <c>type</c> tells which one; a field that is not that type's is absent.</summary>
/// <remarks>
/// hello (first, and again after a change of instruments): instruments, hopNames, status, session (the CompID that tickets are entered under), accounts.
/// Then, for the watched symbol: book and trades (newest last) up to ten times a second, if changed; bars once after watch (the whole
/// day in bars of 5 s), later the last bar whenever it changes. For all: quotes twice a second, those that changed; point and status
/// once a second; orders (of that session) and rejects (of all) when there are any new.
/// A client sends {"type":"watch","symbol":"AAPL"} and nothing else.
/// </remarks>
public sealed record ConsoleMessage(string Type)
{
    public IReadOnlyList<InstrumentView>? Instruments { get; init; }

    public IReadOnlyList<string>? HopNames { get; init; }

    public string? Session { get; init; }

    public IReadOnlyList<string>? Accounts { get; init; }

    public StatusView? Status { get; init; }

    /// <summary>History of points with hello; one with point.</summary>
    public IReadOnlyList<MetricsPoint>? Points { get; init; }

    public BookView? Book { get; init; }

    public IReadOnlyList<TradeView>? Trades { get; init; }

    public string? Symbol { get; init; }

    public IReadOnlyList<BarView>? Bars { get; init; }

    public IReadOnlyList<QuoteView>? Quotes { get; init; }

    public IReadOnlyList<OrderView>? Orders { get; init; }

    public IReadOnlyList<RejectView>? Rejects { get; init; }
}
