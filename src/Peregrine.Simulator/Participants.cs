namespace Peregrine.Simulator;

/// <summary>Quotes some levels on both sides; moves them when its idea of the price has moved, and leans against its inventory.</summary>
internal sealed class MarketMaker(ParticipantInfo info, int instruments, double halfSpreadBp) : Participant(info, instruments, OrdersMax)
{
    private const int LevelsPerSide = 6;
    private const int OrdersMax = LevelsPerSide * 2;
    private const double LevelBp = 0.9;
    private const double InventoryBpPerOrder = 0.12;
    private const double InventoryBpMax = 2.5;

    // Moving a quote costs its place in the queue: a maker waits until it is worth that.
    private const double ToleranceBp = 0.4;
    private readonly double[] _error = new double[instruments];

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SimRandom random, out Decision decision)
    {
        // Its idea of the fair price is off by a little that changes slowly.
        _error[marketIndex] = (_error[marketIndex] * 0.98) + (0.06 * random.Normal());
        double bp = market.BasisPointTicks;
        double lean = Math.Clamp(Position(marketIndex) / (double)market.Instrument.TypicalLots * InventoryBpPerOrder, -InventoryBpMax,
            InventoryBpMax);
        double center = market.Fair + ((_error[marketIndex] - lean) * bp);
        Side first = random.Chance(0.5) ? Side.Buy : Side.Sell;
        return TrySide(marketIndex, market, first, center, bp, random, out decision)
            || TrySide(marketIndex, market, first.Opposite(), center, bp, random, out decision);
    }

    private bool TrySide(int marketIndex, SimMarket market, Side side, double center, double bp, SimRandom random, out Decision decision)
    {
        OpenOrders orders = Orders(marketIndex);
        int direction = side == Side.Buy ? -1 : 1;
        int misplaced = -1;
        double worst = ToleranceBp * bp;
        uint covered = 0;
        for (int index = 0; index < orders.Count; index++)
        {
            ref OpenOrder order = ref orders[index];
            if (order.Side != side)
            {
                continue;
            }

            double depth = (((order.PriceTicks - center) * direction) - (halfSpreadBp * bp)) / (LevelBp * bp);
            int level = Math.Clamp((int)Math.Round(depth), 0, LevelsPerSide - 1);
            double off = Math.Abs(depth - level) * LevelBp * bp;

            // Two orders at one level: the second is the one to move. Orders too near the middle are the most urgent.
            off += (covered & (1u << level)) != 0 ? worst + bp : 0;
            covered |= 1u << level;
            if (off > worst)
            {
                worst = off;
                misplaced = index;
            }
        }

        int free = FreeLevel(covered);
        decision = default;
        if (free < 0)
        {
            return false;
        }

        double price = center + (direction * ((halfSpreadBp * bp) + (free * LevelBp * bp)));
        price = side == Side.Buy ? Math.Floor(price) : Math.Ceiling(price);

        // An order on the other side that is beyond its own quote is worth taking, and stands in the way.
        bool crosses = side == Side.Buy ? market.Top.HasAsk && market.Top.Ask.Ticks <= price : market.Top.HasBid && market.Top.Bid.Ticks >= price;
        if (crosses && free == 0)
        {
            long far = side == Side.Buy ? market.Top.Ask.Ticks : market.Top.Bid.Ticks;
            decision = Immediate(side, far, Lots(market, random));
            return !orders.IsFull;
        }

        if (misplaced >= 0 && orders[misplaced].OldNumber == 0)
        {
            decision = new Decision { Action = SimAction.Replace, OrderIndex = misplaced, Side = side, PriceTicks = Ticks(price),
                Lots = Math.Max(1, Lots(market, random, 1.2 + (free * 0.3))) };
            return true;
        }

        if (orders.IsFull)
        {
            return false;
        }

        decision = Limit(side, price, Lots(market, random, 1.2 + (free * 0.3)), 1e6);
        return true;
    }

    private static int FreeLevel(uint covered)
    {
        for (int level = 0; level < LevelsPerSide; level++)
        {
            if ((covered & (1u << level)) == 0)
            {
                return level;
            }
        }

        return -1;
    }
}

/// <summary>Enters orders near the touch and far from it, takes most of them out again, and now and then simply trades.</summary>
internal sealed class NoiseTrader(ParticipantInfo info, int instruments) : Participant(info, instruments, OrdersMax)
{
    private const int OrdersMax = 48;
    private const double TakeShare = 0.14;
    private const double ImproveShare = 0.01;
    private const double LifeSeconds = 5;
    private const double HalfSpreadBp = 3.2;
    private const double DepthBp = 0.8;

