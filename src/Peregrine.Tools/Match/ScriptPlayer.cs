using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>Carries a script out against an engine.</summary>
/// <param name="engine">Fresh.</param>
internal sealed class ScriptPlayer(ScriptProgram program, IMatchingEngine engine, IMatchOutput output)
{
    private const int ChangesAtOnce = 64;
    private readonly MatchEventBuffer _events = new();
    private readonly ScriptState _state = new(engine, program.Names);
    private readonly List<ScriptInstrument> _instruments = [];
    private readonly Dictionary<ulong, MatchOrder> _orders = [];
    private long? _nowNs;

    /// <summary>Expectations that were met.</summary>
    public int Met { get; private set; }

    /// <summary>Expectations that were not met.</summary>
    public int Failures { get; private set; }

    /// <summary>Carries every command out, then tells each book.</summary>
    public void Run()
    {
        foreach (ScriptCommand command in program.Commands)
        {
            Carry(command);
        }

        foreach (ScriptInstrument instrument in _instruments)
        {
            output.OnBook(_state.Picture(instrument), 0);
        }

        output.OnEnd(Met, Failures);
    }

    private void Carry(ScriptCommand command)
    {
        if (command is not (ExpectCommand or BookCommand or OrdersCommand))
        {
            _state.Begin();
            output.OnCommand(command);
        }

        switch (command)
        {
            case DefineCommand define:
                Define(define);
                break;
            case TermsCommand terms:
                foreach ((ScriptInstrument instrument, InstrumentTerms changed) in terms.Changes)
                {
                    engine.SetTerms(instrument.Id, changed);
                }

                break;
            case NewCommand submit:
                Submit(submit);
                break;
            case CancelCommand cancel:
                _ = engine.Cancel(cancel.OrderId, _events);
                break;
            case ReduceCommand reduce:
                _ = engine.Reduce(reduce.OrderId, reduce.Lots, _events);
                break;
            case ReplaceCommand replace:
                _ = engine.Replace(replace.Replace, _events);
                break;
            case MassCancelCommand massCancel:
                MassCancelFilter filter = massCancel.Filter;
                _ = engine.MassCancel(in filter, _events);
                break;
            case PhaseCommand phase:
                foreach (ScriptInstrument instrument in phase.Instruments)
                {
                    _ = engine.SetPhase(instrument.Id, phase.Phase, phase.CancelsForbidden, _events);
                }

                break;
            case TimeCommand time:
                MoveTo(command.Line, time.TimeNs);
                break;
            case BookCommand book:
                book.Instruments.ToList().ForEach(instrument => output.OnBook(_state.Picture(instrument), command.Line));
                break;
            case OrdersCommand:
                _instruments.ForEach(instrument => output.OnOrders(_state.Picture(instrument), command.Line));
                break;
            case ExpectCommand expect:
                string? found = expect.Expectation.Check(_state);
                Met += found is null ? 1 : 0;
                Failures += found is null ? 0 : 1;
                output.OnExpectation(expect, found);
                break;
            default:
                throw new InvalidOperationException($"no way to carry out {command.GetType().Name}");
        }

        Tell(command.Line);
    }

    private void Submit(NewCommand command)
    {
        // A refused order must not change what a resting one of the same name is printed as.
        if (!engine.TryGetOrder(command.Order.OrderId, out _))
        {
            _orders[command.Order.OrderId] = command.Order;
        }

        _state.OnSubmitted(command.Order.OrderId);
        _ = engine.Submit(command.Order, _events);
    }

    private void Define(DefineCommand command)
    {
        int id = engine.AddInstrument(command.Terms);
        if (id != command.Instrument.Id)
        {
            throw new InvalidOperationException(
                $"the engine gave instrument {command.Instrument.Symbol} the id {id}, expected {command.Instrument.Id}");
        }

        _instruments.Add(command.Instrument);
        if (_nowNs is { } now && command.Instrument.Profile.Calendar is { } calendar)
        {
            Follow(command.Instrument, PhaseSchedule.At(calendar, now));
        }
    }

    private void MoveTo(int line, long timeNs)
    {
        // The first time finds the phase that is in force then; later ones go through every change on the way.
        if (_nowNs is not { } before)
        {
            Advance(line, timeNs);
            foreach (ScriptInstrument instrument in _instruments)
            {
                if (instrument.Profile.Calendar is { } calendar)
                {
                    Follow(instrument, PhaseSchedule.At(calendar, timeNs));
                }
            }

            return;
        }

        // One venue a script: all calendars are the same.
        if (_instruments.Find(instrument => instrument.Profile.Calendar is not null)?.Profile.Calendar is { } shared)
        {
            PhaseChange[] changes = new PhaseChange[ChangesAtOnce];
            int count;
            do
            {
                count = PhaseSchedule.Due(shared, before, timeNs, changes);
                foreach (PhaseChange change in changes.AsSpan(0, count))
                {
                    Advance(line, change.TimeNs);
                    _instruments.ForEach(instrument => Follow(instrument, change));
                    Tell(line);
                    before = change.TimeNs;
                }
            }
            while (count == changes.Length);
        }

        Advance(line, timeNs);
    }

    private void Advance(int line, long timeNs)
    {
        Tell(line);
        _nowNs = timeNs;
        engine.AdvanceTime(timeNs, _events);
    }

    private void Follow(ScriptInstrument instrument, PhaseChange change)
    {
        if (engine.GetPhase(instrument.Id) != change.Phase || _state.AreCancelsForbidden(instrument) != change.CancelsForbidden)
        {
            _ = engine.SetPhase(instrument.Id, change.Phase, change.CancelsForbidden, _events);
        }
    }

    // Hands the events on that are in the buffer.
    private void Tell(int line)
    {
        foreach (ref readonly MatchEvent match in _events.Span)
        {
            ScriptInstrument? instrument = match.InstrumentId >= 0 ? _instruments[match.InstrumentId] : null;
            MatchFact fact = MatchFact.From(in match, line, _nowNs, instrument, program.Names, id => _orders.GetValueOrDefault(id));
            _state.Add(fact);
            output.OnEvent(fact);
        }

        _events.Clear();
    }
}
