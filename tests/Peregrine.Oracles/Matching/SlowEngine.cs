using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading;

namespace Peregrine.Oracles.Matching;

/// <summary>An order in the slow engine.</summary>
public sealed class SlowOrder
{
    public required ulong Id { get; init; }
    public required int InstrumentId { get; init; }
    public required Side Side { get; init; }
    public required int Owner { get; init; }
    public required int Tag { get; init; }
    public required long Price { get; set; }
    public required long Leaves { get; set; }
}

/// <summary>The matching rules written down as plainly as possible: one list, oldest first, searched from end to end each time.</summary>
public sealed class SlowEngine(int capacity, int instruments)
{
    private readonly List<SlowOrder> _resting = [];

    /// <summary>Events of the last request.</summary>
    public List<MatchEvent> Events { get; } = [];

    /// <summary>Last trade price by instrument.</summary>
    public long?[] LastTrade { get; } = new long?[instruments];

    /// <summary>Lots that have traded.</summary>
    public long TradedLots { get; private set; }

    /// <summary>How many orders rest.</summary>
    public int Count => _resting.Count;

    /// <summary>The orders of a side in the order in which they trade.</summary>
    public List<SlowOrder> Queue(int instrument, Side side)
    {
        IEnumerable<SlowOrder> own = _resting.Where(o => o.InstrumentId == instrument && o.Side == side);
        return [.. side == Side.Buy ? own.OrderByDescending(o => o.Price) : own.OrderBy(o => o.Price)];
    }

    public RejectReason Submit(in MatchOrder order)
    {
        Events.Clear();
        RejectReason reason = CheckNew(order);
        if (reason != RejectReason.None)
        {
            Emit(MatchEventType.Rejected, order, order.Quantity.Lots, 0, reason);
            return reason;
        }

        Emit(MatchEventType.Accepted, order, order.Quantity.Lots, order.Quantity.Lots, RejectReason.None);
        long leaves = order.Quantity.Lots;
        RejectReason stop = order.TimeInForce == TimeInForce.FillOrKill ? CheckFillable(order) : RejectReason.None;
        stop = stop == RejectReason.None ? Trade(order, ref leaves) : stop;
        Finish(order, leaves, stop);
        return RejectReason.None;
    }

    public RejectReason Cancel(ulong id)
    {
        Events.Clear();
        SlowOrder? found = _resting.Find(o => o.Id == id);
        if (found is null)
        {
            return Refuse(id, RejectReason.UnknownOrder);
        }

        Emit(MatchEventType.Cancelled, Describe(found), found.Leaves, 0, RejectReason.None);
        _resting.Remove(found);
        EmitLevel(found.InstrumentId, found.Side, found.Price);
        return RejectReason.None;
    }

    public RejectReason Replace(ulong id, long price, long leaves)
    {
        Events.Clear();
        SlowOrder? found = _resting.Find(o => o.Id == id);
        RejectReason reason = found is null ? RejectReason.UnknownOrder : CheckAmounts(price, leaves);
        if (found is null || reason != RejectReason.None)
        {
            return Refuse(id, reason);
        }

        MatchOrder order = Describe(found);
        order.Price = new Price(price);
        order.Quantity = new Quantity(leaves);
        Emit(MatchEventType.Replaced, order, leaves, leaves, RejectReason.None);
        if (price == found.Price && leaves <= found.Leaves)
        {
            found.Leaves = leaves;
            EmitLevel(found.InstrumentId, found.Side, price);
            return RejectReason.None;
        }

        _resting.Remove(found);
        EmitLevel(found.InstrumentId, found.Side, found.Price);
        RejectReason stop = Trade(order, ref leaves);
        Finish(order, leaves, stop);
        return RejectReason.None;
    }

    private RejectReason CheckNew(MatchOrder order)
    {
        if (order.InstrumentId < 0 || order.InstrumentId >= LastTrade.Length)
        {
            return RejectReason.UnknownInstrument;
        }

        if (!Enum.IsDefined(order.Side) || !Enum.IsDefined(order.Type) || !Enum.IsDefined(order.TimeInForce))
        {
            return RejectReason.UnsupportedOrder;
        }

        RejectReason reason = CheckAmounts(order.Type == OrderType.Market ? 1 : order.Price.Ticks, order.Quantity.Lots);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (order.OrderId == 0 || _resting.Exists(o => o.Id == order.OrderId))
        {
            return RejectReason.DuplicateOrderId;
        }

        return MayRest(order) && _resting.Count >= capacity ? RejectReason.OrderCapacity : RejectReason.None;
    }

    private static RejectReason CheckAmounts(long price, long lots)
    {
        if (lots < 1)
        {
            return RejectReason.QuantityNotPositive;
        }

        if (lots > 1L << 40)
        {
            return RejectReason.MaxQuantity;
        }

        return price > 1L << 56 || price < -(1L << 56) ? RejectReason.PriceOutOfRange : RejectReason.None;
    }

