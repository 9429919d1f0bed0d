using System.Buffers;
using System.Buffers.Binary;

namespace Peregrine.Primitives;

/// <summary>Writes numbers, little endian, into a buffer of a snapshot.</summary>
/// <remarks>Thread: one owner. Allocates: no.</remarks>
public ref struct StateWriter(IBufferWriter<byte> target, int bytes)
{
    private readonly Span<byte> _span = target.GetSpan(bytes)[..bytes];
    private int _at;

    /// <summary>Writes eight bytes.</summary>
    public void Write(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_span[_at..], value);
        _at += sizeof(long);
    }

    /// <summary>Writes four bytes.</summary>
    public void Write(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_span[_at..], value);
        _at += sizeof(int);
    }

    /// <summary>Writes one byte.</summary>
    public void Write(byte value) => _span[_at++] = value;

    /// <summary>Writes 1 or 0.</summary>
    public void Write(bool value) => Write((byte)(value ? 1 : 0));

    /// <summary>Hands the bytes over; all that were asked for are written.</summary>
    public readonly void Complete()
    {
        Check.That(_at == _span.Length, "a record of saved state has the length that was asked for");
        target.Advance(_at);
    }
}
