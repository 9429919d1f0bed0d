using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using Peregrine.Api;
using Peregrine.Distribution.Wire;
using Peregrine.Integration.Tests.Link;
using Peregrine.Telemetry;

namespace Peregrine.Integration.Tests.Console;

/// <summary>Orders at the ends of the scales, field by field as the API tells them.</summary>
public sealed class NumberEdgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private LinkProcess? _link;

    public void Dispose()
    {
        _link?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Orders_OfTheLargestAmounts_AreToldExactlyEverywhere()
    {
        using ApiClient api = Start(
            """
            { "symbol": "FINE", "priceDecimals": 9, "tickSize": "0.000000001" },
            { "symbol": "COARSE", "priceDecimals": 9, "tickSize": "1", "lotUnits": 1000000000 },
            { "symbol": "WHOLE", "priceDecimals": 0, "tickSize": "1" }
            """);
        foreach ((string symbol, string price, string quantity) in ((string, string, string)[])
                 [("FINE", "72057594.037927936", "1099511627776"), ("COARSE", "4000000000", "1099000000000"),
                 ("WHOLE", "72057594037927936", "1099511627776")])
        {
            string terms = $"\"symbol\":\"{symbol}\",\"price\":{price},\"quantity\":{quantity}";
            _ = await Enter(api, $"{{{terms},\"side\":\"sell\",\"clientOrderId\":\"S-{symbol}\"}}", 201);
            string bought = await Enter(api, $"{{{terms},\"side\":\"buy\",\"account\":\"TWO\",\"clientOrderId\":\"B-{symbol}\"}}", 201);
            AssertOrder(bought, "buy", symbol, price, quantity);

            AssertOrder(await Text(api, $"/api/orders/S-{symbol}"), "sell", symbol, price, quantity);
            using JsonDocument list = JsonDocument.Parse(await Text(api, $"/api/orders?symbol={symbol}"));
            Assert.Equal(2, list.RootElement.GetArrayLength());
            await api.Until($"/api/trades/{symbol}", trades => trades.AsArray().Count == 1, "the trade is printed");
            AssertFields(await Text(api, $"/api/trades/{symbol}"), ("price", price), ("quantity", quantity));
            AssertFields(await Text(api, $"/api/bars/{symbol}"), ("open", price), ("high", price), ("low", price), ("close", price),
                ("volume", quantity));

            // One more of either is named.
            string more = (decimal.Parse(price, CultureInfo.InvariantCulture) + (symbol == "FINE"
                ? 0.000000001m
                : 1)).ToString(CultureInfo.InvariantCulture);
            Assert.Contains($"{more}, expected at most {price} for a limit order",
                await Enter(api, $"{{\"symbol\":\"{symbol}\",\"price\":{more},\"quantity\":1000000000,\"side\":\"sell\"}}", 400),
                StringComparison.Ordinal);
            Assert.Contains($"MaxQuantity: limit {quantity}, value 9000000000000000000",
                await Enter(api, $"{{\"symbol\":\"{symbol}\",\"price\":1,\"quantity\":9000000000000000000,\"side\":\"sell\"}}", 422),
                StringComparison.Ordinal);
        }

        await AssertMessagePack(api);
        Assert.Equal(6, (await api.Get("/api/orders")).AsArray().Count);
        JsonNode quote = (await api.Get("/api/quotes")).AsArray().Single(one => (string)one!["symbol"]! == "FINE")!;
        Assert.Equal("1099511627776", quote["volume"]!.ToJsonString());
        string state = _link!.Stop().Output.Split("state hash ")[1].Trim();
        _link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator", "--config", _folder.File("peregrine.json"));
        Assert.Contains(state, string.Join('\n', _link.Log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"priceDecimals\": 9, \"tickSize\": \"1\", \"referencePrice\": \"4000000000\"", null)]
    [InlineData("\"priceDecimals\": 9, \"tickSize\": \"1\", \"referencePrice\": \"4000000001\"",
        "expected a multiple of tickSize (1), at most 4000000000 ticks")]
    public void ReferencePrice_AtTheEdge_IsTakenOrNamed(string terms, string? fault)
    {
        string path = _folder.Write($$"""{ "instruments": [{ "symbol": "AAPL", {{terms}} }] }""");

        CommandResult result = CommandProcess.Run("config", "check", "--config", path);

        Assert.True(result.ExitCode == (fault is null ? 0 : 1), result.Output + result.Error);
        Assert.Contains(fault ?? "", (result.Output + result.Error).ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void Volume_OfManyLargeTrades_AddsUp()
    {
        MarketView view = new();
        view.OnInstrument(3, new InstrumentInfo("AAA", 0, 1, 1), 0);
        for (long id = 1; id <= 5; id++)
        {
            view.OnTrade(new FrameHeader { InstrumentId = 3, Depth = Depth.Trades },
                new TradeEntry { TradeId = id, Price = 8_000_000_000_000_000_000, Quantity = long.MaxValue, TimeNs = id });
        }

        decimal volume = 5m * long.MaxValue;
        Assert.Equal(volume, view.QuotesAfter([])[0].Volume);
        Assert.Equal(volume, view.Bars("AAA", 5, 0)![0].Volume);
        Assert.Equal(volume, view.Bars("AAA", 60, 0)![0].Volume);
        Assert.Equal(8_000_000_000_000_000_000m, view.Bars("AAA", 60, 0)![0].High);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("230.05", "230.05")]
    [InlineData("1.5E-05", "1.5E-05")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("46116860184273879035", "\"46116860184273879035\"")]
    [InlineData("72057594.037927936", "\"72057594.037927936\"")]
    [InlineData("4000000000.000000001", "\"4000000000.000000001\"")]
    [InlineData("""{"a":[true,false,null,"text ü",{}],"b":-0.25}""", """{"a":[true,false,null,"text ü",{}],"b":-0.25}""")]
    public void MessagePack_AnyNumber_LosesNoDigit(string json, string told)
    {
        byte[] packed = JsonToMessagePack.Convert(Encoding.UTF8.GetBytes(json));

        Assert.Equal(told, MessagePackSerializer.ConvertToJson(packed));
    }

    private static void AssertOrder(string json, string side, string symbol, string price, string quantity) => AssertFields(
        json, ("symbol", $"\"{symbol}\""), ("side", $"\"{side}\""), ("type", "\"limit\""), ("timeInForce", "\"day\""), ("price", price),
        ("quantity", quantity), ("filled", quantity),
        ("leaves", "0"), ("averagePrice", price), ("status", "\"filled\""));

    // As the digits stand on the wire: a reader's number type might round what was told.
    private static void AssertFields(string json, params (string Name, string Raw)[] expected)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement element = document.RootElement.ValueKind == JsonValueKind.Array
            ? document.RootElement[document.RootElement.GetArrayLength() - 1]
            : document.RootElement;
        Assert.Equal(expected.Select(field => $"{field.Name} {field.Raw}"),
            expected.Select(field => $"{field.Name} {element.GetProperty(field.Name).GetRawText()}"));
    }

    private static async Task AssertMessagePack(ApiClient api)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/orders/S-FINE");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/msgpack"));
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        string json = MessagePackSerializer.ConvertToJson(await response.Content.ReadAsByteArrayAsync());
        AssertFields(json, ("price", "\"72057594.037927936\""), ("quantity", "1099511627776"), ("averagePrice", "\"72057594.037927936\""));

        // And the text is taken back as a price.
        byte[] body = MessagePackSerializer.ConvertFromJson("""{"symbol":"FINE","side":"sell","quantity":1,"price":"72057594.037927937"}""");
        using HttpRequestMessage order = new(HttpMethod.Post, "/api/orders") { Content = new ByteArrayContent(body) };
        order.Content.Headers.ContentType = new MediaTypeHeaderValue("application/msgpack");
        using HttpResponseMessage refused = await api.Http.SendAsync(order);
        Assert.Contains("72057594.037927937, expected at most 72057594.037927936", await refused.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    private static async Task<string> Text(ApiClient api, string path) => await api.Http.GetStringAsync(path);

    private static async Task<string> Enter(ApiClient api, string body, int status)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await api.Http.PostAsync("/api/orders", content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{body}: {response.StatusCode} {text}");
        return text;
    }

    private ApiClient Start(string instruments)
    {
        const string Free = "\"limits\": { \"maxQuantity\": 0, \"maxNotional\": 0, \"collarBasisPoints\": 0 }";
        string path = _folder.Write($$"""
            { "instruments": [{{instruments}}], "accounts": [{ "name": "ONE", {{Free}} }, { "name": "TWO", {{Free}} }],
              "sessions": [{ "targetCompId": "CLIENT1", "accounts": ["ONE"] }] }
            """);
        _link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator", "--config", path);
        return new ApiClient(_link.ConsolePort, File.ReadAllText(_folder.File("data/access-token")).Trim());
    }
}
