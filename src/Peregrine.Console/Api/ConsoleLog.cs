using Microsoft.Extensions.Logging;

namespace Peregrine.Api;

/// <summary>What the console logs. Event ids of this assembly: 6100 to 6199, docs/observability.md.</summary>
internal static partial class ConsoleLog
{
    [LoggerMessage(6100, LogLevel.Warning, "{Line}")]
    public static partial void WrongToken(this ILogger log, string line);

    [LoggerMessage(6101, LogLevel.Warning, "{Line}")]
    public static partial void ConnectionsRefused(this ILogger log, string line);
}
