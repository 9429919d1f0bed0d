using System.CommandLine;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Peregrine.Cli;
using Peregrine.Hosting;
using Peregrine.Hosting.Configuration;
using Peregrine.Ids;
using Peregrine.Running;
using Peregrine.Sequencing.Recovery;

namespace Peregrine.Verbs;

/// <summary>peregrine run: the whole link, until SIGTERM or Ctrl-C. SIGHUP reads the configuration again.</summary>
internal static class RunVerb
{
    private const int StopSecondsMax = 60;

    public static Command Create()
    {
        Option<string?> data = new("--data") { Description =
            "Data folder: journal, sessions, ids, access token. Takes the place of dataFolder in the configuration." };
        Option<bool> quiet = new("--no-status") { Description = "No live status, only the log." };
        Option<bool> noSimulator = new("--no-simulator") { Description = "Nobody trades but the clients." };
        Option<bool> noConsole = new("--no-console") { Description = "No web console and no HTTP API." };
        Option<int?> rate = new("--rate") { Description = "Requests/s of the simulated participants, on average (simulator.ordersPerSecond)." };
        Option<long?> seed = new("--seed") { Description = "Seed of the simulated participants (simulator.seed)." };
        Option<int?> shards = new("--shards") { Description = "On how many threads books are matched (capacity.shards)." };
        Option<string?> feed = new("--feed") { Description =
            "Drives books and distribution from a recorded feed, or from another link's market data (tcp://host:port), instead of the simulator.",
            HelpName = "FILE|tcp://HOST:PORT" };
        Option<string> speed = new("--speed") { Description = "Of a recorded feed: max, or a multiple of the recorded speed such as 10x.",
            DefaultValueFactory = _ => "1x" };
        Option<bool> skip = new("--skip-lost-reports") { Description =
            "Starts although the store of a session lacks reports that the journal can no longer make, its older files being gone: " +
            "that client never gets them." };
        Option<bool> lost = new("--accept-lost-commands") { Description =
            "Starts although the journal lacks commands that other files prove to have been durable: " +
            "the link goes on from the journal's end and tells every client." };
        Option<bool> behind = new("--accept-clock-behind") { Description =
            "Starts although the clock is behind the journal's last record: trading time then runs on from there." };
        ConfigurationArguments arguments = new();
        Command run = new("run", "Starts the whole link: FIX order entry, checks, sequencer, journal, matching, reports, market data, console, " +
            "and simulated participants. SIGTERM ends it in order; SIGHUP reads the configuration again and changes instruments, " +
            "accounts and limits without a stop.")
        {
            data, quiet, noSimulator, noConsole, rate, seed, shards, feed, speed, skip, lost, behind,
        };
        arguments.AddTo(run);
        run.SetAction(result =>
        {
            List<string> overrides = [];
            Add("dataFolder", result.GetValue(data));
            Add("simulator.ordersPerSecond", result.GetValue(rate)?.ToString(CultureInfo.InvariantCulture));
            Add("simulator.seed", result.GetValue(seed)?.ToString(CultureInfo.InvariantCulture));
            Add("capacity.shards", result.GetValue(shards)?.ToString(CultureInfo.InvariantCulture));
            Add("simulator.enabled", result.GetValue(noSimulator) ? "false" : null);
            Add("console.enabled", result.GetValue(noConsole) ? "false" : null);
            RunRequest request = new(result.GetValue(feed), Amounts.ParseSpeed("--speed", result.GetRequiredValue(speed)), result.GetValue(skip),
                result.GetValue(behind), result.GetValue(lost));
            ConfigurationResult start = arguments.LoadOrFail(result, overrides);

            // The same file, named: if it is gone at a reload, that must not mean the defaults.
            return Run(start, () => arguments.Load(result, start.File, overrides), request, result.GetValue(quiet));

            void Add(string key, string? value) => overrides.AddRange(value is null ? Array.Empty<string>() : [$"{key}={value}"]);
        });
        return run.WithExample("peregrine run --feed AAPL_2012-06-21_34200000_37800000_message_50.csv --speed 10x");
    }

    // The host has the signals before anything is begun: whoever waits for "ready" may ask to stop at once.
    private static int Run(ConfigurationResult start, Func<ConfigurationResult> loadAgain, RunRequest request, bool isQuiet)
    {
        using LineLog lines = new();
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "peregrine" });
        _ = builder.Logging.AddProvider(lines).AddFilter("Microsoft", LogLevel.None);
        _ = builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        _ = builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(StopSecondsMax));
        _ = builder.Services.AddPeregrineLink(IHostedLink (services) => new RunningLink(start, loadAgain, request, isQuiet,
            services.GetRequiredService<IHostApplicationLifetime>(), lines, services.GetRequiredService<ILoggerFactory>()));
        using IHost host = builder.Build();
        LinkService service = host.Services.GetRequiredService<LinkService>();
        try
        {
            RunToEnd(host);
            if (service.Fault is { } fault)
            {
                ExceptionDispatchInfo.Throw(fault);
            }
        }
        catch (Exception failure) when (failure is IOException
            or UnauthorizedAccessException or ArgumentException or ReplayException or IdSegmentStoreException)
        {
            throw new CommandException(failure.Message);
        }

        return service.State switch
        {
            HostedLinkState.Failed => throw new CommandException(service.Failure!),
            HostedLinkState.Running => throw new CommandException(
                $"the link has not ended in {StopSecondsMax} s; what was acknowledged is in the journal"),
            _ => 0,
        };
    }

    private static void RunToEnd(IHost host)
    {
        IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        try
        {
            host.Start();
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to stop while it started.
        }

        host.WaitForShutdown();
    }
}
