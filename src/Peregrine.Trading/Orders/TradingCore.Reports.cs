using Peregrine.Primitives;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

// How reports are filled. The buffer does not clear them first, so each of these writes every field.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    /// <summary>A report of an order as it is now.</summary>
    private ref OrderReport AddReport(in OrderCommand command, int slot, ReportType type, ReportBuffer reports)
    {
        ref OrderReport report = ref AddNumbered(in command, type, reports);
        CopyOrder(slot, ref report);
        report.SessionId = _orders[slot].SessionId;
        bool hasName = (_orders[slot].Kind & RecordKind.HasClientId) != 0;
        report.ClientOrderId = hasName ? _orders.Name(slot).Id : default;
        report.OriginalClientOrderId = default;
        return ref report;
    }

    private void CopyOrder(int slot, ref OrderReport report)
    {
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
        report.Flags = record.Flags;
        if ((record.Kind & RecordKind.HasExtras) != 0)
        {
            CopyExtras(in _orders.Extras(slot), ref report);
            return;
        }

        report.Attributes = default;
        report.PeggedPrice = default;
        report.StrategyId = 0;
        report.Peg = 0;
        report.SelfTrade = 0;
    }

    private static void CopyExtras(in OrderExtras extras, ref OrderReport report)
    {
        report.Attributes = extras.Attributes;
        report.PeggedPrice = extras.PeggedPrice;
        report.StrategyId = extras.StrategyId;
        report.Peg = extras.Peg;
        report.SelfTrade = extras.SelfTrade;
    }

    private void ReportRejected(in OrderCommand command, RiskVerdict verdict, ReportBuffer reports)
    {
        ref OrderReport report = ref AddEmptyReport(in command, ReportType.Rejected, verdict.Reason, reports);
        report.LimitValue = verdict.LimitValue;
        report.ObservedValue = verdict.ObservedValue;

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
        report.RequestType = command.Type;
        if (slot != NoRecord)
        {
            CopyOrder(slot, ref report);
        }
    }

    /// <summary>A report that tells what the request said, there being no order to tell of.</summary>
    private ref OrderReport AddEmptyReport(in OrderCommand command, ReportType type, RejectReason reason, ReportBuffer reports)
    {
        ref OrderReport report = ref AddNumbered(in command, type, reports);
        report.OrderId = 0;
        report.Price = command.Price;
        report.Quantity = command.Quantity;
        report.CumulativeQuantity = Quantity.Zero;
        report.LeavesQuantity = Quantity.Zero;
        report.CumulativeNotional = 0;
        report.Attributes = command.Attributes;
        report.PeggedPrice = default;
        report.InstrumentId = command.InstrumentId;
        report.AccountId = command.AccountId;
        report.SessionId = command.SessionId;
        report.StrategyId = command.StrategyId;
        report.Status = OrderStatus.Rejected;
        report.Reason = reason;
        report.Side = command.Side;
        report.OrderType = command.OrderType;
        report.TimeInForce = command.TimeInForce;
        report.Flags = command.Flags;
        report.Peg = command.Peg;
        report.SelfTrade = command.SelfTrade;
        report.Scope = command.Scope;
        report.ClientOrderId = command.ClientOrderId;
        report.OriginalClientOrderId = command.OriginalClientOrderId;
        _reasonCounts[(int)reason]++;
        return ref report;
    }

    /// <summary>What all reports have, and what most do not have: the rest is the caller's.</summary>
    private ref OrderReport AddNumbered(in OrderCommand command, ReportType type, ReportBuffer reports)
    {
        ref OrderReport report = ref reports.Next();
        Invariant.That(type != 0 && type <= ReportTypes.Last, "a report is of a kind that there is");
        report.ExecId = ++LastExecId;
        report.Sequence = command.Sequence;
        report.TimeNs = command.TimeNs;
        report.Type = type;
        report.ContraOrderId = 0;
        report.LastPrice = default;
        report.LastQuantity = Quantity.Zero;
        report.LimitValue = 0;
        report.ObservedValue = 0;
        report.CancelledCount = 0;
        report.Reason = RejectReason.None;
        report.RequestType = default;
        report.Phase = default;
        report.CancelsForbidden = false;
        report.Scope = MassCancelScope.All;
        report.IsAggressor = false;
        _reportCounts[(int)type]++;
        return ref report;
    }
}
