using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

// What the engine did, as changes of order state and reports: of the order that a command is about, and of all others that it moved.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    // The order that the command at work is about, the key of the client's id of the request, and what it replaces.
    private int _requestSlot = NoRecord;
    private ClientOrderKey _requestKey;
    private ReplaceFields _requestFields;
    private bool _requestEndsOrder;

    /// <summary>Applies the events between two indices. An event's tag is the record of its order.</summary>
    private void ApplyEvents(in CommandView command, int from, int to, ReportBuffer reports)
    {
        foreach (ref readonly MatchEvent match in _events.Span[from..to])
        {
            switch (match.Type)
            {
                case MatchEventType.Replaced:
                    ApplyReplaced(in command, in match, reports);
                    break;
                case MatchEventType.Accepted:
                    AddReport(in command, match.Tag, ReportType.Accepted, reports);
                    break;
                case MatchEventType.Trade:
                    _lastTrades[match.InstrumentId] = match.Price;
                    HasTraded(match.InstrumentId);
                    bool hasAggressor = match.Side != 0;
                    ApplyFill(in command, in match, match.Tag, match.RestingOrderId, match.Leaves, hasAggressor, reports);
                    ApplyFill(in command, in match, match.RestingTag, match.OrderId, match.RestingLeaves, isAggressor: false, reports);
                    break;
                case MatchEventType.Cancelled:
                    ApplyCancelled(in command, in match, reports);
                    break;
                case MatchEventType.Triggered:
                    _orders[match.Tag].Kind |= RecordKind.Triggered;
                    _orders.Changed(match.Tag);
                    AddReport(in command, match.Tag, ReportType.Triggered, reports);
                    break;
                case MatchEventType.Restated:
                    Restate(in command, match.Tag, match.Reason, match.Price, reports);
                    break;
                case MatchEventType.PhaseChanged:
                    WritePhase(in command, in match, reports);
                    break;
                case MatchEventType.LevelChanged when _untraded > 0:
                    _shown[match.InstrumentId]?.Apply(in match);
                    break;
                default:
                    break;
            }
        }

        _requestSlot = NoRecord;
        _requestEndsOrder = false;
    }

    // From its first trade on, prices of an instrument are held against its last one.
    private void HasTraded(int instrumentId)
    {
        if (_untraded > 0 && _shown[instrumentId] is not null)
        {
            _shown[instrumentId] = null;
            _untraded--;
            if (!TellsLevels)
            {
                _engine.SilenceLevels(instrumentId);
            }
        }
    }

    private void ApplyReplaced(in CommandView command, in MatchEvent match, ReportBuffer reports)
    {
        int slot = match.Tag;
        Invariant.That(slot == _requestSlot, "only the order of the request is replaced");
        ref OrderRecord record = ref _orders[slot];
        record.Quantity = record.CumulativeQuantity + match.Leaves;
        if ((_requestFields & ReplaceFields.Price) != 0)
        {
            record.Price = command.Price;
        }

        if (_requestFields > PriceAndQuantity || (record.Kind & RecordKind.HasExtras) != 0)
        {
            ReplaceExtras(in command, in match);
        }

        Rename(in command, slot, out ClientOrderId original);
        if (command.HasClientOrderId || (record.Kind & RecordKind.HasExtras) != 0)
        {
            _orders.Renamed(slot);
        }
        else
        {
            _orders.Changed(slot);
        }

        AddReport(in command, slot, ReportType.Replaced, new Told { Original = original.Span }, reports);
    }

    private void ReplaceExtras(in CommandView command, in MatchEvent match)
    {
        ref OrderRecord record = ref _orders[match.Tag];
        ref OrderExtras extras = ref _orders.Extras(match.Tag);
        if ((record.Kind & RecordKind.HasExtras) == 0)
        {
            extras = default;
            record.Kind |= RecordKind.HasExtras;
        }

        ref OrderAttributes now = ref extras.Attributes;
        ReplaceFields fields = _requestFields;
        if ((fields & ReplaceFields.Stop) != 0)
        {
            // Of a trailing stop the distance was named, and the event tells where it stands.
            now.StopPrice = match.Price;
            now.StopPrice = record.OrderType == OrderType.StopLimit ? command.StopPrice : now.StopPrice;
            now.OffsetTicks = record.OrderType == OrderType.TrailingStop ? command.OffsetTicks : now.OffsetTicks;
        }

        now.DisplayQuantity = (fields & ReplaceFields.Display) != 0 ? command.DisplayQuantity : now.DisplayQuantity;
        now.MinimumQuantity = (fields & ReplaceFields.Minimum) != 0 ? command.MinimumQuantity : now.MinimumQuantity;
        now.ExpireTimeNs = (fields & ReplaceFields.Expiry) != 0 ? command.ExpireTimeNs : now.ExpireTimeNs;
        extras.PeggedPrice = record.OrderType == OrderType.Pegged ? match.Price : extras.PeggedPrice;
    }

    private void ApplyFill(
        in CommandView command, in MatchEvent trade, int slot, ulong contraOrderId, Quantity leaves, bool isAggressor, ReportBuffer reports)
    {
        ref OrderRecord record = ref _orders[slot];
        record.CumulativeQuantity += trade.Quantity;
        record.CumulativeNotional += Math.BigMul(trade.Price.Ticks, trade.Quantity.Lots);
        record.Status = OrderStatus.PartiallyFilled;
        Invariant.That(record.CumulativeQuantity.Lots > 0 && record.CumulativeQuantity <= record.Quantity,
            "an order is filled with no more than its quantity");
        Invariant.That(record.Quantity - record.CumulativeQuantity == leaves, "what an order has left is its quantity less what is filled");
        if (leaves.Lots == 0)
        {
            CloseRecord(slot, OrderStatus.Filled);
        }

        _orders.Changed(slot);
        Told told = new() { LastPrice = trade.Price, LastQuantity = trade.Quantity, ContraOrderId = contraOrderId, IsAggressor = isAggressor };
        AddReport(in command, slot, ReportType.Trade, in told, reports);
    }

    private void ApplyCancelled(in CommandView command, in MatchEvent match, ReportBuffer reports)
    {
        int slot = match.Tag;
        ref OrderRecord record = ref _orders[slot];
        bool isAsked = slot == _requestSlot && match.Reason == RejectReason.None;
        ClientOrderId original = default;
        if (isAsked)
        {
            Rename(in command, slot, out original);
            if (_requestEndsOrder)
            {
                EndAsFilled(in command, slot, original.Span, reports);
                return;
            }
        }

        bool hasEnded = match.Leaves.Lots == 0;
        Invariant.That(record.IsWorking && match.Leaves.Lots >= 0 && record.CumulativeQuantity + match.Leaves <= record.Quantity,
            "what is cancelled was working, and leaves it no more than it had");
        bool isExpired = match.Reason == RejectReason.Expired;
        if (hasEnded)
        {
            record.Reason = match.Reason;
            CloseRecord(slot, isExpired ? OrderStatus.Expired : OrderStatus.Cancelled);
        }
        else
        {
            record.Quantity = record.CumulativeQuantity + match.Leaves;
        }

        if (isAsked && command.HasClientOrderId)
        {
            _orders.Renamed(slot);
        }
        else
        {
            _orders.Changed(slot);
        }

        ReportType type = !hasEnded ? ReportType.Reduced : isExpired ? ReportType.Expired : ReportType.Cancelled;
        Told told = new() { Original = original.Span, LastQuantity = hasEnded ? Quantity.Zero : match.Quantity, Reason = match.Reason };
        AddReport(in command, slot, type, in told, reports);
        _reasonCounts[(int)match.Reason]++;
    }

    // By a replace to what is filled: nothing is left, and what it has is what it wants.
    private void EndAsFilled(in CommandView command, int slot, ReadOnlySpan<byte> original, ReportBuffer reports)
    {
        ref OrderRecord record = ref _orders[slot];
        Invariant.That(record.CumulativeQuantity.Lots > 0 && record.IsWorking, "an order that ends as filled worked, and was filled in part");
        record.Quantity = record.CumulativeQuantity;
        record.Price = (_requestFields & ReplaceFields.Price) != 0 ? command.Price : record.Price;
        CloseRecord(slot, OrderStatus.Filled);
        _orders.Renamed(slot);
        AddReport(in command, slot, ReportType.Replaced, new Told { Original = original }, reports);
    }

    private void Restate(in CommandView command, int slot, RejectReason reason, Price price, ReportBuffer reports)
    {
        ref OrderRecord record = ref _orders[slot];
        switch (reason)
        {
            case RejectReason.Repriced:
                _orders.Extras(slot).PeggedPrice = price;
                break;
            case RejectReason.Trailed:
                _orders.Extras(slot).Attributes.StopPrice = price;
                break;
            case RejectReason.Converted:
                record.Price = price;
                break;
            default:
                break;
        }

        // Pegs and trailing stops always have extras.
        _orders.Renamed(slot);
        AddReport(in command, slot, ReportType.Restated, new Told { Reason = reason }, reports);
        _reasonCounts[(int)reason]++;
    }

    /// <summary>
    /// The engine accepts an order at the price that was asked for. Where the order takes its price from the book, a report of its own tells the one
    /// that it has, if it still works.
    /// </summary>
    private void TellArrivalPrice(in CommandView command, int slot, ReportBuffer reports)
    {
        ref OrderRecord record = ref _orders[slot];
        bool takesPrice = OrderTypes.Has(record.OrderType, OrderTraits.TakesPrice);
        if (!takesPrice || !record.IsWorking || (record.Kind & RecordKind.Triggered) != 0
            || !_engine.TryGetOrder(record.OrderId, out RestingOrder order))
        {
            return;
        }

        (RejectReason reason, Price told, Price now) = record.OrderType switch
        {
            OrderType.MarketToLimit => (RejectReason.Converted, record.Price, order.Price),
            OrderType.TrailingStop => (RejectReason.Trailed, _orders.Extras(slot).Attributes.StopPrice, order.StopPrice),
            _ => (RejectReason.Repriced, _orders.Extras(slot).PeggedPrice, order.Price),
        };
        if (told != now)
        {
            Restate(in command, slot, reason, now, reports);
        }
    }

    /// <summary>The order works no more; its change goes into the digest after this.</summary>
    private void CloseRecord(int slot, OrderStatus status)
    {
        ref OrderRecord record = ref _orders[slot];
        record.Status = status;
        ReleaseName(slot);
        _orders.Close(slot);
    }

    // An order's id that has left the window is known for as long as the order works under it.
    private void ReleaseName(int slot)
    {
        ref OrderRecord record = ref _orders[slot];
        if (record.IsNameAged)
        {
            record.IsNameAged = false;
            _clientIds.Release(_orders.Name(slot).Key);
        }
    }
}
