using Peregrine.Net.Codecs;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>The bytes that a connection has received and nobody has consumed, where they lie. Valid during one OnData.</summary>
/// <remarks>Thread: the loop's. Allocates: no.</remarks>
public ref struct InputReader
{
    private readonly ReadOnlySpan<byte> _data;

    /// <summary>Reads from bytes; for tests of handlers.</summary>
    public InputReader(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>Bytes consumed or discarded in this call.</summary>
    public int Position { readonly get; private set; }

    /// <summary>Bytes not consumed yet.</summary>
    public readonly int Length => _data.Length - Position;

    internal int MessageCount { get; private set; }

    internal long DiscardBytes { get; private set; }

    /// <summary>All bytes not consumed yet; they stay.</summary>
    public readonly ReadOnlySpan<byte> Peek() => _data[Position..];

    /// <summary>The first bytes; they stay.</summary>
    /// <returns>False when fewer have come.</returns>
    public readonly bool TryPeek(int bytes, out ReadOnlySpan<byte> span)
    {
        bool isThere = (uint)bytes <= (uint)Length;
        span = isThere ? _data.Slice(Position, bytes) : default;
        return isThere;
    }

    /// <summary>Takes a message from the front.</summary>
    /// <param name="bytes">0 to <see cref="Length"/>.</param>
    public ReadOnlySpan<byte> Consume(int bytes)
    {
        Check.That((uint)bytes <= (uint)Length, "a handler consumes no more than it was given");
        ReadOnlySpan<byte> span = _data.Slice(Position, bytes);
        Position += bytes;
        MessageCount++;
        return span;
    }

    /// <summary>Drops bytes from the front; those that have not come yet are dropped when they do.</summary>
    /// <param name="bytes">0 or more.</param>
    public void Discard(long bytes)
    {
        Check.That(bytes >= 0, "a handler discards 0 bytes or more");
        int now = (int)Math.Min(bytes, Length);
        Position += now;
        DiscardBytes += bytes - now;
    }

    /// <summary>Takes the next frame.</summary>
    /// <param name="codec">How frames are cut.</param>
    /// <param name="payload">The frame's payload, where it lies.</param>
    /// <returns>Ok; NeedMore: nothing was taken; TooLong or Malformed: nothing was taken, and the stream cannot be read on.</returns>
    public FrameResult TryRead<TCodec>(in TCodec codec, out ReadOnlySpan<byte> payload)
        where TCodec : IFrameCodec
    {
        ReadOnlySpan<byte> rest = Peek();
        FrameResult result = codec.TryDecode(rest, out FrameBounds bounds);
        if (result != FrameResult.Ok)
        {
            payload = default;
            return result;
        }

        payload = rest.Slice(bounds.PayloadStart, bounds.PayloadBytes);
        Position += bounds.FrameBytes;
        MessageCount++;
        return FrameResult.Ok;
    }
}
