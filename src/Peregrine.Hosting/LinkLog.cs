using System.Net;
using Microsoft.Extensions.Logging;

namespace Peregrine.Hosting;

/// <summary>What a hosted link logs. Event ids of this assembly: 6000 to 6099, docs/observability.md.</summary>
internal static partial class LinkLog
{
    [LoggerMessage(6000, LogLevel.Information, "FIX on {EndPoint}, {Commands} commands replayed")]
    public static partial void Started(this ILogger logger, IPEndPoint endPoint, long commands);

    [LoggerMessage(6001, LogLevel.Information, "market data on {EndPoint}")]
    public static partial void Distributes(this ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(6003, LogLevel.Information, "stopped at command {Sequence}, state hash {StateHash}")]
    public static partial void Stopped(this ILogger logger, long sequence, string stateHash);

    [LoggerMessage(6004, LogLevel.Critical, "the link has failed, and the host stops: {Reason}")]
    public static partial void Failed(this ILogger logger, string reason);

    [LoggerMessage(6005, LogLevel.Warning, "the configuration enables {Keys}: those belong to the peregrine command, and do not run here")]
    public static partial void NotHere(this ILogger logger, string keys);

    [LoggerMessage(6006, LogLevel.Warning, "the link has not ended in the time that the host gave it; what was acknowledged is in the journal")]
    public static partial void NotEnded(this ILogger logger);
}
