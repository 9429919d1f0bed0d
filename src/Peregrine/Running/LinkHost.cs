using Microsoft.Extensions.Logging;
using Peregrine.Api;
using Peregrine.Cli;
using Peregrine.Hosting;
using Peregrine.Hosting.Configuration;
using Peregrine.Distribution;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Gateway;
using Peregrine.Gateway.Local;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Ids;
using Peregrine.Ids.Sqlite;
using Peregrine.Sequencing.Rules;
using Peregrine.Sequencing.Sessions;
using Peregrine.Simulator;
using Peregrine.Telemetry;
using Peregrine.Trading.Orders;

namespace Peregrine.Running;

/// <summary>What a run was asked for, beside the configuration.</summary>
/// <param name="Feed">A recorded feed, or tcp://host:port of another link; null for the link's own books.</param>
/// <param name="Speed">Of a recorded feed, a multiple of the recorded one; 0 as fast as it goes.</param>
/// <param name="SkipsLostReports">Starts although a session's store lacks reports that the journal no longer makes.</param>
/// <param name="AcceptsClockBehind">Starts although the clock is behind the journal.</param>
/// <param name="AcceptsLostCommands">Starts although the journal lacks commands that other files prove.</param>
internal sealed record RunRequest(string? Feed, double Speed, bool SkipsLostReports = false, bool AcceptsClockBehind = false,
    bool AcceptsLostCommands = false);

/// <summary>The whole link with everything around it: distribution, simulator or feed, console.</summary>
/// <remarks>Thread: made, run and disposed by one.</remarks>
internal sealed class LinkHost : IDisposable
{
    // Instruments of a feed that the console follows from the start; more are there through the API's market data port.
    private const int FollowedMax = 256;

    private static readonly AccountLimits SimulatedLimits = new(1_000_000, 1_000_000_000, 1_000);
    private readonly OwnedParts _parts = new();
    private readonly PeregrineOptions _options;
    private readonly ILogger _log;
    private readonly ILoggerFactory _loggers;
    private readonly bool _isSimulated;
    private readonly Thread _serverThread;
    private readonly IFlowDriver? _flow;
    private ApiContext? _context;

