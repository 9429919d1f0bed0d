using System.Buffers.Binary;

namespace Peregrine.Primitives;

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
