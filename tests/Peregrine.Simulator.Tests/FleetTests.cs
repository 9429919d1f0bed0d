using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Simulator.Tests;

public class FleetTests
{
    private static readonly Instrument[] Three =
    [
        new(0, "AAA", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(23_000) },
        new(1, "BBB", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(43_000) },
        new(2, "CCC", 2, 25, 1, IsOpen: true) { ReferencePrice = new Price(24_000) },
    ];

    [Fact]
    public void SameSeed_GivesTheSameRequestsAndTheSameBooks_AnotherSeedOthers()
    {
        (ulong Requests, ulong State) first = Play(seed: 5, 50_000);
        (ulong Requests, ulong State) second = Play(seed: 5, 50_000);
        (ulong Requests, ulong State) other = Play(seed: 6, 50_000);

        Assert.Equal(first, second);
        Assert.NotEqual(first.Requests, other.Requests);
        Assert.NotEqual(first.State, other.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Hours_OfTrading_KeepBooksTwoSidedPricesNearAndInventoriesBounded(long seed)
    {
        OfflineMarket market = new(Three, seed, 100);
        FlowStatistics[] statistics = [.. Three.Select(instrument => market.Measure(instrument.Id))];
        long hours = ProofSize.Of(1, 8);

        while (market.TimeNs < hours * 3_600_000_000_000)
        {
            market.Step();
        }

        foreach (Instrument instrument in Three)
        {
            Assert.True(statistics[instrument.Id].TwoSidedShare > 0.99,
                $"{instrument.Symbol}: two-sided {statistics[instrument.Id].TwoSidedShare:P2} of the time");
            Assert.True(market.Core.Books.TryGetLastTrade(instrument.Id, out Price last));
            Assert.InRange(last.Ticks, (long)(instrument.ReferencePrice.Ticks * 0.93), (long)(instrument.ReferencePrice.Ticks * 1.07));
            for (int who = 0; who < 2; who++)
            {
                Assert.True(Math.Abs(market.Fleet.Position(who, instrument.Id)) < 100 * 400,
                    $"{Fleet.Roster[who].Name} holds {market.Fleet.Position(who, instrument.Id)} of {instrument.Symbol}");
            }
        }

        Assert.True(market.Refusals < market.Core.LastSequence / 100, $"{market.Refusals} refusals of {market.Core.LastSequence} requests");
        Assert.Equal(market.Core.WorkingOrderCount, market.Fleet.OpenOrderCount);
        Assert.Equal(0, Three.Sum(instrument => Enumerable.Range(0, Fleet.Roster.Count).Sum(who => market.Fleet.Position(who, instrument.Id))));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(2_000)]
    public void Rate_OnAverage_IsWhatWasAsked(int perSecond)
    {
        OfflineMarket market = new(Three, 3, perSecond);

        for (int request = 0; request < 100_000; request++)
        {
            market.Step();
        }

        Assert.InRange(100_000 / (market.TimeNs / 1e9), perSecond * 0.8, perSecond * 1.25);
    }

    [Fact]
    public void RandomRefusalsAndLostAnswers_NeverStopTheFleet()
    {
        Fleet fleet = new(new FleetOptions { Instruments = [new SimInstrument(0, 10_000)], RequestsPerSecond = 100, Seed = 9 });
        SeededRandom random = new(10);
        fleet.OnTop(new SimTop { HasBid = true, HasAsk = true, Bid = new Price(9_990), Ask = new Price(10_010) });
        long lastNumber = 0;
        long lastNs = 0;
        for (int step = 0; step < 20_000; step++)
        {
            fleet.Next(out SimRequest request);
            Assert.Equal(lastNumber + 1, request.Number);
            Assert.True(request.DueNs > lastNs && request.Quantity.Lots > 0 && request.Price.Ticks > 0, "every request makes sense");
            (lastNumber, lastNs) = (request.Number, request.DueNs);
            ReportType type = (ReportType)(1 + random.Below(6));
            fleet.OnReport(new SimReport
            {
                Number = random.Below(4) == 0 ? random.Below(100) : request.Number, Participant = request.Participant,
                    InstrumentId = random.Below(50) == 0 ? 7 : 0, Type = type, Side = request.Side,
                LastQuantity = new Quantity(1), LastPrice = new Price(10_000),
                    Leaves = new Quantity(type is ReportType.Trade or ReportType.CancelRejected
                        ? random.Below(3)
                        : type == ReportType.Accepted ? 5 : 0),
            });
        }

        Assert.True(fleet.OpenOrderCount < 300, "open orders stay bounded");
    }

    [Fact]
    public void NextAndReports_AfterWarmUp_AllocateNothing()
    {
        Fleet fleet = new(new FleetOptions { Instruments = [new SimInstrument(0, 10_000), new SimInstrument(1, 20_000)], RequestsPerSecond = 100 });
        void Work()
        {
            for (int step = 0; step < 5_000; step++)
            {
                fleet.Next(out SimRequest request);
                fleet.OnTop(new SimTop { InstrumentId = request.InstrumentId, HasBid = true, HasAsk = true, Bid = new Price(request.Price.Ticks - 5),
                    Ask = new Price(request.Price.Ticks + 5) });
                fleet.OnReport(new SimReport { Number = request.Number, Participant = request.Participant, InstrumentId = request.InstrumentId,
                    Type = request.Action == SimAction.New ? ReportType.Accepted
                        : ReportType.Cancelled, Side = request.Side, Leaves = request.Action == SimAction.New ? request.Quantity : default });
            }
        }

        Work();
        Allocation.AssertNone(Work);
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(
            () => new Fleet(new FleetOptions { Instruments = [new SimInstrument(3, 10, 0)], RequestsPerSecond = 0, FirstNumber = 0 }));

        Assert.Contains("instrument 3", fault.Message);
        Assert.Contains("RequestsPerSecond", fault.Message);
        Assert.Contains("FirstNumber", fault.Message);
    }

    private static (ulong Requests, ulong State) Play(long seed, int requests)
    {
        OfflineMarket market = new(Three, seed, 100);
        for (int request = 0; request < requests; request++)
        {
            market.Step();
        }

        return (market.RequestDigest, market.Core.StateHash);
    }
}
