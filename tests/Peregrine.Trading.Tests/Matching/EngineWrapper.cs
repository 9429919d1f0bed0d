using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>An engine around another one; what a subclass does not change is the inner one's.</summary>
internal abstract class EngineWrapper : IMatchingEngine
{
    public int OrderCount => Inner.OrderCount;

    public ulong StateHash => Inner.StateHash;

    public int InstrumentCount => Inner.InstrumentCount;

    public long NextDueNs => Inner.NextDueNs;

    protected abstract IMatchingEngine Inner { get; }

    public virtual int AddInstrument(InstrumentTerms terms) => Inner.AddInstrument(terms);

    public virtual void SetTerms(int instrumentId, InstrumentTerms terms) => Inner.SetTerms(instrumentId, terms);

    public virtual RejectReason Submit(in MatchOrder order, MatchEventBuffer events) => Inner.Submit(in order, events);

    public virtual RejectReason Cancel(ulong orderId, MatchEventBuffer events) => Inner.Cancel(orderId, events);

    public virtual RejectReason Reduce(ulong orderId, Quantity lots, MatchEventBuffer events) => Inner.Reduce(orderId, lots, events);

    public virtual RejectReason Replace(in MatchReplace replace, MatchEventBuffer events) => Inner.Replace(in replace, events);

    public virtual int MassCancel(in MassCancelFilter filter, MatchEventBuffer events) => Inner.MassCancel(in filter, events);

    public virtual RejectReason Cross(in MatchCross cross, MatchEventBuffer events) => Inner.Cross(in cross, events);

    public virtual int List(in MassCancelFilter filter, MatchEventBuffer events) => Inner.List(in filter, events);

    public virtual RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events) =>
        Inner.SetPhase(instrumentId, phase, cancelsForbidden, events);

    public virtual void AdvanceTime(long timeNs, MatchEventBuffer events) => Inner.AdvanceTime(timeNs, events);

    public TradingPhase GetPhase(int instrumentId) => Inner.GetPhase(instrumentId);

    public IndicativePrice GetIndicative(int instrumentId) => Inner.GetIndicative(instrumentId);

    public bool TryGetOrder(ulong orderId, out RestingOrder order) => Inner.TryGetOrder(orderId, out order);

    public int LevelCount(int instrumentId, Side side) => Inner.LevelCount(instrumentId, side);

    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level) => Inner.TryGetLevel(instrumentId, side, depth, out level);

    public bool TryGetLastTrade(int instrumentId, out Price price) => Inner.TryGetLastTrade(instrumentId, out price);
}
