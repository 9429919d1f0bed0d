using System.Net;
using Microsoft.Extensions.Logging;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing.Rules;

namespace Peregrine.Running;

/// <summary>What the command logs. Event ids of this assembly: 7000 to 7099, docs/observability.md.</summary>
internal static partial class RunLog
{
    [LoggerMessage(7000, LogLevel.Information, "needs at most {Descriptors:N0} descriptors of {DescriptorsThere:N0}, {Memory} of memory of " +
        "{MemoryThere}, {Disk} of disk for new files of {DiskThere}")]
    public static partial void Needs(this ILogger log, long descriptors, long descriptorsThere, string memory, string memoryThere, string disk,
        string diskThere);

    [LoggerMessage(7001, LogLevel.Information, "replayed {Commands} commands from {Segments} segments in {Seconds:F3} s, {ProvenHashes} state " +
        "hashes proved, state hash {StateHash:x16}")]
    public static partial void Replayed(this ILogger log, long commands, int segments, double seconds, long provenHashes, ulong stateHash);

    [LoggerMessage(7002, LogLevel.Information, "sessions, snapshots and ids held against the journal in {Seconds:F3} s")]
    public static partial void Compared(this ILogger log, double seconds);

    [LoggerMessage(7003, LogLevel.Warning, "cut a torn tail of {Bytes} bytes: {Where}")]
    public static partial void CutTornTail(this ILogger log, long bytes, string where);

    [LoggerMessage(7004, LogLevel.Information, "data in {Folder}, journal at level {Durability}, waiting: {Wait}")]
    public static partial void DataIn(this ILogger log, string folder, string durability, string wait);

    [LoggerMessage(7005, LogLevel.Information, "FIX on {EndPoint}, our CompID {CompId}, clients {Clients}")]
    public static partial void FixOn(this ILogger log, IPEndPoint endPoint, string compId, string clients);

    [LoggerMessage(7006, LogLevel.Information, "market data on {EndPoint}, source {Source}")]
    public static partial void MarketDataOn(this ILogger log, IPEndPoint endPoint, string source);

    [LoggerMessage(7007, LogLevel.Information, "simulator: {Participants} participants, {OrdersPerSecond} requests/s, seed {Seed}, by {Path}")]
    public static partial void Simulates(this ILogger log, int participants, double ordersPerSecond, long seed, string path);

    [LoggerMessage(7008, LogLevel.Information, "flow: {Kind}, {Text}")]
    public static partial void Flows(this ILogger log, string kind, string text);

    [LoggerMessage(7009, LogLevel.Information,
        "console on http://{EndPoint}/#token={Token} (the access token is shown this once, and kept in {File})")]
    public static partial void ConsoleOnWithNewToken(this ILogger log, IPEndPoint endPoint, string token, string file);

    [LoggerMessage(7010, LogLevel.Information, "console on http://{EndPoint}/ (the access token for orders is in {File})")]
    public static partial void ConsoleOn(this ILogger log, IPEndPoint endPoint, string file);

    [LoggerMessage(7011, LogLevel.Warning, "console: whoever reaches {EndPoint} sees books, orders and sessions, and the token goes over the wire " +
        "in clear: put a proxy with TLS in front of it")]
    public static partial void ConsoleIsOpen(this ILogger log, IPEndPoint endPoint);

    [LoggerMessage(7033, LogLevel.Information, "rehearsed in {Seconds:F1} s on a link of its own, now gone: {Messages} FIX messages, " +
        "{Requests} HTTP requests, {Methods} methods compiled (start.rehearsal)")]
    public static partial void Rehearsed(this ILogger log, double seconds, int messages, int requests, long methods);

    [LoggerMessage(7034, LogLevel.Warning, "not rehearsed, so the first orders take longer: {Fault}")]
    public static partial void NotRehearsed(this ILogger log, string fault);

    [LoggerMessage(7012, LogLevel.Information, "ready")]
    public static partial void Ready(this ILogger log);

