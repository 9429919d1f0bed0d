using System.Numerics;

namespace Peregrine.Fix.Fast;

/// <summary>The bytes of a message while they are written. Behind the end nothing is written and it says so.</summary>
/// <param name="target">Where to.</param>
internal ref struct FastOutput(Span<byte> target)
{
    private const byte Stop = 0x80;

    public readonly Span<byte> Target = target;

    /// <summary>Where the next byte goes.</summary>
    public int At;

    /// <summary>Whether something had no room.</summary>
    public bool IsFull;

    /// <summary>Writes a number of 7 bits a byte.</summary>
    /// <param name="value">The number.</param>
    /// <param name="bias">1 when the form has a NULL: then the number is one more.</param>
    public void Unsigned(ulong value, byte bias)
    {
        ulong raw = value + bias;
        if (raw < value || raw > long.MaxValue)
        {
            Wide((UInt128)value + bias, 10);
            return;
        }

        if (raw < Stop && At < Target.Length)
        {
            Target[At++] = (byte)(raw | Stop);
            return;
        }

        Groups((long)raw, (64 - BitOperations.LeadingZeroCount(raw | 1) + 6) / 7);
    }

    /// <summary>As <see cref="Unsigned"/>, in two's complement.</summary>
    public void Signed(long value, byte bias)
    {
        if (value == long.MaxValue && bias != 0)
        {
            Signed((Int128)value, bias);
            return;
        }

        long raw = value >= 0 ? value + bias : value;
        int bits = 65 - BitOperations.LeadingZeroCount((ulong)(raw < 0 ? ~raw : raw));
        Groups(raw, (bits + 6) / 7);
    }

    /// <summary>As <see cref="Signed(long, byte)"/>, for what is beyond 64 bits: deltas.</summary>
    public void Signed(Int128 value, byte bias)
    {
        if (value > long.MinValue && value < long.MaxValue)
        {
            Signed((long)value, bias);
            return;
        }

        Int128 raw = value >= 0 ? value + bias : value;
        int bits = 129 - (int)UInt128.LeadingZeroCount((UInt128)(raw < 0 ? ~raw : raw));
        Wide((UInt128)raw, (bits + 6) / 7);
    }

    /// <summary>Writes NULL.</summary>
    public void Null() => Groups(0, 1);

    /// <summary>Writes an ASCII string.</summary>
    public void Text(ReadOnlySpan<byte> text, byte bias)
    {
        // Strings that begin with zero, and empty ones, have zeros in front.
        int zeros = text.Length == 0 || text[0] == 0 ? 1 + bias : 0;
        if (!HasRoom(zeros + text.Length))
        {
            return;
        }

        Target.Slice(At, zeros).Clear();
        text.CopyTo(Target[(At + zeros)..]);
        At += zeros + text.Length;
        Target[At - 1] |= Stop;
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (HasRoom(bytes.Length))
        {
            bytes.CopyTo(Target[At..]);
            At += bytes.Length;
        }
    }

    /// <summary>Makes room for a presence map that is not known yet.</summary>
    /// <param name="bits">Its bits at most.</param>
    public MapOutput OpenMap(int bits)
    {
        int bytes = Math.Max(1, (bits + 6) / 7);
        MapOutput map = new() { Start = At, Bytes = bytes };
        if (HasRoom(bytes))
        {
            Target.Slice(At, bytes).Clear();
            At += bytes;
        }

        return map;
    }

    /// <summary>Adds a bit to a presence map.</summary>
    public readonly void Bit(ref MapOutput map, bool isSet)
    {
        if (isSet && !IsFull)
        {
            Target[map.Start + (map.Bit / 7)] |= (byte)(0x40 >> (map.Bit % 7));
        }

        map.Bit++;
    }

    /// <summary>Cuts the zeros off a presence map, and closes up.</summary>
    public void CloseMap(in MapOutput map)
    {
        if (IsFull)
        {
            return;
        }

        int bytes = map.Bytes;
        while (bytes > 1 && Target[map.Start + bytes - 1] == 0)
        {
            bytes--;
        }

        Target[map.Start + bytes - 1] |= Stop;
        if (bytes < map.Bytes)
        {
            Target[(map.Start + map.Bytes)..At].CopyTo(Target[(map.Start + bytes)..]);
            At -= map.Bytes - bytes;
        }
    }

    private void Groups(long raw, int bytes)
    {
        if (!HasRoom(bytes))
        {
            return;
        }

        // Shifts beyond the sign repeat it.
        for (int place = bytes - 1; place >= 0; place--)
        {
            Target[At + place] = (byte)(raw & 0x7F);
            raw >>= 7;
        }

        At += bytes;
        Target[At - 1] |= Stop;
    }

    private void Wide(UInt128 raw, int bytes)
    {
        if (!HasRoom(bytes))
        {
            return;
        }

        for (int place = bytes - 1; place >= 0; place--)
        {
            Target[At + place] = (byte)(raw & 0x7F);
            raw = (UInt128)((Int128)raw >> 7);
        }

        At += bytes;
        Target[At - 1] |= Stop;
    }

    private bool HasRoom(int bytes)
    {
        IsFull |= bytes > Target.Length - At;
        return !IsFull;
    }
}

/// <summary>A presence map while it is written.</summary>
internal struct MapOutput
{
    /// <summary>Its first byte.</summary>
    public int Start;

    /// <summary>Bytes kept for it.</summary>
    public int Bytes;

    /// <summary>Bits so far.</summary>
    public int Bit;
}
