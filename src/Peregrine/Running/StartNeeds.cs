using System.Globalization;
using Microsoft.Extensions.Logging;
using Peregrine.Cli;
using Peregrine.Hosting.Configuration;
using Peregrine.Linux;
using Peregrine.Simulator;
using Peregrine.Trading.Orders;

namespace Peregrine.Running;

/// <summary>One thing that a run needs so much of.</summary>
internal readonly record struct Need(string What, long Amount);

/// <summary>What a configuration needs of the machine, told and held against what there is before anything is begun.</summary>
/// <param name="Descriptors">Files and connections that can be open at a time.</param>
/// <param name="Memory">Bytes taken at start or bounded by the configuration.</param>
/// <param name="Disk">Bytes of files that the start makes; nothing for those that are there.</param>
internal sealed record StartNeeds(IReadOnlyList<Need> Descriptors, IReadOnlyList<Need> Memory, IReadOnlyList<Need> Disk)
{
    // What connections never take (EventLoopOptions.DescriptorReserve, ConnectionGuard): files of the journal, a snapshot's process.
    private const int DescriptorReserve = 96;

    // Counted in a run with the console and 4 FIX sessions at rest: 254, most of them the runtime's own.
    private const int DescriptorsOfProgram = 288;
    private const int LeavingConnections = 64;
    private const long Mega = 1 << 20;

    // The runtime, the console's figures, the blotter: what is anonymous after a start, but for the core.
    private const long BytesOfProgram = 160 * Mega;
    private const long BytesOfBatches = 2 * 4 * Mega;
    private const long BytesOfReport = 320;

    /// <summary>Adds up what a run needs.</summary>
    public static StartNeeds Of(PeregrineOptions options, bool isSimulated)
    {
        bool isSimulatedByFix = isSimulated && options.Simulator.Path == SimulatorPath.Fix;
        int sessions = options.Sessions.Count + (isSimulatedByFix ? Fleet.Roster.Count : 0);
        List<Need> descriptors =
        [
            new("the program and its files", DescriptorsOfProgram),
            new("kept for files", DescriptorReserve),
            new("session stores", sessions + options.Fix.DropCopySessions.Count),
            new("FIX sessions", sessions + options.Fix.DropCopySessions.Count + options.Fix.MarketDataSessions.Count),
            new("FIX connections without a Logon (fix.pendingLogons)", options.Fix.PendingLogons + LeavingConnections),
            new("subscribers (marketData.connections)", options.MarketData.ConnectionsMax + LeavingConnections),
        ];
        if (isSimulatedByFix)
        {
            descriptors.Add(new("simulated participants", Fleet.Roster.Count));
        }

        if (options.Console.IsEnabled)
        {
            descriptors.Add(new("console and API (console.connections)", options.Console.ConnectionsMax));
        }

        CoreOptions core = new() { OrdersMax = options.Capacity.Orders, ClientOrderIdsMax = options.Capacity.ClientOrderIds };
        List<Need> memory =
        [
            new("the program", BytesOfProgram),
            new("orders and client order ids (capacity.orders, capacity.clientOrderIds)", core.EstimateBytes()),
            new("commands on their way (capacity.inFlightCommands)", options.Capacity.InFlightCommands * 2 * BytesOfReport),
            new("batches of the journal", BytesOfBatches),
            new("market data (marketData.memoryMiB)", options.MarketData.MemoryMiB * Mega),
        ];

        return new StartNeeds(descriptors, memory, DiskOf(options, isSimulatedByFix));
    }

    /// <summary>Raises the limit of descriptors, tells what is needed, and refuses what cannot be.</summary>
    /// <exception cref="CommandException">All that does not fit, each with its parts, what there is and what to do.</exception>
    public void CheckAgainst(string dataFolder, ILogger log)
    {
        long allowed = DescriptorLimit.Raise();
        (long memory, string bound) = MemoryRoom.Find();
        long disk = new DriveInfo(Path.GetFullPath(dataFolder)).AvailableFreeSpace;
        log.Needs(Sum(Descriptors), allowed, InMiB(Sum(Memory)), InMiB(memory), InMiB(Sum(Disk)), InMiB(disk));
        List<string> faults = FindFaults(allowed, DescriptorLimit.Hard, memory, bound, disk, dataFolder);
        if (faults.Count > 0)
        {
            throw new CommandException(string.Join("; ", faults));
        }
    }

    /// <summary>Everything that does not fit.</summary>
    public List<string> FindFaults(long descriptors, long descriptorsHard, long memory, string memoryBound, long disk, string dataFolder)
    {
        List<string> faults = [];
        if (Sum(Descriptors) > descriptors)
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"descriptors: the configuration can need {Sum(Descriptors)} " +
                $"({Parts(Descriptors, static amount => amount.ToString(CultureInfo.InvariantCulture))}), " +
                $"and this process may open {descriptors} (hard limit {descriptorsHard}): " +
                $"start it with 'ulimit -n {Sum(Descriptors)}', set LimitNOFILE={Sum(Descriptors)} in its systemd unit or --ulimit nofile of its " +
                $"container, or configure fewer connections"));
        }

        if (Sum(Memory) > memory)
        {
            faults.Add($"memory: the configuration takes {InMiB(Sum(Memory))} ({Parts(Memory, InMiB)}), " +
                $"and there are {InMiB(memory)}, by {memoryBound}: give it more, or configure smaller bounds");
        }

        if (Sum(Disk) > disk)
        {
            faults.Add($"disk: new files take {InMiB(Sum(Disk))} ({Parts(Disk, InMiB)}), and the disk of {dataFolder} has " +
                $"{InMiB(disk)}: make room, choose another dataFolder, or configure smaller files");
        }

        return faults;
    }

    // Files keep the size that they were made with.
    private static List<Need> DiskOf(PeregrineOptions options, bool isSimulatedByFix)
    {
        IEnumerable<string> names = options.Sessions.Select(session => session.CompId)
            .Concat(isSimulatedByFix ? Fleet.Roster.Select(who => who.Name) : []);
        long missing = names.Count(name => !File.Exists(Path.Combine(options.DataFolder, "sessions", $"{name}.session")));
        string journal = Path.Combine(options.DataFolder, "journal");
        bool isNew = !Directory.Exists(journal) || Directory.GetFiles(journal, "*.journal").Length == 0;
        return
        [
            new("session stores (fix.sessionStoreMiB)", missing * options.Fix.SessionStoreBytes),
            new("the first files of the journal (journal.segmentMiB)", isNew ? 2 * options.Journal.SegmentBytes : 0),
        ];
    }

    private static long Sum(IReadOnlyList<Need> needs) => needs.Sum(need => need.Amount);

    private static string Parts(IReadOnlyList<Need> needs, Func<long, string> format) =>
        string.Join(", ", needs.Where(need => need.Amount > 0).Select(need => $"{need.What} {format(need.Amount)}"));

    private static string InMiB(long bytes) => bytes == long.MaxValue
        ? "no bound"
        : string.Create(CultureInfo.InvariantCulture, $"{(bytes + Mega - 1) / Mega:N0} MiB");
}
