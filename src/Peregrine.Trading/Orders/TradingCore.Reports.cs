using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

public sealed partial class TradingCore
{
    /// <summary>Turns the engine's events of an accepted or replaced order into state and reports.</summary>
    private void ReportMatchEvents(in OrderCommand command, int slot, ReportBuffer reports)
    {
        for (int i = 0; i < _events.Count; i++)
        {
            ref readonly MatchEvent match = ref _events[i];
            switch (match.Type)
            {
                case MatchEventType.Accepted:
                    _ = ref AddReport(in command, in _orders[slot], ReportType.Accepted, reports);
                    break;
                case MatchEventType.Trade:
                    Invariant.That(_orders[match.RestingTag].OrderId == match.RestingOrderId, "a resting order's tag is its record");
                    ApplyFill(in command, in match, slot, match.RestingOrderId, isAggressor: true, reports);
                    ApplyFill(in command, in match, match.RestingTag, match.OrderId, isAggressor: false, reports);
                    break;
                case MatchEventType.Cancelled:
                    _orders.BeginChange(slot);
                    _orders[slot].Reason = match.Reason;
                    CloseRecord(slot, OrderStatus.Cancelled);
                    _orders.EndChange(slot);
                    AddReport(in command, in _orders[slot], ReportType.Cancelled, reports).Reason = match.Reason;
                    _reasonCounts[(int)match.Reason]++;
                    break;
                default:
                    break;
            }
        }
    }

    private void ApplyFill(in OrderCommand command, in MatchEvent trade, int slot, ulong contraOrderId, bool isAggressor, ReportBuffer reports)
    {
        _orders.BeginChange(slot);
        ref OrderRecord record = ref _orders[slot];
        record.CumulativeQuantity += trade.Quantity;
        record.CumulativeNotional += (Int128)trade.Price.Ticks * trade.Quantity.Lots;
        record.Status = OrderStatus.PartiallyFilled;
        if (record.CumulativeQuantity == record.Quantity)
        {
            CloseRecord(slot, OrderStatus.Filled);
        }

        _orders.EndChange(slot);
        ref OrderReport report = ref AddReport(in command, in record, ReportType.Trade, reports);
        report.LastPrice = trade.Price;
        report.LastQuantity = trade.Quantity;
        report.ContraOrderId = contraOrderId;
        report.IsAggressor = isAggressor;
    }

    private ref OrderReport AddReport(in OrderCommand command, in OrderRecord record, ReportType type, ReportBuffer reports)
    {
        ref OrderReport report = ref AddNumbered(in command, type, reports);
        report.OrderId = record.OrderId;
        report.Price = record.Price;
        report.Quantity = record.Quantity;
        report.CumulativeQuantity = record.CumulativeQuantity;
        report.LeavesQuantity = record.Leaves;
        report.CumulativeNotional = record.CumulativeNotional;
        report.InstrumentId = record.InstrumentId;
        report.AccountId = record.AccountId;
        report.SessionId = record.SessionId;
        report.Status = record.Status;
        report.Side = record.Side;
        report.OrderType = record.OrderType;
        report.TimeInForce = record.TimeInForce;
        report.ClientOrderId = record.ClientOrderId;
        return ref report;
    }

    private void ReportRejected(in OrderCommand command, RiskVerdict verdict, ReportBuffer reports)
    {
        ref OrderReport report = ref AddEmptyReport(in command, ReportType.Rejected, verdict.Reason, reports);
        report.LimitValue = verdict.LimitValue;
        report.ObservedValue = verdict.ObservedValue;
        report.Status = OrderStatus.Rejected;

        // A new order has no original; the place carries a name that the gateway did not know.
        if (command.InstrumentId >= 0 && command.AccountId >= 0)
        {
            report.OriginalClientOrderId = default;
        }
    }

    private void ReportCancelRejected(in OrderCommand command, int slot, RiskVerdict verdict, ReportBuffer reports)
    {
        ref OrderReport report = ref AddEmptyReport(in command, ReportType.CancelRejected, verdict.Reason, reports);
        report.LimitValue = verdict.LimitValue;
        report.ObservedValue = verdict.ObservedValue;
        report.Status = OrderStatus.Rejected;
        if (slot == NoRecord)
        {
            return;
        }

        ref OrderRecord record = ref _orders[slot];
        report.OrderId = record.OrderId;
        report.Price = record.Price;
        report.Quantity = record.Quantity;
        report.CumulativeQuantity = record.CumulativeQuantity;
        report.LeavesQuantity = record.Leaves;
        report.CumulativeNotional = record.CumulativeNotional;
        report.InstrumentId = record.InstrumentId;
        report.AccountId = record.AccountId;
        report.Status = record.Status;
        report.Side = record.Side;
        report.OrderType = record.OrderType;
        report.TimeInForce = record.TimeInForce;
    }

    /// <summary>A report that tells what the request said, there being no order to tell of.</summary>
    private ref OrderReport AddEmptyReport(in OrderCommand command, ReportType type, RejectReason reason, ReportBuffer reports)
    {
        ref OrderReport report = ref AddNumbered(in command, type, reports);
        report.Price = command.Price;
        report.Quantity = command.Quantity;
        report.InstrumentId = command.InstrumentId;
        report.AccountId = command.AccountId;
        report.SessionId = command.SessionId;
        report.Reason = reason;
        report.Side = command.Side;
        report.OrderType = command.OrderType;
        report.TimeInForce = command.TimeInForce;
        report.ClientOrderId = command.ClientOrderId;
        report.OriginalClientOrderId = command.OriginalClientOrderId;
        _reasonCounts[(int)reason]++;
        return ref report;
    }

    private ref OrderReport AddNumbered(in OrderCommand command, ReportType type, ReportBuffer reports)
    {
        ref OrderReport report = ref reports.Add();
        report.ExecId = ++LastExecId;
        report.Sequence = command.Sequence;
        report.TimeNs = command.TimeNs;
        report.Type = type;
        report.RequestType = type == ReportType.CancelRejected ? command.Type : default;
        _reportCounts[(int)type]++;
        return ref report;
    }
}
