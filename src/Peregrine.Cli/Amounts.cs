using System.Globalization;

namespace Peregrine.Cli;

/// <summary>Amounts with a unit, as options take them.</summary>
public static class Amounts
{
    private const double SpeedMax = 1_000_000;
    private static readonly (string Suffix, long Factor)[] ByteUnits = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("", 1)];
    private static readonly (string Suffix, long Factor)[] TimeUnits = [("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000)];

    /// <summary>Bytes: a whole number, or one with KiB, MiB or GiB. Null is 0.</summary>
    /// <exception cref="CommandException">It is no such thing, or does not fit.</exception>
    public static long ParseBytes(string option, string? text) => Parse(option, text, ByteUnits, "a number of bytes, or one with KiB, MiB or GiB");

    /// <summary>Nanoseconds: a whole number with s, m, h or d. Null is 0.</summary>
    /// <exception cref="CommandException">It is no such thing, or does not fit.</exception>
    public static long ParseNs(string option, string? text) => Parse(option, text, TimeUnits, "a number with s, m, h or d");

    /// <summary>A multiple of the recorded speed, above 0 to 1,000,000, such as 10x; max is 0, as fast as it goes.</summary>
    /// <exception cref="CommandException">It is no such thing.</exception>
    public static double ParseSpeed(string option, string text)
    {
        if (text == "max")
        {
            return 0;
        }

        bool isNumber = double.TryParse(text.EndsWith('x')
            ? text[..^1]
            : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double speed);
        return isNumber && speed is > 0 and <= SpeedMax
            ? speed
            : throw new CommandException($"{option}: '{text}', expected max, or a multiple above 0 such as 1x, 10x or 0.5x", 2);
    }

    private static long Parse(string option, string? text, (string Suffix, long Factor)[] units, string expected)
    {
        if (text is null)
        {
            return 0;
        }

        foreach ((string suffix, long factor) in units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - suffix.Length).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture,
                    out long number)
                && number <= long.MaxValue / factor)
            {
                return number * factor;
            }
        }

        throw new CommandException($"{option}: '{text}', expected {expected}", 2);
    }
}
