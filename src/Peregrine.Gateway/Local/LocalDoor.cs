using Peregrine.Sequencing;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Local;

/// <summary>The door of code in the same process: the link's side of all local ports.</summary>
/// <remarks>Thread: the link's. Allocates: no, after it was made.</remarks>
internal sealed class LocalDoor : IDoor
{
    // Requests of one port in one pass: a busy port must not starve the others and the wire.
    private const int RequestsPerPass = 64;
    private readonly LocalPort[] _ports;
    private readonly Queue<Submitted> _submitted;
    private readonly int _submittedMax;

    // By place of the session.
    private LocalPort[] _portOf = [];
    private DoorContext _room;

    public LocalDoor(IReadOnlyList<LocalPort> ports, int inFlightMax)
    {
        _ports = [.. ports];
        _submittedMax = inFlightMax;
        _submitted = new Queue<Submitted>(ports.Count == 0 ? 0 : inFlightMax);
        Sessions = [.. ports.SelectMany(port => port.Sessions)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ClientSession> Sessions { get; }

    /// <inheritdoc/>
    public bool IsClosed => true;

    /// <inheritdoc/>
    public void Attach(IReadOnlyList<DoorSession> sessions)
    {
        _portOf = [.. _ports.SelectMany(port => port.Sessions.Select(_ => port))];
        int first = 0;
        foreach (LocalPort port in _ports)
        {
            port.Attach(sessions.Skip(first).Take(port.Sessions.Count));
            first += port.Sessions.Count;
        }
    }

    /// <inheritdoc/>
    public void UseRules(TradingRules rules)
    {
        // Users of a port name instruments and accounts by their ids.
    }

    /// <inheritdoc/>
    public void Open(in DoorContext room)
    {
        _room = room;
        foreach (LocalPort port in _ports)
        {
            port.Open(room.Wake);
        }
    }

    /// <inheritdoc/>
    public bool TryTake()
    {
        foreach (LocalPort port in _ports)
        {
            for (int taken = 0; taken < RequestsPerPass && _submitted.Count < _submittedMax; taken++)
            {
                if (!port.TryTake(out OrderCommand command, out long receivedNs))
                {
                    break;
                }

                if (!TrySubmit(port, ref command, receivedNs))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Deliver(DoorSession session, in ReportView report, bool isReplay)
    {
        // A port begins with the run: what earlier ones were told is not its.
        if (!isReplay)
        {
            _portOf[session.Place].Push(in report);
        }
    }

    /// <summary>Tells the ports which of their commands are done: their reports were delivered before.</summary>
    public void OnReleased(long sequence)
    {
        while (_submitted.TryPeek(out Submitted front) && front.Sequence <= sequence)
        {
            _ = _submitted.Dequeue();
            front.Port.Push(new LocalCompletion(front.Sequence, TopOf(front.InstrumentId)));
        }
    }

    /// <inheritdoc/>
    public void OnFlushed(long sequence)
    {
    }

    /// <inheritdoc/>
    public void OnTick()
    {
    }

    /// <inheritdoc/>
    public void BeginClose()
    {
    }

    /// <inheritdoc/>
    public void Shut()
    {
    }

    /// <inheritdoc/>
    public void Close(long durableSequence)
    {
    }

    private bool TrySubmit(LocalPort port, ref OrderCommand command, long receivedNs)
    {
        // Orders of other sessions can be cancelled, and looked at, by account only.
        if ((command.Scope & MassCancelScope.Account) == 0)
        {
            command.Scope |= command.Type is CommandType.MassCancel or CommandType.MassStatus ? MassCancelScope.Session : MassCancelScope.All;
        }

        IntakeStatus status = Take(port, ref command, receivedNs);
        switch (status)
        {
            case IntakeStatus.Ok:
                _submitted.Enqueue(new Submitted(port, command.Sequence, command.InstrumentId));
                return true;
            case IntakeStatus.Failed:
                return false;
            default:
                Refuse(port, in command, status);
                return true;
        }
    }

    private IntakeStatus Take(LocalPort port, ref OrderCommand command, long receivedNs)
    {
        if (!LocalPort.IsOperation(command.Type))
        {
            return _room.Intake.TryTake(ref command, port.SessionOf(command.SessionId), receivedNs);
        }

        // Of the operator, about whatever session.
        command.AccountId = -1;
        return _room.Intake.TryTake(ref command, receivedNs);
    }

    private static void Refuse(LocalPort port, in OrderCommand command, IntakeStatus status)
    {
        OrderReport none = new() { SessionId = command.SessionId, ClientOrderId = command.ClientOrderId, InstrumentId = command.InstrumentId };
        LocalEventKind kind = status switch
        {
            IntakeStatus.NoOrderId => LocalEventKind.NoOrderId,
            IntakeStatus.NoSpace => LocalEventKind.JournalFull,
            IntakeStatus.Blocked => LocalEventKind.Blocked,
            _ => LocalEventKind.Throttled,
        };
        port.Push(kind, in none);
    }

    private TopOfBook TopOf(int instrumentId)
    {
        TopOfBook top = new() { InstrumentId = instrumentId };
        IBookView books = _room.Books;
        if ((uint)instrumentId >= (uint)books.InstrumentCount)
        {
            return top;
        }

        top.HasBid = books.TryGetLevel(instrumentId, Side.Buy, 0, out BookLevel bid);
        top.HasAsk = books.TryGetLevel(instrumentId, Side.Sell, 0, out BookLevel ask);
        top.HasLast = books.TryGetLastTrade(instrumentId, out top.Last);
        (top.Bid, top.BidQuantity, top.Ask, top.AskQuantity) = (bid.Price, bid.Quantity, ask.Price, ask.Quantity);
        return top;
    }

    private readonly record struct Submitted(LocalPort Port, long Sequence, int InstrumentId);
}
