using System.Net;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway;
using Peregrine.Journal;
using Peregrine.Linux.Tls;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Hosting.Configuration;

/// <summary>Everything that peregrine run is configured with: checked, immutable. Keys, units, ranges: docs/configuration.md.</summary>
/// <param name="DataFolder">Folder of the journal and the session stores.</param>
/// <param name="Rules">Instruments and accounts; ids are positions in the configuration.</param>
/// <param name="Calendars">By symbol, the trading days of instruments that have one.</param>
/// <param name="Sessions">Who may log on; account ids are indexes into <paramref name="Rules"/>.</param>
internal sealed record PeregrineOptions(
    string DataFolder,
    FixOptions Fix,
    MarketDataOptions MarketData,
    ConsoleOptions Console,
    SimulatorOptions Simulator,
    JournalSettings Journal,
    IdOptions Ids,
    StartOptions Start,
    ThreadOptions Threads,
    CapacityOptions Capacity,
    TradingRules Rules,
    IReadOnlyDictionary<string, PhaseCalendar> Calendars,
    IReadOnlyList<ClientSession> Sessions)
{
    /// <summary>By CompID, which certificates its client may show; empty where clients show none.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> SessionCertificates { get; init; }

    /// <summary>By CompID, the version of FIX that each session speaks.</summary>
    public required IReadOnlyDictionary<string, string> SessionVersions { get; init; }

    /// <summary>By CompID, the hours of sessions that have any.</summary>
    public required IReadOnlyDictionary<string, FixSchedule> SessionSchedules { get; init; }
}

/// <summary>The FIX acceptor.</summary>
internal sealed record FixOptions(IPEndPoint EndPoint, string SenderCompId, int HeartbeatSecondsMax, int FrameBytesMax, long SessionStoreBytes,
    int PendingLogons)
{
    /// <summary>How long a client may be silent, in seconds.</summary>
    public required int SilenceSecondsMax { get; init; }

    /// <summary>Most numbers that one ResendRequest asks for; 0 for all.</summary>
    public required int ResendNumbersMax { get; init; }

    /// <summary>Where drop copies connect.</summary>
    public required IPEndPoint DropCopyEndPoint { get; init; }

    /// <summary>CompIDs of drop copies.</summary>
    public required IReadOnlyList<string> DropCopySessions { get; init; }

    /// <summary>The version of FIX that drop copies speak.</summary>
    public required string DropCopyVersion { get; init; }

    /// <summary>Where those connect who get market data over FIX.</summary>
    public required IPEndPoint MarketDataEndPoint { get; init; }

    /// <summary>Their CompIDs; none: there is no port for them.</summary>
    public required IReadOnlyList<string> MarketDataSessions { get; init; }

    /// <summary>The version of FIX that they speak.</summary>
    public required string MarketDataVersion { get; init; }

    /// <summary>Null for connections in clear.</summary>
    public required TlsSettings? Tls { get; init; }

    /// <summary>Null where no messages are kept.</summary>
    public required FixMessageLogOptions? MessageLog { get; init; }
}

/// <summary>The distribution port.</summary>
internal sealed record MarketDataOptions(
    IPEndPoint EndPoint, int HeartbeatMs, int ConnectionsMax, int SubscriptionsMax, int RingChunks, int MemoryMiB, int StallMs,
    int ConflationsPerMinute);

/// <summary>The web server.</summary>
/// <param name="ConnectionsMax">Most connections at a time.</param>
/// <param name="Session">CompID of what is entered there.</param>
internal sealed record ConsoleOptions(bool IsEnabled, IPEndPoint EndPoint, int ConnectionsMax, string Session);

/// <summary>How simulated orders come in. 0 is not at all.</summary>
internal enum SimulatorPath : byte
{
    /// <summary>By a local port.</summary>
    InProcess = 1,

    /// <summary>By FIX over TCP.</summary>
    Fix = 2,
}

/// <summary>The simulated participants.</summary>
internal sealed record SimulatorOptions(bool IsEnabled, int OrdersPerSecond, long Seed, SimulatorPath Path);

/// <summary>The journal of commands.</summary>
/// <param name="SyncInline">"auto" is already decided for this machine.</param>
/// <param name="Snapshot">When snapshots are taken, and what goes behind them.</param>
internal sealed record JournalSettings(Durability Durability, long SegmentBytes, bool SyncInline, bool KeepsHops, SnapshotOptions Snapshot);

/// <summary>Order ids.</summary>
/// <param name="DatabasePath">Relative to the working directory: the data folder is already in it.</param>
internal sealed record IdOptions(string DatabasePath, int CountMin, int CountMax, int RunwayMs, int ReadyMin);

/// <summary>What a start does besides.</summary>
/// <param name="Rehearses">Plays a small day before it is ready, on a link of its own.</param>
internal sealed record StartOptions(bool Rehearses);

/// <summary>The link's thread.</summary>
/// <param name="Wait">"auto" is already decided for this machine.</param>
/// <param name="PinnedCore">-1 for none.</param>
internal sealed record ThreadOptions(WaitMode Wait, int PinnedCore);

/// <summary>Bounds whose memory is taken at start.</summary>
internal sealed record CapacityOptions(int Orders, int ClientOrderIds, int InFlightCommands, int Shards);
