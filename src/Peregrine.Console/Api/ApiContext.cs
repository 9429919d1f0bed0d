using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Distribution;
using Peregrine.Distribution.Wire;
using Peregrine.Gateway;
using Peregrine.Primitives;
using Peregrine.Sequencing.Hops;
using Peregrine.Telemetry;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Api;

/// <summary>Everything that the API, the console and the terminal view look at, put into the words of the contracts.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class ApiContext
{
    private readonly long _startNs = Clock.MonotonicNs;
    private readonly Func<FlowView> _flow;
    private string[] _accounts = [];
    private TokenGuesses? _guesses;

    public ApiContext(ApiOptions options, OrderLink link, MarketDataServer server, MarketView market, Blotter blotter, MetricsSampler metrics,
        OrderDesk desk, AccessToken token, IReadOnlyDictionary<int, string> sessions, Func<FlowView> flow)
    {
        (Options, Link, Server, Market, Blotter, Metrics, Desk, Token, _flow) = (options, link, server, market, blotter, metrics, desk, token, flow);
        Orders = new OrderViews(() => link.Rules, sessions);
        UseAccounts(options.Rules);
    }

    public ApiOptions Options { get; }

    public OrderLink Link { get; }

    public MarketDataServer Server { get; }

    public MarketView Market { get; }

    public Blotter Blotter { get; }

    public MetricsSampler Metrics { get; }

    public OrderDesk Desk { get; }

    public AccessToken Token { get; }

    /// <summary>Gets what somebody should know.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Who showed wrong tokens.</summary>
    public TokenGuesses Guesses => LazyInitializer.EnsureInitialized(ref _guesses, () => new TokenGuesses(Log));

    /// <summary>The rules in force at the moment.</summary>
    public TradingRules Rules => Link.Rules;

    public OrderViews Orders { get; }

    /// <summary>Accounts that tickets may be entered for.</summary>
    public IReadOnlyList<string> Accounts => Volatile.Read(ref _accounts);

    /// <summary>Tickets may be entered for the accounts of this configuration from now on.</summary>
    public void UseAccounts(TradingRules configured) => Volatile.Write(ref _accounts, [.. configured.Accounts.Select(account => account.Name)]);

    /// <summary>What the books show: the link's own instruments, or with a feed those of the feed, which cannot be traded here.</summary>
    public List<InstrumentView> Instruments()
    {
        if (IsFed)
        {
            return [.. Market.Instruments().Select(ToView)];
        }

        HashSet<string> distributed = [.. Market.Instruments().Select(info => info.Symbol)];
        return [.. Rules.Instruments.Where(instrument => instrument.IsOpen || distributed.Contains(instrument.Symbol)).Select(OrderViews.ToView)];
    }

    /// <summary>Whether the books are those of a feed: then the link's own are shown to nobody.</summary>
    public bool IsFed => _flow().Kind == "feed";

    /// <summary>An instrument of the link; null for any other.</summary>
    public Instrument? Known(string? symbol) => Rules.Instruments.FirstOrDefault(instrument => instrument.Symbol == symbol);

    /// <summary>An instrument that orders are taken for, as its book is seen; null for any other.</summary>
    public Instrument? Tradable(string? symbol) => IsFed ? null : Known(symbol);

    /// <summary>The link at this moment.</summary>
    public StatusView Status()
    {
        LinkStatus status = Link.Status();
        return new StatusView(
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), (Clock.MonotonicNs - _startNs) / 1_000_000_000,
            typeof(ApiContext).Assembly.GetName().Version!.ToString(3),
            new JournalView(Options.Durability.ToString().ToLowerInvariant(), status.Sequence, status.DurableSequence, status.JournalBytes,
                status.JournalSyncs),
            new MarketDataView(
                Server.EndPoint.ToString(), Server.Options.Source, Server.Counters.Subscribers, Server.Counters.Subscriptions,
                Server.Published.Changes, Server.Published.Frames,
                Server.Loop.SentBytes, Server.Counters.Conflations, Server.Counters.SlowDisconnects, Server.Counters.Refusals),
            _flow(), Sessions(status), status.Sequence, status.Trades, status.Rejects, status.WorkingOrders, status.BadInputs,
            Blotter.LostReports + status.LostLocalEvents,
            GC.GetTotalMemory(forceFullCollection: false));
    }

    /// <summary>Quotes, bars and books of the market, and the names of the hops.</summary>
    public ConsoleMessage Hello() => new("hello")
    {
        Instruments = Instruments(),
        HopNames = HopStatistics.HopNames,
        Session = Options.Session,
        Accounts = Accounts,
        Status = Status(),
        Points = Metrics.View().Points,
    };

    private static InstrumentView ToView(InstrumentInfo info)
    {
        decimal unit = PriceUnit.Of(info.PriceDecimals);
        return new InstrumentView(info.Symbol, info.PriceDecimals, Math.Max(info.TickUnits, 1) / unit, info.LotUnits, IsOpen: true,
            IsTradable: false, null);
    }

    private static List<SessionView> Sessions(LinkStatus status) =>
    [
        .. status.Sessions.Select(session => new SessionView(
            session.CompId, session.IsLocal ? "local" : "fix", $"{char.ToLowerInvariant(session.State.ToString()[0])}{session.State.ToString()[1..]}",
            session.Received, session.Sent, session.NextIncoming, session.NextOutgoing, session.Version)),
    ];
}
