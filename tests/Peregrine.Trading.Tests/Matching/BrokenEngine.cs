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
internal sealed class BrokenEngine(int capacity, EngineFault fault) : IMatchingEngine
{
    private readonly SlowMatchingEngine _inner = new(capacity);

    public static Subject AsSubject(int capacity, EngineFault fault)
    {
        BrokenEngine engine = new(capacity, fault);
        return new Subject(engine, () => engine.StateHash, TellsDeltas: false);
    }

    public int OrderCount => _inner.OrderCount;

    public ulong StateHash => _inner.StateHash;

    public int InstrumentCount => _inner.InstrumentCount;

    public int AddInstrument(InstrumentTerms terms) => _inner.AddInstrument(terms);

    public void SetTerms(int instrumentId, InstrumentTerms terms) => _inner.SetTerms(instrumentId, terms);

    public RejectReason Submit(in MatchOrder order, MatchEventBuffer events)
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

    public RejectReason Cancel(ulong orderId, MatchEventBuffer events) => _inner.Cancel(orderId, events);

    public RejectReason Reduce(ulong orderId, Quantity lots, MatchEventBuffer events) => _inner.Reduce(orderId, lots, events);

    public RejectReason Replace(in MatchReplace replace, MatchEventBuffer events)
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

    public int MassCancel(in MassCancelFilter filter, MatchEventBuffer events) => _inner.MassCancel(in filter, events);

    public RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events)
    {
        bool isIgnored = fault == EngineFault.IgnoresSamePhase && instrumentId >= 0 && instrumentId < InstrumentCount && _inner.GetPhase(instrumentId) == phase;
        return isIgnored ? RejectReason.None : _inner.SetPhase(instrumentId, phase, cancelsForbidden, events);
    }

    public void AdvanceTime(long timeNs, MatchEventBuffer events) => _inner.AdvanceTime(fault == EngineFault.ExpiresLate ? timeNs - 1 : timeNs, events);

    public long NextDueNs => _inner.NextDueNs;

    public TradingPhase GetPhase(int instrumentId) => _inner.GetPhase(instrumentId);

    public IndicativePrice GetIndicative(int instrumentId) => _inner.GetIndicative(instrumentId);

    public bool TryGetOrder(ulong orderId, out RestingOrder order) => _inner.TryGetOrder(orderId, out order);

    public int LevelCount(int instrumentId, Side side) => _inner.LevelCount(instrumentId, side);

    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level) => _inner.TryGetLevel(instrumentId, side, depth, out level);

    public bool TryGetLastTrade(int instrumentId, out Price price) => _inner.TryGetLastTrade(instrumentId, out price);

    private static RejectReason WithWrongLeaves(RejectReason reason, int from, MatchEventBuffer events)
    {
        MatchEvent[] told = events.Span.ToArray();
        events.Clear();
        for (int i = 0; i < told.Length; i++)
        {
            events.Add() = told[i].Type == MatchEventType.Trade && i >= from ? told[i] with { RestingLeaves = new Quantity(told[i].RestingLeaves.Lots + 1) } : told[i];
        }

        return reason;
    }
}
