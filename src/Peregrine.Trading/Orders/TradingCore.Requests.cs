using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

// Requests about one order.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    private const int NoRecord = -1;
    private const ReplaceFields PriceAndQuantity = ReplaceFields.Price | ReplaceFields.Leaves;

    private void BeginNew(in CommandView command, in CommandKeys keys, ref Step step)
    {
        if (IsDuplicate(in command, in keys))
        {
            step.Refuse(RiskVerdict.Because(RejectReason.DuplicateClientOrderId));
            return;
        }

        // An id counts as used even when its order is refused: a resent copy of a refused order must not slip through later.
        RiskVerdict verdict = CheckNew(in command);
        if (!verdict.IsPass)
        {
            Register(in command, in keys, command.OrderId, NoRecord);
            step.Refuse(verdict);
            return;
        }

        int slot = TakeRecord(in command, in keys);
        Register(in command, in keys, command.OrderId, slot);
        _orders.Register(slot);
        MatchOrder order = ToMatchOrder(in command, slot);
        _engine.BeginNew(in order, _events);
        (step.Kind, step.Slot, step.OrderId) = (StepKind.New, slot, command.OrderId);
    }

    private void CompleteNew(in CommandView command, in CommandKeys keys, RejectReason reason, ref Step step, ReportBuffer reports)
    {
        if (reason != RejectReason.None)
        {
            // The engine does not know it, so nothing can have happened to it.
            ReleaseName(step.Slot);
            Bind(in command, in keys, command.OrderId);
            _orders.Withdraw(step.Slot);
            ReportRejected(in command, VerdictOf(reason, in command), reports);
            return;
        }

        _requestSlot = step.Slot;
        ApplyEvents(in command, step.EventsFrom, step.EventsTo, reports);
        TellArrivalPrice(in command, step.Slot, reports);
    }

    /// <summary>Cancel and reduce.</summary>
    private void BeginCancel(in CommandView command, in CommandKeys keys, ref Step step)
    {
        RejectReason reason = CheckRequest(in command, in keys, out int slot);
        if (reason != RejectReason.None)
        {
            RefuseRequest(in command, in keys, slot, RiskVerdict.Because(reason), ref step);
            return;
        }

        BeginRequest(in command, in keys, slot, ref step);
        if (command.Type == CommandType.Cancel)
        {
            _engine.BeginCancel(step.OrderId, _events);
        }
        else
        {
            _engine.BeginReduce(step.OrderId, command.Quantity, _events);
        }
    }

    private void BeginReplace(in CommandView command, in CommandKeys keys, ref Step step)
    {
        RejectReason reason = CheckRequest(in command, in keys, out int slot);
        ReplaceFields fields = command.Fields;
        RiskVerdict verdict = reason == RejectReason.None ? CheckReplace(in command, slot, ref fields) : RiskVerdict.Because(reason);
        if (!verdict.IsPass)
        {
            RefuseRequest(in command, in keys, slot, verdict, ref step);
            return;
        }

        BeginRequest(in command, in keys, slot, ref step);
        step.Fields = fields;
        BeginReplace(in command, in _orders[slot], fields);
    }

    // A cancel, a reduce or a replace.
    private void CompleteRequest(in CommandView command, in CommandKeys keys, RejectReason reason, ref Step step, ReportBuffer reports)
    {
        bool isReplace = command.Type == CommandType.Replace;
        if (reason != RejectReason.None)
        {
            // Commands that were under way may have closed the order since it was asked for.
            int slot = FindStill(in step);
            bool isClosed = slot == NoRecord ? command.HasOriginalClientOrderId : !_orders[slot].IsWorking;
            reason = isClosed ? RejectReason.OrderClosed : reason;
            Bind(in command, in keys, 0);
            ReportCancelRejected(in command, slot, isReplace ? VerdictOf(reason, in command) : RiskVerdict.Because(reason), reports);
            return;
        }

        _requestSlot = step.Slot;
        _requestKey = keys.Own;
        _requestFields = step.Fields;
        ApplyEvents(in command, step.EventsFrom, step.EventsTo, reports);
        if (isReplace)
        {
            TellArrivalPrice(in command, step.Slot, reports);
        }
    }

    // The record of the order that a step is about, if it is still its.
    private int FindStill(in Step step) => step.OrderId != 0 && _orders[step.Slot].OrderId == step.OrderId ? step.Slot : NoRecord;

    private void BeginReplace(in CommandView command, in OrderRecord record, ReplaceFields fields)
    {
        if (fields == PriceAndQuantity)
        {
            _engine.BeginReplace(record.OrderId, command.Price, command.Quantity - record.CumulativeQuantity, _events);
            return;
        }

        if (fields == ReplaceFields.Price)
        {
            _engine.BeginMove(record.OrderId, command.Price, _events);
            return;
        }

        MatchReplace replace = new()
        {
            OrderId = record.OrderId,
            Fields = fields,
            Price = command.Price,
            Leaves = (fields & ReplaceFields.Leaves) != 0 ? command.Quantity - record.CumulativeQuantity : Quantity.Zero,
            StopPrice = command.StopPrice,
            OffsetTicks = command.OffsetTicks,
            DisplayQuantity = command.DisplayQuantity,
            MinimumQuantity = command.MinimumQuantity,
            ExpireTimeNs = command.ExpireTimeNs,
        };
        _engine.BeginReplace(in replace, _events);
    }

    private void ExecuteStatus(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        RejectReason reason = Resolve(in command, in keys, out int slot);
        if (slot != NoRecord)
        {
            AddReport(in command, slot, ReportType.Status, new Told { Reason = _orders[slot].Reason }, reports);
            return;
        }

        AddRequestReport(in command, ReportType.Status, OrderStatus.Rejected,
            new Told { Reason = reason, Original = command.OriginalClientOrderId }, 0, reports);
    }

    /// <summary>What a cancel, a reduce and a replace have in common: a fresh id, and a working order of the same session.</summary>
    private RejectReason CheckRequest(in CommandView command, in CommandKeys keys, out int slot)
    {
        RejectReason reason = Resolve(in command, in keys, out slot);
        if (IsDuplicate(in command, in keys))
        {
            return RejectReason.DuplicateClientOrderId;
        }

        return reason == RejectReason.None && !_orders[slot].IsWorking ? RejectReason.OrderClosed : reason;
    }

    /// <summary>Finds the record of the order that a request means: by any client id it ever had that is still known, or by its order id.</summary>
    /// <returns>None; OrderClosed when the order is too old to have a record, or was refused; UnknownOrder.</returns>
    private RejectReason Resolve(in CommandView command, in CommandKeys keys, out int slot)
    {
        if (!command.HasOriginalClientOrderId)
        {
            slot = _orders.Find(command.OrderId);
            bool isOwn = slot != NoRecord && _orders[slot].SessionId == command.SessionId;
            slot = isOwn ? slot : NoRecord;
            return isOwn ? RejectReason.None : RejectReason.UnknownOrder;
        }

        if (!_clientIds.TryFind(keys.Original, out ulong orderId, out slot) || orderId == 0)
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

    private bool IsDuplicate(in CommandView command, in CommandKeys keys) =>
        command.HasClientOrderId && _clientIds.TryFind(keys.Own, out _, out _);

    private void Register(in CommandView command, in CommandKeys keys, ulong orderId, int slot)
    {
        if (!command.HasClientOrderId)
        {
            return;
        }

        if (_clientIds.TryGetLeaving(out ClientOrderKey oldest, out ulong oldOrderId, out int oldSlot))
        {
            bool isCurrent = oldSlot != NoRecord && _orders[oldSlot].OrderId == oldOrderId && _orders[oldSlot].IsWorking && IsNamed(oldSlot, oldest);
            if (isCurrent)
            {
                _orders[oldSlot].IsNameAged = true;
            }

            _clientIds.Leave(keep: isCurrent);
        }

        _clientIds.Add(keys.Own, orderId, slot);
        int leavingSoon = _clientIds.PrefetchLeaving();
        if (leavingSoon != NoRecord)
        {
            _orders.PrefetchSlot(leavingSoon);
        }
    }

    private bool IsNamed(int slot, ClientOrderKey key) => (_orders[slot].Kind & RecordKind.HasClientId) != 0 && _orders.Name(slot).Key == key;

    /// <summary>A request fails its checks: it is told when its turn comes.</summary>
    private void RefuseRequest(in CommandView command, in CommandKeys keys, int slot, RiskVerdict verdict, ref Step step)
    {
        if (verdict.Reason != RejectReason.DuplicateClientOrderId)
        {
            Register(in command, in keys, 0, NoRecord);
        }

        (step.Kind, step.Verdict, step.Slot) = (StepKind.RefusedRequest, verdict, slot);
        step.OrderId = slot == NoRecord ? 0 : _orders[slot].OrderId;
    }

    /// <summary>A request about an order passes its checks, and goes to the engine.</summary>
    private void BeginRequest(in CommandView command, in CommandKeys keys, int slot, ref Step step)
    {
        (step.Kind, step.Slot, step.OrderId) = (StepKind.Request, slot, _orders[slot].OrderId);
        Register(in command, in keys, step.OrderId, slot);
    }

    // The engine has refused what the command's id was registered for: it stays used, and leads nowhere.
    private void Bind(in CommandView command, in CommandKeys keys, ulong orderId)
    {
        if (command.HasClientOrderId)
        {
            _clientIds.Bind(keys.Own, orderId, NoRecord);
        }
    }

    /// <summary>Gives an order the id of the request that changed it, before its change goes into the digest.</summary>
    /// <param name="original">The id it had.</param>
    private void Rename(in CommandView command, int slot, out ClientOrderId original)
    {
        ref OrderRecord record = ref _orders[slot];
        bool hasName = (record.Kind & RecordKind.HasClientId) != 0;
        original = hasName ? _orders.Name(slot).Id : default;
        if (!command.HasClientOrderId)
        {
            return;
        }

        ReleaseName(slot);

        record.Kind |= RecordKind.HasClientId;
        _ = ClientOrderId.TryCreate(command.ClientOrderId, out _orders.Name(slot).Id);
        _orders.Name(slot).Key = _requestKey;
    }

    private int TakeRecord(in CommandView command, in CommandKeys keys)
    {
        int slot = _orders.Take();
        ref OrderRecord record = ref _orders[slot];
        record.OrderId = command.OrderId;
        record.Price = OrderTypes.HasPrice(command.OrderType, command.Flags) ? command.Price : default;
        record.Quantity = command.Quantity;
        record.CumulativeQuantity = Quantity.Zero;
        record.CumulativeNotional = 0;
        record.ClosedOrdinal = 0;
        record.InstrumentId = command.InstrumentId;
        record.AccountId = command.AccountId;
        record.SessionId = command.SessionId;
        record.Side = command.Side;
        record.OrderType = command.OrderType;
        record.TimeInForce = command.TimeInForce;
        record.Flags = command.Flags;
        record.Status = OrderStatus.New;
        record.Reason = RejectReason.None;
        record.Kind = RecordKind.Plain;
        record.IsNameAged = false;
        if (command.HasClientOrderId)
        {
            record.Kind |= RecordKind.HasClientId;
            _ = ClientOrderId.TryCreate(command.ClientOrderId, out _orders.Name(slot).Id);
            _orders.Name(slot).Key = keys.Own;
        }

        if (HasExtras(in command))
        {
            record.Kind |= RecordKind.HasExtras;
            _orders.Extras(slot) = new OrderExtras
            {
                Attributes = command.Attributes,
                StrategyId = command.StrategyId,
                Peg = command.Peg,
                SelfTrade = command.SelfTrade,
            };
        }

        return slot;
    }

    // Most orders have none.
    private static bool HasExtras(in CommandView command) =>
        command.HasAttributes || ((uint)command.StrategyId | (byte)command.Peg | (byte)command.SelfTrade) != 0;

    private MatchOrder ToMatchOrder(in CommandView command, int slot) => new()
    {
        OrderId = command.OrderId,
        Price = command.Price,
        Quantity = command.Quantity,
        StopPrice = command.StopPrice,
        OffsetTicks = command.OffsetTicks,
        DisplayQuantity = command.DisplayQuantity,
        MinimumQuantity = command.MinimumQuantity,
        ExpireTimeNs = command.ExpireTimeNs,
        InstrumentId = command.InstrumentId,
        Account = command.AccountId,
        Firm = _accounts[command.AccountId].FirmId == 0 ? -1 : _accounts[command.AccountId].FirmId,
        Strategy = command.StrategyId == 0 ? -1 : command.StrategyId,
        Session = command.SessionId,
        Tag = slot,
        Side = command.Side,
        Type = command.OrderType,
        TimeInForce = command.TimeInForce,
        Flags = command.Flags,
        Peg = command.Peg,
        SelfTrade = command.SelfTrade,
    };
}
