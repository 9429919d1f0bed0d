using Microsoft.Extensions.Logging;

namespace Peregrine.Gateway;

/// <summary>What a link logs. Event ids of this assembly: 5000 to 5099, docs/observability.md.</summary>
/// <remarks>Those that end in Told carry a line of a part that has no log of its own.</remarks>
internal static partial class GatewayLog
{
    [LoggerMessage(5000, LogLevel.Information, "session {Session} logged on, next numbers {NextIncoming} in, {NextOutgoing} out")]
    public static partial void LoggedOn(this ILogger log, string session, long nextIncoming, long nextOutgoing);

    [LoggerMessage(5001, LogLevel.Information, "session {Session} is off: {Reason}")]
    public static partial void IsOff(this ILogger log, string session, string reason);

    [LoggerMessage(5002, LogLevel.Warning, "session {Session}: it is not known any more what number {Sequence} was; the session ends")]
    public static partial void NumberUnknown(this ILogger log, string session, long sequence);

    [LoggerMessage(5003, LogLevel.Warning, "{Line}")]
    public static partial void StoreFound(this ILogger log, string line);

    [LoggerMessage(5004, LogLevel.Warning,
        "session store {Path} is damaged: {What}; it is kept as {Kept}, and made again from the journal")]
    public static partial void StoreDamaged(this ILogger log, string path, string what, string kept);

    [LoggerMessage(5005, LogLevel.Warning, "{Line}")]
    public static partial void StoreMended(this ILogger log, string line);

    [LoggerMessage(5006, LogLevel.Warning, "the link goes on without the end of its journal, after command {Sequence}; execution ids go on above " +
        "{ExecId}, order ids above {OrderId}: {Lost}")]
    public static partial void EndLost(this ILogger log, long sequence, long execId, ulong orderId, string lost);

    [LoggerMessage(5007, LogLevel.Warning, "snapshot {Path} holds commands that the journal lost: set aside as {Kept}")]
    public static partial void SnapshotSetAside(this ILogger log, string path, string kept);

    [LoggerMessage(5008, LogLevel.Information,
        "the store of order ids was behind the journal, which has order {Highest}: {Skipped} ids are left out")]
    public static partial void IdsLeftOut(this ILogger log, ulong highest, long skipped);

    [LoggerMessage(5009, LogLevel.Warning, "the data folder keeps its bounds for good: {Orders} orders and {ClientOrderIds} client order ids; the " +
        "configured {ConfiguredOrders} and {ConfiguredIds} are not used")]
    public static partial void BoundsKept(this ILogger log, int orders, int clientOrderIds, int configuredOrders, int configuredIds);

    [LoggerMessage(5011, LogLevel.Information, "books are matched on {Shards} threads, window {Window}")]
    public static partial void Sharded(this ILogger log, int shards, int window);

    [LoggerMessage(5012, LogLevel.Warning, "the data folder was begun with one shard: each command waits for the one before, and " +
        "{Shards} shards gain nothing; a new data folder does")]
    public static partial void ShardsWithoutWindow(this ILogger log, int shards);

    [LoggerMessage(5013, LogLevel.Information,
        "session {Session} begins with number 1 both ways; {NextIncoming} in and {NextOutgoing} out were next")]
    public static partial void NumbersBegin(this ILogger log, string session, long nextIncoming, long nextOutgoing);

    [LoggerMessage(5014, LogLevel.Warning, "{Line}")]
    public static partial void TlsTold(this ILogger log, string line);

    [LoggerMessage(5015, LogLevel.Warning, "session {Session} spoke {Old} and speaks {New} from here on: both numbers begin with 1, what was " +
        "sent in {Old} is sent no more, and reports that no connection was given follow under the new numbers")]
    public static partial void VersionChanged(this ILogger log, string session, string old, string @new);

    [LoggerMessage(5016, LogLevel.Warning,
        "names of lists and crosses in {Path}: {What}; reports of those orders that are made again lack them")]
    public static partial void GroupsFault(this ILogger log, string path, string what);

    [LoggerMessage(5010, LogLevel.Warning, "{Line}")]
    public static partial void LoopTold(this ILogger log, string line);
}
