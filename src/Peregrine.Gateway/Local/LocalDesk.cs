using Peregrine.Sequencing;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Local;

/// <summary>The link's side of all local ports: takes their requests, and gives them what came of those.</summary>
/// <remarks>Thread: the link's. Allocates: no, after it was made.</remarks>
internal sealed class LocalDesk
{
    // Requests of one port in one pass: a busy port must not starve the others and the wire.
    private const int RequestsPerPass = 64;
    private readonly LocalPort[] _ports;
    private readonly Dictionary<int, LocalPort> _bySession = [];
    private readonly Queue<Submitted> _submitted;
    private readonly int _submittedMax;
    private Dictionary<int, int[]> _accounts = [];
    private TradingCore _core = null!;

    public LocalDesk(IReadOnlyList<LocalPort> ports, int inFlightMax)
    {
        _ports = [.. ports];
        _submittedMax = inFlightMax;
        _submitted = new Queue<Submitted>(ports.Count == 0 ? 0 : inFlightMax);
        foreach (LocalPort port in ports)
        {
            foreach (ClientSession session in port.Sessions)
            {
                _bySession.Add(SessionId.Of(session.CompId), port);
            }
        }
    }

    /// <summary>Who has a local port, with what it did.</summary>
    public IReadOnlyList<LocalPort> Ports => _ports;

    /// <summary>From here on requests are taken.</summary>
    public void Open(TradingCore core, Action wakeLink)
    {
        _core = core;
        foreach (LocalPort port in _ports)
        {
            port.Attach(wakeLink);
        }
    }

    /// <summary>Tells which accounts each session may trade for.</summary>
    /// <param name="accountIds">By number of the session, ids in the rules in force.</param>
    public void UseAccounts(IReadOnlyDictionary<int, int[]> accountIds) =>
        _accounts = _bySession.Keys.ToDictionary(session => session, session => accountIds[session]);

    /// <summary>Submits what the ports have for the link.</summary>
    /// <returns>False when the journal cannot be written.</returns>
    public bool TryTake(Intake intake)
    {
        foreach (LocalPort port in _ports)
        {
            for (int taken = 0; taken < RequestsPerPass && _submitted.Count < _submittedMax && port.TryTake(out OrderCommand command); taken++)
            {
                if (!TrySubmit(port, ref command, intake))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Gives a report to the port of its session.</summary>
    /// <returns>False when no port has the session.</returns>
    public bool TryDeliver(in OrderReport report)
    {
        if (!_bySession.TryGetValue(report.SessionId, out LocalPort? port))
        {
            return false;
        }

        port.Push(new LocalEvent { Kind = LocalEventKind.Report, Report = report, Sequence = report.Sequence });
        return true;
    }

    /// <summary>Tells the ports which of their commands are done: their reports were delivered before.</summary>
    public void Complete(long durableSequence)
    {
        while (_submitted.TryPeek(out Submitted front) && front.Sequence <= durableSequence)
        {
            _ = _submitted.Dequeue();
            front.Port.Push(new LocalEvent { Kind = LocalEventKind.Completed, Sequence = front.Sequence, Top = TopOf(front.InstrumentId) });
        }
    }

    private bool TrySubmit(LocalPort port, ref OrderCommand command, Intake intake)
    {
        // Orders of other sessions can be cancelled by account only.
        if ((command.Scope & MassCancelScope.Account) == 0)
        {
            command.Scope |= command.Type == CommandType.MassCancel ? MassCancelScope.Session : MassCancelScope.All;
        }

        switch (intake.TryTake(ref command, _accounts.GetValueOrDefault(command.SessionId)))
        {
            case IntakeStatus.NoOrderId:
                Refuse(port, in command, LocalEventKind.NoOrderId);
                return true;
            case IntakeStatus.NoSpace:
                Refuse(port, in command, LocalEventKind.JournalFull);
                return true;
            case IntakeStatus.Failed:
                return false;
            default:
                _submitted.Enqueue(new Submitted(port, command.Sequence, command.InstrumentId));
                return true;
        }
    }

    private static void Refuse(LocalPort port, in OrderCommand command, LocalEventKind kind)
    {
        OrderReport none = new() { SessionId = command.SessionId, ClientOrderId = command.ClientOrderId, InstrumentId = command.InstrumentId };
        port.Push(new LocalEvent { Kind = kind, Report = none });
    }

    private TopOfBook TopOf(int instrumentId)
    {
        TopOfBook top = new() { InstrumentId = instrumentId };
        if ((uint)instrumentId >= (uint)_core.Books.InstrumentCount)
        {
            return top;
        }

        top.HasBid = _core.Books.TryGetLevel(instrumentId, Side.Buy, 0, out BookLevel bid);
        top.HasAsk = _core.Books.TryGetLevel(instrumentId, Side.Sell, 0, out BookLevel ask);
        top.HasLast = _core.Books.TryGetLastTrade(instrumentId, out top.Last);
        (top.Bid, top.BidQuantity, top.Ask, top.AskQuantity) = (bid.Price, bid.Quantity, ask.Price, ask.Quantity);
        return top;
    }

    private readonly record struct Submitted(LocalPort Port, long Sequence, int InstrumentId);
}
