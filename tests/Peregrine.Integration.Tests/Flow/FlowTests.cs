using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Integration.Tests.Console;
using Peregrine.Integration.Tests.Link;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Flow;

/// <summary>What moves the books of a running link: simulated participants, a recording, another link.</summary>
public sealed class FlowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inprocess")]
    [InlineData("fix")]
    public async Task Simulator_ByEitherPath_TradesOnEveryInstrument(string path)
    {
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--rate", "400", "--set", $"simulator.path={path}");
        using ApiClient api = new(link.ConsolePort);

        await api.Until("/api/quotes", quotes => quotes.AsArray().Count(quote => (long)quote!["trades"]! > 2) == 3,
            "trades on all three instruments");

        JsonNode status = await api.Get("/api/status");
        Assert.Equal("simulator", (string)status["flow"]!["kind"]!);
        Assert.True((long)status["rejects"]! <= (long)status["commands"]! / 20, $"few rejects: {status["rejects"]} of {status["commands"]}");
        string kind = path == "fix" ? "fix" : "local";
        Assert.Contains(status["sessions"]!.AsArray(),
            session => ((string)session!["compId"]!).Contains("SIM-MAKER-1", StringComparison.Ordinal) && (string)session["kind"]! == kind
            && (long)session["received"]! > 10);
        CommandResult end = link.Stop();
        Assert.Equal(0, end.ExitCode);
    }

    [Fact]
    public async Task Simulator_AfterACrash_TakesItsOldOrdersOutAndGoesOn()
    {
        using (LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--rate", "400"))
        {
            using ApiClient api = new(link.ConsolePort);
            await api.Until("/api/status", status => (long)status["commands"]! > 500, "a busy link");
            link.Kill();
        }

        using LinkProcess again = LinkProcess.StartWith(_folder.File("data"), "--rate", "400");
        using ApiClient after = new(again.ConsolePort);
        long sequence = (long)(await after.Get("/api/status"))["commands"]!;
        await after.Until("/api/status", status => (long)status["commands"]! > sequence + 500, "it goes on");
        JsonNode status = await after.Get("/api/status");
        Assert.True((long)status["rejects"]! < 100, $"no storm of rejects: {status["rejects"]}");
    }

    [Fact]
    public void NoSimulator_NobodyTrades()
    {
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator", "--no-console");

        Assert.Equal(-1, link.ConsolePort);
        Assert.Contains("stopped at command 0", link.Stop().Output);
    }

    [Fact]
    public async Task ChainedLinks_OnARecordedFeed_HaveTheSameBook()
    {
        string file = SharedData.Require("data/lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv");
        string part = _folder.File("AAPL_2012-06-21_part.csv");
        File.WriteAllLines(part, File.ReadLines(file).Take(ProofSize.Of(10_000, 92_000)));
        using LinkProcess first = LinkProcess.StartWith(_folder.File("first"), "--feed", part, "--speed", "max");
        using LinkProcess second = LinkProcess.StartWith(_folder.File("second"), "--feed", $"tcp://127.0.0.1:{first.MarketDataPort}");
        SubscribedBooks fromFirst = new();
        SubscribedBooks fromSecond = new();
        Request request = new(RequestKind.Subscribe, ["*"], Depth.Orders);
        using ApiClient api = new(first.ConsolePort);
        using ApiClient secondApi = new(second.ConsolePort);
        await api.Until("/api/status",
            status => ((string)status["flow"]!["text"]!).Contains(
                $"{File.ReadLines(part).Count().ToString("N0", CultureInfo.InvariantCulture)} messages", StringComparison.Ordinal),
                "the feed is at its end");
        await secondApi.Until("/api/books/AAPL?depth=1", book => (long)book["sequence"]! > 0, "the second link has the instrument");
        using MarketDataClient one = new(new IPEndPoint(IPAddress.Loopback, first.MarketDataPort), fromFirst, [request]);
        using MarketDataClient two = new(new IPEndPoint(IPAddress.Loopback, second.MarketDataPort), fromSecond, [request]);

        one.Start();
        two.Start();

        DateTime end = DateTime.UtcNow.AddSeconds(30);
        while (fromFirst.SequenceOf(0) <= 0 || BookDigest.Of(fromFirst.Books, 0, Depth.Orders) != BookDigest.Of(fromSecond.Books, 0, Depth.Orders)
            || fromFirst.Books.OrderCount == 0)
        {
            Assert.True(DateTime.UtcNow < end, "both have the same book in the end");
            await Task.Delay(50);
        }

        Assert.Equal((0L, 0L), (fromFirst.DigestsWrong, fromSecond.DigestsWrong));
        JsonNode instruments = await secondApi.Get("/api/instruments");
        Assert.Equal(("AAPL", false), ((string)instruments[0]!["symbol"]!, (bool)instruments[0]!["isTradable"]!));
    }

    [Fact]
    public async Task ChainedLink_WhenTheFirstIsGone_EmptiesItsBooksAndComesBack()
    {
        using LinkProcess first = LinkProcess.StartWith(_folder.File("first"), "--rate", "200");
        int port = first.MarketDataPort;
        using LinkProcess second = LinkProcess.StartWith(_folder.File("second"), "--feed", $"tcp://127.0.0.1:{port}");
        using ApiClient api = new(second.ConsolePort);
        await api.Until("/api/books/AAPL", book => book["bids"]!.AsArray().Count > 3, "the book is there");

        first.Kill();
        await api.Until("/api/books/AAPL", book => book["bids"]!.AsArray().Count == 0 && book["asks"]!.AsArray().Count == 0, "the book is emptied");
        using LinkProcess again = LinkProcess.StartWith(_folder.File("first"), "--rate", "200", "--set", $"marketData.port={port}");

        await api.Until("/api/books/AAPL", book => book["bids"]!.AsArray().Count > 3, "the book is back");
    }

    [Theory]
    [InlineData("data/dbn/orderbooks_mbo_2024-05-08.dbn.zst", "at its end", 1)]
    [InlineData("data/itch/lync_real_sample_slice.itch", "ends in the middle of a message, at byte 1048574", 8_713)]
    public async Task Feed_OfEachFormat_NamesItsInstruments(string recorded, string ending, int instruments)
    {
        string file = SharedData.Require(recorded);
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--feed", file, "--speed", "max");
        using ApiClient api = new(link.ConsolePort);

        await api.Until("/api/instruments", found => found.AsArray().Count == instruments, $"{instruments} instruments");

        Assert.Contains(ending, string.Join(' ', link.Log) + link.Stop().Output);
    }

    [Theory]
    [InlineData("tcp://nowhere", "expected tcp://host:port")]
    [InlineData("/no/such/feed.csv", "cannot be read")]
    public void Feed_ThatIsNone_IsTold(string feed, string words)
    {
        CommandResult result = CommandProcess.Run("run", "--no-status", "--data", _folder.File("data"), "--feed", feed, "--set", "fix.port=0",
            "--set", "marketData.port=0", "--set", "console.port=0");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(words, result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_OfARunningLink_ShowsItsFigures_AndWithoutOneSaysWhatToDo()
    {
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--rate", "400");
        using ApiClient api = new(link.ConsolePort);
        await api.Until("/api/metrics", metrics => metrics["points"]!.AsArray().Count > 1, "a second has passed");

        CommandResult picture = CommandProcess.Run("top", "--once", "--url", $"http://127.0.0.1:{link.ConsolePort}");
        CommandResult json = CommandProcess.Run("top", "--once", "--json", "--url", $"http://127.0.0.1:{link.ConsolePort}");
        CommandResult nobody = CommandProcess.Run("top", "--once", "--url", "http://127.0.0.1:1");

        Assert.Equal((0, 0, 1), (picture.ExitCode, json.ExitCode, nobody.ExitCode));
        Assert.Contains("orders/s", picture.Output);
        Assert.Contains("AAPL", picture.Output);
        Assert.True((long)JsonNode.Parse(json.Output)!["status"]!["commands"]! > 0);
        Assert.Contains("peregrine run", nobody.OneLineError());
    }

    [Fact]
    public void Simulate_BesideARecording_PrintsBothInOneTable()
    {
        string file = SharedData.Require("data/lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv");

        CommandResult result = CommandProcess.Run("simulate", "--seconds", "600", "--json", "--beside", file);

        JsonArray flows = JsonNode.Parse(result.Output)!.AsArray();
        Assert.Equal(2, flows.Count);
        Assert.Equal(4_067, (int)flows[1]!["executions"]!);
        Assert.InRange((double)flows[0]!["spreadBp"]!, 1, 10);
    }
}
