namespace Peregrine.Simulator;

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

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SeededRandom random, out Decision decision)
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
    private static int Expired(OpenOrders orders, long nowNs, SeededRandom random)
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
