using System.Buffers.Binary;
using System.Globalization;

namespace Peregrine.Fix.Messages;

/// <summary>The values of FIX fields as text, read and written without allocation.</summary>
/// <remarks>Pure. Source of the formats: FIX 4.4 volume 1, "Data types".</remarks>
public static class FixText
{
    /// <summary>Length of "20260131-23:59:59.123".</summary>
    public const int TimestampBytes = 21;

    /// <summary>Length of "20260131-23:59:59.123456789".</summary>
    public const int TimestampBytesMax = 27;

    /// <summary>Most bytes of a decimal with a mantissa of 128 bits: sign, 39 digits, point.</summary>
    public const int WideDecimalBytesMax = 41;

    /// <summary>Length of "20260131-", which is in front of the time of a time stamp.</summary>
    internal const int DateBytes = 9;

    // A decimal without a sign that has no more than 18 digits for sure.
    private const int DecimalBytesShort = 18;

    private const long NsPerDay = 86_400_000_000_000;

    // From 1 March of year 0 to 1970.
    private const long DaysTo1970 = 719_468;

    // Eight bytes at once: '0' in each, their upper halves, 3 in both, 6 in each, and the colons of HH:MM:SS.
    private const ulong Zeros = 0x3030303030303030;
    private const ulong HighHalves = 0xF0F0F0F0F0F0F0F0;
    private const ulong Threes = 0x3333333333333333;
    private const ulong Sixes = 0x0606060606060606;
    private const ulong Colons = 0x0000FF0000FF0000;

    /// <summary>A whole number of up to 9 digits, with an optional minus.</summary>
    public static bool TryInt(ReadOnlySpan<byte> text, out int value)
    {
        bool ok = TryLong(text, out long wide) && wide is >= -999_999_999 and <= 999_999_999;
        value = ok ? (int)wide : 0;
        return ok;
    }

    /// <summary>1 to 9 digits and nothing else.</summary>
    public static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        if (text.Length is 0 or > 9)
        {
            return false;
        }

        foreach (byte character in text)
        {
            int digit = character - '0';
            if ((uint)digit > 9)
            {
                value = 0;
                return false;
            }

            value = (value * 10) + digit;
        }

