using System.Buffers.Binary;

namespace Peregrine.Distribution.Wire;

/// <summary>Reads protobuf fields from bytes that may be hostile: every length is checked, nothing is read twice, nothing throws.</summary>
/// <remarks>Allocates: no. Source: protobuf.dev, "Encoding"; groups, long obsolete, are malformed here.</remarks>
internal ref struct ProtoReader(ReadOnlySpan<byte> source)
{
    private const int Varint64 = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;
    private int _wireType;
    private ulong _number;

    /// <summary>True when the bytes were no protobuf; nothing more is read then.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Number of the field that the reader stands on.</summary>
    public int Field { get; private set; }

    /// <summary>Value of a varint or fixed field; 0 for a field of another type.</summary>
    public readonly ulong Unsigned => _number;

    /// <summary>Value of a sint64 field.</summary>
    public readonly long Signed => (long)(_number >> 1) ^ -(long)(_number & 1);

    /// <summary>Value of a field of counts: what does not fit counts as the largest.</summary>
    public readonly long Count => _number > long.MaxValue ? long.MaxValue : (long)_number;

    /// <summary>Value of an enum or a small number: what does not fit is 0 for bytes, which no enum here uses.</summary>
    public readonly byte Small => _number > byte.MaxValue ? (byte)0 : (byte)_number;

    /// <summary>True for a text or a message.</summary>
    public readonly bool IsBytes => _wireType == Bytes;

    /// <summary>Content of a text or a message; empty for a field of another type.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>False at the end, and at the first broken byte (<see cref="IsBroken"/>).</returns>
    public bool Next()
    {
        if (_at == _source.Length || IsBroken)
        {
            return false;
        }

        Content = default;
        ulong tag = Varint();
        _number = 0;
        Field = (int)(tag >> 3);
        _wireType = (int)tag & 7;
        if (tag > uint.MaxValue || Field == 0)
        {
            IsBroken = true;
        }

        switch (_wireType)
        {
            case Varint64:
                _number = Varint();
                break;
            case Fixed64:
                _number = Take(8) is { Length: 8 } eight ? BinaryPrimitives.ReadUInt64LittleEndian(eight) : 0;
                break;
            case Fixed32:
                _number = Take(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32LittleEndian(four) : 0;
                break;
            case Bytes:
                Content = Take(Varint());
                break;
            default:
                IsBroken = true;
                break;
        }

        return !IsBroken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && _at < _source.Length; shift += 7)
        {
            byte part = _source[_at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        IsBroken = true;
        return 0;
    }

    private ReadOnlySpan<byte> Take(ulong bytes)
    {
        if (IsBroken || bytes > (ulong)(_source.Length - _at))
        {
            IsBroken = true;
            return default;
        }

        ReadOnlySpan<byte> taken = _source.Slice(_at, (int)bytes);
        _at += (int)bytes;
        return taken;
    }
}
