using System.Text.Json.Nodes;
using Peregrine.Integration.Tests.Link;

namespace Peregrine.Integration.Tests.Console;

/// <summary>The API beside other sessions, and beside books that are a feed's.</summary>
public sealed class SharedLinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AnotherSessionsOrder_IsListed_ButNotFoundByItsNames()
    {
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--rate", "200");
        using ApiClient api = new(link.ConsolePort, File.ReadAllText(_folder.File("data/access-token")).Trim());
        JsonNode? others = null;
        await api.Until("/api/orders?session=SIM-MAKER-1&limit=5", list => (others = list).AsArray().Count == 5, "others have orders");

        foreach (JsonNode? order in others!.AsArray())
        {
            foreach (string key in (string[])["clientOrderId", "orderId"])
            {
                using HttpResponseMessage found = await api.Http.GetAsync($"/api/orders/{Uri.EscapeDataString((string)order![key]!)}");
                Assert.True((int)found.StatusCode == 404, $"{key} of {order.ToJsonString()}");
                (int cancelled, _) = await api.Delete($"/api/orders/{Uri.EscapeDataString((string)order[key]!)}");
                Assert.Equal(404, cancelled);
            }
        }
    }

    [Fact]
    public async Task FixClientsOrder_WithANameThatNoPathHolds_IsFoundInTheList()
    {
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator");
        using FixClientProcess client = new(link.Port, _folder.File("store"));
        using ApiClient api = new(link.ConsolePort);
        _ = client.WaitFor(line => line.Kind == "logon", "the logon");
        string[] names = ["..", "a/../b%2F?#&+;~"];
        foreach (string name in names)
        {
            client.Send($"new {name} AAPL buy 1 230.00 day CLIENT");
            _ = client.WaitForReport(name, "0");
        }

        foreach (string name in names)
        {
            JsonNode? order = null;
            await api.Until($"/api/orders?session=CLIENT1&clientOrderId={Uri.EscapeDataString(name)}",
                list => list.AsArray().Count == 1 && (order = list[0]) is not null, "the order is listed");
            Assert.Equal((name, "CLIENT1", "new"), ((string)order!["clientOrderId"]!, (string)order["session"]!, (string)order["status"]!));
        }

        client.Quit();
    }

    [Fact]
    public async Task OrderBesideAFeed_WhereNobodyCouldSeeIt_IsRefused()
    {
        // An add of LOBSTER: the feed has one instrument, and the link's own are listed nowhere.
        string feed = _folder.Write("34200.1,1,11,100,5850000,1\n", "FEED_2012-06-21_34200000_57600000_message_10.csv");
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--feed", feed, "--speed", "max");
        using ApiClient api = new(link.ConsolePort, File.ReadAllText(_folder.File("data/access-token")).Trim());
        JsonNode? instruments = null;
        await api.Until("/api/instruments", list => (instruments = list).AsArray().Count > 0, "the feed's instrument is there");
        string seen = (string)instruments!.AsArray().Single()!["symbol"]!;

        foreach (string symbol in (string[])["AAPL", seen, "NONE"])
        {
            (int status, JsonNode problem) = await api.Post("/api/orders", new { symbol, side = "buy", quantity = 1, price = 229 });
            Assert.Equal(400, status);
            Assert.Contains("the books come from the feed", (string)problem["errors"]!["symbol"]![0]!, StringComparison.Ordinal);
            Assert.Single(problem["errors"]!.AsObject());
        }

        Assert.Equal(0, (long)(await api.Get("/api/status"))["commands"]!);
        Assert.False((bool)instruments.AsArray().Single()!["isTradable"]!);
        Assert.Contains(link.Log, line => line.Contains("the books that are shown are the feed's", StringComparison.Ordinal));
    }
}
