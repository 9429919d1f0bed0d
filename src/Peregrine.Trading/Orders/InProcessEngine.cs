using System.Buffers;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>The matching engine on the core's own thread: a request is done when it has begun.</summary>
/// <param name="books">The engine; nobody else gives it requests.</param>
/// <param name="window">How many requests may be done before the first result is taken.</param>
public struct InProcessEngine(MatchingEngine books, int window) : ICoreEngine
{
    private readonly int[] _results = new int[window];
    private int _done;
    private int _taken;

    /// <summary>The engine itself.</summary>
    public readonly MatchingEngine Books => books;

    /// <inheritdoc/>
    public readonly int InstrumentCount => books.InstrumentCount;

    /// <inheritdoc/>
    public readonly int OrderCount => books.OrderCount;

    /// <inheritdoc/>
    public readonly long TradeCount => books.TradeCount;

    /// <inheritdoc/>
    public readonly ulong StateHash => books.StateHash;

    /// <inheritdoc/>
    public readonly long TimeNs => books.TimeNs;

    /// <inheritdoc/>
    public readonly int AddInstrument(InstrumentTerms terms) => books.AddInstrument(terms);

    /// <inheritdoc/>
    public readonly void SetTerms(int instrumentId, InstrumentTerms terms) => books.SetTerms(instrumentId, terms);

    /// <inheritdoc/>
    public readonly void AdvanceTime(long timeNs, MatchEventBuffer events) => books.AdvanceTime(timeNs, events);

    /// <inheritdoc/>
    public void BeginNew(in MatchOrder order, MatchEventBuffer events) => Keep((int)books.Submit(in order, events));

    /// <inheritdoc/>
    public void BeginCancel(ulong orderId, MatchEventBuffer events) => Keep((int)books.Cancel(orderId, events));

    /// <inheritdoc/>
    public void BeginReduce(ulong orderId, Quantity lots, MatchEventBuffer events) => Keep((int)books.Reduce(orderId, lots, events));

    /// <inheritdoc/>
    public void BeginReplace(in MatchReplace replace, MatchEventBuffer events) => Keep((int)books.Replace(in replace, events));

    /// <inheritdoc/>
    public void BeginReplace(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events) =>
        Keep((int)books.Replace(orderId, price, leaves, events));

    /// <inheritdoc/>
    public void BeginMove(ulong orderId, Price price, MatchEventBuffer events) => Keep((int)books.Move(orderId, price, events));

    /// <inheritdoc/>
    public void BeginMassCancel(in MassCancelFilter filter, MatchEventBuffer events) => Keep(books.MassCancel(in filter, events));

    /// <inheritdoc/>
    public void BeginPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events) =>
        Keep((int)books.SetPhase(instrumentId, phase, cancelsForbidden, events));

    /// <inheritdoc/>
    public readonly bool AnswersAtOnce => true;

    /// <inheritdoc/>
    public int Complete(MatchEventBuffer events)
    {
        int result = _results[_taken++];
        if (_taken == _done)
        {
            (_taken, _done) = (0, 0);
        }

        return result;
    }

    /// <inheritdoc/>
    public readonly bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level) =>
        books.TryGetLevel(instrumentId, side, depth, out level);

    /// <inheritdoc/>
    public readonly void SilenceLevels(int instrumentId) => books.TellLevels(instrumentId, tells: false);

    /// <inheritdoc/>
    public readonly bool TryGetLastTrade(int instrumentId, out Price price) => books.TryGetLastTrade(instrumentId, out price);

    /// <inheritdoc/>
    public readonly bool TryGetOrder(ulong orderId, out RestingOrder order) => books.TryGetOrder(orderId, out order);

    /// <inheritdoc/>
    public readonly void Prefetch(ulong orderId) => books.Prefetch(orderId);

    /// <inheritdoc/>
    public readonly void PrefetchOrder(ulong orderId) => books.PrefetchOrder(orderId);

    /// <inheritdoc/>
    public readonly void Save(IBufferWriter<byte> target) => books.Save(target);

    /// <inheritdoc/>
    public readonly void Load(IStateSource source) => books.Load(source);

    /// <inheritdoc/>
    public readonly bool Holds(ulong orderId, int tag, Side side, int instrumentId, int session, Quantity leaves) =>
        books.Holds(orderId, tag, side, instrumentId, session, leaves);

    private void Keep(int result) => _results[_done++] = result;
}
