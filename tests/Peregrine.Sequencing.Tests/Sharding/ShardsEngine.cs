using System.Buffers;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sharding;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>Shards on threads of their own behind a core: a request is sent when it begins, and its answer taken when it is completed.</summary>
internal readonly struct ShardsEngine(ShardedMatching shards) : ICoreEngine
{
    public int InstrumentCount => shards.AtRest.InstrumentCount;

    public int OrderCount => shards.AtRest.OrderCount;

    public long TradeCount => shards.AtRest.TradeCount;

    public ulong StateHash => shards.AtRest.StateHash;

    public long TimeNs => shards.AtRest.TimeNs;

    public int AddInstrument(InstrumentTerms terms) => shards.AtRest.AddInstrument(terms);

    public void SetTerms(int instrumentId, InstrumentTerms terms) => shards.AtRest.SetTerms(instrumentId, terms);

    public void AdvanceTime(long timeNs, MatchEventBuffer events)
    {
        Send(ShardCommand.AdvanceTime(timeNs));
        _ = Complete(events);
    }

    public void BeginNew(in MatchOrder order, MatchEventBuffer events) => Send(ShardCommand.Submit(in order));

    public void BeginCancel(ulong orderId, MatchEventBuffer events) => Send(ShardCommand.Cancel(orderId));

    public void BeginReduce(ulong orderId, Quantity lots, MatchEventBuffer events) => Send(ShardCommand.Reduce(orderId, lots));

    public void BeginReplace(in MatchReplace replace, MatchEventBuffer events) => Send(ShardCommand.Replace(in replace));

    public void BeginReplace(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events) => Send(ShardCommand.Replace(
        new MatchReplace { OrderId = orderId, Fields = ReplaceFields.Price | ReplaceFields.Leaves, Price = price, Leaves = leaves }));

    public void BeginMove(ulong orderId, Price price, MatchEventBuffer events) =>
        Send(ShardCommand.Replace(new MatchReplace { OrderId = orderId, Fields = ReplaceFields.Price, Price = price }));

    public void BeginMassCancel(in MassCancelFilter filter, MatchEventBuffer events) => Send(ShardCommand.MassCancel(in filter));

    public void BeginPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events) =>
        Send(ShardCommand.SetPhase(instrumentId, phase, cancelsForbidden));

    public int Complete(MatchEventBuffer events)
    {
        shards.Take(out int result);
        foreach (ref readonly MatchEvent match in shards.Events)
        {
            events.Add() = match;
        }

        return result;
    }

    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level) =>
        shards.AtRest.TryGetLevel(instrumentId, side, depth, out level);

    // A hint that the shards need not take.
    public void SilenceLevels(int instrumentId)
    {
    }

    public bool TryGetLastTrade(int instrumentId, out Price price) => shards.AtRest.TryGetLastTrade(instrumentId, out price);

    public bool TryGetOrder(ulong orderId, out RestingOrder order) => shards.AtRest.TryGetOrder(orderId, out order);

    public void Prefetch(ulong orderId)
    {
    }

    public void PrefetchOrder(ulong orderId)
    {
    }

    public void Save(IBufferWriter<byte> target) => throw new NotSupportedException("shards are not saved");

    public void Load(IStateSource source) => throw new NotSupportedException("shards are not loaded");

    public bool Holds(ulong orderId, int tag, Side side, int instrumentId, int session, Quantity leaves) => throw new NotSupportedException();

    private void Send(in ShardCommand command) => Check.That(shards.TrySend(command) == RouteStatus.Sent, "one at a time has room");
}
