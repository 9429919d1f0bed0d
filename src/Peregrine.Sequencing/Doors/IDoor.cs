using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Doors;

/// <summary>
/// A way into the link and out of it: a wire protocol, a port for code of the same process, a bridge to another. Requests of its sessions go into
/// the <see cref="Intake"/>, which checks what holds for all of them; their reports come back once their commands are durable.
/// </summary>
/// <remarks>
/// Thread: the link's, for every member. None may allocate after warm-up, or block, but for <see cref="Open"/> and <see cref="Close"/>. In a pass:
/// <see cref="TryTake"/>, the log's commit, <see cref="Deliver"/> for each report that may leave, <see cref="OnReleased"/>, outputs flushed,
/// <see cref="OnFlushed"/>.
/// </remarks>
public interface IDoor
{
    /// <summary>Who comes and goes through it; read once, when the link starts. Place i of it is <see cref="DoorSession.Place"/> i.</summary>
    IReadOnlyList<ClientSession> Sessions { get; }

    /// <summary>Its sessions as the engine room knows them, in the order of <see cref="Sessions"/>; told once, before everything else.</summary>
    void Attach(IReadOnlyList<DoorSession> sessions);

    /// <summary>Rules by whose ids requests and reports go from here on; while the link recovers, those of then.</summary>
    void UseRules(TradingRules rules);

    /// <summary>From here on requests may go into the intake, and reports are new ones.</summary>
    /// <param name="room">What a door may use of the link.</param>
    void Open(in DoorContext room);

    /// <summary>Gives the intake what waits; a bounded part of it, so that no door starves another. Doors whose requests come while the link polls
    /// its sockets give them there, and have nothing to do here.</summary>
    /// <returns>False when the intake said <see cref="IntakeStatus.Failed"/>: the link stops.</returns>
    bool TryTake();

    /// <summary>Sends, or keeps for a client that is away, one report; each comes once, in the order of the log.</summary>
    /// <param name="session">Whose; its <see cref="DoorSession.ReportCount"/> is this report's number.</param>
    /// <param name="report">Its command is durable.</param>
    /// <param name="isReplay">The link recovers: it was, or should have been, sent by an earlier run.</param>
    void Deliver(DoorSession session, in ReportView report, bool isReplay);

    /// <summary>Every report of the commands up to here was delivered, to this door and to all others. Once a pass, also
    /// when nothing is new.</summary>
    void OnReleased(long sequence);

    /// <summary>What the pass sent is with the kernel: what can wait is done here.</summary>
    void OnFlushed(long sequence);

    /// <summary>Time passes; ten times a second.</summary>
    void OnTick();

    /// <summary>The link is going down: says goodbye, and takes nobody any more. Reports of what was taken still come.</summary>
    void BeginClose();

    /// <summary>The intake is closed: nothing may go into it any more. Reports of what was taken still come.</summary>
    void Shut();

    /// <summary>Whoever was told goodbye is gone.</summary>
    bool IsClosed { get; }

    /// <summary>Saves and closes everything. Comes also where the start failed, then without <see cref="Open"/>.</summary>
    /// <param name="durableSequence">How far the log is: what came behind it did not happen.</param>
    void Close(long durableSequence);
}

/// <summary>What a door may use of the link.</summary>
/// <param name="Intake">Where its requests go.</param>
/// <param name="Books">The books, to look at on the link's thread.</param>
/// <param name="Wake">Makes the link's next pass begin at once. From any thread.</param>
public readonly record struct DoorContext(Intake Intake, Trading.Matching.IBookView Books, Action Wake);
