using System.Text.Json.Nodes;
using Peregrine.Integration.Tests.Console;

namespace Peregrine.Integration.Tests.Link;

/// <summary>A running link reads its configuration again on SIGHUP: rules change without a stop, the rest is named,
/// and what is wrong changes nothing.</summary>
public sealed class RulesReloadTests : IDisposable
{
    private const string Aapl = """{ "symbol": "AAPL", "tickSize": "0.01", "referencePrice": "230.00" }""";
    private const string Next = """{ "symbol": "NEXT", "tickSize": "0.05", "referencePrice": "50.00" }""";
    private readonly TemporaryFolder _folder = new();
    private LinkProcess _link;
    private ApiClient _api;

    public RulesReloadTests()
    {
        Configure(Aapl, Account("HOUSE", 100));
        (_link, _api) = Start();
    }

    public void Dispose()
    {
        _api.Dispose();
        _link.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task HangUp_WithOtherRules_ChangesThemWithoutAStop()
    {
        (int before, _) = await Enter("AAPL", "sell", 60, 230.00m, "HOUSE");
        Configure($"{Aapl}, {Next}", $"{Account("HOUSE", 50)}, {Account("EXTRA", 100)}", """{ "targetCompId": "CLIENT2", "accounts": ["EXTRA"] }""",
            """, "capacity": { "orders": 5000 }""");

        _link.HangUp();
        string told = _link.WaitForLog("rules: ");
        string notTaken = _link.WaitForLog("needs a restart");

        Assert.EndsWith("rules: instruments added: NEXT; accounts added: EXTRA; accounts changed: HOUSE; sessions with other accounts: CONSOLE", told,
            StringComparison.Ordinal);
        Assert.EndsWith("not taken, as it needs a restart: capacity.orders, session CLIENT2 (new)", notTaken, StringComparison.Ordinal);
        (int after, JsonNode refused) = await Enter("AAPL", "sell", 60, 230.00m, "HOUSE");
        Assert.Equal((201, 422, "MaxQuantity"), (before, after, (string)refused["reason"]!));
        Assert.Equal(201, (await Enter("NEXT", "sell", 10, 50.05m, "HOUSE")).Status);
        Assert.Equal("filled", (string)(await Enter("NEXT", "buy", 4, 50.05m, "EXTRA")).Body["status"]!);
        await _api.Until("/api/books/NEXT", book => (long?)book["asks"]!.AsArray().FirstOrDefault()?["quantity"] == 6,
            "the new instrument is distributed");
        await _api.Until("/api/books/AAPL", book => (long?)book["asks"]!.AsArray().FirstOrDefault()?["quantity"] == 60, "the old one keeps its book");
        Assert.Contains((await _api.Get("/api/instruments")).AsArray(), instrument => (string)instrument!["symbol"]! == "NEXT");
    }

    [Fact]
    public async Task HangUp_WithErrors_NamesThemAllAndChangesNothing()
    {
        Configure($$"""{ "symbol": "AAPL", "tickSize": "nothing" }, {{Next}}""", Account("HOUSE", -1));
        _link.HangUp();
        string kept = _link.WaitForLog("rules: ");

        Assert.EndsWith("rules: nothing is taken of it, those before stay in force", kept, StringComparison.Ordinal);
        Assert.Contains(_link.Log, line => line.Contains("instruments[0].tickSize", StringComparison.Ordinal));
        Assert.Contains(_link.Log, line => line.Contains("accounts[0].limits.maxQuantity", StringComparison.Ordinal));

        // Good as a configuration, but not as what follows the rules in force.
        Configure("""{ "symbol": "AAPL", "tickSize": "0.05", "referencePrice": "230.00" }""", Account("HOUSE", 100));
        _link.HangUp();
        _ = _link.WaitForLog("rules: ");
        Assert.Contains(_link.Log, line => line.Contains("instrument AAPL: tick or lot size differs", StringComparison.Ordinal));

        File.Delete(_folder.File("peregrine.json"));
        _link.HangUp();
        _ = _link.WaitForLog("rules: ");
        Assert.Contains(_link.Log, line => line.Contains("Could not find file", StringComparison.Ordinal));

        Configure(Aapl, Account("HOUSE", 100));
        _link.HangUp();
        Assert.EndsWith("rules: nothing changed", _link.WaitForLog("rules: "), StringComparison.Ordinal);
        Assert.Equal(201, (await Enter("AAPL", "sell", 100, 230.00m, "HOUSE")).Status);
    }

    [Fact]
    public async Task Restart_AfterChangesAndASnapshot_GivesTheSameStateUnderTheLastRules()
    {
        Assert.Equal(201, (await Enter("AAPL", "sell", 60, 230.00m, "HOUSE")).Status);
        Reload($"{Aapl}, {Next}", "instruments added: NEXT");
        Assert.Equal(201, (await Enter("NEXT", "buy", 10, 49.95m, "HOUSE")).Status);
        CommandResult snapshot = CommandProcess.Run("journal", "snapshot", _folder.File("data"));
        Reload($$"""{{Aapl}}, {{Next.Replace(" }", ", \"open\": false }", StringComparison.Ordinal)}}""", "instruments closed: NEXT");
        (int status, JsonNode refused) = await Enter("NEXT", "buy", 10, 49.95m, "HOUSE");
        CommandResult second = CommandProcess.Run("journal", "snapshot", _folder.File("data"));
        Assert.Equal((422, "InstrumentClosed", 0, 0), (status, (string)refused["reason"]!, snapshot.ExitCode, second.ExitCode));

        string hash = _link.Stop().Output.Split("state hash ")[1].Trim();
        _link.Dispose();
        _api.Dispose();
        (_link, _api) = Start();

        Assert.Contains($"state hash {hash}", _link.LogLine("replayed "), StringComparison.Ordinal);
        Assert.Contains("checked and loaded", _link.LogLine("snapshot "), StringComparison.Ordinal);
        Assert.Equal(422, (await Enter("NEXT", "buy", 10, 49.95m, "HOUSE")).Status);
        CommandResult verify = CommandProcess.Run("journal", "verify", _folder.File("data"), "--replay");
        Assert.True(verify.ExitCode == 0, verify.Error);
    }

    private static string Account(string name, int maxQuantity) => $$"""{ "name": "{{name}}", "limits": { "maxQuantity": {{maxQuantity}} } }""";

    private void Configure(string instruments, string accounts, string sessions = "", string more = "")
    {
        string first = """{ "targetCompId": "CLIENT1", "accounts": ["HOUSE"] }""";
        string all = sessions.Length > 0 ? $"{first}, {sessions}" : first;
        string text = $$"""{ "instruments": [{{instruments}}], "accounts": [{{accounts}}], "sessions": [{{all}}]{{more}} }""";
        _ = _folder.Write(text);
    }

    private void Reload(string instruments, string change)
    {
        Configure(instruments, Account("HOUSE", 100));
        _link.HangUp();
        Assert.EndsWith($"rules: {change}", _link.WaitForLog("rules: "), StringComparison.Ordinal);
    }

    private (LinkProcess Link, ApiClient Api) Start()
    {
        LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator", "--config", _folder.File("peregrine.json"));
        return (link, new ApiClient(link.ConsolePort, File.ReadAllText(_folder.File("data/access-token")).Trim()));
    }

    private Task<(int Status, JsonNode Body)> Enter(string symbol, string side, int quantity, decimal price, string account) =>
        _api.Post("/api/orders", new { symbol, side, quantity, price, account });
}
