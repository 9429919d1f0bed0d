using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

// What requests are checked for before the engine sees them; what the engine checks itself is in section 2 of docs/matching.md.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    private RiskVerdict CheckNew(in CommandView command)
    {
        RiskSubject subject = new()
        {
            Side = command.Side,
            Type = command.OrderType,
            HasLimit = OrderTypes.HasPrice(command.OrderType, command.Flags),
            PriceTicks = command.Price.Ticks,
            StopTicks = command.StopPrice.Ticks,
            OffsetTicks = command.OffsetTicks,
            Lots = command.Quantity.Lots,
        };
        RiskVerdict verdict = CheckRisk(ref subject, command.InstrumentId, command.AccountId);

        // The engine knows only orders that work; a record may be of one that worked.
        return verdict.IsPass && _orders.Find(command.OrderId) != NoRecord ? RiskVerdict.Because(RejectReason.DuplicateOrderId) : verdict;
    }

    /// <param name="fields">What is named; a stop price that a triggered order names again, unchanged, is taken out.</param>
    /// <param name="endsOrder">Whether it leaves nothing to be filled.</param>
    private RiskVerdict CheckReplace(in CommandView command, int slot, ref ReplaceFields fields, out bool endsOrder)
    {
        ref OrderRecord record = ref _orders[slot];
        endsOrder = false;
        bool isOther = command.InstrumentId != record.InstrumentId || command.Side != record.Side || command.OrderType != record.OrderType;
        bool asksForMore = (command.Flags & ~record.Flags) != 0;
        if (asksForMore || (isOther && command.HasOriginalClientOrderId))
        {
            return RiskVerdict.Because(NotReplaceable(in command, in record, asksForMore));
        }

        // A market-to-limit order that has its price is a limit order.
        OrderType type = record.OrderType == OrderType.MarketToLimit && record.Price.Ticks != 0 ? OrderType.Limit : record.OrderType;
        RiskSubject subject = new()
        {
            Side = record.Side,
            Type = type,
            HasLimit = OrderTypes.HasPrice(type, record.Flags),
            PriceTicks = (fields & ReplaceFields.Price) != 0 ? command.Price.Ticks : record.Price.Ticks,
            Lots = (fields & ReplaceFields.Leaves) != 0 ? command.Quantity.Lots : record.Quantity.Lots,
        };
        if ((record.Kind & (RecordKind.HasExtras | RecordKind.Triggered)) != 0 || fields > PriceAndQuantity)
        {
            AddExtras(in command, slot, ref fields, ref subject);
        }

        RiskVerdict verdict = CheckRisk(ref subject, record.InstrumentId, record.AccountId);
        if (!verdict.IsPass || (fields & ReplaceFields.Leaves) == 0 || command.Quantity > record.CumulativeQuantity)
        {
            return verdict;
        }

        // A fill and the replace have passed each other: what is asked for is that nothing more is filled.
        endsOrder = TellsOrderStates;
        return endsOrder ? verdict : new RiskVerdict(RejectReason.QuantityBelowFilled, record.CumulativeQuantity.Lots, command.Quantity.Lots);
    }

    private bool TellsOrderStates => Rules is { Behaviour: not CoreBehaviour.First };

    private RejectReason NotReplaceable(in CommandView command, in OrderRecord record, bool asksForMore)
    {
        if (!TellsOrderStates || asksForMore)
        {
            return RejectReason.NotReplaceable;
        }

        return command.InstrumentId != record.InstrumentId ? RejectReason.InstrumentMismatch
            : command.Side != record.Side ? RejectReason.SideMismatch : RejectReason.NotReplaceable;
    }

    private void AddExtras(in CommandView command, int slot, ref ReplaceFields fields, ref RiskSubject subject)
    {
        ref OrderRecord record = ref _orders[slot];
        OrderAttributes attributes = (record.Kind & RecordKind.HasExtras) != 0 ? _orders.Extras(slot).Attributes : default;
        bool namesStop = (fields & ReplaceFields.Stop) != 0;
        subject.StopTicks = namesStop ? command.StopPrice.Ticks : attributes.StopPrice.Ticks;
        subject.OffsetTicks = namesStop ? command.OffsetTicks : attributes.OffsetTicks;
        if ((record.Kind & RecordKind.Triggered) == 0)
        {
            return;
        }

        // The client goes on to call it a stop order, with the stop price that it had.
        subject.Type = record.OrderType == OrderType.StopLimit ? OrderType.Limit : OrderType.Market;
        bool isSame = command.StopPrice == attributes.StopPrice && command.OffsetTicks == attributes.OffsetTicks;
        fields = isSame ? fields & ~ReplaceFields.Stop : fields;
    }

    private RiskVerdict CheckRisk(ref RiskSubject subject, int instrumentId, int accountId)
    {
        if ((uint)instrumentId >= (uint)_instruments.Length)
        {
            return RiskVerdict.Because(RejectReason.UnknownInstrument);
        }

        Instrument instrument = _instruments[instrumentId];
        if (!instrument.IsOpen)
        {
            return RiskVerdict.Because(RejectReason.InstrumentClosed);
        }

        if ((uint)accountId >= (uint)_accounts.Length)
        {
            return RiskVerdict.Because(RejectReason.UnknownAccount);
        }

        if (subject.Side is not (Side.Buy or Side.Sell) || !OrderTypes.IsKnown(subject.Type))
        {
            return RiskVerdict.Because(RejectReason.UnsupportedOrder);
        }

        subject.ReferenceTicks = ReferenceTicks(instrument, subject.Side);
        return PreTradeRisk.Check(in subject, instrument, _accounts[accountId].Limits);
    }

    private long ReferenceTicks(Instrument instrument, Side side)
    {
        if (_lastTrades[instrument.Id] is { } last)
        {
            return last.Ticks;
        }

        return _shown[instrument.Id]!.TryGetBest(side.Opposite(), out Price best) ? best.Ticks : instrument.ReferencePrice.Ticks;
    }

    private RiskVerdict VerdictOf(RejectReason reason, in CommandView command)
    {
        if (reason == RejectReason.OrderCapacity)
        {
            return new RiskVerdict(reason, Options.OrdersMax, (long)Options.OrdersMax + 1);
        }

        return reason == RejectReason.ExpiryPassed
            ? new RiskVerdict(reason, command.TimeNs, command.ExpireTimeNs)
            : RiskVerdict.Because(reason);
    }
}
