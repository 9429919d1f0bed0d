using System.Net;
using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Primitives;
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

        using SegmentAllocator ids = new(store, "orders");
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
        AssertLinesAreHere();
    }

    // Every line of the README's code stands in this file.
    private static void AssertLinesAreHere()
    {
        string[] here = [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Peregrine.Gateway.Tests/ReadmeTests.cs")).Select(line => line.Trim())];
        bool isCode = false;
        int lines = 0;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "src/Peregrine.Gateway/README.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = line == "```csharp";
            }
            else if (isCode && line.Length > 0)
            {
                lines++;
                Assert.Contains(line.Trim(), here);
            }
        }

        Assert.True(lines > 10, "the README has an example");
    }

    private sealed class CountingStore : ISegmentStore
    {
        private long _next = 1;

        public IdSegment Lease(string tag, int count) => new(Interlocked.Add(ref _next, count) - count, count);
    }
}