    private static bool MayRest(MatchOrder order) =>
        order.Type == OrderType.Limit && (order.TimeInForce == TimeInForce.Day || order.TimeInForce == TimeInForce.GoodTillCancel);

    private static bool Crosses(MatchOrder order, long price) =>
        order.Type == OrderType.Market || (order.Side == Side.Buy ? price <= order.Price.Ticks : price >= order.Price.Ticks);

    private RejectReason CheckFillable(MatchOrder order)
    {
        long missing = order.Quantity.Lots;
        foreach (SlowOrder resting in Queue(order.InstrumentId, order.Side.Opposite()).Where(o => Crosses(order, o.Price)))
        {
            if (missing <= 0)
            {
                break;
            }

            if (order.Owner >= 0 && resting.Owner == order.Owner)
            {
                return RejectReason.SelfTrade;
            }

            missing -= resting.Leaves;
        }

        return missing > 0 ? RejectReason.NotFillable : RejectReason.None;
    }

    private RejectReason Trade(MatchOrder order, ref long leaves)
    {
        long? touched = null;
        RejectReason stop = RejectReason.None;
        Side other = order.Side.Opposite();
        while (leaves > 0 && Queue(order.InstrumentId, other) is [SlowOrder first, ..] && Crosses(order, first.Price))
        {
            if (touched is long old && old != first.Price)
            {
                EmitLevel(order.InstrumentId, other, old);
                touched = null;
            }

            if (order.Owner >= 0 && first.Owner == order.Owner)
            {
                stop = RejectReason.SelfTrade;
                break;
            }

            long lots = Math.Min(leaves, first.Leaves);
            leaves -= lots;
            first.Leaves -= lots;
            TradedLots += lots;
            LastTrade[order.InstrumentId] = first.Price;
            touched = first.Price;
            Events.Add(new MatchEvent
            {
                Type = MatchEventType.Trade,
                OrderId = order.OrderId,
                RestingOrderId = first.Id,
                Price = new Price(first.Price),
                Quantity = new Quantity(lots),
                Leaves = new Quantity(leaves),
                RestingLeaves = new Quantity(first.Leaves),
                InstrumentId = order.InstrumentId,
                Tag = order.Tag,
                RestingTag = first.Tag,
                Side = order.Side,
            });
            if (first.Leaves == 0)
            {
                _resting.Remove(first);
            }
        }

        if (touched is long last)
        {
            EmitLevel(order.InstrumentId, other, last);
        }

        return stop;
    }

    private void Finish(MatchOrder order, long leaves, RejectReason stop)
    {
        if (leaves == 0)
        {
            return;
        }

        if (stop != RejectReason.None || !MayRest(order))
        {
            Emit(MatchEventType.Cancelled, order, leaves, 0, stop == RejectReason.None ? RejectReason.NoLiquidity : stop);
            return;
        }

        _resting.Add(new SlowOrder
        {
            Id = order.OrderId,
            InstrumentId = order.InstrumentId,
            Side = order.Side,
            Owner = order.Owner,
            Tag = order.Tag,
            Price = order.Price.Ticks,
            Leaves = leaves,
        });
        EmitLevel(order.InstrumentId, order.Side, order.Price.Ticks);
    }

    private static MatchOrder Describe(SlowOrder order) => new()
    {
        OrderId = order.Id,
        Price = new Price(order.Price),
        Quantity = new Quantity(order.Leaves),
        InstrumentId = order.InstrumentId,
        Owner = order.Owner,
        Tag = order.Tag,
        Side = order.Side,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
    };

    private RejectReason Refuse(ulong id, RejectReason reason)
    {
        Events.Add(new MatchEvent { Type = MatchEventType.Rejected, OrderId = id, InstrumentId = -1, Reason = reason });
        return reason;
    }

    private void Emit(MatchEventType type, MatchOrder order, long quantity, long leaves, RejectReason reason) => Events.Add(new MatchEvent
    {
        Type = type,
        OrderId = order.OrderId,
        InstrumentId = order.InstrumentId,
        Tag = order.Tag,
        Side = order.Side,
        Price = order.Price,
        Quantity = new Quantity(quantity),
        Leaves = new Quantity(leaves),
        Reason = reason,
    });

    private void EmitLevel(int instrument, Side side, long price)
    {
        List<SlowOrder> level = _resting.FindAll(o => o.InstrumentId == instrument && o.Side == side && o.Price == price);
        Events.Add(new MatchEvent
        {
            Type = MatchEventType.LevelChanged,
            InstrumentId = instrument,
            Side = side,
            Price = new Price(price),
            Quantity = new Quantity(level.Sum(o => o.Leaves)),
            OrderCount = level.Count,
        });
    }
}