    /// <summary>Starts everything but the link's own thread, which is the caller's.</summary>
    /// <exception cref="CommandException">A port is in use, the feed is none.</exception>
    public LinkHost(PeregrineOptions options, RunRequest request, ILoggerFactory loggers)
    {
        ILogger log = loggers.CreateLogger<LinkHost>();
        (_options, _log, _loggers) = (options, log, loggers);
        try
        {
            _isSimulated = options.Simulator.IsEnabled && request.Feed is null;
            StartNeeds.Of(options, _isSimulated).CheckAgainst(options.DataFolder, log);
            string source = request.Feed is null ? "core" : Path.GetFileName(request.Feed.TrimEnd('/'));
            OverFix = options.ToFixMarketDataOptions() is { } overFix
                ? _parts.Own(new FixMarketData(overFix with { Log = loggers.CreateLogger<FixMarketData>() }))
                : null;
            Server = _parts.Own(new MarketDataServer(options.ToServerOptions(source) with
            {
                Transports = OverFix is null ? [] : [OverFix],
                Log = loggers.CreateLogger<MarketDataServer>(),
            }));
            Blotter = _parts.Own(new Blotter());
            LocalPort? desk = options.Console.IsEnabled ? new LocalPort([ConsoleSession(options)]) : null;
            List<ClientSession> participants = _isSimulated
                ? [.. Fleet.Roster.Select((who, index) => new ClientSession(who.Name, [options.Rules.Accounts.Count + index]))]
                : [];
            bool isLocal = options.Simulator.Path == SimulatorPath.InProcess;
            LocalPort? simulated = _isSimulated && isLocal ? new LocalPort(participants) : null;
            PrivateFiles.CheckRegular(options.Ids.DatabasePath);
            SqliteIdSegmentStore store = _parts.Own(new SqliteIdSegmentStore(options.Ids.DatabasePath));
            IdSegmentAllocator ids = _parts.Own(new IdSegmentAllocator(store, "orders", options.ToIdSegmentOptions()));
            Link = _parts.Own(OrderLink.Start(
                options.ToLinkOptions(ids) with
                {
                    Rules = RulesOf(options),
                    Sessions = _isSimulated && !isLocal ? [.. options.Sessions, .. participants] : options.Sessions,
                    LocalPorts = [.. new[] { desk, simulated }.OfType<LocalPort>()],
                    MarketData = request.Feed is null ? Server : null,
                    ReportTaps = [Blotter],
                    Snapshots = options.Journal.Snapshot with { Take = SnapshotProcess.Take },
                    SkipLostReports = request.SkipsLostReports,
                    AcceptClockBehind = request.AcceptsClockBehind,
                    AcceptLostCommands = request.AcceptsLostCommands,
                },
                loggers.CreateLogger<OrderLink>()));
            if (request.Feed is not null)
            {
                log.BooksAreTheFeeds();
            }

            _flow = request.Feed is { } feed ? FeedDriver(feed, request.Speed) : _isSimulated ? SimulatedFlow(simulated) : null;
            _serverThread = new Thread(Server.Run) { IsBackground = true, Name = "market data" };
            _serverThread.Start();
            _parts.OnEnd(StopServer);
            if (desk is not null)
            {
                StartConsole(desk);
            }

            if (_flow is not null)
            {
                _ = _parts.Own(_flow);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The link.</summary>
    public OrderLink Link { get; }

    /// <summary>The distribution.</summary>
    public MarketDataServer Server { get; }

    /// <summary>The distribution over FIX; null when nobody may have it so.</summary>
    public FixMarketData? OverFix { get; }

    /// <summary>The latest orders and rejects.</summary>
    public Blotter Blotter { get; }

    /// <summary>The web server; null when it is switched off.</summary>
    public ApiServer? Api { get; private set; }

    /// <summary>The secret of the console; null when it is switched off.</summary>
    public AccessToken? Token { get; private set; }

    /// <summary>What moves the books.</summary>
    public FlowView Flow => _flow?.View() ?? new FlowView("none", "clients only", 0, 0);

    /// <summary>Lets the flow begin, and works until the link is asked to stop.</summary>
    public void Run()
    {
        _flow?.Start();
        Link.Run();
    }

    /// <summary>
    /// Puts the rules of another configuration in force, with its trading days and the accounts of the sessions that there are;
    /// the simulated participants go on with the instruments that they began with. Nothing else of it is taken. From any thread.
    /// </summary>
    /// <inheritdoc cref="OrderLink.ChangeRules(RulesUpdate)" path="/returns"/>
    public async Task<RulesChange> ChangeRules(PeregrineOptions next)
    {
        HashSet<string> known = [.. _options.Sessions.Select(session => session.CompId)];
        IEnumerable<ClientSession> console = _options.Console.IsEnabled ? [ConsoleSession(next) with { CompId = _options.Console.Session }] : [];
        RulesChange change = await Link.ChangeRules(new RulesUpdate(RulesOf(next))
        {
            Calendars = next.Calendars,
            Sessions = [.. next.Sessions.Where(session => known.Contains(session.CompId)), .. console],
        }).ConfigureAwait(false);
        _context?.UseAccounts(next.Rules);
        return change;
    }

    /// <summary>Ends everything, the last started first. After it, <see cref="Link"/> still tells its state hash.</summary>
    public void Dispose() => _parts.Dispose();

    private static ClientSession ConsoleSession(PeregrineOptions options) =>
        new(options.Console.Session, [.. Enumerable.Range(0, options.Rules.Accounts.Count)]);

    private TradingRules RulesOf(PeregrineOptions options) => _isSimulated ? WithParticipants(options.Rules) : options.Rules;

    private static TradingRules WithParticipants(TradingRules rules) =>
        rules with { Accounts = [.. rules.Accounts,
            .. Fleet.Roster.Select((who, index) => new Account(rules.Accounts.Count + index, who.Name, SimulatedLimits))] };

    private IFlowDriver FeedDriver(string feed, double speed) => feed.StartsWith(FeedLinkDriver.Scheme, StringComparison.Ordinal)
        ? new FeedLinkDriver(feed, Server, _loggers.CreateLogger<MarketDataClient>())
        : new FeedFileDriver(feed, speed, Server, _log);

    private SimulatorDriver? SimulatedFlow(LocalPort? port)
    {
        if (!SimulatorDriver.Instruments(Link.Rules).Any())
        {
            _log.NobodyTrades();
            return null;
        }

        long firstNumber = Link.Status().Sequence + 1;
        SimulatorOptions simulator = _options.Simulator;
        ISimulatedEntry entry = port is not null ? new LocalEntry(port) : new FixEntry(_options, Link, Server, _log);
        return new SimulatorDriver(entry, Link.Rules, simulator.OrdersPerSecond, simulator.Seed, firstNumber, Blotter, _log);
    }

    private void StartConsole(LocalPort port)
    {
        MarketView market = new();
        MarketDataClient client = _parts.Own(new MarketDataClient(Server.EndPoint, market, [new Request(RequestKind.ListInstruments, [], 0)]));
        market.Found = (symbol, before) =>
        {
            if (before < FollowedMax)
            {
                client.Post(new Request(RequestKind.Subscribe, [symbol], Depth.Levels));
                client.Post(new Request(RequestKind.Subscribe, [symbol], Depth.Trades));
            }
        };
        client.Start();
        Timer newcomers = _parts.Own(new Timer(_ => client.Post(new Request(RequestKind.ListInstruments, [], 0)), null, 1_000, 5_000));
        MetricsSampler metrics = _parts.Own(new MetricsSampler(Link, Server));
        OrderDesk desk = _parts.Own(new OrderDesk(port, Link.Rules));
        Token = AccessToken.Open(_options.DataFolder);
        Dictionary<int, string> sessions = _options.Sessions.Select(session => session.CompId).Append(_options.Console.Session)
            .Concat(Fleet.Roster.Select(who => who.Name)).Distinct().ToDictionary(SessionId.Of);
        ApiOptions options = new(_options.Console.EndPoint, _options.Console.ConnectionsMax, _options.Console.Session, _options.Journal.Durability,
            _options.Rules);
        _context = new ApiContext(options, Link, Server, market, Blotter, metrics, desk, Token, sessions, () => Flow)
        {
            Log = _loggers.CreateLogger<ApiServer>(),
        };
        Api = ApiServer.Start(_context).GetAwaiter().GetResult();
        _parts.OnEnd(() => Api.DisposeAsync().AsTask().GetAwaiter().GetResult());
    }

    private void StopServer()
    {
        Server.RequestStop();
        _serverThread.Join();
    }
}
