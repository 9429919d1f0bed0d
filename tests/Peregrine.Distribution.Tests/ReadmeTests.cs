using System.Net;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Tests;

public class ReadmeTests
{
    [Fact]
    public void Readme_Example_FillsASubscribersBook()
    {
        using MarketDataServer server = new(new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        int acme = server.Define(new InstrumentInfo("ACME", PriceDecimals: 2, TickUnits: 1, LotUnits: 1));
        Thread thread = new(server.Run);
        thread.Start();
        SubscribedBooks books = new();
        using MarketDataClient client = new(server.EndPoint, books, [new Request(RequestKind.Subscribe, ["ACME"], Depth.Orders)]);
        client.Start();
        server.Publish(new BookUpdate { Kind = BookUpdateKind.Add, InstrumentId = acme, OrderId = 1, Side = Side.Buy, Price = 10_000,
            Quantity = 50 });
        server.Signal(); // after the last of a batch: wakes the server's thread if it sleeps

        ServerRig.Until(() => books.Books.OrderCount == 1, "the order is in the subscriber's book");
        server.RequestStop(); // from any thread; Run ends when the subscribers have read their last frame, and only then it may be disposed
        thread.Join();
        ReadmeExample.AssertStandsInThisFile("Peregrine.Distribution");
    }
}
