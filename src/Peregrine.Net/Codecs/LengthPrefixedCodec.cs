using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Net.Codecs;

/// <summary>A length before each payload: 1, 2 or 4 bytes.</summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public readonly struct LengthPrefixedCodec : IFrameCodec
{
    private readonly int _prefixBytes;
    private readonly int _payloadBytesMax;
    private readonly bool _isLittleEndian;
    private readonly bool _countsPrefix;

    /// <summary>Describes the frame.</summary>
    /// <param name="prefixBytes">1, 2 or 4.</param>
    /// <param name="payloadBytesMax">Longest payload, 0 or more.</param>
    /// <param name="isLittleEndian">Byte order of the length; network order is big endian.</param>
    /// <param name="countsPrefix">The length counts the prefix too.</param>
    public LengthPrefixedCodec(int prefixBytes, int payloadBytesMax, bool isLittleEndian = false, bool countsPrefix = false)
    {
        if (prefixBytes is not (1 or 2 or 4) || payloadBytesMax < 0)
        {
            throw new ArgumentException($"prefixBytes {prefixBytes}, expected 1, 2 or 4; payloadBytesMax {payloadBytesMax}, expected 0 or more");
        }

        long largest = (prefixBytes == 4 ? int.MaxValue : (1L << (8 * prefixBytes)) - 1) - (countsPrefix || prefixBytes == 4 ? prefixBytes : 0);
        (_prefixBytes, _payloadBytesMax, _isLittleEndian,
            _countsPrefix) = (prefixBytes, (int)Math.Min(payloadBytesMax, largest), isLittleEndian, countsPrefix);
    }

    /// <inheritdoc/>
    public FrameResult TryDecode(ReadOnlySpan<byte> data, out FrameBounds bounds)
    {
        bounds = default;
        if (data.Length < _prefixBytes)
        {
            return FrameResult.NeedMore;
        }

        long length = _prefixBytes switch
        {
            1 => data[0],
            2 => _isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data),
            _ => _isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data),
        };
        length -= _countsPrefix ? _prefixBytes : 0;
        if (length < 0)
        {
            return FrameResult.Malformed;
        }

        if (length > _payloadBytesMax)
        {
            return FrameResult.TooLong;
        }

        bounds = new FrameBounds(_prefixBytes, (int)length, _prefixBytes + (int)length);
        return data.Length < bounds.FrameBytes ? FrameResult.NeedMore : FrameResult.Ok;
    }

    /// <inheritdoc/>
    public int FrameBytes(int payloadBytes) => payloadBytes >= 0 && payloadBytes <= _payloadBytesMax ? _prefixBytes + payloadBytes : -1;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> payload, Span<byte> target)
    {
        Check.That(payload.Length <= _payloadBytesMax, "a payload fits its codec");
        uint length = (uint)(payload.Length + (_countsPrefix ? _prefixBytes : 0));
        switch (_prefixBytes)
        {
            case 1:
                target[0] = (byte)length;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(target, _isLittleEndian
                    ? (ushort)length
                    : BinaryPrimitives.ReverseEndianness((ushort)length));
                break;
            default:
                BinaryPrimitives.WriteUInt32LittleEndian(target, _isLittleEndian ? length : BinaryPrimitives.ReverseEndianness(length));
                break;
        }

        payload.CopyTo(target[_prefixBytes..]);
    }
}
