using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

// New orders and new values for old ones.
internal sealed partial class RandomCommands
{
    private MatchCommand RandomSubmit(SlowMatchingEngine slow, int instrument, bool isCareless)
    {
        MatchOrder order = RandomOrder(instrument, isCareless);
        for (int i = 0; i < Tries && !isCareless && slow.Check(in order) is not (RejectReason.None or RejectReason.OrderCapacity); i++)
        {
            order = RandomOrder(instrument, isCareless);
        }

        order.OrderId = isCareless && Chance(12) ? (Chance(20) ? 0 : AnyOrder(slow, isCareless: false)) : ++_lastId;
        return new MatchCommand(CommandKind.Submit) { Order = order };
    }

    private MatchCommand RandomCross(SlowMatchingEngine slow, int instrument, bool isCareless)
    {
        ulong Id() => isCareless && Chance(12) ? (Chance(20) ? 0 : AnyOrder(slow, isCareless: false)) : ++_lastId;
        MatchCross cross = new()
        {
            BuyId = Id(),
            SellId = isCareless && Chance(5) ? _lastId : Id(),
            InstrumentId = isCareless && Chance(4) ? _random.Next(-2, 6) : instrument,
            Price = Chance(70) && slow.TryGetLevel(instrument, RandomSide(), 0, out BookLevel best)
                ? best.Price
                : RandomPrice(RandomSide(), isCareless),
            Quantity = Lots(isCareless),
            BuyTag = _random.Next(1_000),
            SellTag = _random.Next(1_000),
        };
        return new MatchCommand(CommandKind.Cross) { Pair = cross };
    }

    private MatchOrder RandomOrder(int instrument, bool isCareless)
    {
        OrderType type = isCareless && Chance(5) ? (OrderType)_random.Next(10) : Weighted(_mix.Types);
        TimeInForce time = isCareless && Chance(5) ? (TimeInForce)_random.Next(11) : Weighted(_mix.TimesInForce);
        Side side = isCareless && Chance(4) ? (Side)_random.Next(5) : RandomSide();
        Quantity quantity = Lots(isCareless);
        OrderFlags flags = (Chance(_mix.Hidden)
            ? OrderFlags.Hidden
            : 0) | (Chance(_mix.AllOrNone) ? OrderFlags.AllOrNone : 0) | (Chance(_mix.PostOnly) ? OrderFlags.PostOnly : 0)
            | (type == OrderType.Pegged && Chance(50) ? OrderFlags.HasLimit : 0);
        bool hasDisplay = Chance(_mix.Iceberg) && (isCareless || (flags & (OrderFlags.Hidden | OrderFlags.AllOrNone)) == 0);
        bool hasMinimum = Chance(_mix.Minimum) && (isCareless || (flags & (OrderFlags.PostOnly | OrderFlags.AllOrNone)) == 0);
        bool isPegged = type == OrderType.Pegged;
        return new MatchOrder
        {
            OrderId = _lastId + 1,
            InstrumentId = isCareless && Chance(4) ? _random.Next(-2, 6) : instrument,
            Side = side,
            Type = type,
            TimeInForce = time,
            Flags = isCareless && Chance(5) ? (OrderFlags)_random.Next(256) : flags,
            Peg = isPegged || (isCareless && Chance(4)) ? (PegReference)(isCareless && Chance(10) ? _random.Next(5) : _random.Next(1, 3)) : 0,
            SelfTrade = Chance(_mix.Prevention) ? (SelfTradePrevention)_random.Next(1, isCareless ? 7 : 5) : 0,
            Price = RandomPrice(side, isCareless),
            StopPrice = RandomPrice(side == Side.Buy ? Side.Sell : Side.Buy, isCareless),
            OffsetTicks = isPegged ? RandomOffset(0, isCareless) : RandomOffset(1, isCareless),
            Quantity = quantity,
            DisplayQuantity = hasDisplay ? Part(quantity, isCareless) : default,
            MinimumQuantity = hasMinimum ? Part(quantity, isCareless) : default,
            ExpireTimeNs = _now + (isCareless ? _random.Next(-3, 10) : _random.Next(1, 60)),
            Account = _random.Next(-1, _mix.Owners),
            Firm = _random.Next(-1, Math.Max(_mix.Owners / 2, 1)),
            Strategy = _random.Next(-1, Math.Max(_mix.Owners / 2, 1)),
            Session = _random.Next(4),
            Tag = _random.Next(1_000),
        };
    }

