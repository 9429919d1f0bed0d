using Microsoft.Extensions.Logging;

namespace Peregrine.Running;

/// <summary>The log of the command: a line on standard output for each message, with the time of day. Warnings are told like all else.</summary>
/// <remarks>Thread: any. Blocks: as standard output does.</remarks>
internal sealed class LineLog : ILoggerProvider, ILogger
{
    private bool _isGone;

    /// <summary>Whether a line could not be written since this was last set; a terminal that hung up takes none.</summary>
    public bool IsGone
    {
        get => Volatile.Read(ref _isGone);
        set => Volatile.Write(ref _isGone, value);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

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
            Write(formatter(state, exception));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // Straight to the stream and flushed, so that whoever waits for "ready" on a pipe sees it. A log that cannot be written is no reason to stop
    // trading.
    private void Write(string line)
    {
        try
        {
            Console.Out.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
            Console.Out.Flush();
        }
        catch (IOException)
        {
            IsGone = true;
        }
    }
}
