using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Peregrine.Sequencing.Sessions;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Hosting.Tests;

/// <summary>The README's example compiles and runs.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly LinkHostRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Readme_Example_RunsALinkUntilItsHostStops()
    {
        string folder = _rig.Folder;

        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddPeregrineLink(options => options.Link = options.Link with
        {
            DataFolder = folder,
            FixEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Sessions = [new ClientSession("CLIENT", AccountIds: [0])],
            Rules = new TradingRules(
                [new Instrument(0, "ACME", PriceDecimals: 2, TickUnits: 1, LotUnits: 1, IsOpen: true)],
                [new Account(0, "HOUSE", new AccountLimits(MaxQuantityUnits: 10_000, MaxNotionalUnits: 1_000_000, CollarBasisPoints: 500))]),
        });
        _ = builder.Logging.ClearProviders().AddProvider(_rig.Lines);
        using IHost host = builder.Build();
        LinkService service = host.Services.GetRequiredService<LinkService>();
        IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        HostedLinkState stateWhenStarted = default;
        using CancellationTokenRegistration started = lifetime.ApplicationStarted.Register(() =>
        {
            stateWhenStarted = service.State;
            lifetime.StopApplication();
        });
        await host.RunAsync(); // until SIGTERM or Ctrl-C; what is wrong with the options is thrown here, all at once

        Assert.Equal((HostedLinkState.Running, HostedLinkState.Stopped), (stateWhenStarted, service.State));
        Assert.Equal(
            [$"Information 6000 FIX on {service.Link!.FixEndPoint}, 0 commands replayed",
                $"Information 6003 stopped at command 0, state hash {service.Link.StateHash:x16}"],
            _rig.Lines.Of("Peregrine.Hosting.LinkService"));
        ReadmeExample.AssertStandsInThisFile("Peregrine.Hosting", except: "folder");
    }

    [Fact]
    public async Task Readme_SectionExample_TakesItsOptionsFromIt()
    {
        HostApplicationBuilder builder = _rig.Builder();
        _ = builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Peregrine:dataFolder"] = _rig.Folder,
            ["Peregrine:fix:port"] = "0",
            ["Peregrine:fix:senderCompId"] = "HOSTED",
            ["Peregrine:marketData:port"] = "0",
            ["Peregrine:capacity:orders"] = "1000",
            ["Peregrine:capacity:clientOrderIds"] = "1000",
            ["Peregrine:console:enabled"] = "true",
        });

        builder.Services.AddPeregrineLink(builder.Configuration.GetSection("Peregrine"));
        using IHost host = builder.Build();
        await host.StartAsync();
        LinkService service = host.Services.GetRequiredService<LinkService>();
        bool isDistributing = service.Hosted!.MarketData is { EndPoint.Port: > 0 };
        await host.StopAsync();

        Assert.True(isDistributing);
        Assert.Equal(["CLIENT1", "CLIENT2", "CLIENT3", "CLIENT4"], service.Link!.Status().Sessions.Select(session => session.CompId));
        Assert.Equal("Warning 6005 the configuration enables console: those belong to the peregrine command, and do not run here",
            _rig.Lines.Of("Peregrine.Hosting.LinkService").First());
    }
}
