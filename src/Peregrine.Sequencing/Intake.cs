using Peregrine.Ids;
using Peregrine.Sequencing.Doors;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing;

/// <summary>What became of a request.</summary>
public enum IntakeStatus : byte
{
    /// <summary>It is a command, and has its place in the order.</summary>
    Ok = 0,

    /// <summary>There is no order id for a new order at the moment: it never became a command, try again.</summary>
    NoOrderId = 1,

    /// <summary>The disk has no room: it never became a command. Requests are taken again by themselves once there is room.</summary>
    NoSpace = 2,

    /// <summary>The log cannot be written; nothing of it has happened. The link must stop.</summary>
    Failed = 3,

    /// <summary>Its session, or the whole link, is blocked, and the request could add risk: it never became a command.</summary>
    Blocked = 4,

    /// <summary>Its session sends more than its rate: it never became a command, and the session may try again a moment later.</summary>
    Throttled = 5,
}

/// <summary>
/// The one way from any door to the sequencer: what has to be so whoever asks stands here once. A session that is blocked enters and changes no
/// order; one that sends more than its rate takes risk off the book only; a new order gets its id; an account that is not the session's becomes none,
/// which the core refuses by name;
/// and a request waits while too many commands wait for the log.
/// </summary>
/// <param name="sequencer">Where commands get their order.</param>
/// <param name="ids">Where order ids come from.</param>
/// <param name="waitForLog">Called when too many commands wait: returns when some have left. That is the back pressure on all doors.</param>
/// <remarks>Thread: the link's. Allocates: no.</remarks>
public sealed class Intake(Sequencer sequencer, IOrderIdSource ids, Action waitForLog)
{
    private bool _isBlocked;

    /// <summary>New orders refused for want of an id.</summary>
    public long NoOrderIdCount { get; private set; }

    /// <summary>The kill switch of the whole link: while it is set, no order is entered or changed, of whatever session; cancels and status
    /// requests are taken. A new start of the link begins without it. From any thread; it holds from the next request on.</summary>
    public bool IsBlocked
    {
        get => Volatile.Read(ref _isBlocked);
        set => Volatile.Write(ref _isBlocked, value);
    }

    /// <summary>The sequencer behind it.</summary>
    public Sequencer Sequencer { get; } = sequencer;

    /// <summary>As <see cref="TryTake(ref OrderCommand, DoorSession, long)"/>, of a request that was here only now.</summary>
    public IntakeStatus TryTake(ref OrderCommand command, DoorSession session) => TryTake(ref command, session, 0);

    /// <summary>Makes a request of a session a command.</summary>
    /// <param name="command">Complete but for session, order id, sequence and time, which are filled in.</param>
    /// <param name="session">Whose.</param>
    /// <param name="receivedNs">When its bytes were here, monotonic nanoseconds; 0: now. The time at which it was found valid is taken here.</param>
    /// <returns>Ok; or why nothing of it happened.</returns>
    public IntakeStatus TryTake(ref OrderCommand command, DoorSession session, long receivedNs)
    {
        command.SessionId = session.Id;
        long validatedNs = Clock.MonotonicNs;
        if (command.Type is CommandType.New or CommandType.Replace or CommandType.Cross && (IsBlocked || session.IsBlocked))
        {
            session.CountBlocked();
            return IntakeStatus.Blocked;
        }

        if (!Sequencer.TakesRiskOff(command.Type) && !session.TrySpend(validatedNs))
        {
            return IntakeStatus.Throttled;
        }

        if (!session.AccountIds.Contains(command.AccountId))
        {
            command.AccountId = -1;
        }

        if (command.Type == CommandType.Cross && !session.AccountIds.Contains(command.SellAccountId))
        {
            command.SellAccountId = -1;
        }

        IntakeStatus status = Sequence(ref command, receivedNs, validatedNs);
        if (status == IntakeStatus.Ok)
        {
            session.CountRequest();
        }

        return status;
    }

    /// <summary>Makes a request of a session a command that the core refuses: it was taken back while it waited for the session's rate
    /// (<see cref="RejectReason.Withdrawn"/>). So its answer is a report like any other, which the journal makes again.</summary>
    /// <param name="command">A new order or a replace, complete but for session, order id, sequence and time.</param>
    /// <returns>As <see cref="TryTake(ref OrderCommand, DoorSession, long)"/>; neither Blocked nor Throttled.</returns>
    public IntakeStatus TryWithdraw(ref OrderCommand command, DoorSession session, long receivedNs)
    {
        (command.SessionId, command.Refusal) = (session.Id, RejectReason.Withdrawn);
        IntakeStatus status = Sequence(ref command, receivedNs, Clock.MonotonicNs);
        if (status == IntakeStatus.Ok)
        {
            session.CountRequest();
        }

        return status;
    }

    /// <summary>As <see cref="TryTake(ref OrderCommand, long)"/>, of a request that was here only now.</summary>
    public IntakeStatus TryTake(ref OrderCommand command) => TryTake(ref command, 0);

    /// <summary>As <see cref="TryTake(ref OrderCommand, DoorSession, long)"/>, of the link itself or its operator: whatever session and account it
    /// names.</summary>
    public IntakeStatus TryTake(ref OrderCommand command, long receivedNs) => Sequence(ref command, receivedNs, Clock.MonotonicNs);

    // An id for each order that a command has.
    private bool TryName(ref OrderCommand command)
    {
        if (ids.TryNext(out command.OrderId) != IdStatus.Ok)
        {
            return false;
        }

        if (command.Type == CommandType.New)
        {
            return true;
        }

        bool hasBoth = ids.TryNext(out ulong sellId) == IdStatus.Ok;
        command.SellOrderId = sellId;
        return hasBoth;
    }

    private IntakeStatus Sequence(ref OrderCommand command, long receivedNs, long validatedNs)
    {
        if (command.Type is CommandType.New or CommandType.Cross && !TryName(ref command))
        {
            NoOrderIdCount++;
            return IntakeStatus.NoOrderId;
        }

        return Sequencer.Submit(ref command, receivedNs, validatedNs, waitForLog) switch
        {
            SubmitStatus.Ok => IntakeStatus.Ok,
            SubmitStatus.NoSpace => IntakeStatus.NoSpace,
            _ => IntakeStatus.Failed,
        };
    }
}
