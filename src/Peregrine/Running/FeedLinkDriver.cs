using System.Net;
using Microsoft.Extensions.Logging;
using Peregrine.Api;
using Peregrine.Cli;
using Peregrine.Distribution;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;

namespace Peregrine.Running;

/// <summary>Drives the distribution from that of another link: its frames in, ours out, with sequence numbers of our own.</summary>
internal sealed class FeedLinkDriver : SubscribedBooks, IFlowDriver
{
    /// <summary>How an address of a link begins.</summary>
    public const string Scheme = "tcp://";

    private readonly MarketDataServer _server;
    private readonly MarketDataClient _client;
    private readonly string _address;
    private readonly Dictionary<int, int> _ids = [];

    /// <summary>Makes a driver; it connects when it is started, and again whenever the connection is lost.</summary>
    /// <param name="address">tcp://host:port.</param>
    /// <exception cref="CommandException">That is no address, or the host has none.</exception>
    public FeedLinkDriver(string address, MarketDataServer server, ILogger log)
    {
        _server = server;
        _address = address;
        _client = new MarketDataClient(Resolve(address), this, [new Request(RequestKind.Subscribe, ["*"], Depth.Orders)], log, OnLost);
    }

    /// <inheritdoc/>
    public FlowView View() => new("feed", $"{_address}, {(_client.IsConnected ? "connected" : "not connected")}", 0, 0);

    /// <inheritdoc/>
    public void Start() => _client.Start();

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <inheritdoc/>
    public override void OnWelcome(int version, string source, int heartbeatMs, long instrumentCount)
    {
        base.OnWelcome(version, source, heartbeatMs, instrumentCount);
        _ids.Clear();
    }

    /// <inheritdoc/>
    public override void OnInstrument(int instrumentId, InstrumentInfo info, Depth depth)
    {
        base.OnInstrument(instrumentId, info, depth);
        _ids[instrumentId] = _server.Define(info);
    }

    /// <inheritdoc/>
    public override void OnSnapshotEnd(in FrameHeader header)
    {
        base.OnSnapshotEnd(header);
        _server.Signal();
    }

    /// <inheritdoc/>
    public override void OnIncrementEnd(in FrameHeader header)
    {
        base.OnIncrementEnd(header);
        _server.Signal();
    }

    /// <inheritdoc/>
    protected override void OnApplied(in BookUpdate update)
    {
        if (_ids.TryGetValue(update.InstrumentId, out int id))
        {
            BookUpdate ours = update;
            ours.InstrumentId = id;
            _server.Publish(ours);
        }
    }

    private static IPEndPoint Resolve(string address)
    {
        bool isGood = Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Port > 0 && uri.AbsolutePath is "/" or "";
        if (!isGood)
        {
            throw new CommandException($"--feed: '{address}', expected {Scheme}host:port such as {Scheme}127.0.0.1:9881", 2);
        }

        try
        {
            IPAddress host = IPAddress.TryParse(uri!.DnsSafeHost, out IPAddress? literal) ? literal : Dns.GetHostAddresses(uri.DnsSafeHost)[0];
            return new IPEndPoint(host, uri.Port);
        }
        catch (System.Net.Sockets.SocketException fault)
        {
            throw new CommandException($"--feed: host '{uri!.DnsSafeHost}' has no address: {fault.Message}");
        }
    }

    // A book that nobody keeps up to date is worse than none.
    private void OnLost()
    {
        foreach (int id in _ids.Values)
        {
            _server.Publish(new BookUpdate { Kind = BookUpdateKind.Clear, InstrumentId = id, TimeNs = Primitives.Clock.UnixNs, IsEventEnd = true });
        }

        _server.Signal();
    }
}
