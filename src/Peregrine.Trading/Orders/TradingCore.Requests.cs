using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

public sealed partial class TradingCore
{
    private const int NoRecord = -1;

    private void ExecuteNew(in OrderCommand command, ReportBuffer reports)
    {
        ClientOrderKey key = Digest.KeyOf(command.SessionId, in command.ClientOrderId);
        if (IsDuplicate(in command, key))
        {
            ReportRejected(in command, RiskVerdict.Because(RejectReason.DuplicateClientOrderId), reports);
            return;
        }

        RiskVerdict verdict = CheckRisk(in command, command.OrderType, command.Side, command.InstrumentId, command.AccountId);
        int slot = NoRecord;
        if (verdict.IsPass)
        {
            slot = TakeRecord(in command, key);
            MatchOrder order = ToMatchOrder(in command, slot);
            RejectReason reason = _engine.Submit(in order, _events);
            if (reason != RejectReason.None)
            {
                _orders.Return(slot);
                slot = NoRecord;
                verdict = VerdictOf(reason);
            }
        }

        // An id counts as used even when its order was refused: a resent copy of a refused order must not slip through later.
        Register(in command, key, command.OrderId, slot);
        if (!verdict.IsPass)
        {
            ReportRejected(in command, verdict, reports);
            return;
        }

        _orders.EndChange(slot);
        ReportMatchEvents(in command, slot, reports);
    }

    private void ExecuteCancel(in OrderCommand command, ReportBuffer reports)
    {
        RejectReason reason = CheckRequest(in command, out ClientOrderKey key, out int slot);
        if (reason != RejectReason.None)
        {
            RefuseRequest(in command, key, slot, RiskVerdict.Because(reason), reports);
            return;
        }

        Register(in command, key, _orders[slot].OrderId, slot);
        Check.That(_engine.Cancel(_orders[slot].OrderId, _events) == RejectReason.None, "a working order rests in a book");
        _orders.BeginChange(slot);
        ref OrderRecord record = ref _orders[slot];
        ClientOrderId original = Rename(ref record, in command, key);
        CloseRecord(slot, OrderStatus.Cancelled);
        _orders.EndChange(slot);
        ref OrderReport report = ref AddReport(in command, in record, ReportType.Cancelled, reports);
        report.OriginalClientOrderId = original;
    }

    private void ExecuteReplace(in OrderCommand command, ReportBuffer reports)
    {
        RejectReason reason = CheckRequest(in command, out ClientOrderKey key, out int slot);
        RiskVerdict verdict = reason == RejectReason.None ? CheckReplace(in command, slot) : RiskVerdict.Because(reason);
        if (!verdict.IsPass)
        {
            RefuseRequest(in command, key, slot, verdict, reports);
            return;
        }

        ref OrderRecord record = ref _orders[slot];
        Register(in command, key, record.OrderId, slot);
        RejectReason refused = _engine.Replace(record.OrderId, command.Price, command.Quantity - record.CumulativeQuantity, _events);
        Check.That(refused == RejectReason.None, "a replace that passed the checks is one the engine takes");
        _orders.BeginChange(slot);
        ClientOrderId original = Rename(ref record, in command, key);
        record.Price = command.Price;
        record.Quantity = command.Quantity;
        _orders.EndChange(slot);
        ref OrderReport report = ref AddReport(in command, in record, ReportType.Replaced, reports);
        report.OriginalClientOrderId = original;
        ReportMatchEvents(in command, slot, reports);
    }

    private void ExecuteStatus(in OrderCommand command, ReportBuffer reports)
    {
        RejectReason reason = Resolve(in command, out int slot);
        if (slot != NoRecord)
        {
            ref OrderReport found = ref AddReport(in command, in _orders[slot], ReportType.Status, reports);
            found.Reason = _orders[slot].Reason;
            return;
        }

        ref OrderReport report = ref AddEmptyReport(in command, ReportType.Status, reason, reports);
        report.Status = OrderStatus.Rejected;
        report.ClientOrderId = command.OriginalClientOrderId;
    }

    private RiskVerdict CheckReplace(in OrderCommand command, int slot)
    {
        ref OrderRecord record = ref _orders[slot];
        if (command.InstrumentId != record.InstrumentId || command.Side != record.Side || command.OrderType != record.OrderType)
        {
            return RiskVerdict.Because(RejectReason.NotReplaceable);
        }

        RiskVerdict verdict = CheckRisk(in command, record.OrderType, record.Side, record.InstrumentId, record.AccountId);
        return verdict.IsPass && command.Quantity <= record.CumulativeQuantity
            ? new RiskVerdict(RejectReason.QuantityBelowFilled, record.CumulativeQuantity.Lots, command.Quantity.Lots)
            : verdict;
    }

