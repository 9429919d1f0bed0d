using System.Buffers.Binary;

namespace Peregrine.Feeds.Record;

/// <summary>BinaryFILE: a length of two bytes before each message. Source: Nasdaq BinaryFILE specification.</summary>
public sealed class BinaryFileSink(Stream output) : MessageSink
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> message, long timeNs)
    {
        Span<byte> prefix = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)message.Length);
        output.Write(prefix);
        output.Write(message);
    }

    /// <inheritdoc/>
    public override void Finish() => output.Flush();
}
