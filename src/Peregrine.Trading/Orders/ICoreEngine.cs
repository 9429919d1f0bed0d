using System.Buffers;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>
/// What a core asks of the engine behind it. A request has two steps: it begins, and is completed with its events; in between it may be on its way to
/// another thread or another process. No more are under way than <see cref="CoreOptions.Window"/> says, and everything else is asked only while none
/// is.
/// </summary>
/// <remarks>
/// Thread: the core's. A structure, so that the core's code is made for it and calls are direct. The rules are those of docs/matching.md: whatever
/// stands here gives the events, reasons and digests that <see cref="MatchingEngine"/> gives.
/// </remarks>
public interface ICoreEngine
{
    /// <summary>All its books, to look at.</summary>
    IMatchingEngine View { get; }

    /// <summary>The engine that has the book of an instrument, to look at.</summary>
    MatchingEngine BooksOf(int instrumentId);

    /// <summary>How many instruments it has.</summary>
    int InstrumentCount { get; }

    /// <summary>How many orders rest or are parked.</summary>
    int OrderCount { get; }

    /// <summary>Trades so far.</summary>
    long TradeCount { get; }

    /// <inheritdoc cref="IMatchingEngine.StateHash"/>
    ulong StateHash { get; }

    /// <summary>The time that it has come to, Unix nanoseconds.</summary>
    long TimeNs { get; }

    /// <inheritdoc cref="IMatchingEngine.AddInstrument"/>
    int AddInstrument(InstrumentTerms terms);

    /// <inheritdoc cref="IMatchingEngine.SetTerms"/>
    void SetTerms(int instrumentId, InstrumentTerms terms);

    /// <summary>Moves on to a time, in one step: what it does must be known before the request that brings it is looked at.</summary>
    void AdvanceTime(long timeNs, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.Submit"/>
    void BeginNew(in MatchOrder order, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.Cancel"/>
    void BeginCancel(ulong orderId, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.Reduce"/>
    void BeginReduce(ulong orderId, Quantity lots, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.Replace"/>
    void BeginReplace(in MatchReplace replace, MatchEventBuffer events);

    /// <summary>As <see cref="BeginReplace(in MatchReplace, MatchEventBuffer)"/> for what is changed most: price and leaves of a limit
    /// order.</summary>
    void BeginReplace(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events);

    /// <summary>As <see cref="BeginReplace(in MatchReplace, MatchEventBuffer)"/>: another price of a limit order, which keeps what it
    /// has left.</summary>
    void BeginMove(ulong orderId, Price price, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.MassCancel"/>
    void BeginMassCancel(in MassCancelFilter filter, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.List"/>
    void BeginList(in MassCancelFilter filter, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.Cross"/>
    void BeginCross(in MatchCross cross, MatchEventBuffer events);

    /// <inheritdoc cref="IMatchingEngine.SetPhase"/>
    void BeginPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events);

    /// <summary>Whether a request has its events in the buffer as soon as it was begun; else <see cref="Complete"/> puts them there.</summary>
    bool AnswersAtOnce { get; }

    /// <summary>The second step, of the oldest request that was begun: its events stand in the buffer, behind those that were there.</summary>
    /// <param name="events">The same as in the first.</param>
    /// <returns>Its reason (None where it was taken), or of a mass cancel or list how many orders. May wait for the answer.</returns>
    int Complete(MatchEventBuffer events);

    /// <summary>A level that shows something, by its depth: 0 is the best. Asked of a state that was loaded; from then on events tell what is
    /// shown.</summary>
    /// <returns>False when there are no more.</returns>
    bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level);

    /// <summary>Nobody reads the changes of an instrument's levels from here on: they need not be told. A hint.</summary>
    void SilenceLevels(int instrumentId);

    /// <summary>Price of the last trade of an instrument, in a state that was loaded.</summary>
    bool TryGetLastTrade(int instrumentId, out Price price);

    /// <inheritdoc cref="IMatchingEngine.TryGetOrder"/>
    bool TryGetOrder(ulong orderId, out RestingOrder order);

    /// <summary>Asks for the memory that a request about an order looks at first: a hint.</summary>
    void Prefetch(ulong orderId);

    /// <summary>As <see cref="Prefetch"/>, some requests later: for the order that is found there.</summary>
    void PrefetchOrder(ulong orderId);

    /// <summary>Writes its state.</summary>
    /// <exception cref="NotSupportedException">It cannot be saved.</exception>
    void Save(IBufferWriter<byte> target);

    /// <summary>Takes a state that was saved.</summary>
    /// <exception cref="NotSupportedException">It cannot be loaded.</exception>
    /// <exception cref="InvalidDataException">The state is none.</exception>
    void Load(IStateSource source);

    /// <summary>Whether an order rests or is parked, just like this.</summary>
    bool Holds(ulong orderId, int tag, Side side, int instrumentId, int session, Quantity leaves);
}
