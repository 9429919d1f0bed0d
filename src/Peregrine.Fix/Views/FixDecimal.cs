using System.Globalization;
using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Views;

/// <summary>A decimal of a FIX field: mantissa x 10^-decimals. Read from a message it is in its shortest form: equal numbers are equal.</summary>
/// <param name="Mantissa">Up to 18 digits.</param>
/// <param name="Decimals">0 to 18.</param>
public readonly record struct FixDecimal(long Mantissa, int Decimals)
{
    /// <summary>The number as .NET's own decimal, which holds all of them.</summary>
    public decimal ToDecimal() => new(
        (int)Math.Abs(Mantissa), (int)(Math.Abs(Mantissa) >> 32), 0, Mantissa < 0, (byte)Decimals);

    /// <summary>The number as it stands in a message.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[FixText.WideDecimalBytesMax];
        return Decimals is < 0 or > 18
            ? string.Create(CultureInfo.InvariantCulture, $"{Mantissa}e-{Decimals}")
            : Encoding.ASCII.GetString(text[..FixText.WriteDecimal(text, Mantissa, Decimals)]);
    }
}
