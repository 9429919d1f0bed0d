using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>What is wrong with a <see cref="BrokenEngine"/>.</summary>
public enum EngineFault
{
    None,

    /// <summary>A minimum quantity is lost on the way in.</summary>
    LosesMinimum,

    /// <summary>The mode of self-trade prevention is lost on the way in.</summary>
    LosesPrevention,

    /// <summary>A replace that only takes lots off costs the order its place.</summary>
    LosesPlace,

    /// <summary>A trade tells one lot too many for the resting order.</summary>
    TellsWrongLeaves,

    /// <summary>Orders expire one nanosecond late.</summary>
    ExpiresLate,

    /// <summary>A change of phase to the same phase is not made.</summary>
    IgnoresSamePhase,
}

/// <summary>The slow engine with a fault: what the comparison must find.</summary>
internal sealed class BrokenEngine(int capacity, EngineFault fault) : EngineWrapper
{
    private readonly SlowMatchingEngine _inner = new(capacity);

    protected override IMatchingEngine Inner => _inner;

    public static Subject AsSubject(int capacity, EngineFault fault)
    {
        BrokenEngine engine = new(capacity, fault);
        return new Subject(engine, () => engine.StateHash, TellsDeltas: false);
    }

    public override RejectReason Submit(in MatchOrder order, MatchEventBuffer events)
    {
        MatchOrder changed = fault switch
        {
            EngineFault.LosesMinimum => order with { MinimumQuantity = default },
            EngineFault.LosesPrevention => order with { SelfTrade = SelfTradePrevention.Default },
            _ => order,
        };
        int before = events.Count;
        RejectReason reason = _inner.Submit(in changed, events);
        return fault == EngineFault.TellsWrongLeaves ? WithWrongLeaves(reason, before, events) : reason;
    }

    public override RejectReason Replace(in MatchReplace replace, MatchEventBuffer events)
    {
        if (fault == EngineFault.LosesPlace && replace.Fields == ReplaceFields.Leaves && _inner.Check(in replace) == RejectReason.None)
        {
            // What arrives anew with one lot more and is then reduced has its new leaves, and another place.
            MatchReplace more = replace with { Leaves = new Quantity(replace.Leaves.Lots + 1) };
            RejectReason reason = _inner.Replace(in more, events);
            _ = _inner.Reduce(replace.OrderId, new Quantity(1), events);
            return reason;
        }

        return _inner.Replace(in replace, events);
    }

    public override RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events)
    {
        bool isIgnored = fault == EngineFault.IgnoresSamePhase && instrumentId >= 0 && instrumentId < InstrumentCount
            && _inner.GetPhase(instrumentId) == phase;
        return isIgnored ? RejectReason.None : _inner.SetPhase(instrumentId, phase, cancelsForbidden, events);
    }

    public override void AdvanceTime(long timeNs, MatchEventBuffer events) =>
        _inner.AdvanceTime(fault == EngineFault.ExpiresLate ? timeNs - 1 : timeNs, events);

    private static RejectReason WithWrongLeaves(RejectReason reason, int from, MatchEventBuffer events)
    {
        MatchEvent[] told = events.Span.ToArray();
        events.Clear();
        for (int i = 0; i < told.Length; i++)
        {
            events.Add() = told[i].Type == MatchEventType.Trade && i >= from
                ? told[i] with { RestingLeaves = new Quantity(told[i].RestingLeaves.Lots + 1) }
                : told[i];
        }

        return reason;
    }
}
