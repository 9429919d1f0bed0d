using System.Text.Json.Nodes;

namespace Peregrine.Integration.Tests.Console;

/// <summary>Every kind of bad request at every endpoint: a problem that names key, value and expectation, and nothing happens.</summary>
public sealed class ApiFaultTests(QuietLink link) : IClassFixture<QuietLink>
{
    private const string Good = "\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1,\"price\":229";

    [Theory]
    [InlineData("{" + Good + ",\"timeInForc\":\"fillOrKill\"}", "timeInForc", "unknown key, did you mean 'timeInForce'?")]
    [InlineData("{" + Good + ",\"Type\":\"limit\"}", "Type", "unknown key, did you mean 'type'?")]
    [InlineData("{" + Good + ",\"\":1}", "", "unknown key, ")]
    [InlineData("{" + Good + ",\"stopPrice\":1}", "stopPrice",
        "unknown key, expected symbol, side, quantity, price, type, timeInForce, account, clientOrderId")]
    [InlineData("{" + Good + ",\"side\":\"buy\"}", "side", "'buy' is its second value, expected one")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1,\"type\":\"market\",\"price\":229}", "price",
        "229, but a market order has no price")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1}", "price", "nothing, expected a multiple of 0.01 for a limit order")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1,\"price\":true}", "price", "'true', expected a number")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1,\"price\":\"dear\"}", "price", "'dear', expected a number")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1,\"price\":\"229.0000000000000000000000000001\"}", "price",
        "expected a number of at most")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1.5,\"price\":229}", "quantity", "1.5, expected a whole number")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":[1],\"price\":229}", "quantity", "'[1]', expected a number")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":0,\"price\":229}", "quantity", "0, expected a multiple of 1 above 0")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1e20,\"price\":229}", "quantity", "expected a whole number")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"price\":229}", "quantity", "nothing, expected a multiple of 1 above 0")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":1,\"price\":1e20}", "price",
        "expected at most 720575940379279.36 for a limit order")]
    [InlineData("{" + Good + ",\"account\":\"\"}", "account", "'', expected one of ")]
    [InlineData("{\"symbol\":\"AAPL\",\"side\":1,\"quantity\":1,\"price\":229}", "side", "'1', expected text")]
    [InlineData("{\"symbol\":\"AAPL\",\"quantity\":1,\"price\":229}", "side", "nothing, expected buy, sell")]
    [InlineData("{\"side\":\"buy\",\"quantity\":1,\"price\":229}", "symbol", "nothing, expected an instrument")]
    [InlineData("{" + Good + ",\"timeInForce\":\"tomorrow\"}", "timeInForce", "'tomorrow', expected day, ")]
    [InlineData("{" + Good + ",\"type\":\"stop\"}", "type", "'stop', expected limit, market")]
    [InlineData("{" + Good + ",\"account\":\"NOBODY\"}", "account", "'NOBODY', expected one of ")]
    [InlineData("{" + Good + ",\"clientOrderId\":\"\"}", "clientOrderId", "'', expected 1 to 32 printable ASCII")]
    [InlineData("{" + Good + ",\"clientOrderId\":\"..\"}", "clientOrderId", "'..', expected 1 to 32 printable ASCII")]
    [InlineData("{" + Good + ",\"clientOrderId\":\"a b\"}", "clientOrderId", "'a b', expected 1 to 32 printable ASCII")]
    [InlineData("{" + Good + ",\"clientOrderId\":\"\u00e9\"}", "clientOrderId", "expected 1 to 32 printable ASCII")]
    [InlineData("{" + Good + ",\"clientOrderId\":\"123456789012345678901234567890123\"}", "clientOrderId", "expected 1 to 32 printable ASCII")]
    [InlineData("[1]", "body", "'[1]', expected an object in JSON or a map in MessagePack")]
    [InlineData("\"order\"", "body", "expected an object in JSON or a map in MessagePack")]
    [InlineData("null", "body", "'null', expected an object in JSON or a map in MessagePack")]
    public async Task Order_WithAFault_IsRefusedWithKeyValueAndExpectation_InBothFormats(string body, string key, string fault)
    {
        long before = await Commands();

        foreach (string type in (string[])["application/json", QuietLink.MessagePackType])
        {
            (int status, JsonNode? problem, _) = await link.Ask("POST", "/api/orders", body, type);

            Assert.True(status == 400, $"{type}: {status} {problem?.ToJsonString()}");
            Assert.Contains(key, problem!["errors"]!.AsObject().Select(error => error.Key));
            Assert.Contains(problem["errors"]![key]!.AsArray(), text => ((string)text!).Contains(fault, StringComparison.Ordinal));
            Assert.True(problem["errors"]!.AsObject().Count == 1, problem.ToJsonString());
        }

        Assert.Equal(before, await Commands());
    }

    [Theory]
    [InlineData("", "nothing, expected an object")]
    [InlineData("{", "no JSON: wrong at line 1, byte 2; expected an object")]
    [InlineData("{\n\"symbol\":\"AAPL\",}", "no JSON: wrong at line 2, byte 17")]
    [InlineData("{\"symbol\":\"\\ud800\"}", "no Unicode")]
    [InlineData("{} {}", "no JSON: wrong at line 1, byte 4")]
    public async Task Body_ThatIsNoJson_IsToldWithItsPlace(string body, string fault)
    {
        (int status, JsonNode? problem, string? type) = await link.Ask("POST", "/api/orders", body);

        Assert.Equal((400, "application/problem+json"), (status, type));
        Assert.Contains(fault, (string)problem!["errors"]!["body"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Order_WithManyFaults_HasThemAllAtOnce()
    {
        (_, JsonNode? problem, _) = await link.Ask(
            "POST", "/api/orders?dry=1", """{"symbol":"APPL","side":"by","quantity":-1,"price":true,"type":"stop","timeInForce":7""" +
            ""","account":"X","clientOrderId":"a b","prise":1,"prise":2}""");

        Assert.Equal(
            ["account", "clientOrderId", "dry", "price", "prise", "quantity", "side", "symbol", "timeInForce", "type"],
            problem!["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.Contains("did you mean 'AAPL'", (string)problem["errors"]!["symbol"]![0]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/books/AAPL?depth=abc", "depth", "'abc', expected 1 to 1000")]
    [InlineData("/api/books/AAPL?depth=0", "depth", "'0', expected 1 to 1000")]
    [InlineData("/api/books/AAPL?depth=1001", "depth", "'1001', expected 1 to 1000")]
    [InlineData("/api/books/AAPL?depth=", "depth", "'', expected 1 to 1000")]
    [InlineData("/api/books/AAPL?depth=1&depth=2", "depth", "'2' is its second value, expected one")]
    [InlineData("/api/books/AAPL?dept=1", "dept", "unknown key, did you mean 'depth'?")]
    [InlineData("/api/books/AAPL?Depth=1", "Depth", "unknown key, did you mean 'depth'?")]
    [InlineData("/api/trades/AAPL?limit=501", "limit", "'501', expected 1 to 500")]
    [InlineData("/api/trades/AAPL?after=-1", "after", "'-1', expected a whole number, 0 or more")]
    [InlineData("/api/trades/AAPL?after=1.5", "after", "'1.5', expected a whole number, 0 or more")]
    [InlineData("/api/bars/AAPL?seconds=7", "seconds", "'7', expected a multiple of 5, at most 86400")]
    [InlineData("/api/bars/AAPL?seconds=0", "seconds", "'0', expected a multiple of 5, at most 86400")]
    [InlineData("/api/orders?working=yes", "working", "'yes', expected true or false")]
    [InlineData("/api/orders?limit=99999999999999999999", "limit", "expected 1 to 1000")]
    [InlineData("/api/orders?symbol=APPL", "symbol", "'APPL', expected an instrument that is traded here, did you mean 'AAPL'?")]
    [InlineData("/api/orders?session=CONSOL", "session", "'CONSOL', expected a session, did you mean 'CONSOLE'?")]
    [InlineData("/api/orders?workin=true", "workin", "unknown key, did you mean 'working'?")]
    public async Task Query_WithAFault_IsRefusedWithKeyValueAndExpectation(string path, string key, string fault)
    {
        (int status, JsonNode? problem, string? type) = await link.Ask("GET", path);

        Assert.Equal((400, "application/problem+json"), (status, type));
        Assert.Contains(fault, (string)problem!["errors"]![key]![0]!, StringComparison.Ordinal);
        Assert.Single(problem["errors"]!.AsObject());
    }

    [Theory]
    [InlineData("/api/books/AAPL?depth=1")]
    [InlineData("/api/books/AAPL?depth=1000")]
    [InlineData("/api/trades/AAPL?limit=1&after=0")]
    [InlineData("/api/trades/AAPL?limit=500&after=9223372036854775807")]
    [InlineData("/api/bars/AAPL?seconds=5")]
    [InlineData("/api/bars/AAPL?seconds=86400")]
    [InlineData("/api/orders?limit=1&working=false&symbol=AAPL&session=CONSOLE&clientOrderId=%2F")]
    [InlineData("/api/orders?limit=1000&working=true&symbol=&session=")]
    public async Task Query_AtItsBounds_IsAnswered(string path)
    {
        (int status, JsonNode? answer, _) = await link.Ask("GET", path);

        Assert.True(status == 200, answer?.ToJsonString());
    }

    [Fact]
    public async Task UnknownKey_AtEveryEndpointOfTheDocument_IsRefused()
    {
        JsonNode document = (await link.Ask("GET", "/api/openapi/v1.json")).Body!;
        List<string> passed = [];
        foreach ((string path, JsonNode? methods) in document["paths"]!.AsObject())
        {
            foreach ((string method, _) in methods!.AsObject())
            {
                string filled = path.Replace("{symbol}", "AAPL", StringComparison.Ordinal).Replace("{clientOrderId}", "X", StringComparison.Ordinal);
                string asked = $"{filled}?color=red";
                (int status, JsonNode? problem, _) = await link.Ask(method.ToUpperInvariant(), asked, method == "post" ? "{" + Good + "}" : null);
                if (status != 400 || ((string?)problem!["errors"]!["color"]?[0])?.StartsWith("unknown key, ", StringComparison.Ordinal) != true)
                {
                    passed.Add($"{method} {asked}: {status}");
                }
            }
        }

        Assert.Empty(passed);
    }

    [Theory]
    [InlineData("GET", "/api/books/AAPX", 404, "symbol", "no instrument 'AAPX', did you mean 'AAPL'?")]
    [InlineData("GET", "/api/trades/AAPX", 404, "symbol", "no instrument 'AAPX', did you mean 'AAPL'?")]
    [InlineData("GET", "/api/bars/AAPX", 404, "symbol", "no instrument 'AAPX', did you mean 'AAPL'?")]
    [InlineData("GET", "/api/orders/NONE", 404, "clientOrderId", "'NONE', expected one of the latest 16384 orders of the session CONSOLE")]
    [InlineData("DELETE", "/api/orders/NONE", 404, "clientOrderId", "'NONE', expected one of the latest 16384 orders of the session CONSOLE")]
    [InlineData("DELETE", "/api/orders/no%20such", 404, "clientOrderId", "'no such', expected one of")]
    [InlineData("GET", "/api/quote", 404, "path", "'/api/quote', did you mean /api/quotes?")]
    [InlineData("GET", "/nothing/at/all/of/this/name", 404, "path", "'/nothing/at/all/of/this/name', expected a path that /api lists")]
    [InlineData("PUT", "/api/orders", 405, "method", "'PUT', expected GET, POST for /api/orders")]
    [InlineData("POST", "/api/books/AAPL", 405, "method", "'POST', expected GET for /api/books/AAPL")]
    [InlineData("GET", "/ws", 400, "Upgrade", "not asked for, expected websocket")]
    public async Task Request_ThatMeetsNothing_IsAProblemWithKeyValueAndExpectation(string method, string path, int expected, string key,
        string fault)
    {
        (int status, JsonNode? problem, string? type) = await link.Ask(method, path);

        Assert.Equal((expected, "application/problem+json"), (status, type));
        Assert.Contains(fault, (string)problem!["errors"]![key]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QueryAndInstrument_BothWrong_AreToldTogether()
    {
        (int status, JsonNode? problem, _) = await link.Ask("GET", "/api/books/AAPX?depth=abc");

        Assert.Equal(400, status);
        Assert.Equal(["depth", "symbol"], problem!["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OtherRefusals_HaveErrorsToo()
    {
        (int Status, JsonNode? Body, string?) denied = await link.Ask("POST", "/api/orders", "{" + Good + "}", token: new string('a', 48));
        (int Status, JsonNode? Body, string?) plain = await link.Ask("POST", "/api/orders", "x", "text/plain");
        (int Status, JsonNode? Body, string?) large = await link.Ask("POST", "/api/orders", new string(' ', 70_000));
        (int Status, JsonNode? Body, string?) rejected =
            await link.Ask("POST", "/api/orders", "{\"symbol\":\"AAPL\",\"side\":\"buy\",\"quantity\":20000,\"price\":229,\"account\":\"CLIENT\"}");
        _ = await link.Ask("POST", "/api/orders", "{" + Good + ",\"clientOrderId\":\"TWICE\"}");
        (int Status, JsonNode? Body, string?) twice = await link.Ask("POST", "/api/orders", "{" + Good + ",\"clientOrderId\":\"TWICE\"}");
        _ = await link.Ask("DELETE", "/api/orders/TWICE");
        (int Status, JsonNode? Body, string?) closed = await link.Ask("DELETE", "/api/orders/TWICE");

        Assert.Equal([401, 415, 413, 422, 422, 409], [denied.Status, plain.Status, large.Status, rejected.Status, twice.Status, closed.Status]);
        Assert.Contains("expected the header Authorization: Bearer TOKEN", Error(denied.Body, "Authorization"), StringComparison.Ordinal);
        Assert.DoesNotContain("aaaa", denied.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("'text/plain', expected application/json or application/msgpack", Error(plain.Body, "Content-Type"));
        Assert.Equal("70000 bytes, expected at most 65536 bytes", Error(large.Body, "body"));
        Assert.Equal("MaxQuantity: limit 10000, value 20000", Error(rejected.Body, "quantity"));
        Assert.Equal("DuplicateClientOrderId", (string)twice.Body!["reason"]!);
        Assert.Contains("DuplicateClientOrderId", Error(twice.Body, "clientOrderId"), StringComparison.Ordinal);
        Assert.Contains("TWICE", Error(closed.Body, "clientOrderId"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xc1 }, "no MessagePack")]
    [InlineData(new byte[] { 0xdf, 0xff, 0xff, 0xff, 0xff }, "no MessagePack")]
    [InlineData(new byte[] { 0x80, 0x80 }, "1 bytes behind the first value")]
    [InlineData(new byte[] { 0x81, 0xa1, (byte)'a', 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0 }, "a number that is none")]
    public async Task MessagePack_ThatIsNone_IsTold_AndAProblemCanBeMessagePackItself(byte[] body, string fault)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/orders") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(QuietLink.MessagePackType);
        request.Headers.Authorization = new("Bearer", link.Token);

        using HttpResponseMessage response = await link.Http.SendAsync(request);
        (int missing, JsonNode? packed, string? type) = await link.Ask("GET", "/api/quote", accept: QuietLink.MessagePackType);

        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(fault, Error(problem, "body"), StringComparison.Ordinal);
        Assert.Equal((404, QuietLink.MessagePackType), (missing, type));
        Assert.Contains("did you mean /api/quotes", Error(packed, "path"), StringComparison.Ordinal);
    }

    private static string Error(JsonNode? problem, string key) => (string)problem!["errors"]![key]![0]!;

    private async Task<long> Commands() => (long)(await link.Ask("GET", "/api/status")).Body!["commands"]!;
}
