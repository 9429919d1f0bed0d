namespace Peregrine.Feeds.Record;

/// <summary>Takes ITCH 5.0 messages, one by one, and frames them.</summary>
public abstract class MessageSink
{
    /// <summary>Writes one message.</summary>
    /// <param name="message">1 to 50 bytes.</param>
    /// <param name="timeNs">Its time, nanoseconds since midnight.</param>
    public abstract void Write(ReadOnlySpan<byte> message, long timeNs);

    /// <summary>Nothing follows.</summary>
    public abstract void Finish();
}
