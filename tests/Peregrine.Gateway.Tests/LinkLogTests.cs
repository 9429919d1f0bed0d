using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Peregrine.Gateway.Tests;

/// <summary>What a link logs, as messages with values and as lines.</summary>
public sealed class LinkLogTests
{
    private const string Line = "session CLIENT logged on, next numbers 2 in, 3 out";

    [Fact]
    public void LineLogger_OfAMessage_GivesItsTextAndNothingBelowInformation()
    {
        List<string> lines = [];
        LineLogger logger = new(lines.Add);

        logger.LoggedOn("CLIENT", 2, 3);
        logger.Log(LogLevel.Debug, "a detail");

        Assert.Equal([Line], lines);
        Assert.True(logger.IsEnabled(LogLevel.Information));
        Assert.False(logger.IsEnabled(LogLevel.Debug));
    }

    [Fact]
    public void GatewayLog_OfAMessage_HasItsValuesByName()
    {
        ValueLogger logger = new();

        logger.LoggedOn("CLIENT", 2, 3);

        (LogLevel level, int id, string text, string values) = Assert.Single(logger.Messages);
        Assert.Equal((LogLevel.Information, 5000, Line), (level, id, text));
        Assert.Equal("Session=CLIENT NextIncoming=2 NextOutgoing=3", values);
    }

    private sealed class ValueLogger : ILogger
    {
        public ConcurrentQueue<(LogLevel Level, int Id, string Text, string Values)> Messages { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            IEnumerable<string> values = state is IReadOnlyList<KeyValuePair<string, object?>> list
                ? list.Where(entry => entry.Key != "{OriginalFormat}").Select(entry => $"{entry.Key}={entry.Value}")
                : [];
            Messages.Enqueue((logLevel, eventId.Id, formatter(state, exception), string.Join(' ', values)));
        }
    }
}
