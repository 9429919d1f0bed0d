using System.Net;
using Peregrine.Distribution;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway.Local;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Linux.Tls;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

/// <summary>How the link's thread waits when there is nothing to do.</summary>
public enum WaitMode : byte
{
    /// <summary>Never gives the core away: the lowest latency, one core fully used.</summary>
    Spin = 1,

    /// <summary>Polls, and lets other threads run in between.</summary>
    Yield = 2,

    /// <summary>Sleeps in the kernel until something arrives; 15 to 30 us more to wake up, no core used when idle.</summary>
    Block = 3,
}

/// <summary>Everything an <see cref="OrderLink"/> needs; plain values, checked by
/// <see cref="OrderLink.Start(LinkOptions, Action{string})"/>.</summary>
public sealed partial record LinkOptions
{
    /// <summary>Folder of the journal and the session stores; made when missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>When a command counts as durable.</summary>
    public Durability Durability { get; init; } = Durability.Os;

    /// <summary>At <see cref="Durability.Fsync"/>: the link's thread waits for the disk itself, instead of a thread beside it.</summary>
    public bool SyncInline { get; init; }

    /// <summary>Size of a journal segment in bytes.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>Whether the times at which each command passed each hop are kept in files beside the journal, for as long as that has the
    /// command.</summary>
    public bool KeepsHops { get; init; } = true;

    /// <summary>When snapshots are taken while the link runs; null for never. A start uses those that are there in any case.</summary>
    public SnapshotOptions? Snapshots { get; init; }

    /// <summary>
    /// Starts although a session was not sent reports that the journal no longer makes: its client never gets them. For a store that was lost
    /// together with the journal's older segments.
    /// </summary>
    public bool SkipLostReports { get; init; }

    /// <summary>
    /// Starts although the journal lacks commands which a session's store or a snapshot proves to have been durable:
    /// the link goes on from the journal's end, with ids far above those that were given, and tells every client when it logs on. At
    /// <see cref="Durability.None"/> it always does.
    /// </summary>
    public bool AcceptLostCommands { get; init; }

    /// <summary>
    /// Starts although the clock is more than 5 seconds behind the journal's last time:
    /// trading time then runs on from there at the clock's pace, ahead of the clock.
    /// </summary>
    public bool AcceptClockBehind { get; init; }

    /// <summary>Where FIX clients connect; port 0 picks a free one.</summary>
    public IPEndPoint FixEndPoint { get; init; } = new(IPAddress.Loopback, 9880);

    /// <summary>Certificate, key and trust of the FIX port; null for connections in clear. Renewed files are taken without a stop.</summary>
    public TlsSettings? FixTls { get; init; }

    /// <summary>By CompID, which certificates its client may show (<see cref="FixCertificates"/>), for a <see cref="FixTls"/> that asks for one.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> SessionCertificates { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Our CompID.</summary>
    public string CompId { get; init; } = "PEREGRINE";

    /// <summary>Who may log on.</summary>
    public required IReadOnlyList<ClientSession> Sessions { get; init; }

    /// <summary>By CompID, the hours of sessions that have any: their numbers begin anew with each period.
    /// The others may be on at any time.</summary>
    public IReadOnlyDictionary<string, FixSchedule> SessionSchedules { get; init; } = new Dictionary<string, FixSchedule>();

    /// <summary>By CompID, the version of FIX of sessions that do not speak FIX.4.4: FIX.4.0 to FIX.4.3, FIX.5.0, FIX.5.0SP1 or FIX.5.0SP2,
    /// of which the last three are sessions of FIXT.1.1.</summary>
    public IReadOnlyDictionary<string, string> SessionVersions { get; init; } = new Dictionary<string, string>();

    /// <summary>Instruments, accounts and limits as configured; ids are positions in this configuration.</summary>
    public required TradingRules Rules { get; init; }

    /// <summary>By symbol, the trading days of instruments whose phases change by the clock; the others' change only as they are told.</summary>
    public IReadOnlyDictionary<string, PhaseCalendar> Calendars { get; init; } = new Dictionary<string, PhaseCalendar>();

    /// <summary>Where order ids come from.</summary>
    public required IOrderIdSource Ids { get; init; }

    /// <summary>How the link's thread waits.</summary>
    public WaitMode Wait { get; init; } = WaitMode.Block;

