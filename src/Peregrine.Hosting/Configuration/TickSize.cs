using System.Globalization;

namespace Peregrine.Hosting.Configuration;

/// <summary>Decimal texts as whole numbers: prices are never floating point, not even here.</summary>
internal static class TickSize
{
    private const int DecimalsMax = 9;

    /// <summary>The decimal in units of 10^-decimals.</summary>
    /// <returns>False when it is no plain decimal, has more decimals than that, or does not fit.</returns>
    public static bool TryToUnits(string text, int decimals, out long units)
    {
        units = 0;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> fraction = point < 0 ? [] : text.AsSpan(point + 1).TrimEnd('0');
        if (decimals is < 0 or > DecimalsMax || fraction.Length > decimals)
        {
            return false;
        }

        string digits = string.Concat(text.AsSpan(0, point < 0 ? text.Length : point), fraction, new string('0', decimals - fraction.Length));
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out units);
    }
}
