using System.Globalization;

namespace Peregrine.Tools.Match;

/// <summary>Times as they are written: a time of day, a date with or without a time, or a step from now.</summary>
internal static class ScriptTime
{
    public const string Expected = "a time: HH:MM[:SS[.fffffffff]], YYYY-MM-DD[THH:MM[:SS[.fffffffff]]][Z|+HH:MM], or +5s (ns, us, ms, s, m, h, d)";
    private const long NsPerSecond = 1_000_000_000;
    private const long NsPerMinute = 60 * NsPerSecond;
    private const long NsPerDay = 24 * 60 * NsPerMinute;

    // 2262-01-01: a day more still fits in 64 bits.
    private const long LastNs = 9_214_646_400 * NsPerSecond;
    private static readonly (string Unit, long Ns)[] Units =
        [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", NsPerSecond), ("m", NsPerMinute), ("min", NsPerMinute), ("h", 60 * NsPerMinute),
        ("d", NsPerDay)];

    /// <summary>A Monday: the day of times that name none before any has been named.</summary>
    public static readonly DateOnly FirstDay = new(2026, 1, 5);

    /// <summary>Reads a time.</summary>
    /// <param name="nowNs">Unix nanoseconds; null before the first time of the script.</param>
    /// <param name="utcOffset">Of times that name none.</param>
    /// <param name="isDate">Whether it is a date alone: then the time is its first moment.</param>
    public static bool TryParse(string text, long? nowNs, TimeSpan utcOffset, out long timeNs, out bool isDate)
    {
        isDate = false;
        timeNs = 0;
        long offsetNs = utcOffset.Ticks * 100;
        if (text.StartsWith('+'))
        {
            bool isStep = TryParseLength(text[1..], out long step);
            Int128 to = (Int128)(nowNs ?? StartOf(FirstDay, offsetNs)) + step;
            bool isTime = isStep && to <= LastNs;
            timeNs = isTime ? (long)to : 0;
            return isTime;
        }

        long day = nowNs is { } now ? FloorDay(now + offsetNs) - offsetNs : StartOf(FirstDay, offsetNs);
        if (TryParseTimeOfDay(text, out long sinceMidnight))
        {
            timeNs = day + sinceMidnight;
            return true;
        }

        if (text.Length < 10 || !DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None,
            out DateOnly date) || date.Year is < 1970 or > 2261)
        {
            return false;
        }

        string rest = text[10..];
        if (rest.Length == 0)
        {
            isDate = true;
            timeNs = StartOf(date, offsetNs);
            return true;
        }

        if (!TryTakeZone(ref rest, ref offsetNs) || rest.Length < 2 || rest[0] is not ('T' or 't')
            || !TryParseTimeOfDay(rest[1..], out sinceMidnight))
        {
            return false;
        }

        timeNs = StartOf(date, offsetNs) + sinceMidnight;
        return true;
    }

    /// <summary>Reads a length of time such as 5s, 1.5h or 200ms.</summary>
    public static bool TryParseLength(string text, out long ns)
    {
        ns = 0;
        int digits = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.').Count();
        if (!ScriptWords.TryFind(Units, text[digits..], out long unit)
            || !ScriptDecimal.TryParse(text[..digits], out long mantissa, out int decimals))
        {
            return false;
        }

        (Int128 value, Int128 rest) = Int128.DivRem((Int128)mantissa * unit, Power(decimals));
        ns = rest == 0 && value <= long.MaxValue ? (long)value : 0;
        return rest == 0 && value <= long.MaxValue;
    }

    /// <summary>ISO 8601 with its offset, and a fraction where there is one.</summary>
    public static string Format(long timeNs, TimeSpan utcOffset)
    {
        Int128 local = (Int128)timeNs + (utcOffset.Ticks * 100);
        (Int128 seconds, Int128 rest) = Int128.DivRem(local, NsPerSecond);
        (seconds, rest) = rest < 0 ? (seconds - 1, rest + NsPerSecond) : (seconds, rest);
        DateTime second = DateTime.UnixEpoch.AddSeconds((double)seconds);
        string fraction = rest == 0 ? "" : $".{((long)rest).ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0')}";
        string zone = utcOffset == TimeSpan.Zero ? "Z" : $"{(utcOffset < TimeSpan.Zero ? '-' : '+')}{utcOffset:hh\\:mm}";
        return string.Create(CultureInfo.InvariantCulture, $"{second:yyyy-MM-ddTHH:mm:ss}{fraction}{zone}");
    }

    private static long StartOf(DateOnly date, long offsetNs) =>
        ((date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * NsPerDay) - offsetNs;

    private static long FloorDay(long ns) => ns - (((ns % NsPerDay) + NsPerDay) % NsPerDay);

    private static Int128 Power(int decimals)
    {
        Int128 power = 1;
        for (int i = 0; i < decimals; i++)
        {
            power *= 10;
        }

        return power;
    }

    private static bool TryParseTimeOfDay(string text, out long ns)
    {
        ns = 0;
        string[] parts = text.Split(':');
        if (parts.Length is < 2 or > 3 || !TryParseTwo(parts[0], 23, out int hour) || !TryParseTwo(parts[1], 59, out int minute))
        {
            return false;
        }

        long second = 0;
        if (parts.Length == 3)
        {
            string[] fraction = parts[2].Split('.');
            if (fraction.Length > 2 || !TryParseTwo(fraction[0], 59, out int whole))
            {
                return false;
            }

            second = whole * NsPerSecond;
            if (fraction.Length == 2)
            {
                if (fraction[1].Length is < 1 or > 9 || !fraction[1].All(char.IsAsciiDigit))
                {
                    return false;
                }

                second += long.Parse(fraction[1].PadRight(9, '0'), CultureInfo.InvariantCulture);
            }
        }

        ns = (((hour * 60) + minute) * NsPerMinute) + second;
        return true;
    }

    private static bool TryParseTwo(string text, int max, out int value)
    {
        value = 0;
        return text.Length is 1 or 2 && text.All(char.IsAsciiDigit) && (value = int.Parse(text, CultureInfo.InvariantCulture)) <= max;
    }

    // Takes "Z", "+08:00" or "-05:00" off the end; nothing there leaves the offset as it is.
    private static bool TryTakeZone(ref string text, ref long offsetNs)
    {
        if (text.EndsWith('Z') || text.EndsWith('z'))
        {
            text = text[..^1];
            offsetNs = 0;
            return true;
        }

        int sign = text.LastIndexOfAny(['+', '-']);
        if (sign < 0)
        {
            return true;
        }

        string[] parts = text[(sign + 1)..].Split(':');
        if (parts.Length != 2 || !TryParseTwo(parts[0], 14, out int hours) || !TryParseTwo(parts[1], 59, out int minutes))
        {
            return false;
        }

        offsetNs = ((hours * 60) + minutes) * NsPerMinute * (text[sign] == '-' ? -1 : 1);
        text = text[..sign];
        return true;
    }
}
