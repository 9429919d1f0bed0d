using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

/// <summary>An order of the slow engine: in the hand of the rule that is working on it, in a queue or parked.</summary>
internal sealed class SlowOrder
{
    public required ulong Id { get; init; }
    public required int Instrument { get; init; }
    public required int Account { get; init; }
    public required int Firm { get; init; }
    public required int Strategy { get; init; }
    public required int Session { get; init; }
    public required int Tag { get; init; }
    public required Side Side { get; init; }
    public required TimeInForce TimeInForce { get; init; }
    public required OrderFlags Flags { get; init; }
    public required PegReference Peg { get; init; }
    public required SelfTradePrevention SelfTrade { get; init; }
    public OrderType Type { get; set; }

    /// <summary>Where it is; 0 while a rule holds it in its hand.</summary>
    public OrderPlace Place { get; set; }
    public long Price { get; set; }
    public long LimitPrice { get; set; }
    public long Leaves { get; set; }
    public long Shown { get; set; }
    public long Number { get; set; }
    public long StopPrice { get; set; }
    public long Offset { get; set; }
    public long Display { get; set; }
    public long Minimum { get; set; }
    public long Expiry { get; set; }

    public bool IsQueued => Place == OrderPlace.Queue;
    public bool IsStop => Type is OrderType.Stop or OrderType.StopLimit or OrderType.TrailingStop;
    public bool IsPegged => Type == OrderType.Pegged;

    /// <summary>It lies before all limit prices when it waits for an auction.</summary>
    public bool IsMarket => Type is OrderType.Market or OrderType.MarketToLimit;
    public bool IsAllOrNone => Flags.HasFlag(OrderFlags.AllOrNone);

    /// <summary>It stands in the hidden part of its level.</summary>
    public bool IsHidden => Flags.HasFlag(OrderFlags.Hidden) || IsAllOrNone;

    /// <summary>Section 6: a hidden order with a minimum execution size, or all or none.</summary>
    public bool IsConditional => IsAllOrNone || (IsHidden && Minimum > 0);

    /// <summary>Section 6: what a conditional order must be able to trade.</summary>
    public long SizeInForce => IsAllOrNone ? Leaves : Math.Min(Minimum, Leaves);

    /// <summary>What it shows when it enters a queue now (section 5).</summary>
    public long Slice => IsHidden || IsMarket ? 0 : Display > 0 ? Math.Min(Display, Leaves) : Leaves;

    /// <summary>What one trade can take of it.</summary>
    public long Offered => IsHidden ? Leaves : Shown;

    public SlowOrder Clone() => (SlowOrder)MemberwiseClone();

    /// <summary>Takes lots off: hidden ones first, so what it shows stays as long as it can.</summary>
    public void TakeOff(long lots)
    {
        Leaves -= lots;
        Shown = Math.Min(Shown, Leaves);
    }

    /// <summary>An order from its request; what its type has no use for is 0.</summary>
    public static SlowOrder Of(in MatchOrder order)
    {
        bool hasPrice = order.Type is OrderType.Limit or OrderType.StopLimit;
        bool hasStop = order.Type is OrderType.Stop or OrderType.StopLimit;
        bool hasOffset = order.Type is OrderType.TrailingStop or OrderType.Pegged;
        return new SlowOrder
        {
            Id = order.OrderId,
            Instrument = order.InstrumentId,
            Account = order.Account,
            Firm = order.Firm,
            Strategy = order.Strategy,
            Session = order.Session,
            Tag = order.Tag,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Flags = order.Flags | (order.Peg == PegReference.Mid ? OrderFlags.Hidden : 0),
            Peg = order.Peg,
            SelfTrade = order.SelfTrade,
            Price = hasPrice ? order.Price.Ticks : 0,
            LimitPrice = order.Flags.HasFlag(OrderFlags.HasLimit) ? order.Price.Ticks : 0,
            Leaves = order.Quantity.Lots,
            StopPrice = hasStop ? order.StopPrice.Ticks : 0,
            Offset = hasOffset ? order.OffsetTicks : 0,
            Display = order.DisplayQuantity.Lots,
            Minimum = order.MinimumQuantity.Lots,
            Expiry = order.TimeInForce == TimeInForce.GoodTillTime ? order.ExpireTimeNs : 0,
        };
    }

    /// <summary>The request that would make such an order: what a replace is checked as.</summary>
    public MatchOrder ToRequest() => new()
    {
        OrderId = Id,
        Price = new Price(IsPegged ? LimitPrice : Price),
        Quantity = new Quantity(Leaves),
        StopPrice = new Price(StopPrice),
        OffsetTicks = Offset,
        DisplayQuantity = new Quantity(Display),
        MinimumQuantity = new Quantity(Minimum),
        ExpireTimeNs = Expiry,
        InstrumentId = Instrument,
        Account = Account,
        Firm = Firm,
        Strategy = Strategy,
        Session = Session,
        Tag = Tag,
        Side = Side,
        Type = Type,
        TimeInForce = TimeInForce,
        Flags = Flags,
        Peg = Peg,
        SelfTrade = SelfTrade,
    };

    public RestingOrder ToResting() => new()
    {
        OrderId = Id,
        Price = new Price(Price),
        Leaves = new Quantity(Leaves),
        Shown = new Quantity(Shown),
        PrioritySequence = Number,
        StopPrice = new Price(StopPrice),
        OffsetTicks = Offset,
        DisplayQuantity = new Quantity(Display),
        MinimumQuantity = new Quantity(Minimum),
        ExpireTimeNs = Expiry,
        LimitPrice = new Price(LimitPrice),
        InstrumentId = Instrument,
        Account = Account,
        Firm = Firm,
        Strategy = Strategy,
        Session = Session,
        Tag = Tag,
        Side = Side,
        Type = Type,
        TimeInForce = TimeInForce,
        Flags = Flags,
        Peg = Peg,
        SelfTrade = SelfTrade,
        Place = Place,
    };
}
