using Peregrine.Fix.Messages;

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

    /// <summary>The application's own number, saved together with each message: how far it got.</summary>
    long Mark { get; }

    /// <summary>
    /// The mark of the last message that was given to a connection: what lies behind it was never sent. Setting it saves it;
    /// never above <see cref="Mark"/>.
    /// </summary>
    long SentMark { get; set; }

    /// <summary>How often the numbers were set back to 1.</summary>
    int Resets { get; }

    /// <summary>Saves a message under <see cref="NextOutgoing"/>, and the mark with it: both or neither.</summary>
    /// <param name="mark">The new mark.</param>
    /// <param name="message">The message, or nothing for one that is never sent again (session messages).</param>
    void Append(long mark, ReadOnlySpan<byte> message);

    /// <summary>Reads a saved message; the span is valid until the next append.</summary>
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

/// <summary>The connection of a session.</summary>
public interface IFixTransport
{
    /// <summary>Takes a whole message.</summary>
    /// <returns>False: nothing was taken, as too much is pending; <see cref="FixSession.OnWritable"/> tells when to go on.</returns>
    bool TryWrite(ReadOnlySpan<byte> message);

    /// <summary>Sends what was taken and ends the connection.</summary>
    void Disconnect();
}

/// <summary>What stands behind a session.</summary>
public interface IFixApplication
{
    /// <summary>The peer logged on.</summary>
    void OnLogon(FixSession session);

    /// <summary>A session that was logged on is off; it may have ended in any way.</summary>
    void OnLogoff(FixSession session, string reason);

    /// <summary>A valid application message, in sequence.</summary>
    /// <returns>False when the application cannot take it now: it is not counted as received, and the connection ends.</returns>
    bool OnMessage(FixSession session, in FixMessage message);

    /// <summary>A number went to a message that moves no mark: a session message, or a refusal. Before the message leaves.</summary>
    /// <param name="session">The session, whose store has the number already.</param>
    /// <param name="sequence">The number.</param>
    void OnNumberSpent(FixSession session, long sequence)
    {
    }

    /// <summary>The peer begins again with number 1, and the session is about to.</summary>
    /// <returns>The mark to go on from: <see cref="FixSession.Mark"/>, or a smaller one if what lies behind it is told again
    /// (<see cref="FixSession.TellAgain"/>).</returns>
    long OnReset(FixSession session) => session.Mark;

    /// <summary>
    /// A message is to be sent again, or for the first time, which the store has no more. The application makes it again
    /// (<see cref="FixSession.Remake"/>, <see cref="FixSession.TryEndRemake"/>), says that there is nothing to send, or that it cannot.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="sequence">The number.</param>
    /// <param name="end">The number before which the peer's wish ends; a gap need not be looked at further.</param>
    /// <param name="following">For <see cref="RemakeStatus.Gap"/>: the next number that may be something else than a gap.</param>
    /// <param name="mark">For <see cref="RemakeStatus.Made"/>: its mark.</param>
    RemakeStatus TryRemake(FixSession session, long sequence, long end, out long following, out long mark)
    {
        (following, mark) = (end, 0);
        return RemakeStatus.Gap;
    }
}

/// <summary>What an application has for a number whose message the store has no more.</summary>
public enum RemakeStatus : byte
{
    /// <summary>No message that is sent again: the peer gets a gap fill.</summary>
    Gap = 0,

    /// <summary>The message was made again.</summary>
    Made = 1,

    /// <summary>It is being made; <see cref="FixSession.Resume"/> says when to ask again.</summary>
    Wait = 2,

    /// <summary>It can be had no more: the session ends with a Logout that says so, and no gap is filled.</summary>
    Gone = 3,
}

/// <summary>How a session behaves.</summary>
public sealed record FixSessionOptions
{
    /// <summary>Our CompID.</summary>
    public required string CompId { get; init; }

    /// <summary>The peer's CompID.</summary>
    public required string PeerCompId { get; init; }

    /// <summary>FIX.4.4, or FIX.4.2 for old peers; the dictionary is that of 4.4.</summary>
    public string BeginString { get; init; } = "FIX.4.4";

    /// <summary>Longest heartbeat interval that a peer may ask for, in seconds.</summary>
    public int HeartbeatSecondsMax { get; init; } = 300;

    /// <summary>How far the peer's SendingTime may be from our clock, in seconds.</summary>
    public int SendingTimeSecondsMax { get; init; } = 120;

    /// <summary>Largest message that we send, in bytes; 1,024 to 524,288.</summary>
    public int MessageBytesMax { get; init; } = 4096;
}

/// <summary>Where a session is.</summary>
public enum FixSessionState : byte
{
    Disconnected = 0,
    AwaitingLogon = 1,
    LoggedOn = 2,
    LogoutSent = 3,
}

/// <summary>What a session has done, for display.</summary>
public sealed class FixSessionCounters
{
    public long Received { get; internal set; }

    public long Sent { get; internal set; }

    /// <summary>Answers that were not sent as they did not fit into <see cref="FixSessionOptions.MessageBytesMax"/>.</summary>
    public long TooLarge { get; internal set; }

    public long Garbled { get; internal set; }

    /// <summary>BusinessMessageRejects from the peer: taken note of, never answered.</summary>
    public long RejectedByPeer { get; internal set; }

    public long Rejected { get; internal set; }

    public long ResendsAnswered { get; internal set; }

    /// <summary>Sequence numbers sent again, gap-filled ones included.</summary>
    public long Resent { get; internal set; }

    public long ResendsAsked { get; internal set; }

    public long Logons { get; internal set; }

    /// <summary>Messages that had to wait as the peer read too slowly.</summary>
    public long Delayed { get; internal set; }

    /// <summary>Messages that the store had no more, made again by the application.</summary>
    public long Remade { get; internal set; }

    /// <summary>Sessions ended because messages that were asked for can be had no more.</summary>
    public long Gone { get; internal set; }
}
