using Peregrine.Primitives;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests.Doors;

/// <summary>What a door told: a report, or why a request never became a command.</summary>
internal readonly record struct PlainAnswer(int Place, IntakeStatus Status, ReportType Type, RejectReason Reason, ClientOrderId ClientOrderId,
    long Sequence);

/// <summary>A door as small as one can be: requests from a ring, answers into another, both made once.</summary>
internal sealed class PlainDoor(params ClientSession[] sessions) : IDoor
{
    private const int RequestsPerPass = 16;
    private readonly SpscRing<(int Place, OrderCommand Command)> _requests = new(1 << 12);
    private IReadOnlyList<DoorSession> _sessions = [];
    private DoorContext _room;

    /// <summary>Answers, oldest first; who asks empties it.</summary>
    public SpscRing<PlainAnswer> Answers { get; } = new(1 << 14);

    /// <summary>What was called that no request caused, in order and each only when it changes.</summary>
    public List<string> Calls { get; } = [];

    public IReadOnlyList<ClientSession> Sessions => sessions;

    public IReadOnlyList<DoorSession> Attached => _sessions;

    public bool IsClosed => true;

    public long ReleasedSequence { get; private set; }

    public int Replayed { get; private set; }

    public bool TryAsk(int place, in OrderCommand command) => _requests.TryWrite((place, command));

    public void Attach(IReadOnlyList<DoorSession> attached)
    {
        _sessions = attached;
        Calls.Add("attach");
    }

    public void UseRules(TradingRules rules) => Calls.Add("rules");

    public void Open(in DoorContext room)
    {
        _room = room;
        Calls.Add("open");
    }

    public bool TryTake()
    {
        for (int taken = 0; taken < RequestsPerPass && _requests.TryRead(out (int Place, OrderCommand Command) request); taken++)
        {
            IntakeStatus status = _room.Intake.TryTake(ref request.Command, _sessions[request.Place]);
            if (status == IntakeStatus.Failed)
            {
                return false;
            }

            if (status != IntakeStatus.Ok)
            {
                Check.That(Answers.TryWrite(new PlainAnswer(request.Place, status, default, default, request.Command.ClientOrderId, 0)), "room");
            }
        }

        return true;
    }

    public void Deliver(DoorSession session, in ReportView report, bool isReplay)
    {
        if (isReplay)
        {
            Replayed++;
            return;
        }

        _ = ClientOrderId.TryCreate(report.ClientOrderId, out ClientOrderId id);
        Check.That(Answers.TryWrite(
            new PlainAnswer(session.Place, IntakeStatus.Ok, report.Type, report.Reason, id, report.Sequence)), "room");
    }

    public void OnReleased(long sequence)
    {
        Check.That(sequence >= ReleasedSequence, "what was released never goes back");
        ReleasedSequence = sequence;
    }

    public void OnFlushed(long sequence) => Check.That(sequence == ReleasedSequence, "a pass has one number");

    public void OnTick()
    {
    }

    public void BeginClose() => Calls.Add("goodbye");

    public void Shut() => Calls.Add("shut");

    public void Close(long durableSequence) => Calls.Add("close");
}
