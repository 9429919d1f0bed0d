using System.Net;
using Peregrine.Hosting.Configuration;
using Peregrine.Gateway;
using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private const string NoPrefix = "PEREGRINE_TEST_NOTHING__";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_EmptyObject_GivesDefaultsThatTheCoreAccepts()
    {
        PeregrineOptions options = LoadGood("{}");

        Assert.Equal(["AAPL", "MSFT", "ESZ6"], options.Rules.Instruments.Select(instrument => instrument.Symbol));
        Assert.Equal(["HOUSE", "CLIENT"], options.Rules.Accounts.Select(account => account.Name));
        Assert.Equal(["CLIENT1", "CLIENT2", "CLIENT3", "CLIENT4"], options.Sessions.Select(session => session.CompId));
        Assert.Empty(RulesValidation.Validate(null, options.Rules));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9880), options.Fix.EndPoint);
        Assert.Equal(Path.Combine("data", "ids.db"), options.Ids.DatabasePath);
        Assert.Equal(Durability.Os, options.Journal.Durability);
    }

    [Fact]
    public void Load_Defaults_AgreeWithTheLibraries()
    {
        PeregrineOptions options = LoadGood("{}");
        IdSegmentOptions segments = options.ToIdSegmentOptions();
        LinkOptions link = options.ToLinkOptions(null!);
        LinkOptions library = new() { DataFolder = link.DataFolder, Sessions = link.Sessions, Rules = link.Rules, Calendars = link.Calendars,
            SessionSchedules = link.SessionSchedules, SessionVersions = link.SessionVersions,
            SessionCertificates = link.SessionCertificates, Ids = null!,
            Wait = link.Wait, SyncInline = link.SyncInline, Snapshots = new SnapshotOptions() };

        Assert.Equal(library, link);
        Assert.Empty(link.Calendars);
        Assert.Empty(link.SessionSchedules);
        Assert.All(link.SessionVersions.Values, version => Assert.Equal("FIX.4.4", version));
        Assert.Empty(link.SessionCertificates);
        Assert.Equal(new IdSegmentOptions(), segments);
    }

    [Fact]
    public void Load_ListInFile_ReplacesTheDefaultList()
    {
        PeregrineOptions options = LoadGood(
            """{ "instruments": [ { "symbol": "VOD", "priceDecimals": 4, "tickSize": "0.0005", "lotUnits": 10, "open": false,""" +
            """ "referencePrice": "1.2345" } ] }""");

        Instrument only = Assert.Single(options.Rules.Instruments);
        InstrumentTerms terms = new() { ReferencePrice = new Price(2469), TickTable = only.Terms.TickTable };
        Assert.Equal(new Instrument(0, "VOD", 4, 5, 10, IsOpen: false) { Terms = terms }, only);
        Assert.Empty(only.Terms.TickTable);
    }

    [Fact]
    public void Load_InstrumentWithTerms_HasThemInTicks()
    {
        PeregrineOptions options = LoadGood("""
            {
              "instruments": [
                {
                  "symbol": "600519", "currency": "CNY", "venue": "ashare", "lotUnits": 100, "referencePrice": "10.05", "highestPrice": "11.00",
                  "tickTable": [ { "from": "0", "step": "0.01" }, { "from": "10", "step": "0.05" } ],
                  "staticBandBasisPoints": 500, "dynamicBandBasisPoints": 200, "interruptionMs": 1500,
                  "selfTradeOwner": "firm", "selfTradePrevention": "decrement",
                  "cancelHiddenRestsLots": 3, "hiddenImprovementTicks": 2, "minimumPerTrade": true, "marketWithBest": true, "stopsByArrival": true
                },
                { "symbol": "X", "phase": "preopen", "referencePrice": "0.05", "priceLimitBasisPoints": 2000 }
              ],
              "holidays": [ "2026-10-01" ],
              "accounts": [ { "name": "HOUSE", "firm": 7 } ],
              "sessions": [ { "targetCompId": "C", "accounts": [ "HOUSE" ], "cancelOnDisconnect": true } ]
            }
            """);

        Instrument share = options.Rules.Instruments[0];
        Assert.Equal([new TickStep(0, 1), new TickStep(1_000, 5)], share.Terms.TickTable);
        InstrumentTerms expected = new()
        {
            Phase = TradingPhase.Closed,
            ReferencePrice = new Price(1_005),
            LowestPrice = new Price(905),
            HighestPrice = new Price(1_100),
            TickTable = share.Terms.TickTable,
            StaticBandBasisPoints = 500,
            DynamicBandBasisPoints = 200,
            InterruptionNs = 1_500_000_000,
            Rules = new VenueRules
            {
                Owner = OwnerScope.Firm, SelfTrade = SelfTradePrevention.DecrementAndCancel, CancelHiddenRests = 3, HiddenImprovement = 2,
                    MinimumPerTrade = true,
                MarketWithBest = true, StopsByArrival = true,
            },
        };
        Assert.Equal(("CNY", expected), (share.Currency, share.Terms));
        InstrumentTerms other = options.Rules.Instruments[1].Terms;
        Assert.Equal((TradingPhase.PreOpen, new Price(4), new Price(6)), (other.Phase, other.LowestPrice!.Value, other.HighestPrice!.Value));
        Assert.Equal(["600519"], options.Calendars.Keys);
        Assert.False(options.Calendars["600519"].IsTradingDay(new DateOnly(2026, 10, 1)));
        Assert.Equal(7, options.Rules.Accounts[0].FirmId);
        Assert.True(options.Sessions[0].CancelOnDisconnect);
        Assert.Empty(RulesValidation.Validate(null, options.Rules));
    }

    [Fact]
    public void Load_CommentsAndTrailingCommas_AreAllowed()
    {
        PeregrineOptions options = LoadGood("""
            // first
            { "fix": { "port": 9000, /* second */ }, }
            """);

        Assert.Equal(9000, options.Fix.EndPoint.Port);
    }

    [Fact]
    public void Load_SameKeyInEachLayer_CommandLineWinsOverEnvironmentOverFile()
    {
        const string Prefix = "PEREGRINE_TEST_LAYERS__";
        string file = _folder.Write("""{ "fix": { "port": 1001, "heartbeatSecondsMax": 11, "frameBytesMax": 2001 } }""");
        Environment.SetEnvironmentVariable($"{Prefix}fix__port", "1002");
        Environment.SetEnvironmentVariable($"{Prefix}FIX__HEARTBEATSECONDSMAX", "12");

        ConfigurationResult result = ConfigurationLoader.Load(new ConfigurationRequest(file, ["fix.port=1003"], Prefix));

        Environment.SetEnvironmentVariable($"{Prefix}fix__port", null);
        Environment.SetEnvironmentVariable($"{Prefix}FIX__HEARTBEATSECONDSMAX", null);
        Assert.Empty(result.Errors);
        Assert.Equal(1003, result.Options!.Fix.EndPoint.Port);
        Assert.Equal(12, result.Options.Fix.HeartbeatSecondsMax);
        Assert.Equal(2001, result.Options.Fix.FrameBytesMax);
        ConfigurationNode fix = result.Effective.Child("fix")!;
        Assert.Equal(
            ["command line", "environment", file, "default"],
            new[] { "port", "heartbeatSecondsMax", "frameBytesMax", "senderCompId" }.Select(key => fix.Child(key)!.Origin));
    }

    [Fact]
    public void Load_OverrideInsideADefaultList_ChangesOnlyThatKey()
    {
        ConfigurationResult result = ConfigurationLoader.Load(
            new ConfigurationRequest(_folder.Write("{}"), ["instruments[1].open=false", "accounts:0:limits:maxQuantity=7"], NoPrefix));

        Assert.Empty(result.Errors);
        Assert.Equal([true, false, true], result.Options!.Rules.Instruments.Select(instrument => instrument.IsOpen));
        Assert.Equal(7, result.Options.Rules.Accounts[0].Limits.MaxQuantityUnits);
    }

    [Theory]
    [InlineData("fix.port")]
    [InlineData("=5")]
    [InlineData("--fix.port=5")]
    [InlineData("")]
    public void Load_OverrideWithoutForm_IsAUsageError(string text)
    {
        ConfigurationException fault = Assert.Throws<ConfigurationException>(
            () => ConfigurationLoader.Load(new ConfigurationRequest(_folder.Write("{}"), [text], NoPrefix)));

        Assert.True(fault.IsUsage);
        Assert.Contains($"'{text}'", fault.Message);
    }

    [Theory]
    [InlineData("spin", WaitMode.Spin)]
    [InlineData("yield", WaitMode.Yield)]
    [InlineData("block", WaitMode.Block)]
    public void Load_Wait_IsTaken(string text, WaitMode wait) =>
        Assert.Equal(wait, LoadGood($$"""{ "threads": { "wait": "{{text}}" } }""").Threads.Wait);

    [Theory]
    [InlineData("none", Durability.None)]
    [InlineData("os", Durability.Os)]
    [InlineData("fsync", Durability.Fsync)]
    public void Load_Durability_IsTaken(string text, Durability durability) =>
        Assert.Equal(durability, LoadGood($$"""{ "journal": { "durability": "{{text}}" } }""").Journal.Durability);

    [Fact]
    public void Load_SessionAccounts_BecomeIndexesInOrder()
    {
        PeregrineOptions options = LoadGood("""
            { "accounts": [ { "name": "A" }, { "name": "B" }, { "name": "C" } ],
              "sessions": [ { "targetCompId": "X", "accounts": [ "C", "A" ] } ] }
            """);

        Assert.Equal([2, 0], Assert.Single(options.Sessions).AccountIds);
    }

    [Fact]
    public void Load_MissingFile_SaysWhichAndWhatToDo()
    {
        ConfigurationException fault = Assert.Throws<ConfigurationException>(
            () => ConfigurationLoader.Load(new ConfigurationRequest("/nowhere/peregrine.json")));

        Assert.False(fault.IsUsage);
        Assert.Contains("/nowhere/peregrine.json", fault.Message);
        Assert.Contains("--config", fault.Message);
    }

    private PeregrineOptions LoadGood(string json)
    {
        ConfigurationResult result = ConfigurationLoader.Load(new ConfigurationRequest(_folder.Write(json), EnvironmentPrefix: NoPrefix));
        Assert.Empty(result.Errors);
        return result.Options!;
    }
}
