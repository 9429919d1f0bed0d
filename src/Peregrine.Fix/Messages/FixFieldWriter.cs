namespace Peregrine.Fix.Messages;

/// <summary>
/// Writes fields into a message that a <see cref="FixWriter"/> has begun; by it writers of groups write into the message of another.
/// Allocates nothing.
/// </summary>
public readonly ref struct FixFieldWriter
{
    // The longest tag with its sign of equality.
    private const int TagBytesMax = 12;
    private readonly Span<byte> _target;
    private readonly ref FixWriterState _state;

    internal FixFieldWriter(Span<byte> target, ref FixWriterState state)
    {
        _target = target;
        _state = ref state;
    }

    internal ref FixWriterState State => ref _state;

    /// <summary>Adds a field of bytes as they are.</summary>
    public void Add(int tag, scoped ReadOnlySpan<byte> value)
    {
        if (!TryTag(tag, value.Length + 1))
        {
            return;
        }

        value.CopyTo(_target[_state.At..]);
        _state.At += value.Length;
        _target[_state.At++] = 1;
    }

    /// <summary>Adds one character.</summary>
    public void Add(int tag, char value)
    {
        if (TryTag(tag, 2))
        {
            _target[_state.At++] = (byte)value;
            _target[_state.At++] = 1;
        }
    }

    /// <summary>Adds a whole number.</summary>
    public void Add(int tag, long value)
    {
        if (TryTag(tag, 21))
        {
            _state.At += FixText.WriteNumber(_target[_state.At..], value);
            _target[_state.At++] = 1;
        }
    }

    /// <summary>Adds a decimal, mantissa x 10^-decimals.</summary>
    public void Add(int tag, long mantissa, int decimals)
    {
        if (TryTag(tag, 23))
        {
            _state.At += FixText.WriteDecimal(_target[_state.At..], mantissa, decimals);
            _target[_state.At++] = 1;
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
            _state.At += FixText.WriteDecimal(_target[_state.At..], mantissa, decimals);
            _target[_state.At++] = 1;
        }
    }

    /// <summary>Adds a UTC time stamp.</summary>
    public void AddTimestamp(int tag, long unixNs)
    {
        if (TryTag(tag, FixText.TimestampBytesMax + 1))
        {
            _state.At += FixText.WriteTimestamp(_target[_state.At..], unixNs, _state.TimeDigits);
            _target[_state.At++] = 1;
        }
    }

    /// <summary>Adds fields that were laid out before, so that what is the same in every message costs a copy.</summary>
    /// <param name="fields">Whole fields, tag=value and the separator (SOH) behind each. They are taken as they are: what is wrong in them goes
    /// out.</param>
    public void AddFields(scoped ReadOnlySpan<byte> fields)
    {
        if (_state.IsFull || _state.At + fields.Length > _target.Length)
        {
            _state.IsFull = true;
            return;
        }

        fields.CopyTo(_target[_state.At..]);
        _state.At += fields.Length;
    }

    internal void AddCheckSum(int sum)
    {
        if (TryTag(Tag.CheckSum, 4))
        {
            FixText.Put(_target.Slice(_state.At, 3), sum);
            _state.At += 3;
            _target[_state.At++] = 1;
        }
    }

    private bool TryTag(int tag, int valueBytes)
    {
        if (_state.IsFull || _state.At + TagBytesMax + valueBytes > _target.Length)
        {
            _state.IsFull = true;
            return false;
        }

        Span<byte> room = _target.Slice(_state.At, TagBytesMax);
        int digits = FixText.WriteNumber(room, (uint)tag);
        room[digits] = (byte)'=';
        _state.At += digits + 1;
        return true;
    }
}
