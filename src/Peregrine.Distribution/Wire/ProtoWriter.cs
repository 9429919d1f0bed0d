using System.Buffers.Binary;
using System.Numerics;

namespace Peregrine.Distribution.Wire;

/// <summary>
/// Writes protobuf fields in the shortest form, in the order of the calls; fields that hold their default are left out, as proto3
/// encoders do. Source: protobuf.dev, "Encoding".
/// </summary>
/// <remarks>Allocates: no. The caller has made sure that the target is long enough.</remarks>
internal ref struct ProtoWriter(Span<byte> target)
{
    private const int Varint64 = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private readonly Span<byte> _target = target;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of a varint.</summary>
    public static int SizeOf(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Bytes of an unsigned field with a number below 16; 0 for the default.</summary>
    public static int SizeOfField(ulong value) => value == 0 ? 0 : 1 + SizeOf(value);

    /// <summary>Bytes of a signed (zigzag) field with a number below 16.</summary>
    public static int SizeOfField(long value) => SizeOfField(ZigZag(value));

    /// <summary>Bytes of a fixed field with a number below 16.</summary>
    public static int SizeOfFixed(ulong value) => value == 0 ? 0 : 9;

    /// <summary>Bytes of a text or a message with a field number below 16.</summary>
    public static int SizeOfMessage(int bytes) => 1 + SizeOf((ulong)bytes) + bytes;

    public void Unsigned(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, Varint64);
            Varint(value);
        }
    }

    public void Signed(int field, long value) => Unsigned(field, ZigZag(value));

    public void Fixed(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, Fixed64);
            BinaryPrimitives.WriteUInt64LittleEndian(_target[Length..], value);
            Length += 8;
        }
    }

    /// <summary>Begins a message of a size that the caller has computed.</summary>
    public void Message(int field, int bytes)
    {
        Tag(field, Bytes);
        Varint((ulong)bytes);
    }

    public void Text(int field, scoped ReadOnlySpan<byte> text)
    {
        if (text.Length > 0)
        {
            Message(field, text.Length);
            text.CopyTo(_target[Length..]);
            Length += text.Length;
        }
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void Tag(int field, int wireType) => _target[Length++] = (byte)((field << 3) | wireType);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _target[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _target[Length++] = (byte)value;
    }
}
