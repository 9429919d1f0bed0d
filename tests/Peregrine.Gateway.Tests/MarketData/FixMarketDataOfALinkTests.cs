using System.Net;
using Peregrine.Distribution;
using Peregrine.Gateway.MarketData.OverFix;

namespace Peregrine.Gateway.Tests.MarketData;

/// <summary>A link's own books over FIX: from an order at one port to a book at the other, and after a new start.</summary>
public sealed class FixMarketDataOfALinkTests : IDisposable
{
    private const string Wanted = "262=A|263=1|264=0|265=1|267=3|269=0|269=1|269=2|146=1|55=TEST|";

    private readonly LinkRig _rig;
    private FixMarketData _overFix = null!;
    private MarketDataServer? _server;
    private Thread _thread = null!;

    public FixMarketDataOfALinkTests() => _rig = new LinkRig(change: Distribute);

    public void Dispose()
    {
        _rig.Dispose();
        Stop();
    }

    [Fact]
    public void Orders_OfTheLink_AreInTheBooksOverFix_AlsoAfterANewStart()
    {
        FollowedBook book = new("TEST", "A");
        using FixClient client = _rig.Connect();
        using (FixClient reader = Read(book, client))
        {
            client.New(1, '2', "B"u8, 10_010, 7);
            client.New(2, '1', "A"u8, 10_000, 5);
            client.New(3, '1', "A"u8, 10_010, 3);
            Pump(client, reader, () => book.Trades.Count == 1 && book.Levels().Count == 2);
            Assert.Equal(["bid 100.00 5 1", "offer 100.10 4 1"], book.Levels());
        }

        _rig.Restart();
        _rig.Link.PublishBooks();
        FollowedBook after = new("TEST", "A");
        using FixClient again = _rig.Connect(client.NextOutgoing, client.NextIncoming);
        using FixClient next = Read(after, again);
        Pump(again, next, () => after.Levels().Count == 2);
        Assert.Equal(book.Levels(), after.Levels());
    }

    private FixClient Read(FollowedBook book, FixClient client)
    {
        FixClient reader = new(_overFix.EndPoint!, "READER") { Seen = book.Take };
        reader.Logon(isReset: true);
        Pump(client, reader, () => reader.IsLoggedOn);
        reader.Send("V", Wanted);
        Pump(client, reader, () => book.Snapshots > 0);
        return reader;
    }

    private void Pump(FixClient client, FixClient reader, Func<bool> holds) => _rig.Pump(client, () =>
    {
        reader.Receive();
        return holds();
    });

    private LinkOptions Distribute(LinkOptions options)
    {
        Stop();
        _overFix = new FixMarketData(new FixMarketDataOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Sessions = ["READER"] });
        _server = new MarketDataServer(new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Transports = [_overFix] });
        _thread = new Thread(_server.Run) { IsBackground = true, Name = "market data" };
        _thread.Start();
        return options with { MarketData = _server };
    }

    private void Stop()
    {
        if (_server is not null)
        {
            _server.RequestStop();
            _thread.Join();
            _server.Dispose();
            _overFix.Dispose();
        }
    }
}
