namespace Peregrine.Api;

/// <summary>What the console's WebSocket (/ws) sends. <c>type</c> tells which one; a field that is not that type's is absent.</summary>
/// <remarks>
/// hello (first, and again after a change of instruments): instruments, hopNames, status,
/// session (the CompID that tickets are entered under), accounts.
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
