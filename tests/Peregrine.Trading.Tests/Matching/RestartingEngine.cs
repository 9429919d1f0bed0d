using System.Buffers;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>The engine, put away and made anew from its saved state again and again: what is not saved is missed.</summary>
internal sealed class RestartingEngine(int capacity) : EngineWrapper
{
    private const int CommandsBetween = 7;
    private readonly List<InstrumentTerms> _terms = [];
    private MatchingEngine _engine = Make(capacity);
    private int _commands;

    protected override IMatchingEngine Inner => _engine;

    public static Subject AsSubject(int capacity)
    {
        RestartingEngine engine = new(capacity);
        return new Subject(engine, () => engine._engine.ComputeStateHash(), TellsDeltas: true);
    }

    public override int AddInstrument(InstrumentTerms terms)
    {
        _terms.Add(terms);
        return base.AddInstrument(terms);
    }

    public override void SetTerms(int instrumentId, InstrumentTerms terms)
    {
        _terms[instrumentId] = terms;
        base.SetTerms(instrumentId, terms);
        Restart();
    }

    public override RejectReason Submit(in MatchOrder order, MatchEventBuffer events)
    {
        RestartNowAndThen();
        return base.Submit(in order, events);
    }

    public override RejectReason Cancel(ulong orderId, MatchEventBuffer events)
    {
        RestartNowAndThen();
        return base.Cancel(orderId, events);
    }

    public override RejectReason Replace(in MatchReplace replace, MatchEventBuffer events)
    {
        RestartNowAndThen();
        return base.Replace(in replace, events);
    }

    public override RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events)
    {
        RestartNowAndThen();
        return base.SetPhase(instrumentId, phase, cancelsForbidden, events);
    }

    public override void AdvanceTime(long timeNs, MatchEventBuffer events)
    {
        RestartNowAndThen();
        base.AdvanceTime(timeNs, events);
    }

    private static MatchingEngine Make(int capacity) => new(capacity) { EmitsOrderDeltas = true };

    private void RestartNowAndThen()
    {
        if (++_commands % CommandsBetween == 0)
        {
            Restart();
        }
    }

    private void Restart()
    {
        ArrayBufferWriter<byte> saved = new();
        _engine.Save(saved);
        _engine = Make(capacity);
        foreach (InstrumentTerms terms in _terms)
        {
            _engine.AddInstrument(terms with { Phase = TradingPhase.Continuous });
        }

        SavedState state = new(saved.WrittenMemory);
        _engine.Load(state);
        Check.That(state.IsAtEnd, "all that was saved is loaded");
    }

    private sealed class SavedState(ReadOnlyMemory<byte> bytes) : IStateSource
    {
        private int _at;

        public bool IsAtEnd => _at == bytes.Length;

        public void ReadExactly(Span<byte> target)
        {
            if (bytes.Length - _at < target.Length)
            {
                throw new InvalidDataException("the saved state ends too early");
            }

            bytes.Span.Slice(_at, target.Length).CopyTo(target);
            _at += target.Length;
        }
    }
}
