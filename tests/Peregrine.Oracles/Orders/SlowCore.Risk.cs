using System.Globalization;
using System.Numerics;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Oracles.Orders;

// docs/reject-reasons.md in big integers.
public sealed partial class SlowCore
{
    private (RejectReason Reason, long Limit, long Observed) CheckReplace(SlowOrderState order, ref ReplaceFields fields)
    {
        bool isOther = _command.InstrumentId != order.Instrument || _command.Side != order.Side || _command.OrderType != order.Type;
        bool asksForMore = (_command.Flags & ~order.Flags) != 0;
        if (asksForMore || (isOther && _command.OriginalClientOrderId.Length > 0))
        {
            bool tells = _rules.Behaviour != CoreBehaviour.First && !asksForMore;
            return (tells && _command.InstrumentId != order.Instrument ? RejectReason.InstrumentMismatch
                : tells && _command.Side != order.Side ? RejectReason.SideMismatch : RejectReason.NotReplaceable, 0, 0);
        }

        OrderAttributes wanted = order.Attributes;
        if (fields.HasFlag(ReplaceFields.Stop))
        {
            (wanted.StopPrice, wanted.OffsetTicks) = (_command.Attributes.StopPrice, _command.Attributes.OffsetTicks);
        }

        // A triggered order may name its old stop again.
        bool isSameStop = wanted.StopPrice == order.Attributes.StopPrice && wanted.OffsetTicks == order.Attributes.OffsetTicks;
        fields = order.IsTriggered && isSameStop ? fields & ~ReplaceFields.Stop : fields;
        long price = fields.HasFlag(ReplaceFields.Price) ? _command.Price.Ticks : order.Price;
        long lots = fields.HasFlag(ReplaceFields.Leaves) ? _command.Quantity.Lots : order.Quantity;
        (RejectReason Reason, long, long) risk = CheckRisk(
            order.Side, order.TypeNow, SlowOrderState.HasLimit(order.TypeNow, order.Flags), price, wanted, lots, order.Instrument, order.Account);
        bool isBelow = fields.HasFlag(ReplaceFields.Leaves) && lots <= order.Filled;
        _endsAsFilled = isBelow && order.Filled > 0 && _rules.Behaviour != CoreBehaviour.First;
        return risk.Reason == RejectReason.None && isBelow && !_endsAsFilled ? (RejectReason.QuantityBelowFilled, order.Filled, lots) : risk;
    }

    private (RejectReason Reason, long Limit, long Observed) CheckRisk(
        Side side, OrderType type, bool hasLimit, long price, OrderAttributes attributes, long lots, int instrumentId, int accountId)
    {
        if (instrumentId < 0 || instrumentId >= _rules.Instruments.Count)
        {
            return (RejectReason.UnknownInstrument, 0, 0);
        }

        Instrument instrument = _rules.Instruments[instrumentId];
        if (!instrument.IsOpen || accountId < 0 || accountId >= _rules.Accounts.Count)
        {
            return (instrument.IsOpen ? RejectReason.UnknownAccount : RejectReason.InstrumentClosed, 0, 0);
        }

        if (side == 0 || type == 0)
        {
            return (RejectReason.UnsupportedOrder, 0, 0);
        }

        long stop = attributes.StopPrice.Ticks;
        bool hasStop = type is OrderType.Stop or OrderType.StopLimit;
        if (lots <= 0 || (BigInteger)lots * instrument.LotUnits > 1L << 40)
        {
            long most = (1L << 40) - ((1L << 40) % instrument.LotUnits);
            return lots <= 0 ? (RejectReason.QuantityNotPositive, 1, lots)
                : (RejectReason.MaxQuantity, most, Fit((BigInteger)lots * instrument.LotUnits));
        }

        foreach ((bool has, long ticks) in ((bool, long)[])[(hasLimit, price), (hasStop, stop)])
        {
            if (has && (ticks <= 0 || ticks > PriceMax(instrument)))
            {
                return ticks <= 0 ? (RejectReason.PriceNotPositive, 1, ticks) : (RejectReason.PriceOutOfRange, PriceMax(instrument), ticks);
            }
        }

        if (type is OrderType.TrailingStop or OrderType.Pegged && attributes.OffsetTicks > PriceMax(instrument))
        {
            return (RejectReason.PriceOutOfRange, PriceMax(instrument), attributes.OffsetTicks);
        }

        AccountLimits limits = _rules.Accounts[accountId].Limits;
        long reference = ReferenceOf(instrument, side);
        BigInteger units = (BigInteger)lots * instrument.LotUnits;
        if (limits.MaxQuantityUnits != 0 && units > limits.MaxQuantityUnits)
        {
            return (RejectReason.MaxQuantity, limits.MaxQuantityUnits, Fit(units));
        }

        if (limits.MaxNotionalUnits != 0)
        {
            BigInteger at = hasLimit ? price
                : type == OrderType.Stop ? Math.Max(stop, reference)
                : type == OrderType.TrailingStop && side == Side.Buy && reference > 0
                ? reference + Math.Clamp(attributes.OffsetTicks, 0, MatchingEngine.PriceTicksMax)
                : reference;
            BigInteger scale = BigInteger.Pow(10, instrument.PriceDecimals);
            BigInteger notional = at * instrument.TickUnits * units;
            if (at <= 0)
            {
                return (RejectReason.NoReferencePrice, limits.MaxNotionalUnits, 0);
            }

            if (notional > limits.MaxNotionalUnits * scale)
            {
                return (RejectReason.MaxNotional, limits.MaxNotionalUnits, Fit((notional + scale - 1) / scale));
            }
        }

        return hasLimit && limits.CollarBasisPoints != 0 && type != OrderType.Pegged
            ? CheckCollar(side, price, type == OrderType.StopLimit ? stop : reference, limits.CollarBasisPoints)
            : default;
    }

    private static (RejectReason Reason, long Limit, long Observed) CheckCollar(Side side, long price, long reference, int most)
    {
        if (reference <= 0)
        {
            return (RejectReason.NoReferencePrice, most, 0);
        }

        BigInteger worse = (side == Side.Buy ? (BigInteger)price - reference : (BigInteger)reference - price) * 10_000;
        return worse > (BigInteger)most * reference ? (RejectReason.PriceCollar, most, Fit((worse + reference - 1) / reference)) : default;
    }

    // Within the engine's 2^56 ticks, and within 4 x 10^18 price units.
    private static long PriceMax(Instrument instrument) =>
        (long)BigInteger.Min(1L << 56, BigInteger.Parse("4000000000000000000", CultureInfo.InvariantCulture) / instrument.TickUnits);

    private long ReferenceOf(Instrument instrument, Side side)
    {
        if (Engine.TryGetLastTrade(instrument.Id, out Price last))
        {
            return last.Ticks;
        }

        Side other = side == Side.Buy ? Side.Sell : Side.Buy;
        return Engine.TryGetLevel(instrument.Id, other, 0, out BookLevel best) ? best.Price.Ticks : instrument.ReferencePrice.Ticks;
    }

    private (long Limit, long Observed) FiguresOf(RejectReason reason) => reason switch
    {
        RejectReason.OrderCapacity => (options.OrdersMax, options.OrdersMax + 1L),
        RejectReason.ExpiryPassed => (_command.TimeNs, _command.Attributes.ExpireTimeNs),
        _ => (0, 0),
    };

    private static long Fit(BigInteger value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