    private MatchCommand RandomReplace(SlowMatchingEngine slow, bool isCareless)
    {
        MatchReplace change = RandomChange(slow, isCareless);
        for (int i = 0; i < Tries && !isCareless && slow.Check(in change) != RejectReason.None; i++)
        {
            change = RandomChange(slow, isCareless);
        }

        return new MatchCommand(CommandKind.Replace) { Change = change };
    }

    private MatchReplace RandomChange(SlowMatchingEngine slow, bool isCareless)
    {
        ulong id = AnyOrder(slow, isCareless && Chance(30));
        bool isKnown = slow.TryGetOrder(id, out RestingOrder order);
        Quantity leaves = Chance(50) && isKnown ? new Quantity(Math.Max(1, order.Leaves.Lots - _random.Next(-1, 5))) : Lots(isCareless);
        bool isSame = Chance(20) && isKnown;
        return new MatchReplace
        {
            OrderId = id,
            Fields = Chance(30) ? ReplaceFields.Leaves
                : isCareless && Chance(10) ? (ReplaceFields)_random.Next(256) : (ReplaceFields)_random.Next(64),
            Price = isSame ? order.Price : RandomPrice(order.Side, isCareless),
            Leaves = isSame && Chance(40) ? order.Leaves : leaves,
            StopPrice = isSame ? order.StopPrice : RandomPrice(order.Side == Side.Buy ? Side.Sell : Side.Buy, isCareless),
            OffsetTicks = isSame ? order.OffsetTicks : RandomOffset(1, isCareless),
            DisplayQuantity = isSame ? order.DisplayQuantity : Chance(30) ? default : Part(leaves, isCareless),
            MinimumQuantity = isSame ? order.MinimumQuantity : Chance(30) ? default : Part(leaves, isCareless),
            ExpireTimeNs = isSame ? order.ExpireTimeNs : _now + _random.Next(isCareless ? -3 : 1, 60),
        };
    }

    // Buys mostly a little below the centre, sells above it, so that there is a book and it trades.
    private Price RandomPrice(Side side, bool isCareless)
    {
        if (isCareless && Chance(8))
        {
            return new Price(_random.Next(7) switch
            {
                0 => MatchingEngine.PriceTicksMax,
                1 => -MatchingEngine.PriceTicksMax,
                2 => MatchingEngine.PriceTicksMax + 1,
                3 => -MatchingEngine.PriceTicksMax - 1,
                4 => long.MinValue,
                5 => long.MaxValue,
                _ => 0,
            });
        }

        if (Chance(_mix.Far))
        {
            long far = Chance(30) ? MatchingEngine.PriceTicksMax : _random.NextInt64(1L << _random.Next(1, 56));
            return new Price(Chance(50) ? far : -far);
        }

        int skew = Math.Max(1, _span / 3);
        return new Price(_centre + _random.Next(-_span, _span + 1) + (side == Side.Buy ? -skew : skew));
    }

    private long RandomOffset(int least, bool isCareless) => isCareless && Chance(10)
        ? _random.Next(4) switch { 0 => -1, 1 => 0, 2 => MatchingEngine.PriceTicksMax, _ => MatchingEngine.PriceTicksMax + 1 }
        : Chance(_mix.Far) ? _random.NextInt64(1L << _random.Next(1, 56)) + 1
        : _random.Next(least, Math.Max(least + 1, (_span / 2) + 1));

    private Quantity Lots(bool isCareless) => new(isCareless && Chance(12)
        ? _random.Next(6) switch
        {
            0 => 0,
            1 => -1,
            2 => MatchingEngine.QuantityLotsMax,
            3 => MatchingEngine.QuantityLotsMax + 1,
            4 => long.MaxValue,
            _ => long.MinValue,
        }
        : Chance(_mix.Far) && Chance(30) ? MatchingEngine.QuantityLotsMax
        : Chance(30) ? _random.Next(1, 4) : _random.Next(1, _mix.LotsMax + 1));

    // A display or minimum quantity of a quantity.
    private Quantity Part(Quantity whole, bool isCareless) => new(isCareless && Chance(30)
        ? _random.Next(6) switch { 0 => -1, 1 => whole.Lots, 2 => whole.Lots + 1, 3 => whole.Lots / 1_000, 4 => (whole.Lots / 1_000) + 1, _ => 1 }
        : _random.Next(1, (int)Math.Clamp(whole.Lots, 2, 1_000)));
}
