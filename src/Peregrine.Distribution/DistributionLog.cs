using System.Net;
using Microsoft.Extensions.Logging;

namespace Peregrine.Distribution;

/// <summary>What market data servers and clients log. Event ids of this assembly: 4200 to 4299, docs/observability.md.</summary>
/// <remarks>Those that end in Told carry a line of a part that has no log of its own.</remarks>
internal static partial class DistributionLog
{
    [LoggerMessage(4200, LogLevel.Warning, "{Line}")]
    public static partial void LoopTold(this ILogger log, string line);

    [LoggerMessage(4201, LogLevel.Information, "market data of {Server}: connected")]
    public static partial void Connected(this ILogger log, IPEndPoint server);

    [LoggerMessage(4202, LogLevel.Warning, "market data of {Server}: connection lost ({Reason}); connecting again")]
    public static partial void ConnectionLost(this ILogger log, IPEndPoint server, string reason);
}
