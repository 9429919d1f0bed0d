using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Oracles.Orders;

// From events to states and reports.
public sealed partial class SlowCore
{
    private void Do(Action<MatchEventBuffer> what, SlowOrderState? request)
    {
        _events.Clear();
        what(_events);
        Apply(request, ReplaceFields.None);
    }

    private void Apply(SlowOrderState? request, ReplaceFields fields)
    {
        foreach (MatchEvent match in _events.Span.ToArray())
        {
            SlowOrderState? order = match.OrderId == 0 || match.Type > MatchEventType.Restated ? null : _orders[match.OrderId];
            switch (match.Type)
            {
                case MatchEventType.Accepted:
                    Report(order!.ToReport(ReportType.Accepted));
                    break;
                case MatchEventType.Trade:
                    Fill(order!, in match, match.RestingOrderId, match.Leaves, isAggressor: match.Side != 0);
                    Fill(_orders[match.RestingOrderId], in match, match.OrderId, match.RestingLeaves, isAggressor: false);
                    break;
                case MatchEventType.Cancelled:
                    Cancel(order!, in match, request == order && match.Reason == RejectReason.None);
                    break;
                case MatchEventType.Replaced:
                    Replace(order!, in match, fields);
                    break;
                case MatchEventType.Triggered:
                    order!.IsTriggered = true;
                    Report(order.ToReport(ReportType.Triggered));
                    break;
                case MatchEventType.Restated:
                    Restate(order!, match.Reason, match.Price.Ticks);
                    break;
                case MatchEventType.PhaseChanged:
                    Report(new OrderReport
                    {
                        Type = ReportType.PhaseChanged,
                        InstrumentId = match.InstrumentId,
                        AccountId = -1,
                        SessionId = -1,
                        Phase = match.Phase,
                        CancelsForbidden = match.Quantity.Lots == 1,
                        Reason = match.Reason,
                    });
                    break;
                default:
                    break;
            }
        }
    }

    private void Fill(SlowOrderState order, in MatchEvent trade, ulong contra, Quantity leaves, bool isAggressor)
    {
        order.Filled += trade.Quantity.Lots;
        order.Notional += (Int128)trade.Price.Ticks * trade.Quantity.Lots;
        order.Status = OrderStatus.PartiallyFilled;
        if (order.Quantity - order.Filled != leaves.Lots)
        {
            throw new InvalidOperationException(
                $"order {order.Id} has {order.Quantity} and filled {order.Filled}, the engine says that {leaves.Lots} are left");
        }

        if (order.Filled == order.Quantity)
        {
            Close(order, OrderStatus.Filled);
        }

        OrderReport report = order.ToReport(ReportType.Trade);
        report.LastPrice = trade.Price;
        report.LastQuantity = trade.Quantity;
        report.ContraOrderId = contra;
        report.IsAggressor = isAggressor;
        Report(report);
    }

    private void Cancel(SlowOrderState order, in MatchEvent match, bool isAsked)
    {
        string before = Rename(order, isAsked);
        ReportType type = ReportType.Reduced;
        if (isAsked && _command.Type == CommandType.Replace)
        {
            order.Quantity = order.Filled;
            order.Price = _command.Fields.HasFlag(ReplaceFields.Price) ? _command.Price.Ticks : order.Price;
            type = ReportType.Replaced;
            Close(order, OrderStatus.Filled);
        }
        else if (match.Leaves.Lots > 0)
        {
            order.Quantity -= match.Quantity.Lots;
        }
        else
        {
            order.Reason = match.Reason;
            bool isExpired = match.Reason == RejectReason.Expired;
            type = isExpired ? ReportType.Expired : ReportType.Cancelled;
            Close(order, isExpired ? OrderStatus.Expired : OrderStatus.Cancelled);
        }

        OrderReport report = order.ToReport(type);
        report.OriginalClientOrderId = IdOf(before);
        report.LastQuantity = match.Leaves.Lots > 0 ? match.Quantity : Quantity.Zero;
        report.Reason = match.Reason;
        Report(report);
    }

