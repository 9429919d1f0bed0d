using System.Globalization;

namespace Peregrine.Tools.Match;

/// <summary>Decimals as they are written, without rounding.</summary>
internal static class ScriptDecimal
{
    // So that a mantissa always fits in 64 bits.
    private const int DigitsMax = 18;

    /// <summary>Reads an optional sign, digits, and an optional fraction.</summary>
    /// <returns>False when it is anything else, or has more than 18 digits.</returns>
    public static bool TryParse(string text, out long mantissa, out int decimals)
    {
        mantissa = 0;
        decimals = 0;
        int digits = 0;
        bool hasPoint = false;
        for (int i = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0; i < text.Length; i++)
        {
            if (text[i] == '.' && !hasPoint)
            {
                hasPoint = true;
                continue;
            }

            if (!char.IsAsciiDigit(text[i]) || (digits += mantissa == 0 && text[i] == '0' ? 0 : 1) > DigitsMax || decimals == DigitsMax)
            {
                return false;
            }

            mantissa = (mantissa * 10) + (text[i] - '0');
            decimals += hasPoint ? 1 : 0;
        }

        bool isNumber = text.Any(char.IsAsciiDigit);
        mantissa = text.StartsWith('-') ? -mantissa : mantissa;
        return isNumber;
    }

    /// <summary>A whole number of units of 10^-decimals, with all its decimals.</summary>
    public static string Format(Int128 units, int decimals)
    {
        if (decimals == 0)
        {
            return units.ToString(CultureInfo.InvariantCulture);
        }

        string digits = Int128.Abs(units).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return $"{(units < 0 ? "-" : "")}{digits[..^decimals]}.{digits[^decimals..]}";
    }
}
