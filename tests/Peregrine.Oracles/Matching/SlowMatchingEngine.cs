using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

/// <summary>
/// The rules of docs/matching.md written down as plainly as possible. It tells what happens to orders and instruments, not how levels change: those
/// events are compared with the book that it shows.
/// </summary>
/// <param name="capacity">How many orders may rest or be parked.</param>
public sealed partial class SlowMatchingEngine(int capacity) : IMatchingEngine
{
    private readonly List<SlowBook> _books = [];
    private long _now;

    /// <inheritdoc/>
    public int OrderCount => _books.Sum(book => book.Orders.Count);

    /// <inheritdoc/>
    public int InstrumentCount => _books.Count;

    /// <inheritdoc/>
    public ulong StateHash
    {
        get
        {
            ulong hash = SlowDigest.Mix((ulong)_now, (ulong)_books.Count);
            for (int id = 0; id < _books.Count; id++)
            {
                SlowBook book = _books[id];
                hash += SlowDigest.OfBook(id, book.LastNumber, book.Phase, book.CancelsForbidden, book.AuctionEnd, book.LastTrade,
                    book.AuctionPrice, book.Told);
                foreach (SlowOrder order in book.Orders)
                {
                    hash += SlowDigest.OfOrder(order.ToResting());
                }
            }

            return hash;
        }
    }

    /// <summary>Every order of an instrument, resting and parked, by priority number.</summary>
    public IReadOnlyList<RestingOrder> GetOrders(int instrumentId) => [.. _books[instrumentId].ByNumber(_ => true).Select(o => o.ToResting())];

    /// <summary>The orders of a side that are in a queue, in the order in which they trade.</summary>
    public IReadOnlyList<RestingOrder> GetQueue(int instrumentId, Side side) => [.. _books[instrumentId].Queue(side).Select(o => o.ToResting())];

    /// <summary>The levels of a side as they are shown, best first.</summary>
    public IReadOnlyList<BookLevel> GetLevels(int instrumentId, Side side) => _books[instrumentId].Levels(side);

    /// <summary>Whether the instrument is in an auction phase with cancels forbidden.</summary>
    public bool AreCancelsForbidden(int instrumentId) => _books[instrumentId].CancelsForbidden;

    /// <inheritdoc/>
    public int AddInstrument(InstrumentTerms terms)
    {
        ThrowOnFaults(terms);
        SlowBook book = new(_books.Count, terms) { Now = _now };
        book.StartClock();
        _books.Add(book);
        return _books.Count - 1;
    }

    /// <inheritdoc/>
    public void SetTerms(int instrumentId, InstrumentTerms terms)
    {
        if (instrumentId < 0 || instrumentId >= _books.Count)
        {
            throw new ArgumentException($"there is no instrument {instrumentId}", nameof(instrumentId));
        }

        ThrowOnFaults(terms);
        _books[instrumentId].Terms = terms;
    }

    /// <inheritdoc/>
    public RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events)
    {
        if (instrumentId < 0 || instrumentId >= _books.Count)
        {
            return Refuse(0, null, RejectReason.UnknownInstrument, events);
        }

        if (phase is < TradingPhase.PreOpen or > TradingPhase.Closed)
        {
            throw new ArgumentException($"{(byte)phase} is no phase", nameof(phase));
        }

        SlowBook book = Start(_books[instrumentId], events);
        book.ChangePhase(phase, cancelsForbidden, RejectReason.None);
        book.EndCommand();
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public long NextDueNs => _books
        .SelectMany(book => book.Orders.Where(o => o.TimeInForce == TimeInForce.GoodTillTime).Select(o => o.Expiry)
            .Append(book.AuctionEnd > 0 ? book.AuctionEnd : long.MaxValue))
        .Append(long.MaxValue)
        .Min();

    /// <inheritdoc/>
    public void AdvanceTime(long timeNs, MatchEventBuffer events)
    {
        if (timeNs <= _now)
        {
            return;
        }

        _now = timeNs;
        List<SlowBook> touched = [];
        foreach (SlowBook book in _books)
        {
            book.Now = _now;
            foreach (SlowOrder order in book.Orders.Where(o => o.TimeInForce == TimeInForce.GoodTillTime && o.Expiry <= _now).OrderBy(o => o.Expiry)
                .ThenBy(o => o.Number).ToList())
            {
                Start(book, events).Cancel(order, RejectReason.Expired);
                touched.Add(book);
            }
        }

        foreach (SlowBook book in _books.Where(book => book.AuctionEnd > 0 && book.AuctionEnd <= _now))
        {
            Start(book, events).ChangePhase(TradingPhase.Continuous, cancelsForbidden: false, RejectReason.None);
        }

        foreach (SlowBook book in touched.Distinct())
        {
            book.EndCommand();
        }
    }

    /// <inheritdoc/>
    public TradingPhase GetPhase(int instrumentId) => _books[instrumentId].Phase;

    /// <inheritdoc/>
    public IndicativePrice GetIndicative(int instrumentId) => _books[instrumentId].Indicate();

    /// <inheritdoc/>
    public bool TryGetOrder(ulong orderId, out RestingOrder order)
    {
        SlowOrder? found = Find(orderId);
        order = found?.ToResting() ?? default;
        return found is not null;
    }

    /// <inheritdoc/>
    public int LevelCount(int instrumentId, Side side) => _books[instrumentId].Levels(side).Count;

    /// <inheritdoc/>
    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level)
    {
        List<BookLevel> levels = _books[instrumentId].Levels(side);
        level = depth >= 0 && depth < levels.Count ? levels[depth] : default;
        return depth >= 0 && depth < levels.Count;
    }

    /// <inheritdoc/>
    public bool TryGetLastTrade(int instrumentId, out Price price)
    {
        long? last = _books[instrumentId].LastTrade;
        price = new Price(last ?? 0);
        return last is not null;
    }

    private static void ThrowOnFaults(InstrumentTerms terms)
    {
        if (terms.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(terms));
        }
    }

    private static SlowBook Start(SlowBook book, MatchEventBuffer events)
    {
        book.StartCommand(events);
        return book;
    }

    private SlowOrder? Find(ulong orderId) => _books.SelectMany(book => book.Orders).FirstOrDefault(o => o.Id == orderId);

    private static RejectReason Refuse(ulong orderId, SlowOrder? order, RejectReason reason, MatchEventBuffer events)
    {
        ref MatchEvent match = ref events.Add();
        match.Type = MatchEventType.Rejected;
        match.OrderId = orderId;
        match.InstrumentId = order?.Instrument ?? -1;
        match.Tag = order?.Tag ?? 0;
        match.Side = order?.Side ?? 0;
        match.Reason = reason;
        return reason;
    }
}
