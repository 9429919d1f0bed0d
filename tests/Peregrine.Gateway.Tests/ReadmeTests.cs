using System.Net;
using Peregrine.Distribution;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing.Rules;
using Peregrine.Sequencing.Sessions;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>The README's example compiles and runs.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-readme-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Readme_Example_StartsAndStopsALink()
    {
        string folder = _folder.FullName;
        CountingStore store = new();

        using IdSegmentAllocator ids = new(store, "orders");
        LinkOptions options = new()
        {
            DataFolder = folder,
            Durability = Durability.Fsync,
            FixEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Sessions = [new ClientSession("CLIENT", AccountIds: [0])],
            Rules = new TradingRules(
                [new Instrument(0, "ACME", PriceDecimals: 2, TickUnits: 1, LotUnits: 1, IsOpen: true) { ReferencePrice = new Price(10_000) }],
                [new Account(0, "HOUSE", new AccountLimits(MaxQuantityUnits: 10_000, MaxNotionalUnits: 1_000_000, CollarBasisPoints: 500))]),
            Ids = ids,
        };
        using OrderLink link = OrderLink.Start(options, log: Console.WriteLine);
        Console.WriteLine($"FIX on {link.FixEndPoint}, {link.Recovery.Commands} commands replayed");
        Thread thread = new(link.Run);
        thread.Start();
        link.RequestStop(); // from any thread; Run says goodbye to the clients and drains
        thread.Join();

        Assert.Null(link.Failure);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Gateway", except: "folder store");
    }

    [Fact]
    public async Task Readme_RulesExample_AddsAnInstrument()
    {
        using LinkRig rig = new();
        OrderLink link = rig.Link;

        TradingRules now = link.Rules;
        Task<RulesChange> changing = link.ChangeRules(
            now with { Instruments = [.. now.Instruments, new Instrument(now.Instruments.Count, "OTHER", 2, 1, 1, IsOpen: true)] });
        Assert.True(link.TryPass());

        Assert.Equal(["OTHER"], (await changing).InstrumentsAdded);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Gateway", except: "folder store");
    }

    [Fact]
    public void Readme_BlockExample_BlocksASessionAndTheLink()
    {
        using LinkRig rig = new();
        OrderLink link = rig.Link;

        bool isKnown = link.Sessions.TryBlock("CLIENT", true);
        link.IsBlocked = true;

        Assert.True(isKnown && link.Sessions.Sessions[0].IsBlocked && link.IsBlocked);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Gateway", except: "folder store");
    }

    [Fact]
    public void Readme_MarketDataExample_ListensAtBothPorts()
    {
        using FixMarketData overFix = new(new FixMarketDataOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Sessions = ["READER"] });
        using MarketDataServer books = new(new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Transports = [overFix] });

        Assert.NotEqual(books.EndPoint, overFix.EndPoint);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Gateway", except: "folder store");
    }

    private sealed class CountingStore : IIdSegmentStore
    {
        private long _next = 1;

        public IdSegment Lease(string tag, int count) => new(Interlocked.Add(ref _next, count) - count, count);
    }
}
