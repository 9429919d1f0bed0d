namespace Peregrine.Fix.Session;

/// <summary>
/// A store that keeps numbers for the life of the process and no messages: a peer that asks for some again gets one gap fill over all of them,
/// however many they are. For sessions whose old messages are worth nothing, as those of market data.
/// </summary>
/// <remarks>
/// What a connection refused is gone too, session messages included: the peer gets a gap fill in its place, and the messages behind it. The
/// numbers have no hole in any case. An application that can make messages again (<see cref="IFixApplication.TryRemake"/>) is asked first.
/// Thread: one owner. Allocates: no. The time that a message takes here does not depend on its length.
/// </remarks>
public sealed class NullSessionStore : IFixSessionStore
{
    /// <inheritdoc/>
    public long NextIncoming { get; set; } = 1;

    /// <inheritdoc/>
    public long NextOutgoing { get; private set; } = 1;

    /// <inheritdoc/>
    public long FirstKept => NextOutgoing;

    /// <inheritdoc/>
    public long Mark { get; private set; }

    /// <inheritdoc/>
    public long SentMark { get; set; }

    /// <inheritdoc/>
    public int Resets { get; private set; }

    /// <inheritdoc/>
    public long BeganNs { get; set; }

    /// <inheritdoc/>
    public void Append(long mark, ReadOnlySpan<byte> message) => (NextOutgoing, Mark) = (NextOutgoing + 1, mark);

    /// <inheritdoc/>
    public bool TryRead(long sequence, out ReadOnlySpan<byte> message, out long mark)
    {
        message = default;
        mark = 0;
        return false;
    }

    /// <inheritdoc/>
    public void GoOnFrom(long nextOutgoing, long mark)
    {
        (NextOutgoing, Mark) = (nextOutgoing, mark);
        SentMark = Math.Min(SentMark, mark);
    }

    /// <inheritdoc/>
    public void Reset(long mark)
    {
        NextIncoming = 1;
        GoOnFrom(1, mark);
        Resets++;
    }
}
