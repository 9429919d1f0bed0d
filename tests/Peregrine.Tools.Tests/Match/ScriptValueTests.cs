using Peregrine.Tools.Match;

namespace Peregrine.Tools.Tests.Match;

/// <summary>Decimals and times as they are written.</summary>
public sealed class ScriptValueTests
{
    [Theory]
    [InlineData("10.05", 1005, 2)]
    [InlineData("-0.5", -5, 1)]
    [InlineData("+7", 7, 0)]
    [InlineData(".5", 5, 1)]
    [InlineData("5.", 5, 0)]
    [InlineData("000000000000000000000001", 1, 0)]
    [InlineData("999999999999999999", 999999999999999999, 0)]
    public void Decimal_IsReadExactly(string text, long mantissa, int decimals)
    {
        Assert.True(ScriptDecimal.TryParse(text, out long found, out int places));
        Assert.Equal((mantissa, decimals), (found, places));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("1e5")]
    [InlineData("1234567890123456789")]
    [InlineData("٣")]
    public void Decimal_ThatIsNone_IsRefused(string text) => Assert.False(ScriptDecimal.TryParse(text, out _, out _));

    [Theory]
    [InlineData(1005, 2, "10.05")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(0, 3, "0.000")]
    [InlineData(12, 0, "12")]
    public void Decimal_IsWrittenWithItsPlaces(long units, int decimals, string text) => Assert.Equal(text, ScriptDecimal.Format(units, decimals));

    [Theory]
    [InlineData("09:30", "2026-01-05T01:30:00Z")]
    [InlineData("9:30:15.25", "2026-01-05T01:30:15.25Z")]
    [InlineData("2026-02-03", "2026-02-02T16:00:00Z")]
    [InlineData("2026-02-03T00:00Z", "2026-02-03T00:00:00Z")]
    [InlineData("2026-02-03T10:00:00.123456789-05:30", "2026-02-03T15:30:00.123456789Z")]
    [InlineData("+1.5h", "2026-01-04T17:30:00Z")]
    [InlineData("+100ns", "2026-01-04T16:00:00.0000001Z")]
    public void Time_BeforeTheFirst_IsOfTheFirstDayInTheVenuesZone(string text, string utc)
    {
        Assert.True(ScriptTime.TryParse(text, null, TimeSpan.FromHours(8), out long timeNs, out _));
        Assert.Equal(utc, ScriptTime.Format(timeNs, TimeSpan.Zero));
    }

    [Fact]
    public void Time_OfDay_IsOfTheDayOfTheLastTime()
    {
        // 2026-03-01 23:30 UTC is already the 2nd in Shanghai.
        Assert.True(ScriptTime.TryParse("2026-03-01T23:30Z", null, TimeSpan.FromHours(8), out long now, out _));
        Assert.True(ScriptTime.TryParse("09:00", now, TimeSpan.FromHours(8), out long timeNs, out _));

        Assert.Equal("2026-03-02T09:00:00+08:00", ScriptTime.Format(timeNs, TimeSpan.FromHours(8)));
    }

    [Fact]
    public void Time_OfDay_BeforeTheEpochInTheVenuesZone_IsOfThatDay()
    {
        // 1970-01-01 00:00 UTC is still the evening before in New York.
        Assert.True(ScriptTime.TryParse("1970-01-01T00:00Z", null, TimeSpan.FromHours(-5), out long now, out _));
        Assert.True(ScriptTime.TryParse("09:00", now, TimeSpan.FromHours(-5), out long timeNs, out _));

        Assert.Equal("1969-12-31T09:00:00-05:00", ScriptTime.Format(timeNs, TimeSpan.FromHours(-5)));
    }

    [Theory]
    [InlineData("24:00")]
    [InlineData("10:60")]
    [InlineData("10")]
    [InlineData("10:00:00.")]
    [InlineData("10:00:00.1234567890")]
    [InlineData("2026-02-30")]
    [InlineData("1969-12-31")]
    [InlineData("2026-01-05T")]
    [InlineData("2026-01-05T10:00+25:00")]
    [InlineData("+5")]
    [InlineData("+0.1ns")]
    [InlineData("+999999999d")]
    public void Time_ThatIsNone_IsRefused(string text) => Assert.False(ScriptTime.TryParse(text, null, TimeSpan.Zero, out _, out _));
}