    /// <summary>The core the link's thread is pinned to, or -1.</summary>
    public int PinnedCore { get; init; } = -1;

    /// <summary>
    /// On how many threads books are matched, 1 to 64; default 1, the link's own. Each of more has the books of some instruments. A data folder
    /// that is
    /// begun with more than one lets commands be checked before those right before them are carried out (docs/adr/0018-a-window-in-the-sequence.md),
    /// and goes on so with any number; one that was begun with one gains nothing by more.
    /// </summary>
    public int Shards { get; init; } = 1;

    /// <summary>Most orders that can be resting at a time.</summary>
    public int OrdersMax { get; init; } = 1 << 18;

    /// <summary>How many client order ids are remembered, at least, to refuse duplicates.</summary>
    public int ClientOrderIdsMax { get; init; } = 1 << 20;

    /// <summary>Most commands that may wait for the journal; a power of two. Above it the link stops reading from clients.</summary>
    public int InFlightMax { get; init; } = 1 << 14;

    /// <summary>Ring of sent messages kept for each session, in bytes: what a client can ask to be sent again.</summary>
    public long SessionStoreBytes { get; init; } = 16L << 20;

    /// <summary>Longest heartbeat interval that a client may ask for, in seconds.</summary>
    public int HeartbeatSecondsMax { get; init; } = 300;

    /// <summary>How long a client may be silent before it is asked whether it is there, in seconds, whatever heartbeat interval it asked for; after
    /// twice as long its connection ends. 1 to 3,600.</summary>
    public int SilenceSecondsMax { get; init; } = 120;

    /// <summary>Most numbers that one ResendRequest asks a client for, 0 to 1,000,000; 0 for all at once.</summary>
    public int ResendNumbersMax { get; init; }

    /// <summary>Ways in for code of the same process.</summary>
    public IReadOnlyList<LocalPort> LocalPorts { get; init; } = [];

    /// <summary>Where the books' changes are distributed; null for nowhere. Its thread must run before <see cref="OrderLink.Run"/>,
    /// and stays the caller's.</summary>
    public MarketDataServer? MarketData { get; init; }

    /// <summary>Further ways in and out, beside FIX and local ports; their sessions have CompIDs of their own.</summary>
    public IReadOnlyList<IDoor> Doors { get; init; } = [];

    /// <summary>Who sees every report, in this order: displays, drop copies, surveillance.</summary>
    public IReadOnlyList<IReportTap> ReportTaps { get; init; } = [];

    /// <summary>Who may log on to see every report of every session (drop copy), by CompID; none: there is no port for it.</summary>
    public IReadOnlyList<string> DropCopySessions { get; init; } = [];

    /// <summary>The version of FIX of all of them, as in <see cref="SessionVersions"/>.</summary>
    public string DropCopyVersion { get; init; } = OrderDialect.Usual;

    /// <summary>The version of FIX of a session.</summary>
    internal string VersionOf(string compId) => SessionVersions.GetValueOrDefault(compId, OrderDialect.Usual);

    /// <summary>Where they connect; port 0 picks a free one.</summary>
    public IPEndPoint DropCopyEndPoint { get; init; } = new(IPAddress.Loopback, 9883);

    /// <summary>Largest FIX message in bytes.</summary>
    public int FrameBytesMax { get; init; } = 8192;

    /// <summary>Where every FIX message in and out is kept, beside the path; null for nowhere. Its log and folder are the link's: the folder
    /// messages of <see cref="DataFolder"/> where it is empty.</summary>
    public FixMessageLogOptions? MessageLog { get; init; }

    /// <summary>FIX connections that may be without a Logon at a time, 2 or more, half as many from one address;
    /// one more ends the oldest of them.</summary>
    public int PendingLogonsMax { get; init; } = 256;

    /// <summary>Most FIX connections at a time: every session, those without a Logon, and some that are leaving.</summary>
    public int FixConnectionsMax => Sessions.Count + PendingLogonsMax + LeavingConnectionsMax
        + (DropCopySessions.Count > 0 ? DropCopySessions.Count + DropCopyPendingMax : 0);

    /// <summary>Connections to the drop copy's port that may be without a Logon.</summary>
    internal const int DropCopyPendingMax = 16;

    /// <summary>How far this machine's clock is from the real one, for tests.</summary>
    internal long ClockShiftNs { get; init; }

    private const int LeavingConnectionsMax = 64;
}
