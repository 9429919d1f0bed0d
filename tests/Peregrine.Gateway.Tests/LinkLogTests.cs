using Microsoft.Extensions.Logging;
using Peregrine.Testing;

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
        ListLogger logger = new();

        logger.LoggedOn("CLIENT", 2, 3);

        (LogLevel level, int id, string text, string values) = Assert.Single(logger.Messages);
        Assert.Equal((LogLevel.Information, 5000, Line), (level, id, text));
        Assert.Equal("Session=CLIENT NextIncoming=2 NextOutgoing=3", values);
    }
}
