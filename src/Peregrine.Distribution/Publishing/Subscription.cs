namespace Peregrine.Distribution.Publishing;

/// <summary>One subscriber's place in the ring of one channel.</summary>
internal sealed class Subscription(Subscriber subscriber, Channel channel)
{
    private const long WindowNs = 60_000_000_000;
    private long _windowBeganNs;
    private int _conflationsInWindow;

    public Subscriber Subscriber { get; } = subscriber;

    public Channel Channel { get; } = channel;

    /// <summary>False while a snapshot has to go first.</summary>
    public bool IsLive { get; private set; }

    /// <summary>What is sent next: chunk of the channel's ring, and bytes into it.</summary>
    public long ChunkNumber { get; private set; }

    public int Offset { get; private set; }

    /// <summary>In its subscriber's queue of those with something to send.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The last sequence number that was sent, when the subscriber fell behind; -1 when the next snapshot is the first.</summary>
    public long ConflatedAfter { get; set; } = -1;

    /// <summary>From here on it is sent from the ring.</summary>
    public void GoLive()
    {
        IsLive = true;
        ChunkNumber = Channel.Ring.Head;
        Offset = Channel.Ring.HeadUsed;
    }

    /// <summary>The bytes that wait in the chunk it stands in; empty when nothing waits at all.</summary>
    public ReadOnlySpan<byte> Waiting()
    {
        FrameRing ring = Channel.Ring;
        if (Offset == ring[ChunkNumber].Used && ChunkNumber < ring.Head)
        {
            ChunkNumber++;
            Offset = 0;
        }

        Chunk chunk = ring[ChunkNumber];
        return chunk.Bytes.AsSpan(Offset, chunk.Used - Offset);
    }

    /// <summary>Goes on behind bytes that the kernel took.</summary>
    public void Advance(int bytes) => Offset += bytes;

    /// <summary>The rest of the frame that was sent in part; empty between frames.</summary>
    public ReadOnlySpan<byte> RestOfFrame(out long sequence)
    {
        int end = Channel.FrameEnd(ChunkNumber, Offset, out sequence);
        return Channel.Ring[ChunkNumber].Bytes.AsSpan(Offset, end - Offset);
    }

    /// <summary>Counts a conflation, or a snapshot that did not fit.</summary>
    /// <returns>How many there were in this minute.</returns>
    public int CountConflation()
    {
        long nowNs = Clock.MonotonicNs;
        if (nowNs - _windowBeganNs > WindowNs)
        {
            _windowBeganNs = nowNs;
            _conflationsInWindow = 0;
        }

        return ++_conflationsInWindow;
    }

    /// <summary>The chunk it stands in is about to be overwritten.</summary>
    public void OnOverrun()
    {
        ReadOnlySpan<byte> rest = RestOfFrame(out long sequence);
        IsLive = false;
        ConflatedAfter = sequence;
        Subscriber.OnOverrun(this, rest);
    }
}