    // Who buys now will buy again: large intentions are cut in pieces.
    private const double SameSideAgain = 0.9;
    private const double ValueShare = 0.25;
    private readonly Side[] _lastTaken = [.. Enumerable.Repeat(Side.Buy, instruments)];

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SimRandom random, out Decision decision)
    {
        OpenOrders orders = Orders(marketIndex);
        int expired = Expired(orders, nowNs, random);
        if (expired >= 0)
        {
            decision = Cancel(expired);
            return true;
        }

        if (orders.IsFull || market.Top is not { HasBid: true, HasAsk: true } top)
        {
            decision = default;
            return false;
        }

        if (random.Chance(TakeShare))
        {
            Side side = random.Chance(SameSideAgain) ? _lastTaken[marketIndex] : _lastTaken[marketIndex].Opposite();

            // Some have an idea of what is cheap: that is what brings the makers' inventories back.
            side = !random.Chance(ValueShare) ? side : market.Mid < market.Fair ? Side.Buy : Side.Sell;
            _lastTaken[marketIndex] = side;
            decision = Immediate(side, side == Side.Buy ? top.Ask.Ticks : top.Bid.Ticks, Lots(market, random, 0.7));
            return true;
        }

        Side own = random.Chance(0.5) ? Side.Buy : Side.Sell;
        double distance = (HalfSpreadBp + ((random.Pareto(0.9, 60) - 1) * DepthBp)) * market.BasisPointTicks;
        double price = market.Mid + (own == Side.Buy ? -distance : distance);
        if (random.Chance(ImproveShare) && top.Ask.Ticks - top.Bid.Ticks > 1)
        {
            price = own == Side.Buy ? top.Bid.Ticks + 1 : top.Ask.Ticks - 1;
        }

        decision = Limit(own, price, Lots(market, random), random.Exponential(LifeSeconds));
        return true;
    }

    // A few at random are looked at: nobody watches each order all the time.
    private static int Expired(OpenOrders orders, long nowNs, SimRandom random)
    {
        for (int look = 0; look < 4 && orders.Count > 0; look++)
        {
            int index = random.Below(orders.Count);
            if (orders[index].UntilNs < nowNs)
            {
                return index;
            }
        }

        return -1;
    }
}

/// <summary>Buys what rises and sells what falls, within a limit, and gets out when the trend ends.</summary>
internal sealed class MomentumTrader(ParticipantInfo info, int instruments) : Participant(info, instruments, ordersMax: 4)
{
    private const double EnterTrend = 0.00018;
    private const double LeaveTrend = 0.00004;
    private const int PositionOrdersMax = 12;

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SimRandom random, out Decision decision)
    {
        decision = default;
        if (Orders(marketIndex).IsFull || market.Top is not { HasBid: true, HasAsk: true } top)
        {
            return false;
        }

        long limit = market.Instrument.TypicalLots * PositionOrdersMax;
        long position = Position(marketIndex);
        double trend = market.Trend;
        bool buys = (trend > EnterTrend && position < limit) || (position < 0 && trend > -LeaveTrend);
        bool sells = (trend < -EnterTrend && position > -limit) || (position > 0 && trend < LeaveTrend);
        if (buys == sells)
        {
            return false;
        }

        decision = Immediate(buys ? Side.Buy : Side.Sell, buys ? top.Ask.Ticks : top.Bid.Ticks, Lots(market, random, 0.8));
        return true;
    }
}

/// <summary>Works one large order after the other: a slice at a time, patiently at the touch, and across the spread when it falls behind.</summary>
internal sealed class Slicer(ParticipantInfo info, int instruments) : Participant(info, instruments, ordersMax: 4)
{
    private const int ParentOrders = 150;
    private const double HorizonSeconds = 600;
    private const double PauseSeconds = 120;
    private const double SliceSeconds = 8;
    private readonly Parent[] _parents = new Parent[instruments];

    public override void OnFill(int market, Side side, long lots)
    {
        base.OnFill(market, side, lots);
        _parents[market].Done += lots;
    }

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SimRandom random, out Decision decision)
    {
        decision = default;
        ref Parent parent = ref _parents[marketIndex];
        OpenOrders orders = Orders(marketIndex);
        if (orders.Count > 0)
        {
            decision = Cancel(0);
            return orders[0].UntilNs < nowNs && orders[0].OldNumber == 0;
        }

        if (market.Top is not { HasBid: true, HasAsk: true } top || nowNs < parent.FromNs)
        {
            return false;
        }

        if (parent.Lots == 0 || parent.Done >= parent.Lots)
        {
            bool isFirst = parent.Lots == 0;
            parent = new Parent
            {
                Side = random.Chance(0.5) ? Side.Buy : Side.Sell,
                Lots = market.Instrument.TypicalLots * ParentOrders,
                FromNs = nowNs + (isFirst ? 0 : (long)(random.Exponential(PauseSeconds) * 1e9)),
            };
            return false;
        }

        double due = Math.Min(1, (nowNs - parent.FromNs) / 1e9 / HorizonSeconds) * parent.Lots;
        long slice = Math.Min(parent.Lots - parent.Done, Lots(market, random, 1.5));
        bool isBehind = parent.Done < due - (2 * market.Instrument.TypicalLots);
        long touch = parent.Side == Side.Buy ? top.Bid.Ticks : top.Ask.Ticks;
        long far = parent.Side == Side.Buy ? top.Ask.Ticks : top.Bid.Ticks;
        decision = isBehind ? Immediate(parent.Side, far, slice) : Limit(parent.Side, touch, slice, random.Exponential(SliceSeconds));
        return isBehind || parent.Done <= due + market.Instrument.TypicalLots;
    }

    private struct Parent
    {
        public long Lots;
        public long Done;
        public long FromNs;
        public Side Side;
    }
}
