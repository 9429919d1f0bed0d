using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

public class FixTextTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-17", -17L)]
    [InlineData("999999999999999999", 999_999_999_999_999_999L)]
    [InlineData("00042", 42L)]
    public void TryLong_WholeNumber_IsRead(string text, long expected)
    {
        Assert.True(FixText.TryLong(Wire.Bytes(text), out long value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData(" 1")]
    [InlineData("1000000000000000000")]
    public void TryLong_Other_IsRefused(string text) => Assert.False(FixText.TryLong(Wire.Bytes(text), out _));

    [Theory]
    [InlineData("100", 100L, 0)]
    [InlineData("-1.5", -15L, 1)]
    [InlineData(".25", 25L, 2)]
    [InlineData("00.10", 1L, 1)]
    [InlineData("5.", 5L, 0)]
    [InlineData("0.0001", 1L, 4)]
    [InlineData("1.50000000000000000000000", 15L, 1)]
    public void TryDecimal_Decimal_IsRead(string text, long mantissa, int decimals)
    {
        Assert.True(FixText.TryDecimal(Wire.Bytes(text), out long actual, out int places));
        Assert.Equal((mantissa, decimals), (actual, places));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("-.")]
    [InlineData("1.2.3")]
    [InlineData("1e5")]
    [InlineData("+1")]
    [InlineData("1,5")]
    [InlineData("1234567890123456789")]
    public void TryDecimal_Other_IsRefused(string text) => Assert.False(FixText.TryDecimal(Wire.Bytes(text), out _, out _));

    [Fact]
    public void WriteDecimal_AnyValue_ReadsBackTheSame()
    {
        Random random = new(11);
        Span<byte> buffer = stackalloc byte[32];
        for (int round = 0; round < 20_000; round++)
        {
            long mantissa = random.NextInt64(-1_000_000_000_000, 1_000_000_000_000) / (long)Math.Pow(10, random.Next(12));
            int decimals = random.Next(9);

            int bytes = FixText.WriteDecimal(buffer, mantissa, decimals);

            Assert.True(FixText.TryDecimal(buffer[..bytes], out long back, out int places), $"seed 11, round {round}: {mantissa}e-{decimals}");
            Assert.Equal(mantissa / (decimal)Math.Pow(10, decimals), back / (decimal)Math.Pow(10, places));
        }
    }

    [Fact]
    public void WriteDecimal_AnyOf128Bits_IsTheShortestTextOfTheValue()
    {
        const int Seed = 12;
        Random random = new(Seed);
        Span<byte> buffer = stackalloc byte[FixText.WideDecimalBytesMax];
        Int128[] edges =
        [
            0, 1, -1, long.MaxValue, long.MinValue, (Int128)long.MaxValue + 1, (Int128)long.MinValue - 1, Int128.MaxValue, Int128.MinValue,
                1_000_000_000_000_000_000,
            (Int128)1_000_000_000_000_000_000 * 1_000_000_000_000_000_000,
        ];
        for (int round = 0; round < 20_000; round++)
        {
            Int128 mantissa = round < edges.Length * 19
                ? edges[round / 19]
                : new Int128((ulong)random.NextInt64(), (ulong)random.NextInt64()) >> random.Next(127);
            mantissa = round % 2 == 0 || round < edges.Length * 19 ? mantissa : -mantissa;
            int decimals = round % 19;

            int bytes = FixText.WriteDecimal(buffer, mantissa, decimals);

            string digits = BigInteger.Abs((BigInteger)mantissa).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
            string expected = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}".TrimEnd('0').TrimEnd('.');
            Assert.True((mantissa < 0 ? "-" : "") + expected == Wire.Text(buffer[..bytes]),
                $"seed {Seed}, round {round}: {mantissa}e-{decimals} is {Wire.Text(buffer[..bytes])}");
        }
    }

    [Theory]
    [InlineData("19700101-00:00:00", 0L)]
    [InlineData("20260131-23:59:59.123", 1_769_903_999_123_000_000L)]
    [InlineData("20260131-23:59:59.123456", 1_769_903_999_123_456_000L)]
    [InlineData("20260131-23:59:59.123456789", 1_769_903_999_123_456_789L)]
    [InlineData("20260131-23:59:60", 1_769_904_000_000_000_000L)]
    [InlineData("20240229-00:00:00", 1_709_164_800_000_000_000L)]
    public void TryTimestamp_Utc_IsRead(string text, long expected)
    {
        Assert.True(FixText.TryTimestamp(Wire.Bytes(text), out long unixNs));
        Assert.Equal(expected, unixNs);
    }

    [Theory]
    [InlineData("20260132-00:00:00")]
    [InlineData("20250229-00:00:00")]
    [InlineData("20260131-24:00:00")]
    [InlineData("20260131-00:60:00")]
    [InlineData("20260131-00:00:61")]
    [InlineData("20260131-00:00:-0")]
    [InlineData("20260131-00:00:00.-00")]
    [InlineData("20260131-00:00:00.12")]
    [InlineData("20260131 00:00:00")]
    [InlineData("20260131")]
    [InlineData("")]
    public void TryTimestamp_Other_IsRefused(string text) => Assert.False(FixText.TryTimestamp(Wire.Bytes(text), out _));

    [Fact]
    public void WriteTimestamp_AnyTime_ReadsBackToTheMillisecond()
    {
        Random random = new(13);
        Span<byte> buffer = stackalloc byte[FixText.TimestampBytes];
        for (int round = 0; round < 5_000; round++)
        {
            long unixNs = random.NextInt64(0, 4_000_000_000) * 1_000_000_000 + random.Next(1_000_000_000);

            FixText.WriteTimestamp(buffer, unixNs);

            Assert.True(FixText.TryTimestamp(buffer, out long back), $"seed 13, round {round}");
            Assert.Equal(unixNs / 1_000_000, back / 1_000_000);
        }
    }

    [Fact]
    public void Timestamp_OfAnyTime_IsWhatTheCalendarSays()
    {
        Random random = new(11);
        Span<byte> text = stackalloc byte[FixText.TimestampBytesMax];
        for (int round = 0; round < 20_000; round++)
        {
            DateTime time = DateTime.UnixEpoch.AddSeconds(random.NextInt64(7_289_000_000)).AddTicks(random.Next(10_000_000));
            long unixNs = (time.Ticks - DateTime.UnixEpoch.Ticks) * 100;
            int digits = random.Next(4) * 3;
            string expected = time.ToString("yyyyMMdd-HH:mm:ss" + (digits == 0 ? "" : $".{new string('f', Math.Min(digits, 7))}"),
                System.Globalization.CultureInfo.InvariantCulture) + new string('0', Math.Max(0, digits - 7));

            int bytes = FixText.WriteTimestamp(text, unixNs, digits);
            Assert.Equal(expected, Wire.Text(text[..bytes]));
            Assert.True(FixText.TryTimestamp(text[..bytes], out long back), expected);
            long unit = digits switch { 0 => 1_000_000_000, 3 => 1_000_000, 6 => 1000, _ => 1 };
            Assert.Equal(unixNs / unit * unit, back);
        }
    }

    [Theory]
    [InlineData("2026013:-12:00:00")]
    [InlineData("202601/1-12:00:00")]
    [InlineData("20260131-1/:00:00")]
    [InlineData("20260131-12:00:0;")]
    [InlineData("20260131-12;00:00")]
    [InlineData("20260131-12:00.00")]
    [InlineData("20260131-12:60:00")]
    [InlineData("20260131-24:00:00")]
    [InlineData("20260229-12:00:00")]
    [InlineData("20260131 12:00:00")]
    public void Timestamp_WithALetterBesideADigit_IsNone(string text) => Assert.False(FixText.TryTimestamp(Wire.Bytes(text), out _));

    [Fact]
    public void Forms_OfRandomTexts_AreWhatTheReadersTake()
    {
        const string letters = "0123456789--..0099x+ ";
        Random random = new(5);
        for (int round = 0; round < 50_000; round++)
        {
            int kinds = random.Next(2) == 0 ? 10 : letters.Length;
            string text = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => letters[random.Next(kinds)]));
            byte[] bytes = Wire.Bytes(text);

            long? slowLong = Regex.IsMatch(text, "^-?[0-9]{1,18}$") ? long.Parse(text, CultureInfo.InvariantCulture) : null;
            Assert.True((FixText.TryLong(bytes, out long number) ? number : null) == slowLong, $"whole number: {text}");
            (long, int)? read = FixText.TryDecimal(bytes, out long mantissa, out int decimals) ? (mantissa, decimals) : null;
            Assert.True(read == SlowDecimal(text), $"decimal: {text}");
        }
    }

    private static (long Mantissa, int Decimals)? SlowDecimal(string text)
    {
        Match match = Regex.Match(text, "^(-?)([0-9]*)[.]?([0-9]*)$");
        string whole = match.Groups[2].Value.TrimStart('0');
        string fraction = match.Groups[3].Value.TrimEnd('0');
        return match.Success && text.Any(char.IsAsciiDigit) && whole.Length + fraction.Length <= 18
            ? (long.Parse($"{match.Groups[1].Value}{(whole + fraction).PadLeft(1, '0')}", CultureInfo.InvariantCulture), fraction.Length)
            : null;
    }
}
