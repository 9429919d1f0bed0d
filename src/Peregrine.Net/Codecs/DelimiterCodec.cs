using Peregrine.Primitives;

namespace Peregrine.Net.Codecs;

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
