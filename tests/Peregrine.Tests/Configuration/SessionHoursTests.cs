using Peregrine.Hosting.Configuration;

namespace Peregrine.Tests.Configuration;

/// <summary>The hours of a session, as they are configured.</summary>
public sealed class SessionHoursTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(""" "start": "08:00", "end": "17:00:30", "days": [ "monday", "friday" ], "timeZone": "Europe/Berlin" """,
        "08:00:00 to 17:00:30 Europe/Berlin on Monday, Friday")]
    [InlineData(""" "start": "17:00", "end": "16:00", "startDay": "sunday", "endDay": "friday" """,
        "17:00:00 to 16:00:00 5 days later UTC on Sunday")]
    [InlineData("", null)]
    public void Schedule_OfASession_IsReadByItsKeys(string keys, string? expected)
    {
        ConfigurationResult result = Load(keys);

        Assert.Empty(result.Errors);
        Assert.Equal(expected, result.Options!.SessionSchedules.GetValueOrDefault("C")?.ToString());
    }

    [Theory]
    [InlineData(""" "start": "8:00", "end": "17:00" """, "start", "8:00", "a time such as 08:00 or 23:59:30")]
    [InlineData(""" "start": "24:00", "end": "17:00" """, "start", "24:00", "a time such as 08:00 or 23:59:30")]
    [InlineData(""" "start": "08:00" """, "end", "", "one where start is given")]
    [InlineData(""" "end": "08:00" """, "start", "", "one where end is given")]
    [InlineData(""" "start": "08:00", "end": "17:00", "endDay": "friday" """, "startDay", "", "one where endDay is given")]
    [InlineData(""" "days": [ "monday" ] """, "start", "", "as days are given")]
    [InlineData(""" "start": "08:00", "end": "17:00", "days": [ "monday", "monday" ] """, "days[1]", "monday", "each day once")]
    [InlineData(""" "start": "08:00", "end": "17:00", "days": [ "mon" ] """, "days[0]", "mon", "monday, tuesday")]
    [InlineData(""" "start": "08:00", "end": "17:00", "startDay": "Friday", "endDay": "friday" """, "startDay", "Friday", "monday to sunday")]
    [InlineData(""" "start": "08:00", "end": "17:00", "days": [ "monday" ], "startDay": "monday", "endDay": "friday" """, "days", "a list",
        "one period a week")]
    [InlineData(""" "start": "08:00", "end": "17:00", "timeZone": "Berlin" """, "timeZone", "Berlin", "write it as Europe/Berlin")]
    public void Schedule_WithOneMistake_IsOneErrorAtItsPath(string keys, string key, string value, string tells)
    {
        ConfigurationError error = Assert.Single(Load(keys).Errors);

        Assert.Equal(($"sessions[0].schedule.{key}", value), (error.Path, error.Value));
        Assert.Contains(tells, error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(".json", error.Origin, StringComparison.Ordinal);
    }

    private ConfigurationResult Load(string keys) => ConfigurationLoader.Load(new ConfigurationRequest(
        _folder.Write($$"""{ "sessions": [ { "targetCompId": "C", "accounts": [ "HOUSE" ], "schedule": { {{keys}} } } ] }"""),
        EnvironmentPrefix: "PEREGRINE_TEST_NOTHING__"));
}
