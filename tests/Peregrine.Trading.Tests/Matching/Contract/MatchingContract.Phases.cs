using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching.Contract;

// Section 10 and times in force: phases, bands, what expires when.
public abstract partial class MatchingContract
{
    [Fact]
    public void StaticBand_NextTradeOutside_StopsTheOrderAndBeginsAnAuctionThatEndsByItself()
    {
        Open(new InstrumentTerms { ReferencePrice = new Price(100), StaticBandBasisPoints = 500, InterruptionNs = 10 });
        Time(100);
        Sell(1, 5, 105);
        Sell(2, 5, 106);
        Arranged();

        Buy(3, 8, 106);
        Told(
            "accepted 3",
            "trade 3 with 1: 5@105 leaves 3 and 0",
            "phase VolatilityAuction PriceBand",
            "indicative 3@106 surplus -2");
        Time(109);
        Told();
        Time(110);

        Told("trade 3 with 2: 3@106 leaves 0 and 2", "phase Continuous");
    }

    [Fact]
    public void DynamicBand_SweepInSmallSteps_IsMeasuredFromTheStartOfTheCommand()
    {
        Open(new InstrumentTerms { DynamicBandBasisPoints = 100 });
        TradeAt(100);
        Sell(1, 1, 101);
        Sell(2, 1, 102);
        Arranged();

        Buy(3, 2, 0, Of(OrderType.Market));

        Told(
            "accepted 3",
            "trade 3 with 1: 1@101 leaves 1 and 0",
            "cancelled 3 PriceBand: 1 leaves 0",
            "phase VolatilityAuction PriceBand");
    }

    [Fact]
    public void Bands_WithoutACentre_DoNotStopAnything()
    {
        Open(new InstrumentTerms { DynamicBandBasisPoints = 1, StaticBandBasisPoints = 1 });
        Sell(1, 1, 101);
        Sell(2, 1, 202);
        Arranged();

        Buy(3, 2, 202);

        Told("accepted 3", "trade 3 with 1: 1@101 leaves 1 and 0", "trade 3 with 2: 1@202 leaves 0 and 0");
    }

    [Fact]
    public void AtTheOpening_RestAfterTheOpeningAuction_Expires()
    {
        Open(new InstrumentTerms { Phase = TradingPhase.PreOpen });
        Buy(1, 5, 100, During(TimeInForce.AtTheOpening));
        Enter(TradingPhase.OpeningAuction);
        Sell(2, 2, 100);
        Arranged();

        Enter(TradingPhase.Continuous);
        Buy(3, 1, 90, During(TimeInForce.AtTheOpening));

        Told("trade 1 with 2: 2@100 leaves 3 and 0", "cancelled 1 Expired: 3 leaves 0", "phase Continuous", "rejected 3 NotInPhase");
    }

    [Fact]
    public void AtTheClose_WaitsForTheClosingAuctionOnly_AndExpiresAfterIt()
    {
        Open();
        Sell(1, 2, 100, During(TimeInForce.AtTheClose));
        Buy(2, 1, 100);
        Arranged();

        Enter(TradingPhase.VolatilityAuction);
        Enter(TradingPhase.Continuous);
        Enter(TradingPhase.ClosingAuction);
        Enter(TradingPhase.Closed);

        Told(
            "phase VolatilityAuction",
            "phase Continuous",
            "phase ClosingAuction", "restated 1 Entered: shows 2@100 leaves 2", "indicative 1@100 surplus -1",
            "trade 2 with 1: 1@100 leaves 0 and 1", "cancelled 1 Expired: 1 leaves 0", "phase Closed");
    }

    [Fact]
    public void GoodForAuction_EntersAnyAuction_AndExpiresAfterIt()
    {
        Open();
        Sell(1, 2, 0, Of(OrderType.Market), During(TimeInForce.GoodForAuction));
        Sell(2, 2, 100, During(TimeInForce.GoodForAuction));
        Arranged();

        Enter(TradingPhase.VolatilityAuction);
        Enter(TradingPhase.Continuous);

        Told(
            "phase VolatilityAuction", "restated 1 Entered: shows 0@0 leaves 2", "restated 2 Entered: shows 2@100 leaves 2",
            "cancelled 1 NoLiquidity: 2 leaves 0", "cancelled 2 Expired: 2 leaves 0", "phase Continuous");
    }

    [Fact]
    public void Closed_DayOrders_ExpireAndGoodTillCancelStay()
    {
        Open();
        Buy(1, 1, 90, During(TimeInForce.GoodTillCancel));
        Buy(2, 1, 91);
        Sell(3, 1, 0, StopAt(80));
        Arranged();

        Enter(TradingPhase.Closed);
        Buy(4, 1, 90);
        Cancel(1);

        Told("phase Closed", "cancelled 2 Expired: 1 leaves 0", "cancelled 3 Expired: 1 leaves 0", "rejected 4 InstrumentClosed",
            "cancelled 1: 1 leaves 0");
    }

    [Fact]
    public void Halted_TakesCancelsOnly()
    {
        Open();
        Buy(1, 3, 90);
        Enter(TradingPhase.Halted);
        Arranged();

        Buy(2, 1, 90);
        Replace(1, leaves: 2);
        Reduce(1, 1);
        Cancel(1);

        Told("rejected 2 InstrumentHalted", "rejected 1 InstrumentHalted", "cancelled 1: 1 leaves 2", "cancelled 1: 2 leaves 0");
    }

    [Fact]
    public void CancelsForbidden_UntilTheAuctionEnds_RefusesCancelsAndReplaces()
    {
        Open(new InstrumentTerms { Phase = TradingPhase.OpeningAuction });
        Buy(1, 3, 90);
        Arranged();

        Enter(TradingPhase.OpeningAuction, cancelsForbidden: true);
        Cancel(1);
        Reduce(1, 1);
        Replace(1, price: 91);
        int cancelled = _engine.MassCancel(new MassCancelFilter(), _events);
        Buy(2, 1, 90);
        Enter(TradingPhase.Continuous, cancelsForbidden: true);
        Cancel(1);

        Assert.Equal(0, cancelled);
        Told(
            "phase OpeningAuction, cancels forbidden",
            "rejected 1 CancelForbidden", "rejected 1 CancelForbidden", "rejected 1 CancelForbidden",
            "accepted 2",
            "phase Continuous", "cancelled 1: 3 leaves 0");
    }

    [Fact]
    public void GoodTillTime_ItsTimeComes_ExpiresByTimeThenNumber()
    {
        Open();
        Time(5);
        Buy(1, 1, 90, Until(20));
        Buy(2, 1, 90, Until(10));
        Buy(3, 1, 90, Until(20));
        Buy(4, 1, 90, Until(5));
        Replace(3, expiry: 19);
        Arranged();

        Time(9);
        Time(20);

        Told("cancelled 2 Expired: 1 leaves 0", "cancelled 3 Expired: 1 leaves 0", "cancelled 1 Expired: 1 leaves 0");
    }
}
