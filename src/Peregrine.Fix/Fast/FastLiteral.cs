using System.Globalization;
using System.Numerics;

namespace Peregrine.Fix.Fast;

/// <summary>Values as text, as FAST 1.1, section 8.1 has them: initial values, and texts that the encoder is given for numbers.</summary>
internal static class FastLiteral
{
    private const int ExponentMax = 63;

    // More digits than any value has: a text of a million of them is no work.
    private const int DigitsMax = 200;

    /// <summary>Reads a whole number: digits, with a minus for signed types.</summary>
    /// <returns>None, D11 or R4.</returns>
    public static FastErrorCode Integer(string text, FastType type, out long bits)
    {
        bits = 0;
        string digits = Trim(text);
        bool isNegative = digits.StartsWith('-') && type is FastType.Int32 or FastType.Int64;
        digits = isNegative ? digits[1..] : digits;
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit))
        {
            return FastErrorCode.D11;
        }

        if (digits.Length > DigitsMax)
        {
            return FastErrorCode.R4;
        }

        BigInteger value = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        value = isNegative ? -value : value;
        bool fits = type switch
        {
            FastType.Int32 => value >= int.MinValue && value <= int.MaxValue,
            FastType.UInt32 => value <= uint.MaxValue,
            FastType.Int64 => value >= long.MinValue && value <= long.MaxValue,
            _ => value <= ulong.MaxValue,
        };
        bits = !fits ? 0 : type == FastType.UInt64 ? (long)(ulong)value : (long)value;
        return fits ? FastErrorCode.None : FastErrorCode.R4;
    }

    /// <summary>Reads a decimal and makes it normal: no zeros at the end of the mantissa.</summary>
    /// <returns>None, D11 or R1.</returns>
    public static FastErrorCode Decimal(string text, out long mantissa, out int exponent)
    {
        (mantissa, exponent) = (0, 0);
        string digits = Trim(text);
        bool isNegative = digits.StartsWith('-');
        digits = isNegative ? digits[1..] : digits;
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? digits : digits[..point];
        string fraction = point < 0 ? "" : digits[(point + 1)..];
        bool isNumber = whole.Length + fraction.Length > 0 && (point < 0 || fraction.Length > 0)
            && whole.All(char.IsAsciiDigit) && fraction.All(char.IsAsciiDigit);
        if (!isNumber)
        {
            return FastErrorCode.D11;
        }

        if (digits.Length > DigitsMax)
        {
            return FastErrorCode.R1;
        }

        BigInteger value = BigInteger.Parse(whole + fraction, CultureInfo.InvariantCulture);
        int power = -fraction.Length;
        for (; !value.IsZero && value % 10 == 0; power++)
        {
            value /= 10;
        }

        value = isNegative ? -value : value;
        if (value < long.MinValue || value > long.MaxValue || (!value.IsZero && power is < -ExponentMax or > ExponentMax))
        {
            return FastErrorCode.R1;
        }

        (mantissa, exponent) = ((long)value, value.IsZero ? 0 : power);
        return FastErrorCode.None;
    }

    /// <summary>Reads hexadecimal digits, white space between them left out.</summary>
    /// <returns>None or D11.</returns>
    public static FastErrorCode Bytes(string text, out byte[] bytes)
    {
        string digits = string.Concat(text.Where(letter => letter is not (' ' or '\t' or '\r' or '\n')));
        bool isHex = digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit);
        bytes = isHex ? Convert.FromHexString(digits) : [];
        return isHex ? FastErrorCode.None : FastErrorCode.D11;
    }

    private static string Trim(string text) => text.Trim(' ', '\t', '\r', '\n');
}