        return true;
    }

    /// <summary>A whole number of up to 18 digits, with an optional minus.</summary>
    public static bool TryLong(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        bool isNegative = text.Length > 0 && text[0] == (byte)'-';
        ReadOnlySpan<byte> digits = isNegative ? text[1..] : text;
        if (digits.Length is 0 or > 18)
        {
            return false;
        }

        foreach (byte character in digits)
        {
            int digit = character - '0';
            if ((uint)digit > 9)
            {
                return false;
            }

            value = (value * 10) + digit;
        }

        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>A decimal such as 100, -1.5, .25 or 00.10, as mantissa x 10^-decimals.</summary>
    /// <returns>False when it is malformed or has more than 18 digits, zeros at the end of the fraction not counted.</returns>
    public static bool TryDecimal(ReadOnlySpan<byte> text, out long mantissa, out int decimals)
    {
        (mantissa, decimals) = (0, 0);
        bool isNegative = text.Length > 0 && text[0] == (byte)'-';
        ReadOnlySpan<byte> rest = isNegative ? text[1..] : text;
        bool isShort = rest.Length <= DecimalBytesShort;
        bool isDecimal = isShort ? TryShortDecimal(rest, ref mantissa, ref decimals) : TryLongDecimal(rest, ref mantissa, ref decimals);
        mantissa = isNegative ? -mantissa : mantissa;
        return isDecimal;
    }

    // Not more digits than a mantissa has, whatever they are: one pass. Zeros at the end of the fraction are read and then left out.
    private static bool TryShortDecimal(ReadOnlySpan<byte> text, ref long mantissa, ref int decimals)
    {
        long digits = 0;
        int point = -1;
        for (int at = 0; at < text.Length; at++)
        {
            int digit = text[at] - '0';
            if ((uint)digit <= 9)
            {
                digits = (digits * 10) + digit;
                if (point < 0 || digit > 0)
                {
                    (mantissa, decimals) = (digits, point < 0 ? 0 : at - point);
                }
            }
            else if (text[at] == (byte)'.' && point < 0)
            {
                point = at;
            }
            else
            {
                (mantissa, decimals) = (0, 0);
                return false;
            }
        }

        return text.Length > (point < 0 ? 0 : 1);
    }

    private static bool TryLongDecimal(ReadOnlySpan<byte> text, ref long mantissa, ref int decimals)
    {
        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<byte> fraction = point < 0 ? default : text[(point + 1)..].TrimEnd((byte)'0');
        whole = whole.TrimStart((byte)'0');
        if (whole.Length + fraction.Length > 18 || !TryAppend(whole, ref mantissa) || !TryAppend(fraction, ref mantissa))
        {
            return false;
        }

        decimals = fraction.Length;
        return true;
    }

    /// <summary>A UTC time stamp with seconds, milliseconds, microseconds or nanoseconds, as Unix nanoseconds.</summary>
    public static bool TryTimestamp(ReadOnlySpan<byte> text, out long unixNs)
    {
        unixNs = 0;
        if (text.Length is not (17 or 21 or 24 or 27) || text[8] != '-' || text[11] != ':' || text[14] != ':'
            || !TryEight(text, 0, out int date) || !TryEight(text[9..], Colons, out int time))
        {
            return false;
        }

        (int year, int month, int day) = (date / 10_000, date / 100 % 100, date % 100);
        (int hour, int minute, int second) = (time / 1_000_000, time / 1000 % 1000, time % 1000);
        int fraction = 0;
        if (text.Length > 17 && (text[17] != '.' || !TryDigits(text[18..], out fraction)))
        {
            return false;
        }

        // 60 is a leap second; it counts as the next second.
        if (year is < 1970 or > 2200 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59
            || second > 60)
        {
            return false;
        }

        int scale = text.Length switch { 21 => 1_000_000, 24 => 1_000, _ => 1 };
        long days = DaysOf(year, month, day);
        unixNs = (days * NsPerDay) + (((hour * 3600L) + (minute * 60) + second) * 1_000_000_000) + ((long)fraction * scale);
        return true;
    }

    // Days since 1970: years that begin in March have their leap day last.
    private static long DaysOf(int year, int month, int day)
    {
        year -= month <= 2 ? 1 : 0;
        int dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        return (year * 365L) + (year / 4) - (year / 100) + (year / 400) + dayOfYear - DaysTo1970;
    }

    // Eight digits at once; what the mask covers counts as 0.
    private static bool TryEight(ReadOnlySpan<byte> text, ulong mask, out int value)
    {
        ulong digits = (BinaryPrimitives.ReadUInt64LittleEndian(text) & ~mask) | (Zeros & mask);
        value = 0;
        if (((digits & HighHalves) | (((digits + Sixes) & HighHalves) >> 4)) != Threes)
        {
            return false;
        }

        digits -= Zeros;
        digits = ((digits * 10) + (digits >> 8)) & 0x00FF00FF00FF00FF;
        digits = ((digits * 100) + (digits >> 16)) & 0x0000FFFF0000FFFF;
        value = (int)(((digits * 10_000) + (digits >> 32)) & 0xFFFFFFFF);
        return true;
    }

    /// <summary>A date, YYYYMMDD.</summary>
    public static bool IsDate(ReadOnlySpan<byte> text) => text.Length == 8 && TryDigits(text[..4], out int year)
        && TryDigits(text[4..6], out int month) && TryDigits(text[6..], out int day)
        && year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);

    /// <summary>A time of day, HH:MM:SS with a fraction of 3, 6 or 9 digits or without.</summary>
    public static bool IsTime(ReadOnlySpan<byte> text) => TryTime(text, out _);

    /// <summary>As <see cref="IsTime"/>, in nanoseconds since midnight; a second of 60 counts as the next one.</summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out long ns)
    {
        ns = 0;
        int fraction = 0;
        if (text.Length is not (8 or 12 or 15 or 18) || text[2] != (byte)':' || text[5] != (byte)':'
            || !TryDigits(text[..2], out int hour) || !TryDigits(text[3..5], out int minute) || !TryDigits(text[6..8], out int second)
            || hour > 23 || minute > 59 || second > 60
            || (text.Length > 8 && (text[8] != (byte)'.' || !TryDigits(text[9..], out fraction))))
        {
            return false;
        }

        int scale = text.Length switch { 12 => 1_000_000, 15 => 1_000, _ => 1 };
        ns = (((hour * 3600L) + (minute * 60) + second) * 1_000_000_000) + ((long)fraction * scale);
        return true;
    }

    /// <summary>A month, YYYYMM, with a day of it (DD) or a week (w1 to w5) or without.</summary>
    public static bool IsMonthYear(ReadOnlySpan<byte> text) => text.Length switch
    {
        6 => TryDigits(text[..4], out _) && TryDigits(text[4..], out int month) && month is >= 1 and <= 12,
        8 when text[6] == (byte)'w' => IsMonthYear(text[..6]) && text[7] is >= (byte)'1' and <= (byte)'5',
        _ => IsDate(text),
    };

    /// <summary>Writes "20260131-23:59:59" with a fraction of a second.</summary>
    /// <param name="target">At least <see cref="TimestampBytesMax"/>.</param>
    /// <param name="unixNs">The time.</param>
    /// <param name="digits">Digits of the fraction: 0, 3, 6 or 9; what is less is cut off.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteTimestamp(Span<byte> target, long unixNs, int digits)
    {
        WriteTimestamp(target, unixNs);
        if (digits == 0)
        {
            return TimestampBytes - 4;
        }

        if (digits > 3)
        {
            long fraction = unixNs % 1_000_000_000;
            Put(target.Slice(TimestampBytes - 3, digits), digits == 6 ? fraction / 1000 : fraction);
        }

        return TimestampBytes - 3 + digits;
    }

    /// <summary>Writes "20260131-23:59:59.123".</summary>
    public static void WriteTimestamp(Span<byte> target, long unixNs)
    {
        long days = Math.DivRem(unixNs, NsPerDay, out long inDay);
        uint ms = (uint)(inDay / 1_000_000);
        target = target[..TimestampBytes];
        Put(target[..8], DateOf((uint)days));
        target[8] = (byte)'-';
        Put(target[9..11], ms / 3_600_000);
        target[11] = (byte)':';
        Put(target[12..14], ms / 60_000 % 60);
        target[14] = (byte)':';
        Put(target[15..17], ms / 1000 % 60);
        target[17] = (byte)'.';
        Put(target[18..21], ms % 1000);
    }

    // The other way round than DaysOf, as YYYYMMDD: a year begins in March, four hundred of them have the same days always.
    private static uint DateOf(uint daysSince1970)
    {
        uint days = daysSince1970 + (uint)DaysTo1970;
        uint era = days / 146_097;
        uint ofEra = days - (era * 146_097);
        uint year = (ofEra - (ofEra / 1_460) + (ofEra / 36_524) - (ofEra / 146_096)) / 365;
        uint ofYear = ofEra - ((365 * year) + (year / 4) - (year / 100));
        uint month = ((5 * ofYear) + 2) / 153;
        uint day = ofYear - (((153 * month) + 2) / 5) + 1;
        month = month < 10 ? month + 3 : month - 9;
        return (((era * 400) + year + (month <= 2 ? 1u : 0)) * 10_000) + (month * 100) + day;
    }

    /// <summary>Writes a decimal in its shortest form.</summary>
    /// <returns>Bytes written; at most 21.</returns>
    public static int WriteDecimal(Span<byte> target, long mantissa, int decimals)
    {
        while (decimals > 0 && mantissa % 10 == 0)
        {
            mantissa /= 10;
            decimals--;
        }

        if (decimals == 0)
        {
            return WriteNumber(target, mantissa);
        }

        // The least number has no counterpart above 0.
        if (mantissa == long.MinValue)
        {
            return WriteDecimal(target, (Int128)mantissa, decimals);
        }

        int at = 0;
        if (mantissa < 0)
        {
            target[at++] = (byte)'-';
            mantissa = -mantissa;
        }

        long power = 1;
        for (int index = 0; index < decimals; index++)
        {
            power *= 10;
        }

        long whole = mantissa / power;
        at += WriteNumber(target[at..], whole);
        target[at++] = (byte)'.';
        Put(target.Slice(at, decimals), mantissa - (whole * power));
        return at + decimals;
    }

    /// <summary>As <see cref="WriteDecimal(Span{byte}, long, int)"/> for what 64 bits do not hold:
    /// averages of large prices have more digits.</summary>
    /// <param name="decimals">0 to 18.</param>
    /// <returns>Bytes written; at most <see cref="WideDecimalBytesMax"/>.</returns>
    public static int WriteDecimal(Span<byte> target, Int128 mantissa, int decimals)
    {
        if (mantissa > long.MinValue && mantissa <= long.MaxValue)
        {
            return WriteDecimal(target, (long)mantissa, decimals);
        }

        for (; decimals > 0 && mantissa % 10 == 0; decimals--)
        {
            mantissa /= 10;
        }

        // It had 19 digits at least: what the decimals leave is more than 0.
        _ = mantissa.TryFormat(target, out int bytes, default, CultureInfo.InvariantCulture);
        if (decimals == 0)
        {
            return bytes;
        }

        Span<byte> fraction = target[(bytes - decimals)..];
        fraction[..decimals].CopyTo(fraction[1..]);
        fraction[0] = (byte)'.';
        return bytes + 1;
    }

    /// <summary>Writes a number into exactly as many digits as there is room.</summary>
    public static void Put(Span<byte> target, long value)
    {
        if ((ulong)value <= uint.MaxValue)
        {
            Put(target, (uint)value);
            return;
        }

        for (int index = target.Length - 1; index >= 0; index--)
        {
            (value, long digit) = Math.DivRem(value, 10);
            target[index] = (byte)('0' + digit);
        }
    }

    /// <summary>Writes a whole number.</summary>
    /// <param name="target">Room for it: 20 bytes hold every one.</param>
    /// <returns>Bytes written.</returns>
    internal static int WriteNumber(Span<byte> target, long value)
    {
        if (value is < 0 or > uint.MaxValue)
        {
            _ = value.TryFormat(target, out int written, default, CultureInfo.InvariantCulture);
            return written;
        }

        // Nearly all are small.
        uint small = (uint)value;
        int digits = small < 10 ? 1 : small < 100 ? 2 : small < 1_000 ? 3 : small < 10_000 ? 4 : small < 100_000 ? 5 : DigitsOf(small);
        Put(target[..digits], small);
        return digits;
    }

    private static int DigitsOf(uint value) =>
        value < 1_000_000 ? 6 : value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10;

    // Two digits at a time: a division by 100 costs as much as one by 10.
    private static void Put(Span<byte> target, uint value)
    {
        int at = target.Length;
        for (; at >= 2; at -= 2)
        {
            uint rest = value / 100;
            uint two = value - (rest * 100);
            value = rest;
            uint ten = (two * 103) >> 10;
            target[at - 1] = (byte)('0' + two - (ten * 10));
            target[at - 2] = (byte)('0' + ten);
        }

        if (at == 1)
        {
            target[0] = (byte)('0' + (value % 10));
        }
    }

    private static bool TryAppend(ReadOnlySpan<byte> digits, ref long value)
    {
        foreach (byte character in digits)
        {
            int digit = character - '0';
            if ((uint)digit > 9)
            {
                return false;
            }

            value = (value * 10) + digit;
        }

        return true;
    }
}
