using Microsoft.Extensions.Configuration;
using Peregrine.Gateway;
using Peregrine.Hosting.Configuration;
using Peregrine.Ids;
using Peregrine.Journal;

namespace Peregrine.Hosting.Tests;

/// <summary>A section of a host's configuration as options.</summary>
public sealed class ConfigurationBindingTests
{
    [Fact]
    public void Fill_AListOfTheSection_ReplacesTheDefaultOne()
    {
        LinkHostOptions options = Filled(("sessions:0:targetCompId", "ALONE"), ("sessions:0:accounts:0", "HOUSE"));

        Assert.Equal(["ALONE"], options.Link.Sessions.Select(session => session.CompId));
        Assert.Single(options.Link.Sessions[0].AccountIds);
        Assert.Empty(options.ConfigurationFaults);
    }

    [Fact]
    public void Fill_ValuesOfTheSection_ComeToEveryPart()
    {
        LinkHostOptions options = Filled(("journal:durability", "fsync"), ("marketData:heartbeatMs", "250"), ("ids:countMin", "7000"),
            ("ids:database", "other.db"), ("dataFolder", "/data"));

        Assert.Equal((Durability.Fsync, 250, 7_000, "/data/other.db", "/data"),
            (options.Link.Durability, options.MarketData!.HeartbeatMs, options.Ids.CountMin, options.IdDatabase, options.Link.DataFolder));
        Assert.True(options.HasOwnIds);
        Assert.Empty(options.NotHere);
    }

    [Fact]
    public void Fill_OptionsThatHaveWaysInOfTheirOwn_KeepsThose()
    {
        LinkHostOptions options = new();
        OwnIds ids = new();
        options.Link = options.Link with { Ids = ids, LocalPorts = [new Gateway.Local.LocalPort([])] };

        ConfigurationBinding.Fill(options, new ConfigurationBuilder().Build());

        Assert.Same(ids, options.Link.Ids);
        Assert.Single(options.Link.LocalPorts);
        Assert.Equal(9880, options.Link.FixEndPoint.Port);
    }

    [Fact]
    public void Fill_WithAFault_LeavesTheOptionsAndSaysIt()
    {
        LinkHostOptions options = new();
        LinkOptions before = options.Link;

        ConfigurationBinding.Fill(options, Section(("capacity:orders", "0")));

        Assert.Same(before, options.Link);
        Assert.StartsWith("capacity.orders: '0' (configuration): expected a whole number, 1 to ", Assert.Single(options.ConfigurationFaults),
            StringComparison.Ordinal);
    }

    private static LinkHostOptions Filled(params (string Key, string Value)[] values)
    {
        LinkHostOptions options = new();
        ConfigurationBinding.Fill(options, Section(values));
        return options;
    }

    private static IConfigurationRoot Section(params (string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.ToDictionary(entry => entry.Key, string? (entry) => entry.Value)).Build();

    private sealed class OwnIds : IOrderIdSource
    {
        public IdStatus TryNext(out ulong id)
        {
            id = 1;
            return IdStatus.Ok;
        }

        public long RaiseAbove(ulong id) => 0;
    }
}
