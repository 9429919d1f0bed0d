using Microsoft.Extensions.Logging;

namespace Peregrine.Running;

/// <summary>What the command logs. Event ids of this assembly: 7000 to 7099, docs/observability.md.</summary>
internal static partial class RunLog
{
    [LoggerMessage(7000, LogLevel.Information, "{Line}")]
    public static partial void Told(ILogger logger, string line);
}
