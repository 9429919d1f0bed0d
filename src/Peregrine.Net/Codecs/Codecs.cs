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

/// <summary>Frames of one length.</summary>
/// <param name="bytes">Their length, 1 or more.</param>
/// <remarks>Thread: any. Allocates: no.</remarks>
public readonly struct FixedLengthCodec(int bytes) : IFrameCodec
{
    private readonly int _bytes = bytes >= 1 ? bytes : throw new ArgumentException($"bytes {bytes}: expected 1 or more");

    /// <inheritdoc/>
    public FrameResult TryDecode(ReadOnlySpan<byte> data, out FrameBounds bounds)
    {
        bounds = new FrameBounds(0, _bytes, _bytes);
        return data.Length < _bytes ? FrameResult.NeedMore : FrameResult.Ok;
    }

    /// <inheritdoc/>
    public int FrameBytes(int payloadBytes) => payloadBytes == _bytes ? _bytes : -1;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> payload, Span<byte> target)
    {
        Check.That(payload.Length == _bytes, "a payload has the codec's length");
        payload.CopyTo(target);
    }
}

/// <summary>Frames that end with a byte that is nowhere inside them, such as a line feed.</summary>
/// <param name="delimiter">The byte.</param>
/// <param name="payloadBytesMax">Longest payload, without the delimiter.</param>
/// <remarks>Thread: any. Allocates: no. A frame that comes in pieces is searched from its start again: at most once for each read.</remarks>
public readonly struct DelimiterCodec(byte delimiter, int payloadBytesMax) : IFrameCodec
{
    private readonly int _payloadBytesMax = payloadBytesMax >= 0
        ? payloadBytesMax
        : throw new ArgumentException($"payloadBytesMax {payloadBytesMax}: expected 0 or more");

    /// <inheritdoc/>
    public FrameResult TryDecode(ReadOnlySpan<byte> data, out FrameBounds bounds)
    {
        bounds = default;
        int at = data[..(int)Math.Min(data.Length, (long)_payloadBytesMax + 1)].IndexOf(delimiter);
        if (at < 0)
        {
            return data.Length > _payloadBytesMax ? FrameResult.TooLong : FrameResult.NeedMore;
        }

        bounds = new FrameBounds(0, at, at + 1);
        return FrameResult.Ok;
    }

    /// <inheritdoc/>
    public int FrameBytes(int payloadBytes) => payloadBytes >= 0 && payloadBytes <= _payloadBytesMax ? payloadBytes + 1 : -1;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> payload, Span<byte> target)
    {
        Check.That(payload.Length <= _payloadBytesMax
            && payload.IndexOf(delimiter) < 0, "a payload fits its codec and does not contain the delimiter");
        payload.CopyTo(target);
        target[payload.Length] = delimiter;
    }
}

/// <summary>A handler of whole frames.</summary>
/// <param name="codec">How frames are cut.</param>
public abstract class FrameHandler<TCodec>(TCodec codec) : IConnectionHandler
    where TCodec : IFrameCodec
{
    private readonly TCodec _codec = codec;

    /// <summary>A frame arrived.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="payload">Valid during the call only.</param>
    /// <returns>False: it is not done with, because a write was refused; it comes again after OnWritable.</returns>
    protected abstract bool OnFrame(Connection connection, ReadOnlySpan<byte> payload);

    /// <inheritdoc/>
    public void OnData(Connection connection, ref InputReader input)
    {
        while (connection.IsOpen)
        {
            InputReader before = input;
            FrameResult result = input.TryRead(_codec, out ReadOnlySpan<byte> payload);
            switch (result)
            {
                case FrameResult.Ok:
                    if (!OnFrame(connection, payload))
                    {
                        input = before;
                        return;
                    }

                    break;
                case FrameResult.NeedMore:
                    return;
                default:
                    connection.Fail(result == FrameResult.TooLong ? CloseReason.InputOverflow
                        : CloseReason.Malformed, $"a frame is {(result == FrameResult.TooLong ? "longer than allowed" : "malformed")}");
                    return;
            }
        }
    }
}
