using System.Numerics;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Orders;

namespace Peregrine.Oracles.Orders;

/// <summary>An order as its owner knows it.</summary>
internal sealed class SlowOrderState(in OrderCommand asked)
{
    public readonly ulong Id = asked.OrderId;
    public readonly int Session = asked.SessionId;
    public readonly int Account = asked.AccountId;
    public readonly int Instrument = asked.InstrumentId;
    public readonly int Strategy = asked.StrategyId;
    public readonly Side Side = asked.Side;
    public readonly OrderType Type = asked.OrderType;
    public readonly TimeInForce TimeInForce = asked.TimeInForce;
    public readonly OrderFlags Flags = asked.Flags;
    public readonly PegReference Peg = asked.Peg;
    public readonly SelfTradePrevention SelfTrade = asked.SelfTrade;

    public string Name = asked.ClientOrderId.ToString();
    public long Price = HasLimit(asked.OrderType, asked.Flags) ? asked.Price.Ticks : 0;
    public long PeggedPrice;
    public OrderAttributes Attributes = asked.Attributes;
    public long Quantity = asked.Quantity.Lots;
    public long Filled;
    public BigInteger Notional;
    public OrderStatus Status = OrderStatus.New;
    public RejectReason Reason;
    public bool IsTriggered;

    /// <summary>Its place among closed orders, from 1 on; 0 while it works.</summary>
    public long ClosedOrdinal;

    /// <summary>Whether it has, or ever named, more than price and quantity.</summary>
    public bool HasExtras = !asked.Attributes.Equals(default) || asked.StrategyId != 0 || asked.Peg != 0 || asked.SelfTrade != 0;

    /// <summary>Whether it still has a record: it works, or was among the last to close.</summary>
    public bool IsRemembered = true;

    public bool IsWorking => Status is OrderStatus.New or OrderStatus.PartiallyFilled;

    /// <summary>What it is now, for risk: a stop that was triggered and a market-to-limit order that has its price are something else.</summary>
    public OrderType TypeNow => (Type, IsTriggered) switch
    {
        (OrderType.StopLimit, true) => OrderType.Limit,
        (OrderType.Stop or OrderType.TrailingStop, true) => OrderType.Market,
        (OrderType.MarketToLimit, _) when Price != 0 => OrderType.Limit,
        _ => Type,
    };

    public static bool HasLimit(OrderType type, OrderFlags flags) =>
        type is OrderType.Limit or OrderType.StopLimit || (type == OrderType.Pegged && flags.HasFlag(OrderFlags.HasLimit));

    /// <summary>A report of it as it is.</summary>
    public OrderReport ToReport(ReportType type)
    {
        OrderReport report = new() { Type = type, SessionId = Session, ClientOrderId = SlowCore.IdOf(Name) };
        CopyTo(ref report);
        return report;
    }

    public void CopyTo(ref OrderReport report)
    {
        report.OrderId = Id;
        report.Price = new Price(Price);
        report.Quantity = new Quantity(Quantity);
        report.CumulativeQuantity = new Quantity(Filled);
        report.LeavesQuantity = new Quantity(IsWorking ? Quantity - Filled : 0);
        report.CumulativeNotional = (Int128)Notional;
        report.Attributes = Attributes;
        report.PeggedPrice = new Price(PeggedPrice);
        report.InstrumentId = Instrument;
        report.AccountId = Account;
        report.StrategyId = Strategy;
        report.Status = Status;
        report.Side = Side;
        report.OrderType = Type;
        report.TimeInForce = TimeInForce;
        report.Flags = Flags;
        report.Peg = Peg;
        report.SelfTrade = SelfTrade;
    }
}
