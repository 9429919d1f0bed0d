using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Peregrine.Hosting.Tests;

/// <summary>What is logged, as level, event id and text.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, string Text)> _lines = new();

    /// <summary>Of one category.</summary>
    public IEnumerable<string> Of(string category) => _lines.Where(line => line.Category == category).Select(line => line.Text);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => lines._lines.Enqueue((category, $"{logLevel} {eventId.Id} {formatter(state, exception)}"));
    }
}
