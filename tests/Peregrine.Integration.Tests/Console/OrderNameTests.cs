using System.Text.Json.Nodes;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Console;

/// <summary>Orders are found by their names, whatever is in them and whatever became of them; and only one's own.</summary>
public sealed class OrderNameTests(QuietLink link) : IClassFixture<QuietLink>
{
    public static TheoryData<string> Printable => [.. Enumerable.Range('!', '~' - '!' + 1).Select(character => $"{(char)character}")];

    [Theory]
    [MemberData(nameof(Printable))]
    public async Task Name_WithAnyPrintableCharacter_GoesRound(string character)
    {
        // Alone, in the middle, at both ends; a dot alone is no name.
        string[] names = [character == "." ? "..." : character, $"a{character}b", $"{character}c{character}{character}"];
        foreach (string name in names.Take(ProofSize.Of(1, names.Length)))
        {
            string body = new JsonObject { ["symbol"] = "MSFT", ["side"] = "buy", ["quantity"] = 1, ["price"] = 429,
                ["clientOrderId"] = name }.ToJsonString();
            string path = $"/api/orders/{Uri.EscapeDataString(name)}";

            (int entered, JsonNode? order, _) = await link.Ask("POST", "/api/orders", body);
            (int found, JsonNode? working, _) = await link.Ask("GET", path);
            (int listed, JsonNode? list, _) = await link.Ask("GET", $"/api/orders?clientOrderId={Uri.EscapeDataString(name)}&session=CONSOLE");
            (int cancelled, JsonNode? answer, _) = await link.Ask("DELETE", path);
            (int foundClosed, JsonNode? closed, _) = await link.Ask("GET", path);
            (int foundById, JsonNode? byId, _) = await link.Ask("GET", $"/api/orders/{(string)order!["orderId"]!}");

            Assert.Equal((201, 200, 200, 200, 200, 200), (entered, found, listed, cancelled, foundClosed, foundById));
            Assert.All([order, working, answer, closed, byId, Assert.Single(list!.AsArray())],
                view => Assert.Equal(name, (string)view!["clientOrderId"]!));
            Assert.Equal(("new", "cancelled", "cancelled", "cancelled"),
                ((string)working!["status"]!, (string)answer!["status"]!, (string)closed!["status"]!, (string)byId!["status"]!));
        }
    }

    [Fact]
    public async Task NamesThatLookAlikeInAnAddress_AreTwoOrders()
    {
        string[] names = ["x/y", "x%2Fy", "x%252Fy", "x?y", "x%3Fy"];
        for (int index = 0; index < names.Length; index++)
        {
            string body = new JsonObject { ["symbol"] = "MSFT", ["side"] = "buy", ["quantity"] = index + 1, ["price"] = 428,
                ["clientOrderId"] = names[index] }.ToJsonString();
            Assert.Equal(201, (await link.Ask("POST", "/api/orders", body)).Status);
        }

        List<long> quantities = [];
        foreach (string name in names)
        {
            quantities.Add((long)(await link.Ask("GET", $"/api/orders/{Uri.EscapeDataString(name)}")).Body!["quantity"]!);
        }

        Assert.Equal([1, 2, 3, 4, 5], quantities);
    }

    [Fact]
    public async Task OrderId_InACancel_IsExplained()
    {
        JsonNode order = (await link.Ask("POST", "/api/orders",
            """{"symbol":"MSFT","side":"buy","quantity":1,"price":427,"clientOrderId":"by-name"}""")).Body!;

        (int status, JsonNode? problem, _) = await link.Ask("DELETE", $"/api/orders/{(string)order["orderId"]!}");

        Assert.Equal(404, status);
        Assert.Contains("the order with the client order id by-name; name it by that one", (string)problem!["errors"]!["clientOrderId"]![0]!,
            StringComparison.Ordinal);
        Assert.Equal("new", (string)(await link.Ask("GET", "/api/orders/by-name")).Body!["status"]!);
    }

