using System.Runtime.CompilerServices;

namespace Peregrine.Fix.Messages;

/// <summary>What the validator read of a message's values: whoever asks for one later is given it, and nothing is parsed twice.</summary>
public sealed partial class FixIndex
{
    // What a value was read as; of a decimal how many digits it has behind the point, added to the first of them.
    private const byte Unread = 0;
    private const byte AsLong = 1;
    private const byte AsTimestamp = 2;
    private const byte AsDecimal = 3;

    private byte[] _kinds = new byte[FieldsFirst];
    private long[] _values = new long[FieldsFirst];

    // How many fields _kinds tells of; none for a message that nobody validated.
    private int _keptCount;

    /// <summary>Begins to keep values of the message: none is, so far.</summary>
    internal void BeginKeeping()
    {
        if (_kinds.Length < Count)
        {
            (_kinds, _values) = (new byte[_tags.Length], new long[_tags.Length]);
        }

        _kinds.AsSpan(0, Count).Clear();
        _keptCount = Count;
    }

    /// <summary>Reads a whole number and keeps it. After <see cref="BeginKeeping"/>.</summary>
    internal bool TryKeepLong(int place, ReadOnlySpan<byte> value, out long number)
    {
        bool isLong = FixText.TryLong(value, out number);
        if (isLong)
        {
            (_kinds[place], _values[place]) = (AsLong, number);
        }

        return isLong;
    }

    /// <summary>As <see cref="TryKeepLong"/>, a decimal.</summary>
    internal bool TryKeepDecimal(int place, ReadOnlySpan<byte> value)
    {
        bool isDecimal = FixText.TryDecimal(value, out long mantissa, out int decimals);
        if (isDecimal)
        {
            (_kinds[place], _values[place]) = ((byte)(AsDecimal + decimals), mantissa);
        }

        return isDecimal;
    }

    /// <summary>As <see cref="TryKeepLong"/>, a UTC time stamp.</summary>
    internal bool TryKeepTimestamp(int place, ReadOnlySpan<byte> value)
    {
        bool isTimestamp = FixText.TryTimestamp(value, out long unixNs);
        if (isTimestamp)
        {
            (_kinds[place], _values[place]) = (AsTimestamp, unixNs);
        }

        return isTimestamp;
    }

    /// <summary>The whole number in a field: kept, or read now.</summary>
    internal bool TryLong(int place, ReadOnlySpan<byte> value, out long number)
    {
        if (KindOf(place) == AsLong)
        {
            number = _values[place];
            return true;
        }

        return FixText.TryLong(value, out number);
    }

    /// <summary>As <see cref="TryLong"/>, a decimal.</summary>
    internal bool TryDecimal(int place, ReadOnlySpan<byte> value, out long mantissa, out int decimals)
    {
        byte kind = KindOf(place);
        if (kind >= AsDecimal)
        {
            (mantissa, decimals) = (_values[place], kind - AsDecimal);
            return true;
        }

        return FixText.TryDecimal(value, out mantissa, out decimals);
    }

    /// <summary>As <see cref="TryLong"/>, a UTC time stamp in Unix nanoseconds.</summary>
    internal bool TryTimestamp(int place, ReadOnlySpan<byte> value, out long unixNs)
    {
        if (KindOf(place) == AsTimestamp)
        {
            unixNs = _values[place];
            return true;
        }

        return FixText.TryTimestamp(value, out unixNs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte KindOf(int place) => (uint)place < (uint)_keptCount ? _kinds[place] : Unread;

    private void CopyKept(FixIndex other)
    {
        BeginKeeping();
        _keptCount = other._keptCount;
        other._kinds.AsSpan(0, _keptCount).CopyTo(_kinds);
        other._values.AsSpan(0, _keptCount).CopyTo(_values);
    }
}
