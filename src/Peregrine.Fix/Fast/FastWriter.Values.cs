using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Peregrine.Fix.Fast;

public sealed partial class FastWriter
{
    private const int ExponentMax = 63;

    // Longer than any decimal: 19 digits, 63 zeros, sign and point.
    private const int DigitsMax = 128;

    private void SetNumber(int index, Int128 value)
    {
        if (index < 0)
        {
            return;
        }

        bool fits;
        switch (_code[index].Type)
        {
            case FastType.Int32:
                fits = value >= int.MinValue && value <= int.MaxValue;
                break;
            case FastType.UInt32:
                fits = value >= 0 && value <= uint.MaxValue;
                break;
            case FastType.Int64:
                fits = value >= long.MinValue && value <= long.MaxValue;
                break;
            case FastType.UInt64:
                fits = value >= 0 && value <= ulong.MaxValue;
                break;
            case FastType.Decimal:
                SetScaled(index, value, 0);
                return;
            default:
                SetDigits(index, value, 0);
                return;
        }

        if (fits && Templates.Fields[index].Allows(value))
        {
            _ = Add(index, 0, unchecked((long)value));
        }
        else
        {
            Fail(FastErrorCode.R4, index);
        }
    }

    private void SetDecimal(int index, long mantissa, int exponent)
    {
        if (index < 0)
        {
            return;
        }

        if (exponent is < -ExponentMax or > ExponentMax)
        {
            Fail(FastErrorCode.R1, index);
            return;
        }

        switch (_code[index].Type)
        {
            case FastType.Decimal:
                SetScaled(index, mantissa, exponent);
                break;
            case FastType.Int32 or FastType.UInt32 or FastType.Int64 or FastType.UInt64:
                if (FastEncoder.TryScale(mantissa, exponent, 0, out long whole))
                {
                    SetNumber(index, whole);
                }
                else
                {
                    Fail(FastErrorCode.R5, index);
                }

                break;
            default:
                SetDigits(index, mantissa, exponent);
                break;
        }
    }

    private void SetTime(int index, long ns)
    {
        if (index < 0)
        {
            return;
        }

        long unitNs = Templates.Fields[index].UnitNs;
        if (unitNs == 0 || ns % unitNs != 0)
        {
            Fail(unitNs == 0 ? FastErrorCode.D1 : FastErrorCode.R5, index);
            return;
        }

        SetNumber(index, ns / unitNs);
    }

    // Text given to a number: its digits, or the names of what it stands for.
    private void SetText(int index, FastType type, string text)
    {
        FastField field = Templates.Fields[index];
        if (field.TryParse(text, out ulong named))
        {
            _ = Add(index, 0, unchecked((long)named));
            return;
        }

        FastErrorCode wrong = FastLiteral.Integer(text, type, out long number);
        Int128 value = type == FastType.UInt64 ? (ulong)number : number;
        wrong = wrong == FastErrorCode.None && !field.Allows(value) ? FastErrorCode.R4 : wrong;
        if (wrong == FastErrorCode.None)
        {
            _ = Add(index, 0, number);
        }
        else
        {
            Fail(wrong, index);
        }
    }

    private void SetScaled(int index, Int128 mantissa, int exponent)
    {
        if (mantissa < long.MinValue || mantissa > long.MaxValue)
        {
            Fail(FastErrorCode.R1, index);
            return;
        }

        _ = Add(index, exponent, (long)mantissa);
    }

    private void SetBytes(int index, ReadOnlySpan<byte> bytes)
    {
        if (index < 0)
        {
            return;
        }

        FastErrorCode wrong = FastErrorCode.None;
        FastType type = _code[index].Type;
        switch (type)
        {
            case FastType.Ascii:
                wrong = Ascii.IsValid(bytes) ? FastErrorCode.None : FastErrorCode.R3;
                break;
            case FastType.Unicode:
                wrong = Utf8.IsValid(bytes) ? FastErrorCode.None : FastErrorCode.R2;
                break;
            case FastType.Bytes:
                break;
            case FastType.Decimal:
                wrong = FastLiteral.Decimal(Encoding.Latin1.GetString(bytes), out long mantissa, out int exponent);
                if (wrong == FastErrorCode.None)
                {
                    _ = Add(index, exponent, mantissa);
                    return;
                }

                break;
            case FastType.Int32 or FastType.UInt32 or FastType.Int64 or FastType.UInt64:
                SetText(index, type, Encoding.UTF8.GetString(bytes));
                return;
            default:
                wrong = FastErrorCode.D1;
                break;
        }

        if (wrong != FastErrorCode.None)
        {
            Fail(wrong, index);
            return;
        }

        if (_used + bytes.Length > _slab.Length)
        {
            Array.Resize(ref _slab, Math.Max(_slab.Length * 2, _used + bytes.Length));
        }

        bytes.CopyTo(_slab.AsSpan(_used));
        _ = Add(index, bytes.Length, _used);
        _used += bytes.Length;
    }

    // A number as the text that section 8.2.3 and 8.3.2 make of it.
    private void SetDigits(int index, Int128 mantissa, int exponent)
    {
        FastType type = _code[index].Type;
        if (type is not (FastType.Ascii or FastType.Unicode))
        {
            Fail(type == FastType.Bytes ? FastErrorCode.D10 : FastErrorCode.D1, index);
            return;
        }

        BigInteger whole = (BigInteger)mantissa;
        for (; exponent < 0 && whole % 10 == 0; exponent++)
        {
            whole /= 10;
        }

        whole *= BigInteger.Pow(10, Math.Max(exponent, 0));
        string digits = BigInteger.Abs(whole).ToString(CultureInfo.InvariantCulture);
        if (exponent < 0)
        {
            digits = digits.PadLeft(1 - exponent, '0').Insert(Math.Max(digits.Length, 1 - exponent) + exponent, ".");
        }

        Span<byte> text = stackalloc byte[DigitsMax];
        int bytes = Encoding.ASCII.GetBytes(whole.Sign < 0 ? "-" + digits : digits, text);
        SetBytes(index, text[..bytes]);
    }
}