    [Fact]
    public async Task Views_OfEveryState_HaveEveryField()
    {
        await Enter("""{"symbol":"AAPL","side":"sell","quantity":100,"price":230.05""" +
            ""","account":"HOUSE","clientOrderId":"V1","timeInForce":"goodTillCancel"}""");
        await Enter("""{"symbol":"AAPL","side":"sell","quantity":5,"price":230.06,"account":"HOUSE","clientOrderId":"V2"}""");
        JsonNode filled = await Enter(
            """{"symbol":"AAPL","side":"buy","quantity":40,"price":230.05,"account":"CLIENT","clientOrderId":"V3","timeInForce":"fillOrKill"}""");
        JsonNode market = await Enter(
            """{"symbol":"AAPL","side":"buy","quantity":62""" +
            ""","type":"market","account":"CLIENT","clientOrderId":"V4","timeInForce":"immediateOrCancel"}""");
        JsonNode part = (await link.Ask("GET", "/api/orders/V2")).Body!;
        JsonNode cut = await Enter("""{"symbol":"ESZ6","side":"buy","quantity":2,"price":6000.25""" +
            ""","account":"HOUSE","clientOrderId":"V5","timeInForce":"immediateOrCancel"}""");
        await Enter("""{"symbol":"ESZ6","side":"buy","quantity":2,"price":6000.25,"account":"HOUSE","clientOrderId":"V6"}""");
        JsonNode cancelled = (await link.Ask("DELETE", "/api/orders/V6")).Body!;

        Assert.Equal(View("V1", "HOUSE", "AAPL", "sell", "limit", "goodTillCancel", "230.05", 100, 100, 0, "230.05", "filled"), await Stored("V1"));
        Assert.Equal(View("V2", "HOUSE", "AAPL", "sell", "limit", "day", "230.06", 5, 2, 3, "230.06", "partiallyFilled"), Fields(part));
        Assert.Equal(View("V3", "CLIENT", "AAPL", "buy", "limit", "fillOrKill", "230.05", 40, 40, 0, "230.05", "filled"), Fields(filled));
        Assert.Equal(View("V4", "CLIENT", "AAPL", "buy", "market", "immediateOrCancel", null, 62, 62, 0, "230.05032258", "filled"), Fields(market));
        Assert.Equal(View("V5", "HOUSE", "ESZ6", "buy", "limit", "immediateOrCancel", "6000.25", 2, 0, 0, null, "cancelled", (string)cut["reason"]!,
            (string)cut["text"]!), Fields(cut));
        Assert.Equal(View("V6", "HOUSE", "ESZ6", "buy", "limit", "day", "6000.25", 2, 0, 0, null, "cancelled"), Fields(cancelled));
        foreach ((string name, JsonNode answer) in ((string, JsonNode)[])[("V3", filled), ("V4", market), ("V5", cut), ("V6", cancelled)])
        {
            Assert.Equal(answer.ToJsonString(), (await link.Ask("GET", $"/api/orders/{name}")).Body!.ToJsonString());
        }

        Assert.False(string.IsNullOrEmpty((string?)cut["reason"]), "an order that was cancelled unasked says why");
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.InRange((long)filled["time"]!, now - 600_000, now + 600_000);
        Assert.Equal(6, new[] { part, filled, market, cut, cancelled,
            (await link.Ask("GET", "/api/orders/V1")).Body! }.Select(
                order => ulong.Parse((string)order["orderId"]!, System.Globalization.CultureInfo.InvariantCulture)).Distinct().Count());
    }

    private static string View(string name, string account, string symbol, string side, string type, string timeInForce, string? price, long quantity,
        long filled, long leaves, string? average, string status, string? reason = null, string? text = null) =>
        $"{name} CONSOLE {account} {symbol} {side} {type} {timeInForce} {price ?? "-"} {quantity} {filled} {leaves} " +
        $"{average ?? "-"} {status} {reason ?? "-"} {text ?? "-"}";

    private static string Fields(JsonNode order) => string.Join(
        ' ', new[] { "clientOrderId", "session", "account", "symbol", "side", "type", "timeInForce", "price", "quantity", "filled", "leaves",
            "averagePrice", "status", "reason", "text" }
            .Select(key => order[key]?.ToString() ?? "-"));

    private async Task<string> Stored(string name) => Fields((await link.Ask("GET", $"/api/orders/{name}")).Body!);

    private async Task<JsonNode> Enter(string body)
    {
        (int status, JsonNode? order, _) = await link.Ask("POST", "/api/orders", body);
        Assert.True(status == 201, $"{body}: {status} {order?.ToJsonString()}");
        return order!;
    }
}
