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

    /// <summary>Saves a message under <see cref="NextOutgoing"/>, and the mark with it: both or neither.</summary>
    /// <param name="mark">The new mark.</param>
    /// <param name="message">The message, or nothing for one that is never sent again (session messages).</param>
    void Append(long mark, ReadOnlySpan<byte> message);

    /// <summary>Reads a saved message; the span is valid until the next append.</summary>
    /// <returns>False when it was a session message, or so long ago that it was overwritten.</returns>
    bool TryRead(long sequence, out ReadOnlySpan<byte> message);

    /// <summary>Both numbers to 1, messages forgotten; the mark stays.</summary>
    void Reset();
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
}
