using Microsoft.Extensions.Logging;

namespace Peregrine.Sequencing;

/// <summary>What the engine room logs. Event ids of this assembly: 4100 to 4199, docs/observability.md.</summary>
internal static partial class SequencingLog
{
    [LoggerMessage(4100, LogLevel.Warning,
        "the clock says {Clock:yyyy-MM-dd HH:mm:ss.fff} UTC, {BehindSeconds:F1} s behind the journal's last record of " +
        "{Journal:yyyy-MM-dd HH:mm:ss.fff} UTC: as --accept-clock-behind allowed, trading time runs on from there and stays so far ahead")]
    public static partial void ClockBehind(this ILogger log, DateTime clock, double behindSeconds, DateTime journal);

    [LoggerMessage(4101, LogLevel.Warning, "the clock says {Clock:yyyy-MM-dd HH:mm:ss.fff} UTC, and the journal's last record is of " +
        "{Journal:yyyy-MM-dd HH:mm:ss.fff} UTC, {AheadSeconds:F1} s before: if the clock is ahead, stop now, as trading time never goes back")]
    public static partial void ClockAhead(this ILogger log, DateTime clock, DateTime journal, double aheadSeconds);

    [LoggerMessage(4102, LogLevel.Warning, "the journal's disk is full: new orders and replaces are refused, cancels are taken; make room")]
    public static partial void DiskFull(this ILogger log);

    [LoggerMessage(4103, LogLevel.Warning,
        "the journal's disk is full, and the room kept for cancels is used up: nothing is taken; make room")]
    public static partial void ReserveUsedUp(this ILogger log);

    [LoggerMessage(4104, LogLevel.Warning, "the journal's disk has room again: everything is taken ({Refused:N0} commands were refused so far, " +
        "{Reserved:N0} taken into the room kept for them)")]
    public static partial void DiskHasRoom(this ILogger log, long refused, long reserved);

    [LoggerMessage(4105, LogLevel.Information, "{Snapshot}")]
    public static partial void SnapshotTaken(this ILogger log, string snapshot);

    [LoggerMessage(4106, LogLevel.Warning, "no snapshot was taken, the older ones stay: {Reason}")]
    public static partial void NoSnapshot(this ILogger log, string reason);

    [LoggerMessage(4107, LogLevel.Warning, "snapshot passed over: {Fault}")]
    public static partial void SnapshotPassedOver(this ILogger log, string fault);

    [LoggerMessage(4108, LogLevel.Information, "journal: {Segments} segments, {Bytes} bytes, {Where}; it starts after command {Sequence}")]
    public static partial void SegmentsGone(this ILogger log, int segments, long bytes, string where, long sequence);

    [LoggerMessage(4109, LogLevel.Warning, "old segments of the journal were not let go: {Reason}")]
    public static partial void SegmentsNotLetGo(this ILogger log, string reason);

    [LoggerMessage(4110, LogLevel.Information,
        "journal: no segments go, as reports of command {Sequence} and later were not sent yet: their client is away or slow")]
    public static partial void SegmentsHeldBack(this ILogger log, long sequence);

    [LoggerMessage(4111, LogLevel.Information, "session {Session}: its reports from number {Number} on are made again from the journal")]
    public static partial void ReportsMadeAgain(this ILogger log, string session, long number);

    [LoggerMessage(4112, LogLevel.Warning, "session {Session}: {Reason}")]
    public static partial void ReportsGone(this ILogger log, string session, string? reason);

    [LoggerMessage(4113, LogLevel.Warning, "hops of commands are not kept: {Folder}: {Reason}; make room or give the right to write there")]
    public static partial void HopsNotKept(this ILogger log, string folder, string reason);
}
