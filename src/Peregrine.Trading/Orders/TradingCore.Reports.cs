using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

// How reports are written: straight into the buffer's bytes, each field once.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    /// <summary>What a report tells beyond the order as it is; the defaults tell nothing.</summary>
    private ref struct Told
    {
        public ulong ContraOrderId;
        public Price LastPrice;
        public Quantity LastQuantity;
        public long LimitValue;
        public long ObservedValue;
        public RejectReason Reason;
        public CommandType RequestType;
        public bool IsAggressor;
        public ReadOnlySpan<byte> Original;
    }

    /// <summary>A report of an order as it is now.</summary>
    private void AddReport(in CommandView command, int slot, ReportType type, ReportBuffer reports) =>
        AddReport(in command, slot, type, new Told(), reports);

    private void AddReport(in CommandView command, int slot, ReportType type, scoped in Told told, ReportBuffer reports)
    {
        ReportWriter writer = new(reports.Reserve());
        WriteHead(ref writer.Head, in command, type, in told);
        WriteOrder(ref writer.Head, slot);
        writer.Head.SessionId = _orders[slot].SessionId;
        WriteParts(ref writer, slot, in told);
        bool hasName = (_orders[slot].Kind & RecordKind.HasClientId) != 0;
        if (hasName)
        {
            writer.Add(ReportParts.ClientId, _orders.Name(slot).Id.Span);
        }

        writer.Add(ReportParts.OriginalId, told.Original);
        reports.Commit(writer.Complete());
    }

    // One of the orders that a mass status tells, to whoever asked, under the id of the request.
    private void AddListed(in CommandView command, int slot, int place, int count, ReportBuffer reports)
    {
        ReportWriter writer = new(reports.Reserve());
        Told told = new() { ObservedValue = place };
        WriteHead(ref writer.Head, in command, ReportType.Status, in told);
        WriteOrder(ref writer.Head, slot);
        writer.Head.SessionId = command.SessionId;
        writer.Head.Scope = command.Scope;
        WriteParts(ref writer, slot, in told);
        writer.Add(ReportParts.CancelledCount, count);
        if ((_orders[slot].Kind & RecordKind.HasClientId) != 0)
        {
            writer.Add(ReportParts.ClientId, _orders.Name(slot).Id.Span);
        }

        writer.Add(ReportParts.OriginalId, command.ClientOrderId);
        reports.Commit(writer.Complete());
    }

    // What follows the head of a report of an order, but for the ids.
    private void WriteParts(ref ReportWriter writer, int slot, scoped in Told told)
    {
        writer.Add(ReportParts.ContraOrderId, (long)told.ContraOrderId);
        writer.Add(ReportParts.LastPrice, told.LastPrice.Ticks);
        writer.Add(ReportParts.LastQuantity, told.LastQuantity.Lots);
        ref OrderRecord record = ref _orders[slot];
        if (record.CumulativeQuantity.Lots != 0)
        {
            writer.AddNotional(record.CumulativeNotional);
        }

        writer.Add(ReportParts.LimitValue, told.LimitValue);
        writer.Add(ReportParts.ObservedValue, told.ObservedValue);
        if ((record.Kind & RecordKind.HasExtras) != 0)
        {
            ref OrderExtras extras = ref _orders.Extras(slot);
            writer.Add(ReportParts.StrategyId, extras.StrategyId);
            writer.AddAttributes(in extras.Attributes);
            writer.Add(ReportParts.PeggedPrice, extras.PeggedPrice.Ticks);
            writer.Head.Peg = extras.Peg;
            writer.Head.SelfTrade = extras.SelfTrade;
        }
    }

    private void WriteOrder(ref ReportHead head, int slot)
    {
        ref OrderRecord record = ref _orders[slot];
        head.OrderId = record.OrderId;
        head.Price = record.Price;
        head.Quantity = record.Quantity;
        head.CumulativeQuantity = record.CumulativeQuantity;
        head.LeavesQuantity = record.Leaves;
        head.InstrumentId = record.InstrumentId;
        head.AccountId = record.AccountId;
        head.Status = record.Status;
        head.Side = record.Side;
        head.OrderType = record.OrderType;
        head.TimeInForce = record.TimeInForce;
        head.Flags = record.Flags;
        head.Peg = 0;
        head.SelfTrade = 0;
    }

    private void ReportRejected(in CommandView command, RiskVerdict verdict, ReportBuffer reports)
    {
        // A new order has no original; the place carries a name that the gateway did not know.
        bool isKnown = command.InstrumentId >= 0 && command.AccountId >= 0;
        Told told = new()
        {
            Reason = verdict.Reason,
            LimitValue = verdict.LimitValue,
            ObservedValue = verdict.ObservedValue,
            Original = isKnown ? default : command.OriginalClientOrderId,
        };
        AddRequestReport(in command, ReportType.Rejected, OrderStatus.Rejected, in told, 0, reports);
    }

    private void ReportCancelRejected(in CommandView command, int slot, RiskVerdict verdict, ReportBuffer reports)
    {
        Told told = new()
        {
            Reason = verdict.Reason,
            RequestType = command.Type,
            LimitValue = verdict.LimitValue,
            ObservedValue = verdict.ObservedValue,
            Original = command.OriginalClientOrderId,
        };
        if (slot == NoRecord)
        {
            AddRequestReport(in command, ReportType.CancelRejected, OrderStatus.Rejected, in told, 0, reports);
            return;
        }

        AddRefusal(in command, slot, ReportType.CancelRejected, in told, reports);
    }

    /// <summary>The order as it is, under the ids of the request, to whoever asked.</summary>
    private void AddRefusal(in CommandView command, int slot, ReportType type, scoped in Told told, ReportBuffer reports)
    {
        ReportWriter writer = new(reports.Reserve());
        WriteHead(ref writer.Head, in command, type, in told);
        WriteOrder(ref writer.Head, slot);
        writer.Head.SessionId = command.SessionId;
        writer.Head.Scope = command.Scope;
        WriteParts(ref writer, slot, in told);
        Finish(ref writer, in command, in told, reports);
    }

    /// <summary>A report that tells what the request said, there being no order to tell of.</summary>
    private void AddRequestReport(in CommandView command, ReportType type, OrderStatus status, scoped in Told told, int count, ReportBuffer reports)
    {
        ReportWriter writer = new(reports.Reserve());
        WriteHead(ref writer.Head, in command, type, in told);
        ref ReportHead head = ref writer.Head;
        head.Status = status;
        head.OrderId = 0;
        head.Price = command.Price;
        head.Quantity = command.Quantity;
        head.CumulativeQuantity = Quantity.Zero;
        head.LeavesQuantity = Quantity.Zero;
        head.InstrumentId = command.InstrumentId;
        head.AccountId = command.AccountId;
        head.SessionId = command.SessionId;
        head.Side = command.Side;
        head.OrderType = command.OrderType;
        head.TimeInForce = command.TimeInForce;
        head.Flags = command.Flags;
        head.Peg = command.Peg;
        head.SelfTrade = command.SelfTrade;
        head.Scope = command.Scope;
        writer.Add(ReportParts.LimitValue, told.LimitValue);
        writer.Add(ReportParts.ObservedValue, told.ObservedValue);
        writer.Add(ReportParts.StrategyId, command.StrategyId);
        if (command.HasAttributes)
        {
            writer.AddAttributes(command.Attributes);
        }

        writer.Add(ReportParts.CancelledCount, count);
        Finish(ref writer, in command, in told, reports);
    }

    // Under the ids of a request.
    private void Finish(ref ReportWriter writer, in CommandView command, scoped in Told told, ReportBuffer reports)
    {
        // Of a status request about no order that is known: the id that it asked for.
        writer.Add(ReportParts.ClientId, writer.Head.Type == ReportType.Status ? command.OriginalClientOrderId : command.ClientOrderId);
        writer.Add(ReportParts.OriginalId, told.Original);
        reports.Commit(writer.Complete());
        _reasonCounts[(int)told.Reason]++;
    }

    private void WritePhase(in CommandView command, in MatchEvent match, ReportBuffer reports)
    {
        // It is nobody's, and tells nothing of the order whose arrival may have caused it.
        ReportWriter writer = new(reports.Reserve());
        writer.Head = default;
        WriteHead(ref writer.Head, in command, ReportType.PhaseChanged, new Told { Reason = match.Reason });
        writer.Head.InstrumentId = match.InstrumentId;
        writer.Head.AccountId = -1;
        writer.Head.SessionId = -1;
        writer.Head.Phase = match.Phase;
        writer.Head.CancelsForbidden = (byte)(match.Quantity.Lots != 0 ? 1 : 0);
        reports.Commit(writer.Complete());
        _reasonCounts[(int)match.Reason]++;
    }

    /// <summary>What all reports have, and what most do not have; the rest of the head is the caller's.</summary>
    private void WriteHead(ref ReportHead head, in CommandView command, ReportType type, scoped in Told told)
    {
        Invariant.That(type != 0 && type <= ReportTypes.Last, "a report is of a kind that there is");
        head.Type = type;
        head.Reason = told.Reason;
        head.RequestType = told.RequestType;
        head.Phase = default;
        head.Scope = MassCancelScope.All;
        head.CancelsForbidden = 0;
        head.IsAggressor = (byte)(told.IsAggressor ? 1 : 0);
        head.Reserved = 0;
        head.ExecId = ++LastExecId;
        head.Sequence = command.Sequence;
        head.TimeNs = command.TimeNs;
        _reportCounts[(int)type]++;
    }
}
