using Microsoft.Extensions.Logging;
using Peregrine.Distribution;
using Peregrine.Gateway;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Ids;
using Peregrine.Ids.Sqlite;

namespace Peregrine.Hosting;

/// <summary>A link with its distribution and its ids, as options say.</summary>
internal sealed class HostedLink : IHostedLink
{
    private readonly OwnedParts _parts = new();

    /// <summary>Starts the link; nothing is served before <see cref="Run"/>.</summary>
    /// <exception cref="ArgumentException">Options that do not fit the journal.</exception>
    /// <exception cref="IOException">A port or the folder is in use, or damaged.</exception>
    public HostedLink(LinkHostOptions options, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger<LinkService>();
        if (options.NotHere.Count > 0)
        {
            logger.NotHere(string.Join(", ", options.NotHere));
        }

        try
        {
            // Orders are nobody else's business.
            _ = Directory.CreateDirectory(options.Link.DataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            MarketData = options.MarketData is { } market ? Distribute(market, options.FixMarketData, loggers) : null;
            IOrderIdSource ids = options.Link.Ids;
            if (options.HasOwnIds)
            {
                SqliteIdSegmentStore store = _parts.Own(new SqliteIdSegmentStore(Path.Combine(options.Link.DataFolder, options.IdDatabase)));
                ids = _parts.Own(new IdSegmentAllocator(store, "orders", options.Ids));
            }

            Link = _parts.Own(OrderLink.Start(options.Link with { Ids = ids, MarketData = MarketData ?? options.Link.MarketData },
                loggers.CreateLogger<OrderLink>()));
            logger.Started(Link.FixEndPoint, Link.Recovery.Commands);
            if (MarketData is not null)
            {
                logger.Distributes(MarketData.EndPoint);
                Thread server = new(MarketData.Run) { IsBackground = true, Name = "market data" };
                server.Start();
                _parts.OnEnd(() =>
                {
                    MarketData.RequestStop();
                    server.Join();
                });
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private MarketDataServer Distribute(MarketDataServerOptions market, FixMarketDataOptions? overFix, ILoggerFactory loggers)
    {
        if (overFix is not null)
        {
            FixMarketData transport = _parts.Own(new FixMarketData(overFix with { Log = overFix.Log ?? loggers.CreateLogger<FixMarketData>() }));
            market = market with { Transports = [.. market.Transports, transport] };
        }

        return _parts.Own(new MarketDataServer(market with { Log = market.Log ?? loggers.CreateLogger<MarketDataServer>() }));
    }

    /// <inheritdoc/>
    public OrderLink Link { get; }

    /// <inheritdoc/>
    public MarketDataServer? MarketData { get; }

    /// <inheritdoc/>
    public void Run() => Link.Run();

    /// <summary>Ends everything, the last started first.</summary>
    public void Dispose() => _parts.Dispose();
}
