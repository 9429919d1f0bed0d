using System.Globalization;

namespace Peregrine.Fix.Messages;

/// <summary>
/// Writes one message into a buffer: header first, then fields in the order of the calls, then length and checksum.
/// Allocates nothing. A buffer that is too small is remembered and told by <see cref="TryFinish"/>.
/// </summary>
public ref struct FixWriter
{
    // "9=000000|": the length is written last, into six digits.
    private const int LengthDigits = 6;
    private const int BodyBytesMax = 999_999;
    private readonly Span<byte> _target;
    private readonly int _bodyStart;
    private readonly int _timeDigits;
    private int _at;
    private bool _isFull;

    /// <summary>Begins a message.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="beginString">BeginString (8).</param>
    /// <param name="msgType">MsgType (35).</param>
    /// <param name="timeDigits">Digits of a second in time stamps: 0, 3, 6 or 9.</param>
    public FixWriter(Span<byte> target, ReadOnlySpan<byte> beginString, ReadOnlySpan<byte> msgType, int timeDigits = 3)
    {
        _target = target;
        _timeDigits = timeDigits;
        _at = 0;
        _isFull = false;
        Add(Tag.BeginString, beginString);
        Add(Tag.BodyLength, "000000"u8);
        _bodyStart = _at;
        Add(Tag.MsgType, msgType);
    }

    /// <summary>Adds a field of bytes as they are.</summary>
    public void Add(int tag, scoped ReadOnlySpan<byte> value)
    {
        if (!TryTag(tag, value.Length + 1))
        {
            return;
        }

        value.CopyTo(_target[_at..]);
        _at += value.Length;
        _target[_at++] = 1;
    }

    /// <summary>Adds one character.</summary>
    public void Add(int tag, char value)
    {
        if (TryTag(tag, 2))
        {
            _target[_at++] = (byte)value;
            _target[_at++] = 1;
        }
    }

    /// <summary>Adds a whole number.</summary>
    public void Add(int tag, long value)
    {
        if (TryTag(tag, 21))
        {
            _ = value.TryFormat(_target[_at..], out int written, default, CultureInfo.InvariantCulture);
            _at += written;
            _target[_at++] = 1;
        }
    }

    /// <summary>Adds a decimal, mantissa x 10^-decimals.</summary>
    public void Add(int tag, long mantissa, int decimals)
    {
        if (TryTag(tag, 23))
        {
            _at += FixText.WriteDecimal(_target[_at..], mantissa, decimals);
            _target[_at++] = 1;
        }
    }

    /// <summary>Adds a whole number that may need more than 64 bits.</summary>
    public void Add(int tag, Int128 value) => Add(tag, value, 0);

    /// <summary>Adds a decimal, mantissa x 10^-decimals, whose mantissa may need more than 64 bits.</summary>
    public void Add(int tag, Int128 mantissa, int decimals)
    {
        if (mantissa > long.MinValue && mantissa <= long.MaxValue)
        {
            Add(tag, (long)mantissa, decimals);
        }
        else if (TryTag(tag, FixText.WideDecimalBytesMax + 1))
        {
            _at += FixText.WriteDecimal(_target[_at..], mantissa, decimals);
            _target[_at++] = 1;
        }
    }

    /// <summary>Adds a UTC time stamp.</summary>
    public void AddTimestamp(int tag, long unixNs)
    {
        if (TryTag(tag, FixText.TimestampBytesMax + 1))
        {
            _at += FixText.WriteTimestamp(_target[_at..], unixNs, _timeDigits);
            _target[_at++] = 1;
        }
    }

    /// <summary>Fills in length and checksum.</summary>
    /// <param name="bytes">The whole message's length.</param>
    /// <returns>False when the buffer was too small, or the body is longer than 999,999 bytes.</returns>
    public bool TryFinish(out int bytes)
    {
        bytes = 0;
        if (_isFull || _at - _bodyStart > BodyBytesMax)
        {
            return false;
        }

        FixText.Put(_target.Slice(_bodyStart - LengthDigits - 1, LengthDigits), _at - _bodyStart);
        int sum = FixFramer.CheckSum(_target[.._at]);
        if (TryTag(Tag.CheckSum, 4))
        {
            FixText.Put(_target.Slice(_at, 3), sum);
            _at += 3;
            _target[_at++] = 1;
        }

        bytes = _at;
        return !_isFull;
    }

    private bool TryTag(int tag, int valueBytes)
    {
        if (_isFull || _at + 12 + valueBytes > _target.Length)
        {
            _isFull = true;
            return false;
        }

        _ = tag.TryFormat(_target[_at..], out int written, default, CultureInfo.InvariantCulture);
        _at += written;
        _target[_at++] = (byte)'=';
        return true;
    }
}
