using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// Price-time priority matching for any number of instruments. It takes requests one at a time and appends what they did to a
/// buffer; it knows nothing of sessions, client ids, risk or time, so the same requests always give the same events.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction, in <see cref="AddInstrument"/>, and while a side or a buffer grows to a new
/// high mark. Blocks: no.</remarks>
public sealed partial class MatchingEngine : IBookView
{
    /// <summary>Prices lie within ± this many ticks, so that keys and notionals cannot overflow.</summary>
    public const long PriceTicksMax = 1L << 56;

    /// <summary>Largest order in lots: with <see cref="OrderCapacityMax"/> of them in one level its total still fits.</summary>
    public const long QuantityLotsMax = 1L << 40;

    /// <summary>Largest capacity.</summary>
    public const int OrderCapacityMax = 1 << 22;

    /// <summary>Whether what orders show is told order by order.</summary>
    public bool EmitsOrderDeltas { get; init; }

    /// <summary>Makes an engine without instruments.</summary>
    /// <param name="orderCapacity">How many orders can rest at once, 1 to <see cref="OrderCapacityMax"/>; about 130 bytes each.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of range.</exception>
    public MatchingEngine(int orderCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orderCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orderCapacity, OrderCapacityMax);
        OrderCapacity = orderCapacity;
        _orders = new Order[orderCapacity];
        _levels = new Level[orderCapacity];
        _index = new OrderIndex(orderCapacity);
        for (int i = 0; i < orderCapacity; i++)
        {
            _orders[i].Next = i + 1 < orderCapacity ? i + 1 : None;
            _levels[i].Head = i + 1 < orderCapacity ? i + 1 : None;
        }
    }

    /// <summary>How many orders can rest.</summary>
    public int OrderCapacity { get; }

    /// <summary>How many orders rest now.</summary>
    public int OrderCount { get; private set; }

    /// <inheritdoc/>
    public int InstrumentCount => _books.Count;

    /// <summary>Trades so far.</summary>
    public long TradeCount { get; private set; }

    /// <summary>Lots traded so far.</summary>
    public Int128 TradedLots { get; private set; }

    /// <summary>Requests refused so far.</summary>
    public long RejectCount { get; private set; }

    /// <summary>Adds an empty book.</summary>
    /// <returns>Its id: 0, 1, 2, ...</returns>
    public int AddInstrument(InstrumentTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        int id = _books.Count;
        _books.Add(new Book());
        return id;
    }

    /// <summary>Takes a new order: trades it as far as it goes, then rests or cancels what is left.</summary>
    /// <returns>None when it was accepted, whatever became of it then; else why it was refused, with one Rejected event: UnknownInstrument,
    /// UnsupportedOrder (side, type or time in force is no known value), QuantityNotPositive, MaxQuantity, PriceOutOfRange,
    /// DuplicateOrderId, OrderCapacity (it might rest, and the slab is full).</returns>
    public RejectReason Submit(in MatchOrder order, MatchEventBuffer events)
    {
        RejectReason reason = CheckNew(in order);
        if (reason != RejectReason.None)
        {
            RejectCount++;
            ref MatchEvent rejected = ref events.Add();
            Describe(ref rejected, MatchEventType.Rejected, in order, order.Quantity, Quantity.Zero, reason);
            return reason;
        }

        Describe(ref events.Add(), MatchEventType.Accepted, in order, order.Quantity, order.Quantity, RejectReason.None);
        Book book = _books[order.InstrumentId];
        long limitKey = order.Type == OrderType.Market ? long.MinValue : -KeyOf(order.Side, order.Price.Ticks);
        reason = order.TimeInForce == TimeInForce.FillOrKill ? CheckFillable(book, in order, limitKey) : RejectReason.None;
        long leaves = order.Quantity.Lots;
        if (reason == RejectReason.None)
        {
            reason = Match(book, in order, limitKey, ref leaves, events);
        }

        if (leaves > 0)
        {
            if (reason == RejectReason.None && CanRest(in order))
            {
                Rest(book, in order, leaves, events);
            }
            else
            {
                reason = reason == RejectReason.None ? RejectReason.NoLiquidity : reason;
                Describe(ref events.Add(), MatchEventType.Cancelled, in order, new Quantity(leaves), Quantity.Zero, reason);
            }
        }

        return RejectReason.None;
    }

    /// <summary>Takes a resting order out.</summary>
    /// <returns>None; UnknownOrder, with a Rejected event, when no such order rests.</returns>
    public RejectReason Cancel(ulong orderId, MatchEventBuffer events)
    {
        int slot = _index.Find(orderId);
        if (slot == None)
        {
            return Refuse(orderId, RejectReason.UnknownOrder, events);
        }

        MatchOrder order = ToMatchOrder(in _orders[slot]);
        long leaves = _orders[slot].Leaves;
        Describe(ref events.Add(), MatchEventType.Cancelled, in order, new Quantity(leaves), Quantity.Zero, RejectReason.None);
        Unlink(slot, events);
        return RejectReason.None;
    }

    /// <summary>
    /// Changes a resting order. The same price and no more quantity keeps its place in the queue; anything else takes it out and brings it
    /// back as the newest, which may trade.
    /// </summary>
    /// <param name="leaves">What shall be left of it, not counting what is already filled; 1 or more.</param>
    /// <returns>None; with a Rejected event: UnknownOrder, QuantityNotPositive, MaxQuantity, PriceOutOfRange.</returns>
    public RejectReason Replace(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events)
    {
        int slot = _index.Find(orderId);
        RejectReason reason = slot == None ? RejectReason.UnknownOrder : CheckAmounts(price.Ticks, leaves.Lots);
        if (reason != RejectReason.None)
        {
            return Refuse(orderId, reason, events);
        }

        MatchOrder order = ToMatchOrder(in _orders[slot]);
        order.Price = price;
        order.Quantity = leaves;
        Describe(ref events.Add(), MatchEventType.Replaced, in order, leaves, leaves, RejectReason.None);
        if (_orders[slot].Price == price.Ticks && leaves.Lots <= _orders[slot].Leaves)
        {
            Reduce(slot, _orders[slot].Leaves - leaves.Lots);
            EmitLevel(_orders[slot].Level, events);
            return RejectReason.None;
        }

        Unlink(slot, events);
        Book book = _books[order.InstrumentId];
        long rest = leaves.Lots;
        reason = Match(book, in order, -KeyOf(order.Side, price.Ticks), ref rest, events);
        if (rest > 0 && reason == RejectReason.None)
        {
            Rest(book, in order, rest, events);
        }
        else if (rest > 0)
        {
            Describe(ref events.Add(), MatchEventType.Cancelled, in order, new Quantity(rest), Quantity.Zero, reason);
        }

        return RejectReason.None;
    }

    private RejectReason CheckNew(in MatchOrder order)
    {
        if ((uint)order.InstrumentId >= (uint)_books.Count)
        {
            return RejectReason.UnknownInstrument;
        }

        if (order.Side is not (Side.Buy or Side.Sell)
            || order.Type is not (OrderType.Market or OrderType.Limit)
            || order.TimeInForce is < TimeInForce.Day or > TimeInForce.FillOrKill)
        {
            return RejectReason.UnsupportedOrder;
        }

        RejectReason reason = CheckAmounts(order.Type == OrderType.Market ? 0 : order.Price.Ticks, order.Quantity.Lots);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (order.OrderId == 0 || _index.Find(order.OrderId) != None)
        {
            return RejectReason.DuplicateOrderId;
        }

        return OrderCount == OrderCapacity && CanRest(in order) ? RejectReason.OrderCapacity : RejectReason.None;
    }

    private static bool CanRest(in MatchOrder order) => order.Type == OrderType.Limit && order.TimeInForce <= TimeInForce.GoodTillCancel;

    private static RejectReason CheckAmounts(long ticks, long lots) => lots switch
    {
        <= 0 => RejectReason.QuantityNotPositive,
        > QuantityLotsMax => RejectReason.MaxQuantity,
        _ => ticks is < -PriceTicksMax or > PriceTicksMax ? RejectReason.PriceOutOfRange : RejectReason.None,
    };

    private RejectReason Refuse(ulong orderId, RejectReason reason, MatchEventBuffer events)
    {
        RejectCount++;
        ref MatchEvent rejected = ref events.Add();
        rejected.Type = MatchEventType.Rejected;
        rejected.OrderId = orderId;
        rejected.InstrumentId = -1;
        rejected.Reason = reason;
        return reason;
    }

    private static void Describe(ref MatchEvent target, MatchEventType type, in MatchOrder order, Quantity quantity, Quantity leaves, RejectReason reason)
    {
        target.Type = type;
        target.OrderId = order.OrderId;
        target.InstrumentId = order.InstrumentId;
        target.Tag = order.Tag;
        target.Side = order.Side;
        target.Price = order.Price;
        target.Quantity = quantity;
        target.Leaves = leaves;
        target.Reason = reason;
    }
}