    /// <summary>What a cancel and a replace have in common: a fresh id, and a working order of the same session.</summary>
    private RejectReason CheckRequest(in OrderCommand command, out ClientOrderKey key, out int slot)
    {
        key = Digest.KeyOf(command.SessionId, in command.ClientOrderId);
        RejectReason reason = Resolve(in command, out slot);
        if (IsDuplicate(in command, key))
        {
            return RejectReason.DuplicateClientOrderId;
        }

        return reason == RejectReason.None && !_orders[slot].IsWorking ? RejectReason.OrderClosed : reason;
    }

    /// <summary>Finds the record of the order that a request means: by any id it ever had that is still known.</summary>
    /// <returns>None; OrderClosed when the order is too old to have a record, or was refused; UnknownOrder.</returns>
    private RejectReason Resolve(in OrderCommand command, out int slot)
    {
        ClientOrderKey key = Digest.KeyOf(command.SessionId, in command.OriginalClientOrderId);
        if (!_clientIds.TryFind(key, out ulong orderId, out slot) || orderId == 0)
        {
            slot = NoRecord;
            return RejectReason.UnknownOrder;
        }

        if (slot == NoRecord || _orders[slot].OrderId != orderId || _orders[slot].SessionId != command.SessionId)
        {
            slot = NoRecord;
            return RejectReason.OrderClosed;
        }

        return RejectReason.None;
    }

    private bool IsDuplicate(in OrderCommand command, ClientOrderKey key) => command.ClientOrderId.Length > 0 && _clientIds.TryFind(key, out _, out _);

    private void Register(in OrderCommand command, ClientOrderKey key, ulong orderId, int slot)
    {
        if (command.ClientOrderId.Length == 0)
        {
            return;
        }

        if (_clientIds.TryGetLeaving(out ClientOrderKey oldest))
        {
            _ = _clientIds.TryFind(oldest, out ulong oldOrderId, out int oldSlot);
            bool isCurrent = oldSlot != NoRecord && _orders[oldSlot].OrderId == oldOrderId
                && _orders[oldSlot].IsWorking && _orders[oldSlot].Key == oldest;
            _clientIds.Leave(oldest, keep: isCurrent);
        }

        _clientIds.Add(key, orderId, slot);
    }

    private void RefuseRequest(in OrderCommand command, ClientOrderKey key, int slot, RiskVerdict verdict, ReportBuffer reports)
    {
        if (verdict.Reason != RejectReason.DuplicateClientOrderId)
        {
            Register(in command, key, 0, NoRecord);
        }

        ReportCancelRejected(in command, slot, verdict, reports);
    }

    /// <summary>Gives an order the id of the request that changed it, within a change of its record.</summary>
    /// <returns>The id it had.</returns>
    private ClientOrderId Rename(ref OrderRecord record, in OrderCommand command, ClientOrderKey key)
    {
        ClientOrderId original = record.ClientOrderId;
        if (command.ClientOrderId.Length > 0)
        {
            _clientIds.Release(record.Key);
            record.ClientOrderId = command.ClientOrderId;
            record.Key = key;
        }

        return original;
    }

    private int TakeRecord(in OrderCommand command, ClientOrderKey key)
    {
        int slot = _orders.Take();
        ref OrderRecord record = ref _orders[slot];
        record.OrderId = command.OrderId;
        record.Price = command.OrderType == OrderType.Market ? default : command.Price;
        record.Quantity = command.Quantity;
        record.Key = key;
        record.InstrumentId = command.InstrumentId;
        record.AccountId = command.AccountId;
        record.SessionId = command.SessionId;
        record.Side = command.Side;
        record.OrderType = command.OrderType;
        record.TimeInForce = command.TimeInForce;
        record.Status = OrderStatus.New;
        record.ClientOrderId = command.ClientOrderId;
        return slot;
    }

    private static MatchOrder ToMatchOrder(in OrderCommand command, int slot) => new()
    {
        OrderId = command.OrderId,
        Price = command.Price,
        Quantity = command.Quantity,
        InstrumentId = command.InstrumentId,
        Account = command.AccountId,
        Tag = slot,
        Side = command.Side,
        Type = command.OrderType,
        TimeInForce = command.TimeInForce,
    };

    private RiskVerdict VerdictOf(RejectReason reason) => reason == RejectReason.OrderCapacity
        ? new RiskVerdict(reason, Options.OrdersMax, (long)Options.OrdersMax + 1)
        : RiskVerdict.Because(reason);

    private void CloseRecord(int slot, OrderStatus status)
    {
        _orders[slot].Status = status;
        _clientIds.Release(_orders[slot].Key);
        _orders.Close(slot);
    }
}
