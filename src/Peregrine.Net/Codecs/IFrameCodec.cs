namespace Peregrine.Net.Codecs;

/// <summary>What a codec found.</summary>
public enum FrameResult : byte
{
    /// <summary>A whole frame.</summary>
    Ok = 0,

    /// <summary>The frame is not complete yet.</summary>
    NeedMore = 1,

    /// <summary>It is, or would be, longer than allowed.</summary>
    TooLong = 2,

    /// <summary>These bytes are no frame.</summary>
    Malformed = 3,
}

/// <summary>Where a frame and its payload lie.</summary>
/// <param name="PayloadStart">Offset of the payload in the frame.</param>
/// <param name="PayloadBytes">Its length.</param>
/// <param name="FrameBytes">Length of all of it.</param>
public readonly record struct FrameBounds(int PayloadStart, int PayloadBytes, int FrameBytes);

/// <summary>Cuts a stream into frames, and makes frames. Make it a struct: it is then called without indirection.</summary>
/// <remarks>Thread: any, if it has no state. Allocates: no.</remarks>
public interface IFrameCodec
{
    /// <summary>Finds the frame at the start of the bytes.</summary>
    FrameResult TryDecode(ReadOnlySpan<byte> data, out FrameBounds bounds);

    /// <summary>Length of the frame around a payload, in bytes; -1 when such a payload cannot be framed.</summary>
    int FrameBytes(int payloadBytes);

    /// <summary>Writes a frame.</summary>
    /// <param name="payload">Its payload.</param>
    /// <param name="target">At least <see cref="FrameBytes"/> bytes.</param>
    void Encode(ReadOnlySpan<byte> payload, Span<byte> target);
}
