using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

/// <summary>
/// One instrument's orders and the rules for them, each as docs/matching.md says it and as plainly as possible: one list, searched from end to end
/// each time. The section numbers are those of the document.
/// </summary>
internal sealed partial class SlowBook(int id, InstrumentTerms terms)
{
    private long? _lastTradeBefore;
    private long? _auctionPriceBefore;

    /// <summary>Every order that rests or is parked, in no order of importance.</summary>
    public List<SlowOrder> Orders { get; private set; } = [];

    /// <summary>Where events go; null when nobody wants to hear what a trial does.</summary>
    public MatchEventBuffer? Events { get; private set; }
    public InstrumentTerms Terms { get; set; } = terms;

    /// <summary>The time that the engine has come to.</summary>
    public long Now { get; set; }
    public TradingPhase Phase { get; private set; } = terms.Phase;
    public bool CancelsForbidden { get; private set; }

    /// <summary>When a volatility auction ends by itself; 0 when it does not.</summary>
    public long AuctionEnd { get; private set; }
    public long? LastTrade { get; private set; }
    public long? AuctionPrice { get; private set; }

    /// <summary>The indicative price that was told last.</summary>
    public IndicativePrice Told { get; private set; }

    /// <summary>The last priority number given.</summary>
    public long LastNumber { get; private set; }

    public bool IsAuction => IsAuctionPhase(Phase);

    /// <summary>The queues of a side in the order in which they trade (section 3).</summary>
    public List<SlowOrder> Queue(Side side)
    {
        List<SlowOrder> queue = Orders.FindAll(o => o.IsQueued && o.Side == side);
        queue.Sort((left, right) => Rank(left).CompareTo(Rank(right)));
        return queue;
    }

    /// <summary>The levels of a side as they are shown, best first.</summary>
    public List<BookLevel> Levels(Side side) =>
        [.. Queue(side).Where(o => o.Shown > 0).GroupBy(o => o.Price)
        .Select(level => new BookLevel(new Price(level.Key), new Quantity(level.Sum(o => o.Shown)), level.Count()))];

    /// <summary>The orders that a question is true of, by priority number.</summary>
    public List<SlowOrder> ByNumber(Func<SlowOrder, bool> which) => [.. Orders.Where(which).OrderBy(o => o.Number)];

    public static bool IsAuctionPhase(TradingPhase phase) =>
        phase is TradingPhase.OpeningAuction or TradingPhase.VolatilityAuction or TradingPhase.ClosingAuction;

    /// <summary>A new order, accepted, or one that was replaced: it arrives, or is parked.</summary>
    public void Enter(SlowOrder order)
    {
        // A minimum counts once, as the order arrives; only a hidden order keeps it.
        long minimum = order.Minimum;
        order.Minimum = order.IsHidden ? minimum : 0;
        bool waitsForAuction = (order.TimeInForce == TimeInForce.AtTheClose && Phase != TradingPhase.ClosingAuction)
            || (order.TimeInForce == TimeInForce.GoodForAuction && !IsAuction);
        if (order.IsStop)
        {
            Put(order, OrderPlace.Stop);
        }
        else if (waitsForAuction || (order.IsPegged && !TryPricePeg(order)))
        {
            Put(order, OrderPlace.Parked);
        }
        else if (Phase != TradingPhase.Continuous)
        {
            Put(order, OrderPlace.Queue);
        }
        else
        {
            Arrive(order, order.IsHidden ? 0 : minimum);
        }
    }

    /// <summary>What is done at the start of each command that touches the book.</summary>
    public void StartCommand(MatchEventBuffer events)
    {
        Events = events;
        _lastTradeBefore = LastTrade;
        _auctionPriceBefore = AuctionPrice;
    }

    /// <summary>What is done at the end of each command that touched the book.</summary>
    public void EndCommand()
    {
        DoSteps();
        TellIndicative();
    }

    /// <summary>Takes an order out, wherever it is, and says so.</summary>
    public void Cancel(SlowOrder order, RejectReason reason)
    {
        Orders.Remove(order);
        order.Place = 0;
        long lots = order.Leaves;
        order.TakeOff(lots);
        Emit(MatchEventType.Cancelled, order, lots, reason);
    }

    /// <summary>Takes some lots off an order that keeps its place.</summary>
    public void Reduce(SlowOrder order, long lots, RejectReason reason)
    {
        order.TakeOff(lots);
        Emit(MatchEventType.Cancelled, order, lots, reason);
    }

    // Each entry into a queue or a park takes the next priority number.
    private void Put(SlowOrder order, OrderPlace place)
    {
        order.Number = ++LastNumber;
        order.Place = place;
        order.Shown = place == OrderPlace.Queue ? order.Slice : 0;
        Orders.Add(order);
    }

    // Market orders before all prices, the better price before the worse, shown before hidden, the smaller number before the larger.
    private static (int, long, int, long) Rank(SlowOrder order) =>
        (order.IsMarket ? 0 : 1, order.Side == Side.Buy ? -order.Price : order.Price, order.IsHidden ? 1 : 0, order.Number);

    private void TakeOut(SlowOrder order)
    {
        Orders.Remove(order);
        order.Place = 0;
        order.Shown = 0;
    }

    // The queues of the book, whose changes nobody hears of or keeps.
    private SlowBook Copy()
    {
        SlowBook copy = (SlowBook)MemberwiseClone();
        copy.Events = null;
        copy.Orders = [.. Orders.Where(o => o.IsQueued).Select(o => o.Clone())];
        return copy;
    }

    private void Emit(MatchEventType type, SlowOrder order, long quantity, RejectReason reason) => Emit(type, order, order.Price, quantity, reason);

    private void Emit(MatchEventType type, SlowOrder order, long price, long quantity, RejectReason reason)
    {
        if (Events is null)
        {
            return;
        }

        ref MatchEvent match = ref Events.Add();
        match.Type = type;
        match.OrderId = order.Id;
        match.InstrumentId = id;
        match.Tag = order.Tag;
        match.Side = order.Side;
        match.Price = new Price(price);
        match.Quantity = new Quantity(quantity);
        match.Leaves = new Quantity(order.Leaves);
        match.Reason = reason;
    }

    private void EmitTrade(SlowOrder first, SlowOrder second, Side aggressor, long price, long lots)
    {
        if (Events is null)
        {
            return;
        }

        ref MatchEvent match = ref Events.Add();
        match.Type = MatchEventType.Trade;
        match.OrderId = first.Id;
        match.RestingOrderId = second.Id;
        match.InstrumentId = id;
        match.Tag = first.Tag;
        match.RestingTag = second.Tag;
        match.Side = aggressor;
        match.Price = new Price(price);
        match.Quantity = new Quantity(lots);
        match.Leaves = new Quantity(first.Leaves);
        match.RestingLeaves = new Quantity(second.Leaves);
    }
}
