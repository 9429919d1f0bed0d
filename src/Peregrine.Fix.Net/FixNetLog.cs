using Microsoft.Extensions.Logging;

namespace Peregrine.Fix.Net;

/// <summary>What FIX connections log. Event ids of this assembly: 4000 to 4099, docs/observability.md.</summary>
internal static partial class FixNetLog
{
    // A whole line, as those that anybody can cause at will are summed.
    [LoggerMessage(4000, LogLevel.Warning, "{Line}")]
    public static partial void ConnectionsRefused(this ILogger log, string line);

    [LoggerMessage(4001, LogLevel.Warning, "FIX session with {Peer} at {EndPoint} is off: {Reason}; the next attempt in {WaitMs} ms")]
    public static partial void ConnectionEnded(this ILogger log, System.Net.EndPoint endPoint, string peer, string reason, long waitMs);

    [LoggerMessage(4002, LogLevel.Warning, "FIX session with {Peer}: an operator asked for a {What} ({Text}): {Outcome}")]
    public static partial void OperatorAsked(this ILogger log, string peer, string what, string text, FixRequestOutcome outcome);

    [LoggerMessage(4003, LogLevel.Warning, "{Line}")]
    public static partial void AuditNotWritten(this ILogger log, string line);

    [LoggerMessage(4005, LogLevel.Warning, "{Line}")]
    public static partial void MessagesNotWritten(this ILogger log, string line);

    [LoggerMessage(4004, LogLevel.Error, "{Path}: its chain is broken, it is kept as an older file, and the next one begins: {Fault}")]
    public static partial void AuditBroken(this ILogger log, string path, string fault);
}
