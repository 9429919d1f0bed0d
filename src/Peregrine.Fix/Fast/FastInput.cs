using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Peregrine.Fix.Fast;

/// <summary>A presence map while its bits are used: the next one on top, zeros behind the last.</summary>
internal struct PresenceMap
{
    /// <summary>Bits not used yet.</summary>
    public ulong Bits;

    /// <summary>How many of them are left before more are taken from the bytes; very many when there are no more.</summary>
    public int Left;

    /// <summary>Bytes whose bits are not taken yet, from here.</summary>
    public int Next;

    /// <summary>To here.</summary>
    public int End;
}

/// <summary>The bytes of a message while they are read. Nothing here reads beyond them or throws.</summary>
/// <param name="data">The message, and what may follow.</param>
internal ref struct FastInput(ReadOnlySpan<byte> data)
{
    /// <summary>Bytes of the largest whole number: 64 bits, one more for a nullable form, a sign.</summary>
    private const int NumberBytesMax = 10;

    /// <summary>The stop bits of a word.</summary>
    internal const ulong Stops = 0x8080_8080_8080_8080;

    /// <summary>All other bits.</summary>
    internal const ulong Values = 0x7F7F_7F7F_7F7F_7F7F;

    // Bits of a presence map that one word holds.
    private const int WordBytes = 9;

    public readonly ReadOnlySpan<byte> Data = data;

    /// <summary>The next byte.</summary>
    public int At;

    /// <summary>What was wrong when a reader said no.</summary>
    public FastErrorCode Error;

    /// <summary>Reads a number of 7 bits a byte.</summary>
    /// <param name="bias">1 when it has a NULL.</param>
    /// <param name="allowsOverlong">Whether zeros may stand before it.</param>
    /// <param name="value">The number, without the bias.</param>
    /// <param name="isNull">Whether it is NULL.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryUnsigned(byte bias, bool allowsOverlong, out ulong value, out bool isNull)
    {
        ReadOnlySpan<byte> data = Data;
        int at = At;
        if ((uint)at < (uint)data.Length && data[at] >= 0x80)
        {
            ulong raw = data[at] & 0x7Fu;
            isNull = raw < bias;
            value = raw - bias;
            At = at + 1;
            return true;
        }

        return TryLongUnsigned(bias, allowsOverlong, out value, out isNull);
    }

    /// <summary>As <see cref="TryUnsigned"/>, for a number in two's complement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TrySigned(byte bias, bool allowsOverlong, out long value, out bool isNull)
    {
        ReadOnlySpan<byte> data = Data;
        int at = At;
        if ((uint)at < (uint)data.Length && data[at] >= 0x80)
        {
            // Bit 6 is the sign.
            long raw = ((long)((ulong)data[at] << 57)) >> 57;
            isNull = raw == 0 && bias != 0;
            value = raw > 0 ? raw - bias : raw;
            At = at + 1;
            return true;
        }

        return TryLongSigned(bias, allowsOverlong, out value, out isNull);
    }

    /// <summary>Reads a presence map.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMap(bool allowsOverlong, ref PresenceMap map)
    {
        ReadOnlySpan<byte> data = Data;
        int at = At;
        map.Left = int.MaxValue;
        if ((uint)at < (uint)data.Length && data[at] >= 0x80)
        {
            map.Bits = (ulong)data[at] << 57;
            At = at + 1;
            return true;
        }

        return TryLongMap(allowsOverlong, ref map);
    }

    /// <summary>Takes a bit of a presence map.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool NextBit(ref PresenceMap map)
    {
        if (--map.Left < 0)
        {
            Refill(ref map);
        }

        ulong bits = map.Bits;
        map.Bits = bits << 1;
        return (long)bits < 0;
    }

    /// <summary>Whether bits of a presence map were not used.</summary>
    public readonly bool HasBits(in PresenceMap map)
    {
        ulong bits = map.Bits;
        for (int at = map.Next; at < map.End; at++)
        {
            bits |= Data[at] & 0x7Fu;
        }

        return bits != 0;
    }

    /// <summary>Finds the end of an entity with stop bits.</summary>
    /// <param name="most">Bytes that it may have.</param>
    /// <returns>Its bytes; 0 when the data ends before it does; -1 when it has more than it may.</returns>
    public readonly int EntityBytes(int most)
    {
        ReadOnlySpan<byte> rest = Data[At..];
        int bytes = 0;
        for (; bytes + 8 <= rest.Length && bytes < most; bytes += 8)
        {
            ulong stops = BinaryPrimitives.ReadUInt64LittleEndian(rest[bytes..]) & Stops;
            if (stops != 0)
            {
                bytes += (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
                return bytes <= most ? bytes : -1;
            }
        }

        for (; bytes < rest.Length && bytes < most; bytes++)
        {
            if (rest[bytes] >= 0x80)
            {
                return bytes + 1;
            }
        }

        return bytes >= most ? -1 : 0;
    }

    /// <summary>Says no.</summary>
    public bool Fail(FastErrorCode error)
    {
        Error = error;
        return false;
    }

    /// <summary>The 7 bits of each of the first bytes of a word, first byte highest, without a space between them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Gather(ulong word, int bytes)
    {
        ulong ordered = BinaryPrimitives.ReverseEndianness(word) >> (64 - (bytes * 8));
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.ParallelBitExtract(ordered, Values);
        }

        // Pairs, fours, eights of bytes close up.
        ordered &= Values;
        ordered = (ordered & 0x007F_007F_007F_007F) | ((ordered & 0x7F00_7F00_7F00_7F00) >> 1);
        ordered = (ordered & 0x0000_3FFF_0000_3FFF) | ((ordered & 0x3FFF_0000_3FFF_0000) >> 2);
        return (ordered & 0x0000_0000_0FFF_FFFF) | ((ordered & 0x0FFF_FFFF_0000_0000) >> 4);
    }

    // The bytes of a number of up to 8, in one word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool TryWord(out ulong word, out int bytes)
    {
        (word, bytes) = (0, 0);
        if (Data.Length - At < 8)
        {
            return false;
        }

        word = BinaryPrimitives.ReadUInt64LittleEndian(Data[At..]);
        ulong stops = word & Stops;
        bytes = (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
        return stops != 0;
    }

    private bool TryLongUnsigned(byte bias, bool allowsOverlong, out ulong value, out bool isNull)
    {
        if (!TryWord(out ulong word, out int bytes))
        {
            return TryWideUnsigned(bias, allowsOverlong, out value, out isNull);
        }

        ulong raw = Gather(word, bytes);
        isNull = raw < bias;
        value = raw - bias;
        At += bytes;
        return (byte)word != 0 || allowsOverlong || Fail(FastErrorCode.R6);
    }

    private bool TryLongSigned(byte bias, bool allowsOverlong, out long value, out bool isNull)
    {
        if (!TryWord(out ulong word, out int bytes))
        {
            return TryWideSigned(bias, allowsOverlong, out value, out isNull);
        }

        int unused = 64 - (bytes * 7);
        long raw = (long)(Gather(word, bytes) << unused) >> unused;
        isNull = raw == 0 && bias != 0;
        value = raw > 0 ? raw - bias : raw;
        At += bytes;
        return allowsOverlong || !IsOverlong((byte)word, (byte)(word >> 8)) || Fail(FastErrorCode.R6);
    }

    /// <summary>Whether the first byte of a signed number repeats the sign that the second has.</summary>
    internal static bool IsOverlong(byte first, byte second) => first == ((second & 0x40) != 0 ? 0x7F : 0);

    private bool TryWideUnsigned(byte bias, bool allowsOverlong, out ulong value, out bool isNull)
    {
        (value, isNull) = (0, false);
        if (!TryEntity(out ReadOnlySpan<byte> entity))
        {
            return false;
        }

        UInt128 raw = 0;
        foreach (byte part in entity)
        {
            raw = (raw << 7) | (part & 0x7Fu);
        }

        isNull = raw < bias;
        raw -= isNull ? raw : bias;
        value = (ulong)raw;
        if (entity.Length > 1 && entity[0] == 0 && !allowsOverlong)
        {
            return Fail(FastErrorCode.R6);
        }

        return raw <= ulong.MaxValue || Fail(FastErrorCode.D2);
    }

    private bool TryWideSigned(byte bias, bool allowsOverlong, out long value, out bool isNull)
    {
        bool isRead = TryInt128(bias, allowsOverlong, out Int128 wide, out isNull);
        value = (long)wide;
        return isRead && ((wide >= long.MinValue && wide <= long.MaxValue) || Fail(FastErrorCode.D2));
    }

    /// <summary>A signed number of up to 70 bits, which is what a delta of 64 bits may need.</summary>
    public bool TryInt128(byte bias, bool allowsOverlong, out Int128 value, out bool isNull)
    {
        (value, isNull) = (0, false);
        if (!TryEntity(out ReadOnlySpan<byte> entity))
        {
            return false;
        }

        value = (entity[0] & 0x40) != 0 ? -1 : 0;
        foreach (byte part in entity)
        {
            value = (value << 7) | (Int128)(part & 0x7F);
        }

        isNull = value == 0 && bias != 0;
        value -= value > 0 ? bias : 0;
        return allowsOverlong || entity.Length == 1 || !IsOverlong(entity[0], entity[1]) || Fail(FastErrorCode.R6);
    }

    private bool TryEntity(out ReadOnlySpan<byte> entity)
    {
        int bytes = EntityBytes(NumberBytesMax);
        entity = bytes > 0 ? Data.Slice(At, bytes) : default;
        if (bytes <= 0)
        {
            return Fail(bytes == 0 ? FastErrorCode.EndOfData : FastErrorCode.D2);
        }

        At += bytes;
        return true;
    }

    private bool TryLongMap(bool allowsOverlong, ref PresenceMap map)
    {
        if (TryWord(out ulong word, out int count) && word >> ((count * 8) - 8) is var last && (byte)last != 0x80)
        {
            map.Bits = Gather(word, count) << (64 - (count * 7));
            At += count;
            return true;
        }

        int bytes = EntityBytes(int.MaxValue);
        if (bytes == 0)
        {
            return Fail(FastErrorCode.EndOfData);
        }

        if (bytes > 1 && Data[At + bytes - 1] == 0x80 && !allowsOverlong)
        {
            return Fail(FastErrorCode.R7);
        }

        map = new PresenceMap { Next = At, End = At + bytes, Left = 0 };
        At += bytes;
        Refill(ref map);
        map.Left = map.Next == map.End ? int.MaxValue : map.Left + 1;
        return true;
    }

    // The next 63 bits; afterwards one of them is as good as taken.
    private readonly void Refill(ref PresenceMap map)
    {
        int count = Math.Min(WordBytes, map.End - map.Next);
        map.Bits = 0;
        for (int place = 0; place < count; place++)
        {
            map.Bits |= (Data[map.Next + place] & 0x7Ful) << (57 - (place * 7));
        }

        map.Next += count;
        map.Left = map.Next == map.End ? int.MaxValue : (count * 7) - 1;
    }
}
