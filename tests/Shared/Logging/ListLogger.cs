using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Peregrine.Testing;

/// <summary>Keeps what is logged. Compiled into the tests that name it.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class ListLogger : ILogger
{
    private readonly ConcurrentQueue<LoggedMessage> _messages = new();

    /// <summary>Everything so far.</summary>
    public LoggedMessage[] Messages => [.. _messages];

    /// <summary>The texts of it.</summary>
    public string[] Lines => [.. _messages.Select(message => message.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        IEnumerable<string> values = state is IReadOnlyList<KeyValuePair<string, object?>> list
            ? list.Where(entry => entry.Key != "{OriginalFormat}").Select(entry => FormattableString.Invariant($"{entry.Key}={entry.Value}"))
            : [];
        _messages.Enqueue(new LoggedMessage(logLevel, eventId.Id, formatter(state, exception), string.Join(' ', values)));
    }
}

/// <summary>A message: its level, event id and text, and its values by name.</summary>
internal readonly record struct LoggedMessage(LogLevel Level, int Id, string Text, string Values);
