namespace Peregrine.Trading.Orders;

/// <summary>
/// When a command passed each hop, in monotonic nanoseconds; 0 is not yet. The core carries them and never reads them.
/// </summary>
public struct HopTimes
{
    /// <summary>The bytes of the whole message were in our memory.</summary>
    public long ReceivedNs;

    /// <summary>The message was found valid and turned into a command.</summary>
    public long ValidatedNs;

    /// <summary>It got its sequence number and its place in the journal.</summary>
    public long SequencedNs;

    /// <summary>Risk and matching were done with it.</summary>
    public long MatchedNs;

    /// <summary>The journal had made it durable at the configured level.</summary>
    public long DurableNs;

    /// <summary>The first report of it was handed to the kernel.</summary>
    public long SentNs;
}
