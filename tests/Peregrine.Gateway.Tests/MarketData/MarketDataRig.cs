using System.Net;
using Peregrine.Distribution;
using Peregrine.Distribution.Wire;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Gateway.Tests.MarketData;

/// <summary>A market data server with FIX beside its own wire format, all on the test's thread, and an obviously right model of its books.</summary>
internal sealed class MarketDataRig : IDisposable
{
    private readonly MarketDataServer _server;
    private readonly List<FixClient> _clients = [];
    private readonly FixValidator _validator;
    private readonly FixDictionary _dictionary;
    private readonly FixIndex _index;
    private readonly string _version;
    private readonly bool _isSilent;

    public MarketDataRig(string version = "FIX.4.4", Func<FixMarketDataOptions, FixMarketDataOptions>? change = null,
        Func<MarketDataServerOptions, MarketDataServerOptions>? serve = null, bool isSilent = false)
    {
        (_version, _isSilent) = (version, isSilent);
        FixMarketDataOptions options = new() { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Sessions = ["READER", "OTHER"], Version = version };
        OverFix = new FixMarketData(change?.Invoke(options) ?? options);
        MarketDataServerOptions server = new()
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Spins = true, KernelBytes = 16_384, Transports = [OverFix],
        };
        _server = new MarketDataServer(serve?.Invoke(server) ?? server);
        foreach (string symbol in (string[])["ONE", "TWO"])
        {
            _ = _server.Define(new InstrumentInfo(symbol, 2, 1, 1));
        }

        OrderDialect dialect = OrderDialect.Find(version)!;
        _dictionary = FixDictionaries.Find(dialect.BeginString, dialect.ApplVerId)!;
        _validator = new FixValidator(_dictionary, FixValidation.Default);
        _index = new FixIndex(_dictionary);
    }

    public FixMarketData OverFix { get; }

    public MarketDataServer Server => _server;

    /// <summary>What the books have, by instrument.</summary>
    public SlowBook[] Books { get; } = [new(), new()];

    public FixClient Connect(Action<string>? seen = null, string compId = "READER", bool isReset = true, long next = 1)
    {
        FixClient client = new(OverFix.EndPoint!, compId, nextOutgoing: next, version: _version) { Seen = _isSilent ? null : seen ?? (_ => { }) };
        _clients.Add(client);
        client.Logon(isReset);
        Until(() => client.IsLoggedOn || client.IsClosed, "logged on");
        return client;
    }

    /// <summary>Without a word.</summary>
    public void Cut(FixClient client)
    {
        _ = _clients.Remove(client);
        client.Dispose();
    }

    /// <summary>An update into the server and into the model.</summary>
    public void Publish(in BookUpdate update)
    {
        Books[update.InstrumentId].Apply(in update);
        _server.Publish(update);
    }

    public void Add(int instrument, ulong id, Side side, long price, long quantity) => Publish(new BookUpdate
    {
        Kind = BookUpdateKind.Add, InstrumentId = instrument, OrderId = id, Side = side, Price = price, Quantity = quantity, TimeNs = TimeNs,
    });

    public static long TimeNs { get; } = new DateTimeOffset(2026, 12, 1, 9, 30, 0, 250, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000_000;

    public void Pass()
    {
        _ = _server.Pass();
        foreach (FixClient client in _clients)
        {
            client.Receive();
        }
    }

    public void Until(Func<bool> holds, string what)
    {
        long endNs = Clock.MonotonicNs + 20_000_000_000L;
        while (!holds())
        {
            Assert.True(Clock.MonotonicNs < endNs, $"waited in vain: {what}");
            Pass();
        }
    }

    /// <summary>Only the server, while clients do not read.</summary>
    public void ServeUntil(Func<bool> holds, string what)
    {
        long endNs = Clock.MonotonicNs + 20_000_000_000L;
        while (!holds())
        {
            Assert.True(Clock.MonotonicNs < endNs, $"waited in vain: {what}");
            _ = _server.Pass();
        }
    }

    /// <summary>Holds a message against the version's whole dictionary.</summary>
    public void Validate(string message)
    {
        byte[] frame = System.Text.Encoding.ASCII.GetBytes(message.Replace('|', '\u0001'));
        Assert.True(_index.TryParse(frame), message);
        FixMessage parsed = new(frame, _index);
        FixMessageType type = _dictionary.MessageOf(parsed.MsgType)!;
        FixFault fault = _validator.Validate(parsed, type, out int tag);
        Assert.True(fault == FixFault.None, $"{fault} at tag {tag}: {message}");
    }

    public void Dispose()
    {
        foreach (FixClient client in _clients)
        {
            client.Dispose();
        }

        OverFix.Dispose();
        _server.Dispose();
    }
}