    [LoggerMessage(7013, LogLevel.Warning, "snapshot passed over: {Fault}")]
    public static partial void SnapshotPassedOver(this ILogger log, SnapshotFault fault);

    [LoggerMessage(7014, LogLevel.Information, "snapshot {Path} of {Time}, after command {Sequence}, checked and loaded in {Seconds:F3} s")]
    public static partial void SnapshotLoaded(this ILogger log, string path, string time, long sequence, double seconds);

    [LoggerMessage(7015, LogLevel.Warning, "reports are lost, as --skip-lost-reports allowed: {Skipped}")]
    public static partial void ReportsLost(this ILogger log, string skipped);

    [LoggerMessage(7016, LogLevel.Warning, "SIGHUP is ignored here, as by nohup: the configuration cannot be read again while the link runs; " +
        "start it without, for instance by systemd")]
    public static partial void HangUpIsIgnored(this ILogger log);

    [LoggerMessage(7017, LogLevel.Information, "SIGHUP: the configuration is read again")]
    public static partial void HungUp(this ILogger log);

    [LoggerMessage(7018, LogLevel.Information, "configuration ({Source}) is read again")]
    public static partial void ConfigurationRead(this ILogger log, string source);

    [LoggerMessage(7019, LogLevel.Information, "rules: {Change}")]
    public static partial void RulesChanged(this ILogger log, RulesChange change);

    [LoggerMessage(7020, LogLevel.Warning, "{Line}")]
    public static partial void RulesFault(this ILogger log, string line);

    [LoggerMessage(7021, LogLevel.Warning, "rules: nothing is taken of it, those before stay in force")]
    public static partial void RulesKept(this ILogger log);

    [LoggerMessage(7022, LogLevel.Warning, "configuration: not taken, as it needs a restart: {Keys}")]
    public static partial void NeedsRestart(this ILogger log, string keys);

    [LoggerMessage(7023, LogLevel.Warning, "feed: the books that are shown are the feed's; the console enters no orders beside them, and orders of " +
        "FIX clients rest in the link's own books, which nobody sees")]
    public static partial void BooksAreTheFeeds(this ILogger log);

    [LoggerMessage(7024, LogLevel.Warning, "simulator: no instrument is open and has a referencePrice of 100 ticks or more; nobody trades")]
    public static partial void NobodyTrades(this ILogger log);

    [LoggerMessage(7025, LogLevel.Warning, "simulator: the link gave no answer in time; its participants stop trading")]
    public static partial void SimulatorStops(this ILogger log);

    [LoggerMessage(7026, LogLevel.Information, "simulator: {Sessions} FIX sessions logged on")]
    public static partial void SimulatorLoggedOn(this ILogger log, int sessions);

    [LoggerMessage(7027, LogLevel.Warning, "simulator: the FIX session of {Session} has ended")]
    public static partial void SimulatorSessionEnded(this ILogger log, string session);

    [LoggerMessage(7028, LogLevel.Information, "feed {Path}: at its end; the books stay as it left them")]
    public static partial void FeedEnded(this ILogger log, string path);

    [LoggerMessage(7029, LogLevel.Warning, "feed {Path}: ends in the middle of a message, at byte {Offset}; the books stay as it left them")]
    public static partial void FeedTruncated(this ILogger log, string path, long offset);

    [LoggerMessage(7031, LogLevel.Information, "drop copy on {EndPoint}, for {Sessions}")]
    public static partial void DropCopyOn(this ILogger log, IPEndPoint endPoint, string sessions);

    [LoggerMessage(7035, LogLevel.Information, "market data over FIX on {EndPoint}, for {Sessions}")]
    public static partial void MarketDataOverFixOn(this ILogger log, IPEndPoint endPoint, string sessions);

    [LoggerMessage(7030, LogLevel.Warning, "{Fault}")]
    public static partial void FeedBroken(this ILogger log, string fault);
}
