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

    private static SimTop Top(long bid, long ask) => new() { HasBid = true, HasAsk = true, Bid = new Price(bid), Ask = new Price(ask), BidQuantity = new Quantity(10), AskQuantity = new Quantity(20) };
}
