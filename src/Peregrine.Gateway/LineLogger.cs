using Microsoft.Extensions.Logging;

namespace Peregrine.Gateway;

/// <summary>Gives what is logged to a plain callback, as lines: for programs without a log of .NET.</summary>
/// <param name="line">Gets each message of <see cref="LogLevel.Information"/> and above, on the thread that logs it.</param>
internal sealed class LineLogger(Action<string> line) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            line(formatter(state, exception));
        }
    }
}
