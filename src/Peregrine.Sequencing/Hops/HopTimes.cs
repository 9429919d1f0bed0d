namespace Peregrine.Sequencing.Hops;

/// <summary>
/// When a command passed each hop, in monotonic nanoseconds; 0 is not yet. They go beside the command, and the core knows nothing of them.
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

/// <summary>When a command came, in monotonic nanoseconds.</summary>
/// <param name="ReceivedNs">The bytes of the whole message were in our memory.</param>
/// <param name="ValidatedNs">It was found valid.</param>
/// <param name="SequencedNs">It gets its place in the order; its time comes of this. Not before that of the command before.</param>
public readonly record struct Arrival(long ReceivedNs, long ValidatedNs, long SequencedNs)
{
    /// <summary>Everything of now, by one look at the clock.</summary>
    public static Arrival Now()
    {
        long nowNs = Clock.MonotonicNs;
        return new Arrival(nowNs, nowNs, nowNs);
    }
}
