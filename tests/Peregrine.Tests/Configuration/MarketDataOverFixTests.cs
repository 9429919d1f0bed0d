using System.Net;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Hosting.Configuration;

namespace Peregrine.Tests.Configuration;

/// <summary>Who gets market data over FIX, as it is configured.</summary>
public sealed class MarketDataOverFixTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WithoutSessions_ThereIsNoPort() => Assert.Null(Load("").Options!.ToFixMarketDataOptions());

    [Fact]
    public void Sessions_PortAndVersion_AreGivenOn()
    {
        ConfigurationResult result = Load(""" "port": 1234, "version": "FIX.5.0SP2", "sessions": [ "READER", "OTHER" ] """);

        Assert.Empty(result.Errors);
        FixMarketDataOptions options = result.Options!.ToFixMarketDataOptions()!;
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 1234), options.EndPoint);
        Assert.Equal(["READER", "OTHER"], options.Sessions);
        Assert.Equal(("FIX.5.0SP2", "PEREGRINE"), (options.Version, options.CompId));
        Assert.Empty(options.FindFaults());
    }

    [Fact]
    public void Version_WithoutMarketData_IsAnErrorAtItsPath()
    {
        ConfigurationError error = Assert.Single(Load(""" "version": "FIX.4.1", "sessions": [ "READER" ] """).Errors);

        Assert.Equal(("fix.marketData.version", "FIX.4.1"), (error.Path, error.Value));
    }

    private ConfigurationResult Load(string marketData) => ConfigurationLoader.Load(new ConfigurationRequest(_folder.Write($$"""
        { "fix": { "marketData": { {{marketData}} } }, "sessions": [ { "targetCompId": "C", "accounts": [ "HOUSE" ] } ] }
        """), EnvironmentPrefix: "PEREGRINE_TEST_NOTHING__"));
}
