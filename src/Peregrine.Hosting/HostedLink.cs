using Microsoft.Extensions.Logging;
using Peregrine.Distribution;
using Peregrine.Gateway;
using Peregrine.Ids;
using Peregrine.Ids.Sqlite;

namespace Peregrine.Hosting;

/// <summary>A link with its distribution and its ids, as options say.</summary>
internal sealed class HostedLink : IHostedLink
{
    private readonly Stack<IDisposable> _parts = new();
    private readonly Thread? _serverThread;

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
            MarketData = options.MarketData is { } market
                ? Own(new MarketDataServer(market with { Log = market.Log ?? logger.MarketDataTold }))
                : null;
            IOrderIdSource ids = options.Link.Ids;
            if (options.HasOwnIds)
            {
                SqliteIdSegmentStore store = Own(new SqliteIdSegmentStore(Path.Combine(options.Link.DataFolder, options.IdDatabase)));
                ids = Own(new IdSegmentAllocator(store, "orders", options.Ids));
            }

            Link = Own(OrderLink.Start(options.Link with { Ids = ids, MarketData = MarketData ?? options.Link.MarketData },
                loggers.CreateLogger<OrderLink>()));
            logger.Started(Link.FixEndPoint, Link.Recovery.Commands);
            if (MarketData is not null)
            {
                logger.Distributes(MarketData.EndPoint);
                _serverThread = new Thread(MarketData.Run) { IsBackground = true, Name = "market data" };
                _serverThread.Start();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public OrderLink Link { get; }

    /// <inheritdoc/>
    public MarketDataServer? MarketData { get; }

    /// <inheritdoc/>
    public void Run() => Link.Run();

    /// <summary>Ends everything, the last started first.</summary>
    public void Dispose()
    {
        if (_serverThread is not null)
        {
            MarketData!.RequestStop();
            _serverThread.Join();
        }

        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }
}
