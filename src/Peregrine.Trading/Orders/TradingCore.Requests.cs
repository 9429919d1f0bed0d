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

    private void BeginNew(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        if (IsDuplicate(in command, in keys))
        {
            ReportRejected(in command, RiskVerdict.Because(RejectReason.DuplicateClientOrderId), reports);
            return;
        }

        RiskVerdict verdict = CheckNew(in command);
        if (!verdict.IsPass)
        {
            RefuseNew(in command, in keys, verdict, reports);
            return;
        }

        _slot = TakeRecord(in command, in keys);
        MatchOrder order = ToMatchOrder(in command, _slot);
        _engine.BeginNew(in order, _events);
        _step = Step.New;
    }

    private void CompleteNew(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        RejectReason reason = (RejectReason)_engine.Complete(_events);
        int slot = _slot;
        if (reason != RejectReason.None)
        {
            _orders.Return(slot);
            RefuseNew(in command, in keys, VerdictOf(reason, in command), reports);
            return;
        }

        Register(in command, in keys, command.OrderId, slot);
        _orders.Register(slot);
        _requestSlot = slot;
        ApplyEvents(in command, _before, reports);
        TellArrivalPrice(in command, slot, reports);
    }

    // An id counts as used even when its order was refused: a resent copy of a refused order must not slip through later.
    private void RefuseNew(in CommandView command, in CommandKeys keys, RiskVerdict verdict, ReportBuffer reports)
    {
        Register(in command, in keys, command.OrderId, NoRecord);
        ReportRejected(in command, verdict, reports);
    }

    /// <summary>Cancel and reduce.</summary>
    private void BeginCancel(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        RejectReason reason = CheckRequest(in command, in keys, out int slot);
        if (reason != RejectReason.None)
        {
            RefuseRequest(in command, in keys, slot, RiskVerdict.Because(reason), reports);
            return;
        }

        ulong orderId = _orders[slot].OrderId;
        if (command.Type == CommandType.Cancel)
        {
            _engine.BeginCancel(orderId, _events);
        }
        else
        {
            _engine.BeginReduce(orderId, command.Quantity, _events);
        }

        (_slot, _step) = (slot, Step.Request);
    }

    private void BeginReplace(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        RejectReason reason = CheckRequest(in command, in keys, out int slot);
        ReplaceFields fields = command.Fields;
        RiskVerdict verdict = reason == RejectReason.None ? CheckReplace(in command, slot, ref fields) : RiskVerdict.Because(reason);
        if (!verdict.IsPass)
        {
            RefuseRequest(in command, in keys, slot, verdict, reports);
            return;
        }

        BeginReplace(in command, in _orders[slot], fields);
        (_slot, _fields, _step) = (slot, fields, Step.Request);
    }

    // A cancel, a reduce or a replace.
    private void CompleteRequest(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        RejectReason reason = (RejectReason)_engine.Complete(_events);
        int slot = _slot;
        if (reason != RejectReason.None)
        {
            bool isReplace = command.Type == CommandType.Replace;
            RefuseRequest(in command, in keys, slot, isReplace ? VerdictOf(reason, in command) : RiskVerdict.Because(reason), reports);
            return;
        }

        BeginRequest(in command, in keys, slot);
        if (command.Type != CommandType.Replace)
        {
            ApplyEvents(in command, _before, reports);
            return;
        }

        _requestFields = _fields;
        ApplyEvents(in command, _before, reports);
        TellArrivalPrice(in command, slot, reports);
    }

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

    private void RefuseRequest(in CommandView command, in CommandKeys keys, int slot, RiskVerdict verdict, ReportBuffer reports)
    {
        if (verdict.Reason != RejectReason.DuplicateClientOrderId)
        {
            Register(in command, in keys, 0, NoRecord);
        }

        ReportCancelRejected(in command, slot, verdict, reports);
    }

    /// <summary>The engine has taken a request about an order: the events that follow are told with the client's id of it.</summary>
    private void BeginRequest(in CommandView command, in CommandKeys keys, int slot)
    {
        Register(in command, in keys, _orders[slot].OrderId, slot);
        _requestSlot = slot;
        _requestKey = keys.Own;
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
