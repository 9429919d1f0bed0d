using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Peregrine.Distribution;
using Peregrine.Gateway;

namespace Peregrine.Hosting.Tests;

/// <summary>A link that starts and ends with its host.</summary>
public sealed class LinkServiceTests : IDisposable
{
    private readonly LinkHostRig _rig = new();
    private readonly int _exitCode = Environment.ExitCode;

    public void Dispose()
    {
        Environment.ExitCode = _exitCode;
        _rig.Dispose();
    }

    [Fact]
    public async Task Start_OptionsWithFaults_ThrowsThemAllAndOpensNothing()
    {
        string folder = Path.Combine(_rig.Folder, "none");
        using IHost host = _rig.Host(options =>
        {
            options.Link = options.Link with { DataFolder = folder, InFlightMax = 100, OrdersMax = 0, PendingLogonsMax = 1, Sessions = [] };
            options.MarketData = new MarketDataServerOptions { HeartbeatMs = 1 };
            options.Ids = options.Ids with { CountMin = 0 };
        });

        OptionsValidationException refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["InFlightMax: 100", "PendingLogonsMax: 1", "OrdersMax is 0", "CountMin: 0", "HeartbeatMs: 1", "Sessions: none"],
            refusal.Failures.Select(fault => fault.Split(',')[0]));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Start_SectionWithFaults_ThrowsWhatTheCommandWouldSay()
    {
        HostApplicationBuilder builder = _rig.Builder();
        _ = builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Peregrine:dataFolder"] = Path.Combine(_rig.Folder, "none"),
            ["Peregrine:fix:prot"] = "0",
            ["Peregrine:fix:port"] = "70000",
            ["Peregrine:sessions:0:targetCompId"] = "A",
            ["Peregrine:sessions:0:accounts:0"] = "NOBODY",
        });
        _ = builder.Services.AddPeregrineLink(builder.Configuration.GetSection("Peregrine"));
        using IHost host = builder.Build();

        OptionsValidationException refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(3, refusal.Failures.Count());
        Assert.Contains("fix.prot: '0' (section Peregrine): expected one of address, port,", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'port'?", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("fix.port: '70000' (section Peregrine): expected a whole number, 0 to 65535", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("sessions[0].accounts[0]: 'NOBODY' (section Peregrine)", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_rig.Folder, "none")));
    }

    [Fact]
    public async Task Start_PortInUse_ThrowsItAndTheHostDoesNotRun()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        using IHost host = _rig.Host(options => options.Link = options.Link with { FixEndPoint = (IPEndPoint)taken.LocalEndpoint });

        IOException fault = await Assert.ThrowsAnyAsync<IOException>(() => host.StartAsync());

        LinkService service = host.Services.GetRequiredService<LinkService>();
        Assert.Contains("cannot listen on", fault.Message, StringComparison.Ordinal);
        Assert.Equal((null, HostedLinkState.Failed, fault.Message), (service.Link, service.State, service.Failure));
        Assert.Equal(HealthStatus.Unhealthy, (await Health(host)).Status);
    }

    [Fact]
    public async Task Start_WithBoundsThatTheFolderDoesNotHave_IsToldByTheLink()
    {
        using IHost first = _rig.Host();
        await first.StartAsync();
        await first.StopAsync();
        using IHost second = _rig.Host(options => options.Link = options.Link with { OrdersMax = 2_048 });

        await second.StartAsync();
        await second.StopAsync();

        Assert.Equal(["Warning 5009 the data folder keeps its bounds for good: 1024 orders and 4096 client order ids; the configured 2048 and 4096 " +
            "are not used"], _rig.Lines.Of("Peregrine.Gateway.OrderLink"));
    }

    [Fact]
    public async Task AddPeregrineLink_Twice_IsOneLinkWithTheOptionsOfBoth()
    {
        HostApplicationBuilder builder = _rig.Builder();
        _ = builder.Services.AddPeregrineLink(options => options.Link = _rig.Small(options.Link));
        _ = builder.Services.AddPeregrineLink(options => options.Link = options.Link with { CompId = "" });
        using IHost host = builder.Build();

        OptionsValidationException refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["CompId: '', expected a CompID"], refusal.Failures);
        Assert.Single(host.Services.GetServices<IHostedService>().OfType<LinkService>());
    }

    [Fact]
    public async Task Health_OverALinksLife_SaysWhatIsTaken()
    {
        using IHost host = _rig.Host();
        HealthReportEntry before = await Health(host);
        await host.StartAsync();

        HealthReportEntry running = await Health(host);
        await host.StopAsync();
        HealthReportEntry after = await Health(host);

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Unhealthy), (before.Status, running.Status, after.Status));
        Assert.Equal("orders are taken: 0 commands, 0 durable, 0 orders working", running.Description);
        Assert.Equal("the link has stopped", after.Description);
        Assert.Contains("ready", running.Tags);
    }

    [Fact]
    public async Task Run_ThatThrows_EndsTheHostWithTheReason()
    {
        using IHost host = OpenHost(link => new BrokenLink(link, new InvalidOperationException("broken invariant: one and one is two")));

        await host.StartAsync();
        await host.WaitForShutdownAsync();

        LinkService service = host.Services.GetRequiredService<LinkService>();
        Assert.Equal((HostedLinkState.Failed, "broken invariant: one and one is two"), (service.State, service.Failure));
        Assert.IsType<InvalidOperationException>(service.Fault);
        Assert.Equal(1, Environment.ExitCode);
        Assert.Contains("Critical 6004 the link has failed, and the host stops: broken invariant: one and one is two",
            _rig.Lines.Of("Peregrine.Hosting.LinkService"));
        Assert.Equal("the link has failed: broken invariant: one and one is two", (await Health(host)).Description);
    }

    [Fact]
    public async Task Start_OfALinkThatCannotBeShown_ThrowsAndClosesIt()
    {
        BrokenLink? opened = null;
        using IHost host = OpenHost(link => opened = new BrokenLink(link, null) { HidesItsServer = true });

        NotSupportedException fault = await Assert.ThrowsAsync<NotSupportedException>(() => host.StartAsync());

        LinkService service = host.Services.GetRequiredService<LinkService>();
        Assert.Equal((HostedLinkState.Failed, fault.Message), (service.State, service.Failure));
        Assert.True(opened!.IsDisposed);
    }

    [Fact]
    public async Task Start_CancelledWhileTheJournalIsReplayed_EndsWithoutWaitingForIt()
    {
        using ManualResetEventSlim replaying = new();
        using ManualResetEventSlim isReplayed = new();
        using IHost host = OpenHost(link =>
        {
            replaying.Set();
            isReplayed.Wait();
            return new BrokenLink(link, null);
        });
        LinkService service = host.Services.GetRequiredService<LinkService>();
        using CancellationTokenSource stop = new();

        Task starting = service.StartAsync(stop.Token);
        replaying.Wait();
        await stop.CancelAsync();
        await starting;
        await service.StopAsync(CancellationToken.None);
        HostedLinkState whileReplaying = service.State;
        isReplayed.Set();
        await service.Ended;

        Assert.Equal((HostedLinkState.Starting, HostedLinkState.Stopped), (whileReplaying, service.State));
    }

    private static async Task<HealthReportEntry> Health(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[PeregrineServices.HealthCheckName];

    private IHost OpenHost(Func<LinkHostOptions, IHostedLink> open)
    {
        HostApplicationBuilder builder = _rig.Builder();
        _ = builder.Services.AddPeregrineLink(IHostedLink (_) =>
        {
            LinkHostOptions options = new();
            options.Link = _rig.Small(options.Link);
            return open(options);
        });
        return builder.Build();
    }

    // Runs as a link does, and then throws.
    private sealed class BrokenLink(LinkHostOptions options, Exception? fault) : IHostedLink
    {
        private readonly HostedLink _inner = new(options, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);

        public OrderLink Link => _inner.Link;

        public MarketDataServer? MarketData => HidesItsServer ? throw new NotSupportedException("no server to be seen") : null;

        public bool HidesItsServer { get; init; }

        public bool IsDisposed { get; private set; }

        public void Run()
        {
            if (fault is not null)
            {
                throw fault;
            }

            _inner.Run();
        }

        public void Dispose()
        {
            _inner.Dispose();
            IsDisposed = true;
        }
    }
}
