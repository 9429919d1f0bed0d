using System.Buffers;
using System.Buffers.Binary;

namespace Peregrine.Primitives;

/// <summary>Where saved state is read from, in the order in which it was written.</summary>
public interface IStateSource
{
    /// <summary>Fills the target with the next bytes.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    void ReadExactly(Span<byte> target);
}

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

/// <summary>Reads what <see cref="StateWriter"/> wrote.</summary>
/// <remarks>Thread: one owner. Allocates: no.</remarks>
public ref struct StateReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _span = source;
    private int _at;

    /// <summary>Reads eight bytes.</summary>
    public long ReadInt64()
    {
        _at += sizeof(long);
        return BinaryPrimitives.ReadInt64LittleEndian(_span[(_at - sizeof(long))..]);
    }

    /// <summary>Reads four bytes.</summary>
    public int ReadInt32()
    {
        _at += sizeof(int);
        return BinaryPrimitives.ReadInt32LittleEndian(_span[(_at - sizeof(int))..]);
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => _span[_at++];

    /// <summary>Reads a byte that is 1 or 0.</summary>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    public bool ReadBool() => ReadByte() switch
    {
        0 => false,
        1 => true,
        byte other => throw new InvalidDataException($"saved state has {other} where 0 or 1 is expected"),
    };
}
