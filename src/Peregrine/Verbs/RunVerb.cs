using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Peregrine.Api;
using Peregrine.Cli;
using Peregrine.Hosting.Configuration;
using Peregrine.Gateway;
using Peregrine.Ids;
using Peregrine.Journal.Snapshots;
using Peregrine.Running;
using Peregrine.Sequencing.Recovery;
using Peregrine.Simulator;
using Peregrine.Tools.Inspect;

namespace Peregrine.Verbs;

/// <summary>peregrine run: the whole link, until SIGTERM or Ctrl-C. SIGHUP reads the configuration again.</summary>
internal static class RunVerb
{
    private const double NsPerSecond = 1e9;
    private static bool _isLogGone;

    public static Command Create()
    {
        Option<string?> data = new("--data") { Description =
            "Data folder: journal, sessions, ids, access token. Takes the place of dataFolder in the configuration." };
        Option<bool> quiet = new("--no-status") { Description = "No live status, only the log." };
        Option<bool> noSimulator = new("--no-simulator") { Description = "Nobody trades but the clients." };
        Option<bool> noConsole = new("--no-console") { Description = "No web console and no HTTP API." };
        Option<int?> rate = new("--rate") { Description = "Requests/s of the simulated participants, on average (simulator.ordersPerSecond)." };
        Option<long?> seed = new("--seed") { Description = "Seed of the simulated participants (simulator.seed)." };
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
            data, quiet, noSimulator, noConsole, rate, seed, feed, speed, skip, lost, behind,
        };
        arguments.AddTo(run);
        run.SetAction(result =>
        {
            List<string> overrides = [];
            Add("dataFolder", result.GetValue(data));
            Add("simulator.ordersPerSecond", result.GetValue(rate)?.ToString(CultureInfo.InvariantCulture));
            Add("simulator.seed", result.GetValue(seed)?.ToString(CultureInfo.InvariantCulture));
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

    private static int Run(ConfigurationResult start, Func<ConfigurationResult> loadAgain, RunRequest request, bool isQuiet)
    {
        PeregrineOptions options = start.Options!;
        try
        {
            MakeDataFolder(options.DataFolder);
            using LinkHost host = new(options, request, Log);
            OrderLink link = host.Link;

            // Before "ready" is said: whoever waits for that may ask to stop at once.
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(link, context));
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(link, context));
            RulesReload reload = new(start, loadAgain, host, Log);
            bool isTerminal = !Console.IsOutputRedirected;
            using PosixSignalRegistration hangUp =
                PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Reload(reload, link, isTerminal, context));
            Announce(host, options);
            TellIfHangUpIsIgnored();
            using StatusDisplay? display = !isQuiet && isTerminal ? new StatusDisplay(link, options) : null;
            host.Run();
            display?.Stop();
            if (link.Failure is { } failure)
            {
                throw new CommandException(failure);
            }

            host.Dispose();
            Log(string.Create(CultureInfo.InvariantCulture, $"stopped at command {link.Status().Sequence}, state hash {link.StateHash:x16}"));
            return 0;
        }
        catch (Exception failure) when (failure is IOException
            or UnauthorizedAccessException or ArgumentException or ReplayException or SegmentStoreException)
        {
            throw new CommandException(failure.Message);
        }
    }

    // Orders are nobody else's business.
    private static void MakeDataFolder(string path)
    {
        try
        {
            _ = Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"data folder {path} cannot be made: {fault.Message.TrimEnd('.')}; " +
                $"choose another with --data or dataFolder in the configuration");
        }

        PrivateFiles.CheckFolder(path);
    }

    // What a process was started with stays so: the runtime does not take over a signal that is ignored. Source: proc(5), SigIgn; bit 0 is SIGHUP.
    private static void TellIfHangUpIsIgnored()
    {
        string? ignored = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        if (ignored is not null && (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & 1) != 0)
        {
            Log("SIGHUP is ignored here, as by nohup: the configuration cannot be read again while the link runs; start it without, " +
                "for instance by systemd");
        }
    }

    private static void Stop(OrderLink link, PosixSignalContext context)
    {
        context.Cancel = true;
        link.RequestStop();
    }

    private static void Reload(RulesReload reload, OrderLink link, bool isTerminal, PosixSignalContext context)
    {
        context.Cancel = true;
        Volatile.Write(ref _isLogGone, false);
        Log("SIGHUP: the configuration is read again");
        if (isTerminal && Volatile.Read(ref _isLogGone))
        {
            // The terminal has hung up, and that is what the signal said: nothing is changed on the way out.
            link.RequestStop();
            return;
        }

        reload.Run();
    }

    private static void Announce(LinkHost host, PeregrineOptions options)
    {
        LinkRecovery recovery = host.Link.Recovery;
        AnnounceStart(recovery.Start);
        int segments = recovery.Journal.Segments - recovery.Journal.SkippedSegments;
        Log(string.Create(CultureInfo.InvariantCulture,
            $"replayed {recovery.Commands} commands from {segments} segments in {recovery.Start.ReplayNs / NsPerSecond:F3} s, " +
            $"{recovery.ProvenHashes} state hashes proved, state hash {recovery.StateHash:x16}"));
        Log(string.Create(CultureInfo.InvariantCulture,
            $"sessions, snapshots and ids held against the journal in {recovery.Start.CheckNs / NsPerSecond:F3} s"));
        if (recovery.Journal.TornAt is { } torn)
        {
            Log($"cut a torn tail of {recovery.Journal.TornBytes} bytes: {torn}");
        }

        Log($"data in {Path.GetFullPath(options.DataFolder)}, " +
            $"journal at level {options.Journal.Durability.ToString().ToLowerInvariant()}, waiting: " +
            $"{options.Threads.Wait.ToString().ToLowerInvariant()}");
        Log($"FIX 4.4 on {host.Link.FixEndPoint}, our CompID {options.Fix.SenderCompId}, " +
            $"clients {string.Join(", ", options.Sessions.Select(session => session.CompId))}");
        Log($"market data on {host.Server.EndPoint}, source {host.Server.Options.Source}");
        FlowView flow = host.Flow;
        Log(flow.Kind == "simulator"
            ? string.Create(CultureInfo.InvariantCulture,
                $"simulator: {Fleet.Roster.Count} participants, {flow.OrdersPerSecond} requests/s, seed {flow.Seed}, " +
                $"by {(options.Simulator.Path == SimulatorPath.Fix ? "FIX" : "local port")}")
            : $"flow: {flow.Kind}, {flow.Text}");
        AnnounceConsole(host, options);
        Log("ready");
    }

    private static void AnnounceStart(LinkStart start)
    {
        foreach (SnapshotFault fault in start.Passed)
        {
            Log($"snapshot passed over: {fault}");
        }

        if (start.Snapshot is { } snapshot)
        {
            Log(string.Create(CultureInfo.InvariantCulture,
                $"snapshot {snapshot.Path} of {JournalText.Time(snapshot.TimeNs)}, after command {snapshot.Position.Sequence}, " +
                $"checked and loaded in {start.LoadNs / NsPerSecond:F3} s"));
        }

        if (start.Skipped is { } skipped)
        {
            Log($"reports are lost, as --skip-lost-reports allowed: {skipped}");
        }
    }

    private static void AnnounceConsole(LinkHost host, PeregrineOptions options)
    {
        if (host is not { Api: { } api, Token: { } token })
        {
            return;
        }

        string file = Path.GetFullPath(Path.Combine(options.DataFolder, AccessToken.FileName));
        Log(token.IsNew
            ? $"console on http://{api.EndPoint}/#token={token.Text} (the access token is shown this once, and kept in {file})"
            : $"console on http://{api.EndPoint}/ (the access token for orders is in {file})");
        if (!System.Net.IPAddress.IsLoopback(api.EndPoint.Address))
        {
            Log($"console: whoever reaches {api.EndPoint} sees books, orders and sessions, and the token goes over the wire in clear: " +
                $"put a proxy with TLS in front of it");
        }
    }

    // Straight to the stream and flushed, so that whoever waits for "ready" on a pipe sees it. A log that cannot be written is no reason to stop
    // trading.
    private static void Log(string line)
    {
        try
        {
            Console.Out.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
            Console.Out.Flush();
        }
        catch (IOException)
        {
            Volatile.Write(ref _isLogGone, true);
        }
    }
}
