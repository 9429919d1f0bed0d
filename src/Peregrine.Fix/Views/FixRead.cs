using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Views;

/// <summary>The values of fields as generated views read them: from where they lie, each time they are asked for.</summary>
/// <remarks>
/// A slot holds the place of a field + 1, and 0 where it is not there. Numbers, times and letters that are not there, or are not of their
/// type because the message was not validated, are refused by an exception that names the field; of text that is not there nothing is given.
/// Allocates: no.
/// </remarks>
public static class FixRead
{
    /// <summary>The bytes of a field; empty when it is not there.</summary>
    public static ReadOnlySpan<byte> Bytes(scoped in FixMessage message, int slot) => slot == 0 ? default : message.Value(slot - 1);

    /// <summary>A whole number.</summary>
    public static long Long(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        long value = 0;
        if (slot == 0 || !message.Index.TryLong(slot - 1, message.Value(slot - 1), out value))
        {
            Refuse(message, slot, shape, tag);
        }

        return value;
    }

    /// <summary>A whole number of up to 9 digits.</summary>
    public static int Int(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        long value = Long(message, slot, shape, tag);
        if (value is < -999_999_999 or > 999_999_999)
        {
            Refuse(message, slot, shape, tag);
        }

        return (int)value;
    }

    /// <summary>A decimal.</summary>
    public static FixDecimal Decimal(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        (long mantissa, int decimals) = (0, 0);
        if (slot == 0 || !message.Index.TryDecimal(slot - 1, message.Value(slot - 1), out mantissa, out decimals))
        {
            Refuse(message, slot, shape, tag);
        }

        return new FixDecimal(mantissa, decimals);
    }

    /// <summary>One letter.</summary>
    public static byte Letter(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        ReadOnlySpan<byte> value = Bytes(message, slot);
        if (value.Length != 1)
        {
            Refuse(message, slot, shape, tag);
        }

        return value[0];
    }

    /// <summary>Y or N.</summary>
    public static bool Flag(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        byte letter = Letter(message, slot, shape, tag);
        if (letter is not ((byte)'Y' or (byte)'N'))
        {
            Refuse(message, slot, shape, tag);
        }

        return letter == (byte)'Y';
    }

    /// <summary>A UTC time stamp in Unix nanoseconds.</summary>
    public static long Timestamp(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        long unixNs = 0;
        if (slot == 0 || !message.Index.TryTimestamp(slot - 1, message.Value(slot - 1), out unixNs))
        {
            Refuse(message, slot, shape, tag);
        }

        return unixNs;
    }

    /// <summary>A time of day in nanoseconds since midnight; a leap second at the end of the day is the whole day.</summary>
    public static long TimeOfDay(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        if (!FixText.TryTime(Bytes(message, slot), out long ns))
        {
            Refuse(message, slot, shape, tag);
        }

        return ns;
    }

    /// <summary>A date.</summary>
    public static DateOnly Date(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        ReadOnlySpan<byte> value = Bytes(message, slot);
        int date = 0;
        if (!FixText.IsDate(value) || !FixText.TryDigits(value, out date))
        {
            Refuse(message, slot, shape, tag);
        }

        return new DateOnly(date / 10_000, date / 100 % 100, date % 100);
    }

    /// <summary>How many entries a group has; 0 when its count is not there.</summary>
    public static int Count(scoped in FixMessage message, int slot) => FixText.TryInt(Bytes(message, slot), out int count) ? count : 0;

    [DoesNotReturn]
    private static void Refuse(scoped in FixMessage message, int slot, FixShape shape, int tag)
    {
        string name = "";
        foreach (FixShapeField field in shape.Fields)
        {
            name = field.Tag == tag ? field.Name : name;
        }

        throw new InvalidOperationException(slot == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{shape.Name} has no {name} ({tag}) here: ask Has{name} first, or validate the message")
            : string.Create(CultureInfo.InvariantCulture,
                $"{shape.Name}: {name} ({tag}) is \"{Encoding.Latin1.GetString(Bytes(message, slot))}\", not of its type: validate the message"));
    }
}
