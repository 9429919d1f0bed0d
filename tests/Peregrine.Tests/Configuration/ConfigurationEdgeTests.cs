using Peregrine.Hosting.Configuration;

namespace Peregrine.Tests.Configuration;

/// <summary>Values at the edge of what is allowed, and what of a change needs a restart.</summary>
public sealed class ConfigurationEdgeTests : IDisposable
{
    private const string Sessions =
        """ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ] }, { "targetCompId": "B", "accounts": [ "HOUSE" ] } ] """;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "instruments": [ { "symbol": "A", "lowestPrice": "2", "highestPrice": "2" } ] }""")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "lowestPrice": "2", "highestPrice": "0" } ] }""")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickSize": "0.010" } ] }""")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "venue": "ashare", "lowestPrice": "1", "highestPrice": "2" } ] }""")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickTable": [ { "from": "1", "step": "1" }, { "from": "1.01", "step": "2" } ] } ] }""")]
    [InlineData("""{ "ids": { "countMin": 10000, "countMax": 10000 } }""")]
    [InlineData("""{ "fix": { "port": 65535 } }""")]
    public void Load_AtItsEdge_IsTaken(string json) => Assert.Empty(Load(json).Errors);

    [Fact]
    public void Load_ASessionWithTheConsolesName_IsAnError()
    {
        ConfigurationResult result = Load(
            """{ "console": { "session": "DESK" }, "sessions": [ { "targetCompId": "DESK", "accounts": [ "HOUSE" ] } ] }""");

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal(("sessions[0].targetCompId", "DESK"), (error.Path, error.Value));
    }

    [Theory]
    [InlineData("\"throttle\": { \"mode\": \"queue\" }", "requestsPerSecondMax", "1 or more, as throttle.mode is queue")]
    [InlineData("\"throttle\": { \"burst\": 5 }, \"requestsPerSecondMax\": 0", "requestsPerSecondMax", "1 or more, as throttle.burst is set")]
    [InlineData("\"throttle\": { \"mode\": \"wait\" }", "throttle.mode", "")]
    [InlineData("\"throttle\": { \"queueMax\": 16385 }, \"requestsPerSecondMax\": 5", "throttle.queueMax", "")]
    [InlineData("\"throttle\": { \"queueMax\": 0 }, \"requestsPerSecondMax\": 5", "throttle.queueMax", "")]
    public void Load_AThrottleThatIsNone_IsAnErrorThatNamesIt(string keys, string path, string expected)
    {
        ConfigurationResult result = Load($$"""{ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ], {{keys}} } ] }""");

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal($"sessions[0].{path}", error.Path);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AThrottleThatQueues_IsReadAsSaid()
    {
        ConfigurationResult result = Load("""{ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ], "requestsPerSecondMax": 5,""" +
            """ "throttle": { "mode": "queue", "burst": 2, "queueMax": 7 } }, { "targetCompId": "B", "accounts": [ "HOUSE" ],""" +
            """ "requestsPerSecondMax": 5, "throttle": { "queueMax": 7 } } ] }""");

        Assert.Empty(result.Errors);
        Assert.Equal([(5, 2, 7), (5, 0, 0)],
            result.Options!.Sessions.Select(session => (session.RequestsPerSecondMax, session.ThrottleBurst, session.ThrottleQueueMax)));
    }

    [Theory]
    [InlineData("0.01", 2, 1)]
    [InlineData("0.010", 2, 1)]
    [InlineData("12.5", 2, 1_250)]
    [InlineData("1", 9, 1_000_000_000)]
    [InlineData("0.000000001", 9, 1)]
    [InlineData("0.001", 2, null)]
    [InlineData("0.0000000001", 9, null)]
    [InlineData("1", 10, null)]
    [InlineData("1", -1, null)]
    [InlineData("-1", 2, null)]
    public void TickSize_OfSoManyDecimals_IsAWholeNumberOfUnits(string text, int decimals, int? units)
    {
        Assert.Equal(units is not null, TickSize.TryToUnits(text, decimals, out long found));
        Assert.Equal(units ?? 0, units is null ? 0 : found);
    }

    [Theory]
    [InlineData("{" + Sessions + "}", "")]
    [InlineData("""{ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ] } ] }""", "session B (gone)")]
    [InlineData("""{ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ] }, { "targetCompId": "B", "accounts": [ "HOUSE" ] }, {""" +
        """ "targetCompId": "C", "accounts": [ "HOUSE" ] } ] }""", "session C (new)")]
    [InlineData("""{ "sessions": [ { "targetCompId": "A", "accounts": [ "CLIENT" ] }, { "targetCompId": "B", "accounts": [ "HOUSE" ],""" +
        """ "cancelOnDisconnect": true } ] }""", "cancelOnDisconnect of session B")]
    [InlineData("""{ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ], "schedule": { "start": "08:00", "end": "17:00" } }, {""" +
        """ "targetCompId": "B", "accounts": [ "HOUSE" ] } ] }""", "schedule of session A")]
    [InlineData("""{ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ] }, { "targetCompId": "B", "accounts": [ "HOUSE" ],""" +
        """ "version": "FIX.4.2" } ] }""", "version of session B")]
    [InlineData("""{ "sessions": [ { "targetCompId": "A", "accounts": [ "HOUSE" ] }, { "targetCompId": "B", "accounts": [ "HOUSE" ],""" +
        """ "requestsPerSecondMax": 5, "throttle": { "mode": "queue" } } ] }""", "throttle of session B, requestsPerSecondMax of session B")]
    [InlineData("{" + Sessions + ", \"fix\": { \"port\": 1 }, \"instruments\": [ { \"symbol\": \"X\" } ] }", "fix.port")]
    public void RestartKeys_OfAChange_AreThoseThatARunningLinkCannotTake(string next, string expected)
    {
        Assert.Equal(expected, string.Join(", ", RestartKeys.FindChanged(Load("{" + Sessions + "}"), Load(next))));
    }

    private ConfigurationResult Load(string json) =>
        ConfigurationLoader.Load(new ConfigurationRequest(_folder.Write(json), EnvironmentPrefix: "PEREGRINE_TEST_NOTHING__"));
}