    private void Replace(SlowOrderState order, in MatchEvent match, ReplaceFields fields)
    {
        OrderAttributes wanted = _command.Attributes;
        order.HasExtras |= (fields & ~(ReplaceFields.Price | ReplaceFields.Leaves)) != 0;
        order.Quantity = fields.HasFlag(ReplaceFields.Leaves) ? _command.Quantity.Lots : order.Quantity;
        order.Price = fields.HasFlag(ReplaceFields.Price) ? _command.Price.Ticks : order.Price;
        if (fields.HasFlag(ReplaceFields.Stop) && order.Type == OrderType.TrailingStop)
        {
            order.Attributes.OffsetTicks = wanted.OffsetTicks;
            order.Attributes.StopPrice = match.Price;
        }
        else if (fields.HasFlag(ReplaceFields.Stop))
        {
            order.Attributes.StopPrice = wanted.StopPrice;
        }

        order.Attributes.DisplayQuantity = fields.HasFlag(ReplaceFields.Display) ? wanted.DisplayQuantity : order.Attributes.DisplayQuantity;
        order.Attributes.MinimumQuantity = fields.HasFlag(ReplaceFields.Minimum) ? wanted.MinimumQuantity : order.Attributes.MinimumQuantity;
        order.Attributes.ExpireTimeNs = fields.HasFlag(ReplaceFields.Expiry) ? wanted.ExpireTimeNs : order.Attributes.ExpireTimeNs;
        order.PeggedPrice = order.Type == OrderType.Pegged ? match.Price.Ticks : order.PeggedPrice;
        string before = Rename(order, isAsked: true);
        Report(order.ToReport(ReportType.Replaced) with { OriginalClientOrderId = IdOf(before) });
    }

    private string Rename(SlowOrderState order, bool isAsked)
    {
        string before = isAsked ? order.Name : "";
        order.Name = isAsked && _command.ClientOrderId.Length > 0 ? _command.ClientOrderId.ToString() : order.Name;
        return before;
    }

    private void Restate(SlowOrderState order, RejectReason reason, long price)
    {
        switch (reason)
        {
            case RejectReason.Repriced:
                order.PeggedPrice = price;
                break;
            case RejectReason.Trailed:
                order.Attributes.StopPrice = new Price(price);
                break;
            case RejectReason.Converted:
                order.Price = price;
                break;
            default:
                break;
        }

        Report(order.ToReport(ReportType.Restated) with { Reason = reason });
    }

    // An order that takes its price from the book is told that price, when it still works.
    private void TellArrivalPrice(SlowOrderState order)
    {
        if (!order.IsWorking || order.IsTriggered || !Engine.TryGetOrder(order.Id, out RestingOrder resting))
        {
            return;
        }

        switch (order.Type)
        {
            case OrderType.MarketToLimit when resting.Price.Ticks != order.Price:
                Restate(order, RejectReason.Converted, resting.Price.Ticks);
                break;
            case OrderType.TrailingStop when resting.StopPrice != order.Attributes.StopPrice:
                Restate(order, RejectReason.Trailed, resting.StopPrice.Ticks);
                break;
            case OrderType.Pegged when resting.Price.Ticks != order.PeggedPrice:
                Restate(order, RejectReason.Repriced, resting.Price.Ticks);
                break;
            default:
                break;
        }
    }

    private void Refuse(RejectReason reason, long limit, long observed)
    {
        OrderReport report = Echo(ReportType.Rejected, reason) with { LimitValue = limit, ObservedValue = observed };
        if (_command.InstrumentId >= 0 && _command.AccountId >= 0)
        {
            report.OriginalClientOrderId = default;
        }

        Report(report);
    }

    private void RefuseRequest(SlowOrderState? order, RejectReason reason, long limit, long observed)
    {
        if (reason != RejectReason.DuplicateClientOrderId && _command.ClientOrderId.Length > 0)
        {
            _used.Add(new UsedId(_command.SessionId, _command.ClientOrderId.ToString(), null, WasNew: false, OrderId: 0));
        }

        OrderReport report = Echo(ReportType.CancelRejected, reason) with { LimitValue = limit, ObservedValue = observed,
            RequestType = _command.Type };
        order?.CopyTo(ref report);
        Report(report);
    }

    /// <summary>A report of what the request said.</summary>
    private OrderReport Echo(ReportType type, RejectReason reason) => new()
    {
        Type = type,
        Status = OrderStatus.Rejected,
        Reason = reason,
        Price = _command.Price,
        Quantity = _command.Quantity,
        Attributes = _command.Attributes,
        InstrumentId = _command.InstrumentId,
        AccountId = _command.AccountId,
        SessionId = _command.SessionId,
        StrategyId = _command.StrategyId,
        Side = _command.Side,
        OrderType = _command.OrderType,
        TimeInForce = _command.TimeInForce,
        Flags = _command.Flags,
        Peg = _command.Peg,
        SelfTrade = _command.SelfTrade,
        Scope = _command.Scope,
        ClientOrderId = _command.ClientOrderId,
        OriginalClientOrderId = _command.OriginalClientOrderId,
    };

    private void Report(OrderReport report)
    {
        report.ExecId = ++_execId;
        report.Sequence = _command.Sequence;
        report.TimeNs = _command.TimeNs;
        _reportCounts[(int)report.Type]++;
        _reports.Add(report);
    }
}
