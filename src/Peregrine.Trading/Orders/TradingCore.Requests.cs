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
            step.Kind = TellsOrderStates ? StepKind.Known : StepKind.Refused;
            return;
        }

        // An id counts as used even when its order is refused: a resent copy of a refused order must not slip through later.
        RiskVerdict verdict = command.Refusal == RejectReason.None ? CheckNew(in command) : RiskVerdict.Because(command.Refusal);
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
        bool endsOrder = false;
        RiskVerdict verdict = reason == RejectReason.None ? CheckReplace(in command, slot, ref fields, out endsOrder) : RiskVerdict.Because(reason);
        if (!verdict.IsPass)
        {
            RefuseRequest(in command, in keys, slot, verdict, ref step);
            return;
        }

        BeginRequest(in command, in keys, slot, ref step);
        (step.Fields, step.EndsOrder) = (fields, endsOrder);
        if (endsOrder)
        {
            _engine.BeginCancel(step.OrderId, _events);
            return;
        }

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
        _requestEndsOrder = step.EndsOrder;
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
        reason = reason == RejectReason.None ? FindMismatch(in command, slot) : reason;

        // A request's own id is one that the answer repeats; it may be the order's, which it has anyway.
        bool hasRequestId = !command.ClientOrderId.SequenceEqual(command.OriginalClientOrderId);
        if (reason == RejectReason.None)
        {
            Told state = new() { Reason = _orders[slot].Reason, Original = hasRequestId ? command.ClientOrderId : default };
            AddReport(in command, slot, ReportType.Status, in state, reports);
            return;
        }

        Told told = new() { Reason = reason, Original = hasRequestId ? command.ClientOrderId : command.OriginalClientOrderId };
        AddRequestReport(in command, ReportType.Status, OrderStatus.Rejected, in told, 0, reports);
    }

    /// <summary>A new order has an id that is known: the order of that id is told, as the answer to one that may have been sent before, or as what it
    /// goes on to be while the new one is refused.</summary>
    private void TellKnown(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        bool isFound = _clientIds.TryFind(keys.Own, out ulong orderId, out int slot) && slot != NoRecord
            && _orders[slot].OrderId == orderId && _orders[slot].SessionId == command.SessionId;
        if (!isFound)
        {
            ReportRejected(in command, RiskVerdict.Because(RejectReason.DuplicateClientOrderId), reports);
        }
        else if (command.IsPossResend)
        {
            AddReport(in command, slot, ReportType.Status, new Told { Reason = _orders[slot].Reason }, reports);
        }
        else
        {
            AddRefusal(in command, slot, ReportType.Rejected, new Told { Reason = RejectReason.DuplicateClientOrderId }, reports);
        }
    }

    /// <summary>What a cancel, a reduce and a replace have in common: a fresh id, and a working order of the same session.</summary>
    private RejectReason CheckRequest(in CommandView command, in CommandKeys keys, out int slot)
    {
        RejectReason reason = Resolve(in command, in keys, out slot);
        if (IsDuplicate(in command, in keys))
        {
            return RejectReason.DuplicateClientOrderId;
        }

        reason = reason == RejectReason.None ? FindMismatch(in command, slot) : reason;
        reason = reason == RejectReason.None && !_orders[slot].IsWorking ? RejectReason.OrderClosed : reason;
        return reason == RejectReason.None ? command.Refusal : reason;
    }

    /// <summary>What a request names of its order and the order does not have; None as a rule.</summary>
    private RejectReason FindMismatch(in CommandView command, int slot)
    {
        MassCancelScope named = command.Scope;
        if (named == MassCancelScope.All)
        {
            return RejectReason.None;
        }

        ref OrderRecord record = ref _orders[slot];
        if ((named & MassCancelScope.Instrument) != 0 && command.InstrumentId != record.InstrumentId)
        {
            return RejectReason.InstrumentMismatch;
        }

        if ((named & MassCancelScope.Side) != 0 && command.Side != record.Side)
        {
            return RejectReason.SideMismatch;
        }

        if ((named & MassCancelScope.Account) != 0 && command.AccountId != record.AccountId)
        {
            return RejectReason.AccountMismatch;
        }

        bool isOtherTime = command.Type == CommandType.Replace && command.TimeInForce != 0 && command.TimeInForce != record.TimeInForce;
        return isOtherTime ? RejectReason.TimeInForceMismatch : RejectReason.None;
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
