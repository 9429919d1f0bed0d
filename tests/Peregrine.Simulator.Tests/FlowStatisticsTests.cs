using Peregrine.Primitives;
using Peregrine.Trading.Instruments;

namespace Peregrine.Simulator.Tests;

public class FlowStatisticsTests
{
    [Fact]
    public void HandMadeFlow_HasTheFiguresOfTheHand()
    {
        FlowStatistics flow = new();
        flow.OnTop(0, Top(99, 101));
        flow.OnTop(2_000_000_000, Top(98, 102));
        flow.OnTop(3_000_000_000, new SimTop { HasBid = true, Bid = new Price(98) });
        flow.OnTop(4_000_000_000, Top(99, 101));
        flow.OnAdd();
        flow.OnAdd();
        flow.OnAdd();
        flow.OnCancel();
        flow.OnExecution(Side.Buy, 5);
        flow.OnExecution(Side.Buy, 5);

        // Two seconds of 2 ticks, one of 4, one without a spread.
        Assert.Equal((2.0 + 2 + 4) / 3, flow.SpreadTicks, 9);
        Assert.Equal(0.75, flow.TwoSidedShare, 9);
        Assert.Equal(((2 * 200.0) + 400) / 3, flow.SpreadBp, 9);
        Assert.Equal((3L, 1L, 2L, 10L), (flow.Adds, flow.Cancels, flow.Executions, flow.Volume));
        Assert.Equal(3.0, flow.OrderToTradeRatio, 9);
        Assert.Equal(1.5, flow.MessagesPerSecond, 9);
    }

    [Fact]
    public void FewFigures_AreThoseOfTheHand()
    {
        // Middles of 100, 101, 100 and 102, a second each, with 10 bid and 20 asked: three returns.
        FlowStatistics flow = new();
        long[] middles = [10_000, 10_100, 10_000, 10_200, 10_200];
        for (int second = 0; second < middles.Length; second++)
        {
            flow.OnTop(second * 1_000_000_000L, Top(middles[second] - 10, middles[second] + 10));
        }

        flow.OnTop(5_000_000_000, new SimTop { HasAsk = true, Ask = new Price(10_300) });
        flow.OnExecution(Side.Buy, 1);
        flow.OnExecution(Side.Buy, 2);
        flow.OnExecution(Side.Sell, 3);

        double[] returns = [Math.Log(1.01), -Math.Log(1.01), Math.Log(1.02), 0];
        double mean = returns.Average();
        double variance = returns.Sum(value => Math.Pow(value - mean, 2)) / 4;
        Assert.Equal(Math.Sqrt(variance * 4 / 3) * 10_000, flow.VolatilityBp(1), 6);
        Assert.Equal(returns.Sum(value => Math.Pow(value - mean, 4)) / 4 / (variance * variance), flow.Kurtosis(1), 6);
        Assert.Equal(15.0, flow.TouchQuantity, 9);
        Assert.Equal(1.0, flow.TwoSidedShare, 9);

        // Signs 1, 1, -1: mean 1/3, products 1 and -1, variance 8/9.
        Assert.Equal(-1.0 / 8, flow.SignAutocorrelation, 9);
    }

    [Fact]
    public void TimeWithOneSideOnly_CountsForNoSpread()
    {
        FlowStatistics flow = new();
        flow.OnTop(0, new SimTop { HasBid = true, Bid = new Price(90), BidQuantity = new Quantity(7) });
        flow.OnTop(1_000_000_000, Top(99, 101));
        flow.OnTop(2_000_000_000, new SimTop { HasAsk = true, Ask = new Price(110), AskQuantity = new Quantity(7) });
        flow.OnTop(4_000_000_000, default);

        Assert.Equal((2.0, 15.0, 0.25, 4.0), (flow.SpreadTicks, flow.TouchQuantity, flow.TwoSidedShare, flow.Seconds));
    }

    [Theory]
    [InlineData(true, 0.9, 1.0)]
    [InlineData(false, -1.0, -0.9)]
    public void Signs_ThatRepeatOrAlternate_CorrelateSo(bool repeats, double least, double most)
    {
        FlowStatistics flow = new();
        for (int trade = 0; trade < 1_000; trade++)
        {
            bool isBuy = repeats ? trade < 500 : trade % 2 == 0;
            flow.OnExecution(isBuy ? Side.Buy : Side.Sell, 1);
        }

        Assert.InRange(flow.SignAutocorrelation, least, most);
    }

    [Fact]
    public void Volatility_OfAMiddleThatMovesByOnePercentUpAndDown_IsOnePercent()
    {
        FlowStatistics flow = new();
        for (int second = 0; second <= 1_000; second++)
        {
            long mid = second % 2 == 0 ? 100_000 : 101_000;
            flow.OnTop(second * 1_000_000_000L, Top(mid - 10, mid + 10));
        }

        Assert.InRange(flow.VolatilityBp(1), 99, 100.5);
        Assert.InRange(flow.VolatilityBp(10), 0, 0.5);
        Assert.InRange(flow.Kurtosis(1), 0.9, 1.1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SimulatedHour_LooksLikeTheRecordedOne(long seed)
    {
        // The recorded hour (docs/simulator.md): spread 3.3 bp, 60 s volatility 7.3 bp, ratio 22, aggressors alike 0.69.
        OfflineMarket market = new([new Instrument(0, "SIM", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(58_000) }], seed, 18);
        FlowStatistics flow = market.Measure(0);

        while (market.TimeNs < 3_600_000_000_000)
        {
            market.Step();
        }

        Assert.InRange(flow.SpreadBp, 2.2, 5);
        Assert.InRange(flow.VolatilityBp(60), 3.6, 14.6);
        Assert.InRange(flow.OrderToTradeRatio, 15, 33);
        Assert.True(flow.SignAutocorrelation > 0.2, $"aggressors come in runs: {flow.SignAutocorrelation}");
        Assert.True(flow.Kurtosis(10) > 3.5, $"tails are fat: {flow.Kurtosis(10)}");
    }

    private static SimTop Top(long bid, long ask) =>
        new() { HasBid = true, HasAsk = true, Bid = new Price(bid), Ask = new Price(ask), BidQuantity = new Quantity(10),
            AskQuantity = new Quantity(20) };
}
