using System.Globalization;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Tests.Match;

/// <summary>An engine that does nothing but write down what it is asked for, and answers with prepared events and orders.</summary>
internal sealed class RecordingEngine : IMatchingEngine
{
    private readonly List<TradingPhase> _phases = [];

    /// <summary>Every request, in words.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What the next requests answer with, one entry each.</summary>
    public Queue<MatchEvent[]> Answers { get; } = [];

    /// <summary>What is in the books.</summary>
    public Dictionary<ulong, RestingOrder> Orders { get; } = [];

    public int OrderCount => Orders.Count;

    public ulong StateHash => 0;

    public long NextDueNs => long.MaxValue;

    public int InstrumentCount => _phases.Count;

    public int AddInstrument(InstrumentTerms terms)
    {
        _phases.Add(terms.Phase);
        return _phases.Count - 1;
    }

    public void SetTerms(int instrumentId, InstrumentTerms terms) => Calls.Add($"terms {instrumentId}");

    public RejectReason Submit(in MatchOrder order, MatchEventBuffer events) => Answer($"submit {order.OrderId}", events);

    public RejectReason Cancel(ulong orderId, MatchEventBuffer events) => Answer($"cancel {orderId}", events);

    public RejectReason Reduce(ulong orderId, Quantity lots, MatchEventBuffer events) => Answer($"reduce {orderId} {lots.Lots}", events);

    public RejectReason Replace(in MatchReplace replace, MatchEventBuffer events) => Answer($"replace {replace.OrderId} {replace.Fields}", events);

    public int MassCancel(in MassCancelFilter filter, MatchEventBuffer events)
    {
        _ = Answer($"mass {filter.Session} {filter.Account} {filter.InstrumentId} {filter.Side?.ToString() ?? "both"}", events);
        return 0;
    }

    public RejectReason Cross(in MatchCross cross, MatchEventBuffer events) => RejectReason.None;

    public int List(in MassCancelFilter filter, MatchEventBuffer events) => 0;

    public RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events)
    {
        _phases[instrumentId] = phase;
        ref MatchEvent change = ref events.Add();
        (change.Type, change.InstrumentId, change.Phase,
            change.Quantity) = (MatchEventType.PhaseChanged, instrumentId, phase, new Quantity(cancelsForbidden ? 1 : 0));
        Calls.Add($"phase {instrumentId} {phase}{(cancelsForbidden ? " no-cancel" : "")}");
        return RejectReason.None;
    }

    public void AdvanceTime(long timeNs, MatchEventBuffer events) =>
        Answer(string.Create(CultureInfo.InvariantCulture, $"time {DateTime.UnixEpoch.AddTicks(timeNs / 100):MM-dd HH:mm}"), events);

    public TradingPhase GetPhase(int instrumentId) => _phases[instrumentId];

    public IndicativePrice GetIndicative(int instrumentId) => default;

    public bool TryGetOrder(ulong orderId, out RestingOrder order) => Orders.TryGetValue(orderId, out order);

    public int LevelCount(int instrumentId, Side side) => 0;

    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level)
    {
        level = default;
        return false;
    }

    public bool TryGetLastTrade(int instrumentId, out Price price)
    {
        price = default;
        return false;
    }

    private RejectReason Answer(string call, MatchEventBuffer events)
    {
        Calls.Add(call);
        foreach (MatchEvent match in Answers.TryDequeue(out MatchEvent[]? answer) ? answer : [])
        {
            events.Add() = match;
        }

        return RejectReason.None;
    }
}
