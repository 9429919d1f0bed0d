using Peregrine.Primitives;

namespace Peregrine.Net.Codecs;

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
