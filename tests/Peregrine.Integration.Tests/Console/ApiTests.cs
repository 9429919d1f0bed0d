using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using MessagePack;
using Peregrine.Integration.Tests.Link;

namespace Peregrine.Integration.Tests.Console;

/// <summary>The HTTP API of a link on which nobody else trades.</summary>
public sealed class ApiTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LinkProcess _link;
    private readonly ApiClient _api;

    public ApiTests()
    {
        _link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator");
        _api = new ApiClient(_link.ConsolePort, File.ReadAllText(_folder.File("data/access-token")).Trim());
    }

    public void Dispose()
    {
        _api.Dispose();
        _link.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Token_AtTheFirstStart_IsPrintedOnceAndKeptForItsOwnerOnly()
    {
        string path = _folder.File("data/access-token");
        string token = File.ReadAllText(path).Trim();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Contains(_link.Log, line => line.Contains($"#token={token}", StringComparison.Ordinal));
        _ = _link.Stop();
        using LinkProcess again = LinkProcess.StartWith(_folder.File("data"), "--no-simulator");
        Assert.DoesNotContain(again.Log, line => line.Contains(token, StringComparison.Ordinal));
        Assert.Equal(token, File.ReadAllText(path).Trim());
    }

    [Fact]
    public void Token_ThatOthersMayRead_IsRefusedAtStart()
    {
        _ = _link.Stop();
        File.SetUnixFileMode(_folder.File("data/access-token"), UnixFileMode.UserRead | UnixFileMode.OtherRead);

        CommandResult result = CommandProcess.Run("run", "--no-status", "--no-simulator", "--data", _folder.File("data"), "--set", "fix.port=0",
            "--set", "marketData.port=0", "--set", "console.port=0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("chmod 600", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_AskedByAnOperator_AnswerWhatBecameOfIt()
    {
        (int logoutStatus, JsonNode logout) = await _api.Post("/api/sessions/CLIENT1/logout", new { });
        (int resetStatus, JsonNode reset) = await _api.Post("/api/sessions/CLIENT1/reset", new { });
        (int unknownStatus, JsonNode unknown) = await _api.Post("/api/sessions/CLIENT9/reset", new { });
        using ApiClient stranger = new(_link.ConsolePort);
        (int strangerStatus, _) = await stranger.Post("/api/sessions/CLIENT1/reset", new { });

        Assert.Equal((200, "CLIENT1", "notConnected"), (logoutStatus, (string)logout["compId"]!, (string)logout["outcome"]!));
        Assert.Equal((200, "done"), (resetStatus, (string)reset["outcome"]!));
        Assert.Equal(404, unknownStatus);
        Assert.Contains("did you mean 'CLIENT", (string)unknown["errors"]!["compId"]![0]!, StringComparison.Ordinal);
        Assert.Equal(401, strangerStatus);
        _ = _link.WaitForLog("an operator asked for a reset of its numbers");
    }

    [Fact]
    public async Task Orders_ThatMatch_TradeAndAreSeenEverywhere()
    {
        (int soldStatus, JsonNode sold) =
            await _api.Post("/api/orders", new { symbol = "AAPL", side = "sell", quantity = 100, price = 230.05, account = "HOUSE",
                clientOrderId = "S1" });
        (int boughtStatus, JsonNode bought) =
            await _api.Post("/api/orders", new { symbol = "AAPL", side = "buy", quantity = 40, price = 230.05, account = "CLIENT",
                timeInForce = "immediateOrCancel" });

        Assert.Equal((201, 201), (soldStatus, boughtStatus));
        Assert.Equal(("new", 100L), ((string)sold["status"]!, (long)sold["leaves"]!));
        Assert.Equal(("filled", 40L, 230.05m), ((string)bought["status"]!, (long)bought["filled"]!, (decimal)bought["averagePrice"]!));
        await _api.Until("/api/books/AAPL", book => (long?)book["asks"]!.AsArray().FirstOrDefault()?["quantity"] == 60, "the book has what is left");
        await _api.Until("/api/trades/AAPL",
            trades => trades.AsArray().FirstOrDefault() is { } trade && (long)trade["quantity"]! == 40
            && (string)trade["aggressor"]! == "buy", "the trade is printed");
        JsonNode order = await _api.Get("/api/orders/S1");
        Assert.Equal(("partiallyFilled", 60L, "sell", "CONSOLE", "HOUSE"),
            ((string)order["status"]!, (long)order["leaves"]!, (string)order["side"]!, (string)order["session"]!, (string)order["account"]!));

        (int cancelStatus, JsonNode cancelled) = await _api.Delete("/api/orders/S1");
        Assert.Equal((200, "cancelled"), (cancelStatus, (string)cancelled["status"]!));
        (int again, JsonNode problem) = await _api.Delete("/api/orders/S1");
        Assert.Equal((409, "OrderClosed"), (again, (string)problem["reason"]!));
        await _api.Until("/api/rejects", rejects => rejects.AsArray().Any(reject => (string)reject!["reason"]! == "OrderClosed"),
            "the reject is listed");
    }

    [Fact]
    public async Task Orders_WithoutOrWithAWrongToken_AreRefusedAndChangeNothing()
    {
        using ApiClient stranger = new(_link.ConsolePort);
        using ApiClient guesser = new(_link.ConsolePort, new string('a', 48));

        foreach (ApiClient client in (ApiClient[])[stranger, guesser])
        {
            (int status, JsonNode problem) = await client.Post("/api/orders", new { symbol = "AAPL", side = "buy", quantity = 1, price = 230 });
            Assert.Equal((401, 401), (status, (int)problem["status"]!));
            Assert.Equal(401, (await client.Delete("/api/orders/X")).Status);
        }

        Assert.Equal(0, (long)(await stranger.Get("/api/status"))["commands"]!);
    }

    [Fact]
    public async Task WrongTokens_MoreThanTen_MakeTheAddressWaitAndAreLogged()
    {
        using ApiClient guesser = new(_link.ConsolePort, new string('a', 48));
        for (int guess = 0; guess < 10; guess++)
        {
            Assert.Equal(401, (await guesser.Delete("/api/orders/X")).Status);
        }

        using HttpResponseMessage answer = await guesser.Http.DeleteAsync("/api/orders/X");
        Assert.Equal(429, (int)answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);

        // The right one too: else whoever guesses would not have to wait. Reading goes on.
        Assert.Equal(429, (await _api.Delete("/api/orders/X")).Status);
        Assert.Equal(0, (long)(await _api.Get("/api/status"))["commands"]!);
        _ = _link.WaitForLog("a wrong access token from 127.0.0.1");
    }

    [Fact]
    public async Task BadOrder_HasAllItsFaultsInOneProblem()
    {
        (int status, JsonNode problem) =
            await _api.Post("/api/orders", new { symbol = "APPL", side = "by", quantity = -1, type = "stop", timeInForce = "tomorrow",
                account = "NOBODY", clientOrderId = "has space" });
        (int tickStatus, JsonNode tick) = await _api.Post("/api/orders", new { symbol = "ESZ6", side = "buy", quantity = 1, price = 6000.10 });

        Assert.Equal(400, status);
        Assert.Equal(["account", "clientOrderId", "quantity", "side", "symbol", "timeInForce", "type"], problem["errors"]!.AsObject()
            .Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.Contains("did you mean 'AAPL'", (string)problem["errors"]!["symbol"]![0]!);
        Assert.Equal((400, "6000.1, expected a multiple of 0.25 for a limit order"), (tickStatus, (string)tick["errors"]!["price"]![0]!));
    }

    [Fact]
    public async Task RejectedOrder_IsAProblemWithRuleLimitAndValue()
    {
        (int status, JsonNode problem) =
            await _api.Post("/api/orders", new { symbol = "AAPL", side = "buy", quantity = 20_000, price = 230, account = "CLIENT" });

        Assert.Equal((422, "MaxQuantity", "MaxQuantity: limit 10000, value 20000"), (status, (string)problem["reason"]!, (string)problem["detail"]!));
    }

    [Fact]
    public async Task MessagePack_InAndOut_IsTheSameAsJson()
    {
        byte[] body = MessagePackSerializer.ConvertFromJson("""{"symbol":"MSFT","side":"buy","quantity":10,"price":429.5,"clientOrderId":"MP1"}""");
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/orders") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/msgpack");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/msgpack"));

        using HttpResponseMessage response = await _api.Http.SendAsync(request);

        Assert.Equal((201, "application/msgpack"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        JsonNode order = JsonNode.Parse(MessagePackSerializer.ConvertToJson(await response.Content.ReadAsByteArrayAsync()))!;
        Assert.Equal(("MP1", "MSFT", 429.5m, "new"),
            ((string)order["clientOrderId"]!, (string)order["symbol"]!, (decimal)order["price"]!, (string)order["status"]!));
    }

    [Theory]
    [InlineData("application/msgpack", new byte[] { 0xdf, 0xff, 0xff, 0xff, 0xff }, 400)]
    [InlineData("application/msgpack", new byte[] { 0xc1 }, 400)]
    [InlineData("application/json", new byte[] { (byte)'{' }, 400)]
    [InlineData("text/plain", new byte[] { (byte)'x' }, 415)]
    public async Task HostileBodies_AreRefused(string type, byte[] body, int expected)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);

        using HttpResponseMessage response = await _api.Http.PostAsync("/api/orders", content);

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task OversizedBody_IsRefused()
    {
        using ByteArrayContent content = new(new byte[200_000]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using HttpResponseMessage response = await _api.Http.PostAsync("/api/orders", content);

        Assert.Equal(413, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("/api/books/NONE", 404)]
    [InlineData("/api/books/AAPL?depth=0", 400)]
    [InlineData("/api/trades/AAPL?limit=100000", 400)]
    [InlineData("/api/bars/AAPL?seconds=7", 400)]
    [InlineData("/api/orders?limit=0", 400)]
    [InlineData("/api/orders/NONE", 404)]
    [InlineData("/api/nothing", 404)]
    public async Task BadQuestions_AreProblems(string path, int status)
    {
        using HttpResponseMessage response = await _api.Http.GetAsync(path);

        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Document_NamesEveryEndpointOfTheApi_AndThePageToTryItIsThere()
    {
        JsonNode document = await _api.Get("/api/openapi/v1.json");

        string[] expected = ["/api/bars/{symbol}", "/api/books/{symbol}", "/api/instruments", "/api/metrics", "/api/orders",
            "/api/orders/{clientOrderId}", "/api/quotes", "/api/rejects", "/api/sessions",
            "/api/sessions/{compId}/logout", "/api/sessions/{compId}/reset", "/api/status", "/api/trades/{symbol}"];
        Assert.Equal(expected, document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));

        // What asks for the token also tells those to wait who guess.
        Assert.All(["/api/orders post", "/api/orders/{clientOrderId} delete"], name => Assert.NotNull(
            document["paths"]![name.Split(' ')[0]]![name.Split(' ')[1]]!["responses"]!["429"]));
        string page = await _api.Http.GetStringAsync("/api");
        Assert.Contains("Peregrine API", page);
        Assert.DoesNotContain("https://cdn", page);
    }

    [Theory]
    [InlineData("evil.example", null, 421)]
    [InlineData(null, "http://evil.example", 403)]
    public async Task AnotherSitesPage_IsTurnedAway(string? host, string? origin, int expected)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/ws");
        request.Headers.Host = host;
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using HttpResponseMessage response = await _api.Http.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task WebSocket_AfterHello_SendsTheWatchedBook()
    {
        _ = await _api.Post("/api/orders", new { symbol = "AAPL", side = "buy", quantity = 7, price = 229.5 });
        using ClientWebSocket socket = new();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_link.ConsolePort}/ws"), CancellationToken.None);
        JsonNode hello = await Next(socket, "hello");
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"type":"watch","symbol":"AAPL"}"""), WebSocketMessageType.Text, true,
            CancellationToken.None);

        JsonNode book = await Next(socket, "book");

        Assert.Equal(["AAPL", "MSFT", "ESZ6"], hello["instruments"]!.AsArray().Select(instrument => (string)instrument!["symbol"]!));
        Assert.Equal((229.5m, 7L), ((decimal)book["book"]!["bids"]![0]!["price"]!, (long)book["book"]!["bids"]![0]!["quantity"]!));
        await socket.SendAsync("garbage"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        _ = await Next(socket, "status");
    }

    private static async Task<JsonNode> Next(ClientWebSocket socket, string type)
    {
        byte[] buffer = new byte[1 << 20];
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(20));
        while (true)
        {
            int bytes = 0;
            WebSocketReceiveResult result;
            do
            {
                result = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, bytes, buffer.Length - bytes), late.Token);
                bytes += result.Count;
            }
            while (!result.EndOfMessage);
            JsonNode message = JsonNode.Parse(buffer.AsSpan(0, bytes))!;
            if ((string)message["type"]! == type)
            {
                return message;
            }
        }
    }
}
