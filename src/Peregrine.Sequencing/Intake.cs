using Peregrine.Ids;
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
}

/// <summary>
/// The one way from any door to the sequencer: what has to be so whoever asks stands here once. A new order gets its id, an account that is not the
/// session's becomes none, which the core refuses by name, and a request waits while too many commands wait for the log.
/// </summary>
/// <param name="sequencer">Where commands get their order.</param>
/// <param name="ids">Where order ids come from.</param>
/// <param name="waitForLog">Called when too many commands wait: returns when some have left. That is the back pressure on all doors.</param>
/// <remarks>Thread: the link's. Allocates: no.</remarks>
public sealed class Intake(Sequencer sequencer, IOrderIdSource ids, Action waitForLog)
{
    /// <summary>New orders refused for want of an id.</summary>
    public long NoOrderIdCount { get; private set; }

    /// <summary>The sequencer behind it.</summary>
    public Sequencer Sequencer { get; } = sequencer;

    /// <summary>Makes a request of a session a command.</summary>
    /// <param name="command">Complete but for order id, sequence and time, which are filled in. The time at which it was found valid is taken
    /// here.</param>
    /// <param name="accounts">Ids of the accounts that its session may trade for; of none when empty.</param>
    /// <returns>Ok; or why nothing of it happened.</returns>
    public IntakeStatus TryTake(ref OrderCommand command, ReadOnlySpan<int> accounts)
    {
        if (!accounts.Contains(command.AccountId))
        {
            command.AccountId = -1;
        }

        return TryTake(ref command);
    }

    /// <summary>As <see cref="TryTake(ref OrderCommand, ReadOnlySpan{int})"/>, of the link itself: whatever account it names.</summary>
    public IntakeStatus TryTake(ref OrderCommand command)
    {
        command.Hops.ValidatedNs = Clock.MonotonicNs;
        if (command.Type == CommandType.New && ids.TryNext(out command.OrderId) != IdStatus.Ok)
        {
            NoOrderIdCount++;
            return IntakeStatus.NoOrderId;
        }

        return Sequencer.Submit(ref command, waitForLog) switch
        {
            SubmitStatus.Ok => IntakeStatus.Ok,
            SubmitStatus.NoSpace => IntakeStatus.NoSpace,
            _ => IntakeStatus.Failed,
        };
    }
}
