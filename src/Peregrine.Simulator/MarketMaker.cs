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

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SeededRandom random, out Decision decision)
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

    private bool TrySide(int marketIndex, SimMarket market, Side side, double center, double bp, SeededRandom random, out Decision decision)
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
