using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Peregrine.Cli;
using Peregrine.Configuration;
using Peregrine.Gateway;
using Peregrine.Gateway.Sequencing;
using Peregrine.Ids;
using Peregrine.Ids.Sqlite;

namespace Peregrine.Verbs;

/// <summary>peregrine run: the whole link, until SIGTERM or Ctrl-C.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        Option<string?> data = new("--data") { Description = "Data folder: journal, sessions, ids. Takes the place of dataFolder in the configuration." };
        Option<bool> quiet = new("--no-status") { Description = "No live status, only the log." };
        Command run = new("run", "Starts the whole link: FIX order entry, checks, sequencer, journal, matching, reports.") { ConfigVerb.FileOption, ConfigVerb.SetOption, data, quiet };
        run.SetAction(result => Run(ConfigVerb.Load(result), result.GetValue(data), result.GetValue(quiet)));
        return run.WithExample("peregrine run --set journal.durability=fsync --data /var/lib/peregrine");
    }

    private static int Run(PeregrineOptions options, string? dataFolder, bool isQuiet)
    {
        dataFolder = Path.GetFullPath(dataFolder ?? options.DataFolder);
        try
        {
            _ = Directory.CreateDirectory(dataFolder);
            using SqliteSegmentStore store = new(Path.Combine(dataFolder, "ids.db"));
            using SegmentAllocator ids = new(store, "orders", new SegmentOptions { CountMin = options.IdSegmentMin, CountMax = options.IdSegmentMax });
            using OrderLink link = OrderLink.Start(ToLinkOptions(options, dataFolder, ids), Log);
            Announce(link, options, dataFolder);
            using StatusDisplay? display = !isQuiet && !Console.IsOutputRedirected ? new StatusDisplay(link, options) : null;
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(link, context));
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(link, context));
            link.Run();
            display?.Stop();
            if (link.Failure is { } failure)
            {
                throw new CommandException(failure);
            }

            link.Dispose();
            Log(string.Create(CultureInfo.InvariantCulture, $"stopped at command {link.Status().Sequence}, state hash {link.StateHash:x16}"));
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or ReplayException or SegmentStoreException)
        {
            throw new CommandException(failure.Message);
        }
    }

    private static void Stop(OrderLink link, PosixSignalContext context)
    {
        context.Cancel = true;
        link.RequestStop();
    }

    private static void Announce(OrderLink link, PeregrineOptions options, string dataFolder)
    {
        LinkRecovery recovery = link.Recovery;
        Log(string.Create(CultureInfo.InvariantCulture, $"replayed {recovery.Commands} commands from {recovery.Journal.Segments} segments, {recovery.ProvenHashes} state hashes proved, state hash {recovery.StateHash:x16}"));
        if (recovery.Journal.TornAt is { } torn)
        {
            Log($"cut a torn tail of {recovery.Journal.TornBytes} bytes: {torn}");
        }

        Log($"data in {dataFolder}, journal at level {options.Durability.ToString().ToLowerInvariant()}, waiting: {options.Wait.ToString().ToLowerInvariant()}");
        Log($"FIX 4.4 on {link.FixEndPoint}, our CompID {options.CompId}, clients {string.Join(", ", options.Sessions.Select(session => session.CompId))}");
        Log("ready");
    }

    private static LinkOptions ToLinkOptions(PeregrineOptions options, string dataFolder, SegmentAllocator ids) => new()
    {
        DataFolder = dataFolder,
        Durability = options.Durability,
        SegmentBytes = (long)options.SegmentMiB << 20,
        SessionStoreBytes = (long)options.SessionStoreMiB << 20,
        FixEndPoint = new IPEndPoint(IPAddress.Parse(options.FixAddress), options.FixPort),
        CompId = options.CompId,
        Sessions = options.Sessions,
        Rules = options.Rules,
        Ids = ids,
        Wait = options.Wait,
        PinnedCore = options.PinnedCore,
        OrdersMax = options.OrdersMax,
        ClientOrderIdsMax = options.ClientOrderIdsMax,
        HeartbeatSecondsMax = options.HeartbeatSecondsMax,
        FrameBytesMax = options.FrameBytesMax,
    };

    // Straight to the stream and flushed, so that whoever waits for "ready" on a pipe sees it.
    private static void Log(string line)
    {
        Console.Out.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
        Console.Out.Flush();
    }
}
