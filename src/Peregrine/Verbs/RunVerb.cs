using System.CommandLine;
using System.Globalization;
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
        ConfigurationArguments arguments = new();
        Command run = new("run", "Starts the whole link: FIX order entry, checks, sequencer, journal, matching, reports.") { data, quiet };
        arguments.AddTo(run);
        run.SetAction(result => Run(
            arguments.LoadOrFail(result, result.GetValue(data) is { } folder ? $"dataFolder={folder}" : null), result.GetValue(quiet)));
        return run.WithExample("peregrine run --set journal.durability=fsync --data /var/lib/peregrine");
    }

    private static int Run(PeregrineOptions options, bool isQuiet)
    {
        try
        {
            MakeDataFolder(options.DataFolder);
            using SqliteSegmentStore store = new(options.Ids.DatabasePath);
            using SegmentAllocator ids = new(store, "orders", options.ToSegmentOptions());
            using OrderLink link = OrderLink.Start(options.ToLinkOptions(ids), Log);
            Announce(link, options);
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

    // Orders are nobody else's business.
    private static void MakeDataFolder(string path)
    {
        try
        {
            _ = Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"data folder {path} cannot be made: {fault.Message.TrimEnd('.')}; choose another with --data or dataFolder in the configuration");
        }
    }

    private static void Stop(OrderLink link, PosixSignalContext context)
    {
        context.Cancel = true;
        link.RequestStop();
    }

    private static void Announce(OrderLink link, PeregrineOptions options)
    {
        LinkRecovery recovery = link.Recovery;
        Log(string.Create(CultureInfo.InvariantCulture, $"replayed {recovery.Commands} commands from {recovery.Journal.Segments} segments, {recovery.ProvenHashes} state hashes proved, state hash {recovery.StateHash:x16}"));
        if (recovery.Journal.TornAt is { } torn)
        {
            Log($"cut a torn tail of {recovery.Journal.TornBytes} bytes: {torn}");
        }

        Log($"data in {Path.GetFullPath(options.DataFolder)}, journal at level {options.Journal.Durability.ToString().ToLowerInvariant()}, waiting: {options.Threads.Wait.ToString().ToLowerInvariant()}");
        Log($"FIX 4.4 on {link.FixEndPoint}, our CompID {options.Fix.SenderCompId}, clients {string.Join(", ", options.Sessions.Select(session => session.CompId))}");
        Log("ready");
    }

    // Straight to the stream and flushed, so that whoever waits for "ready" on a pipe sees it.
    private static void Log(string line)
    {
        Console.Out.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
        Console.Out.Flush();
    }
}
