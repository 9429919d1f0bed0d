namespace Peregrine.Fix.Session;

/// <summary>
/// What of a session must outlive the process: the next sequence numbers both ways, and the messages sent.
/// </summary>
/// <remarks>Thread: one owner. Must not allocate after it was opened.</remarks>
public interface IFixSessionStore
{
    /// <summary>Sequence number that the next message from the peer must have. Setting it saves it.</summary>
    long NextIncoming { get; set; }

    /// <summary>Sequence number of the next message to the peer.</summary>
    long NextOutgoing { get; }

    /// <summary>Below this number <see cref="TryRead"/> knows of no message, so that a gap fill goes over all of them in one step; 1 to
    /// <see cref="NextOutgoing"/>. 1 is what a store says that does not count them: its numbers are looked at one by one.</summary>
    long FirstKept => 1;

    /// <summary>The application's own number, saved together with each message: how far it got.</summary>
    long Mark { get; }

    /// <summary>
    /// The mark of the last message that was given to a connection: what lies behind it was never sent. Setting it saves it;
    /// never above <see cref="Mark"/>.
    /// </summary>
    long SentMark { get; set; }

    /// <summary>How often the numbers were set back to 1.</summary>
    int Resets { get; }

    /// <summary>Since when the numbers count: when the store was made, or they were last set back to 1, Unix nanoseconds; 0 where that is not known.
    /// Setting it saves it.</summary>
    long BeganNs { get; set; }

    /// <summary>Saves a message under <see cref="NextOutgoing"/>, and the mark with it: both or neither.</summary>
    /// <param name="mark">The new mark.</param>
    /// <param name="message">The message, or nothing for one that is never sent again (session messages).</param>
    void Append(long mark, ReadOnlySpan<byte> message);

    /// <summary>Room for the next message in the place where it will be kept, so that it is written there, and sent from there.</summary>
    /// <param name="bytesMax">What it needs at most.</param>
    /// <returns>As much room; or none: the message is written elsewhere and saved by <see cref="Append"/>.
    /// None is what a store without such a place says.</returns>
    /// <remarks>Nothing is saved by it. Room that was given and not used is given again.
    /// Spans that were read before are not valid any more.</remarks>
    Span<byte> Reserve(int bytesMax) => default;

    /// <summary>Saves the message that was written at the beginning of the room from <see cref="Reserve"/>, as <see cref="Append"/> does.</summary>
    /// <param name="mark">The new mark.</param>
    /// <param name="bytes">The message's length, at most what was asked for.</param>
    /// <returns>The message where it is kept, valid as long as one that was read.</returns>
    ReadOnlySpan<byte> AppendReserved(long mark, int bytes) =>
        throw new NotSupportedException("a store that gives no room has nothing in it to save");

    /// <summary>Reads a saved message; the span is valid until the next append or reservation.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="message">The message; empty for one that is never sent again.</param>
    /// <param name="mark">The mark that was saved with it.</param>
    /// <returns>False when the store does not know the number any more: what it had was overwritten.</returns>
    bool TryRead(long sequence, out ReadOnlySpan<byte> message, out long mark);

    /// <summary>Goes on from other numbers: messages that the store does not have are taken as sent under the numbers between.</summary>
    /// <param name="nextOutgoing">1 or above.</param>
    /// <param name="mark">The mark there.</param>
    void GoOnFrom(long nextOutgoing, long mark);

    /// <summary>Both numbers to 1, messages forgotten.</summary>
    /// <param name="mark">The mark from which the application goes on; not above <see cref="Mark"/>.</param>
    void Reset(long mark);
}
