using System.Net;
using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>How a drill's link is configured. The archived folders were made with these rules too: they stay as they are.</summary>
internal sealed record DrillSetup
{
    public const string IdsTag = "orders";

    /// <summary>CompIDs of the clients, each with an account of its own.</summary>
    public IReadOnlyList<string> CompIds { get; init; } = ["DRILL1", "DRILL2", "DRILL3", "DRILL4"];

    public Durability Durability { get; init; } = Durability.Os;

    public bool SyncInline { get; init; }

    public long SegmentBytes { get; init; } = 64 << 10;

    public long StoreBytes { get; init; } = 64 << 10;

    /// <summary>What the core makes of commands.</summary>
    public CoreBehaviour Behaviour { get; init; } = CoreBehaviours.Last;

    /// <summary>A setup of one seed.</summary>
    public static DrillSetup Of(Random random) => new()
    {
        CompIds = [.. new[] { "DRILL1", "DRILL2", "DRILL3", "DRILL4" }.Take(random.Next(3, 5))],
        Durability = random.Next(2) == 0 ? Durability.Os : Durability.Fsync,
        SyncInline = random.Next(2) == 0,
        StoreBytes = random.Next(3) == 0 ? 64 << 10 : 256 << 10,
    };

    public LinkOptions ToOptions(string dataFolder, IdSegmentAllocator ids, IReportTap truth) => new()
    {
        DataFolder = dataFolder,
        Durability = Durability,
        SyncInline = SyncInline,
        SegmentBytes = SegmentBytes,
        FixEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
        Sessions = [.. CompIds.Select((compId, index) => new ClientSession(compId, [index]))],
        Rules = Rules(CompIds.Count) with { Behaviour = Behaviour },
        Ids = ids,
        Wait = WaitMode.Spin,
        SessionStoreBytes = StoreBytes,
        OrdersMax = 1_024,
        ClientOrderIdsMax = 1 << 14,
        InFlightMax = 256,
        ReportTaps = [truth],
    };

    // A price between ticks is possible in COARSE alone.
    private static TradingRules Rules(int accounts) => new(
        [
            new Instrument(0, "TEST", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(10_000) },
            new Instrument(1, "COARSE", 2, 5, 1, IsOpen: true) { ReferencePrice = new Price(2_000) },
        ],
        [.. Enumerable.Range(0, accounts).Select(AccountOf)]);

    private static Account AccountOf(int index) => new(index, $"ACCOUNT{index + 1}", new AccountLimits(1_000, 100_000_000, 1_000_000));
}
