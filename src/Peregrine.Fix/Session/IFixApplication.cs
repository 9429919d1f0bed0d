using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

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

    /// <summary>The peer refused a message of ours by a Reject (35=3), in sequence: RefSeqNum (45) is the number of that message, Text (58) why.
    /// The session goes on. What an application refuses comes by <see cref="OnMessage"/>: BusinessMessageReject and its own.</summary>
    void OnRejected(FixSession session, in FixMessage reject)
    {
    }

    /// <summary>An initiator's Logon is about to go out: fields such as Username (553) and Password (554) are added here.</summary>
    void OnLogonSending(FixSession session, ref FixWriter logon)
    {
    }

    /// <summary>The peer's Logon is whole and right: whether it may log on.</summary>
    /// <returns>Null when it may; else why not, for the Logout that it gets.</returns>
    string? CheckLogon(FixSession session, in FixMessage logon) => null;

    /// <summary>A number went to a message that moves no mark: a session message, or a refusal. Before the message leaves.</summary>
    /// <param name="session">The session, whose store has the number already.</param>
    /// <param name="sequence">The number.</param>
    void OnNumberSpent(FixSession session, long sequence)
    {
    }

    /// <summary>The peer begins again with number 1, and the session is about to.</summary>
    /// <returns>The mark to go on from: <see cref="FixSession.Mark"/>, or a smaller one if what lies behind it is told again
    /// (<see cref="FixSession.TellAgain"/>): by an acceptor's application in <see cref="OnLogon"/>, else by the session itself, right behind
    /// an initiator's Logon or at once where nobody is connected. Each message behind it has a mark of its own, one more than the one before.
    /// </returns>
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
