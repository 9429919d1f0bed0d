namespace Peregrine.Simulator;

/// <summary>Buys what rises and sells what falls, within a limit, and gets out when the trend ends.</summary>
internal sealed class MomentumTrader(ParticipantInfo info, int instruments) : Participant(info, instruments, ordersMax: 4)
{
    private const double EnterTrend = 0.00018;
    private const double LeaveTrend = 0.00004;
    private const int PositionOrdersMax = 12;

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SeededRandom random, out Decision decision)
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
