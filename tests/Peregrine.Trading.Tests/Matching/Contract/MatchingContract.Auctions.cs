using Peregrine.Primitives;

namespace Peregrine.Trading.Tests.Matching.Contract;

// Section 11: the auction price and the uncross.
public abstract partial class MatchingContract
{
    // A slice that was partly used up before: the auction shows a whole one again, whatever it took.
    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 5)]
    [InlineData(11, 5)]
    [InlineData(14, 4)]
    public void Uncross_IcebergPartlyShown_ShowsAWholeSliceAfterIt(long sold, long shown)
    {
        Open();
        Buy(1, 20, 100, Display(5));
        Sell(2, 2, 100);
        Shows(Side.Buy, "3@100");
        Enter(TradingPhase.ClosingAuction);
        Sell(3, sold, 100);
        Arranged();

        Enter(TradingPhase.Continuous);

        Shows(Side.Buy, $"{shown}@100");
        Assert.Equal((18 - sold, shown), (Order(1).Leaves.Lots, Order(1).Shown.Lots));
        IsGone(3);
    }

    [Fact]
    public void Auction_OnePriceHasTheLargestVolume_IsThePrice()
    {
        OpenAuction();
        Buy(1, 5, 101);
        Buy(2, 5, 100);
        Sell(3, 5, 99);
        Arranged();

        Sell(4, 3, 100);

        Told("accepted 4", "indicative 8@100 surplus 2");
    }

    [Fact]
    public void Auction_SameVolume_SmallestSurplusWins()
    {
        OpenAuction();
        Buy(1, 5, 102);
        Buy(2, 2, 100);
        Arranged();

        Sell(3, 5, 99);

        // At 99 and 100 the surplus is 2, at 101 and 102 it is 0: the middle of those, rounded down.
        Told("accepted 3", "indicative 5@101 surplus 0");
    }

    [Theory]
    [InlineData(10, 6, "indicative 6@101 surplus 4")]
    [InlineData(6, 10, "indicative 6@99 surplus -4")]
    public void Auction_SurplusOnOneSide_MarketPressureSetsThePrice(long bought, long sold, string line)
    {
        OpenAuction(reference: 100);
        Buy(1, bought, 101);
        Arranged();

        Sell(2, sold, 99);

        Told("accepted 2", line);
    }

    [Theory]
    [InlineData(null, "indicative 5@99 surplus 0")]
    [InlineData(100L, "indicative 5@100 surplus 0")]
    [InlineData(150L, "indicative 5@101 surplus 0")]
    [InlineData(50L, "indicative 5@98 surplus 0")]
    public void Auction_NoSurplus_NearestToTheReferenceWins(long? reference, string line)
    {
        OpenAuction(reference);
        Buy(1, 5, 101);
        Arranged();

        Sell(2, 5, 98);

        Told("accepted 2", line);
    }

    [Theory]
    [InlineData(null, "indicative 5@100 surplus 2")]
    [InlineData(101L, "indicative 5@101 surplus -2")]
    public void Auction_SurplusOnBothSides_NearestToTheReferenceWins(long? reference, string line)
    {
        OpenAuction(reference);
        Buy(1, 5, 101);
        Buy(2, 2, 100);
        Sell(3, 2, 101);
        Arranged();

        Sell(4, 5, 100);

        Told("accepted 4", line);
    }

    [Fact]
    public void Auction_LastTradePrice_IsAReferenceBeforeTheInstruments()
    {
        Open(new InstrumentTerms { ReferencePrice = new Price(50) });
        TradeAt(100);
        Enter(TradingPhase.ClosingAuction);
        Buy(1, 5, 101);
        Arranged();

        Sell(2, 5, 98);

        Told("accepted 2", "indicative 5@100 surplus 0");
    }

    [Fact]
    public void Auction_OnlyMarketOrders_TradeAtTheReference()
    {
        OpenAuction(reference: 50);
        Buy(1, 5, 0, Of(OrderType.Market));
        Sell(2, 3, 0, Of(OrderType.Market));
        Told("accepted 1", "accepted 2", "indicative 3@50 surplus 2");

        Enter(TradingPhase.Continuous);

        Told("trade 1 with 2: 3@50 leaves 2 and 0", "cancelled 1 NoLiquidity: 2 leaves 0", "phase Continuous");
    }

    [Fact]
    public void Auction_OnlyMarketOrdersWithoutReference_DoNotTrade()
    {
        OpenAuction();
        Buy(1, 5, 0, Of(OrderType.Market));
        Sell(2, 3, 0, Of(OrderType.MarketToLimit));
        Arranged();

        Enter(TradingPhase.Continuous);

        Told("cancelled 1 NoLiquidity: 5 leaves 0", "cancelled 2 NoLiquidity: 3 leaves 0", "phase Continuous");
    }

    [Fact]
    public void Uncross_AllKinds_MarketFirstThenPriceThenShownThenTime()
    {
        OpenAuction();
        Buy(1, 2, 100, Hidden);
        Buy(2, 5, 100, Display(1));
        Buy(3, 2, 101);
        Buy(4, 1, 0, Of(OrderType.Market));
        Buy(5, 2, 100);
        Buy(6, 3, 100, Hidden, Minimum(1));
        Sell(7, 9, 100);
        Arranged();

        Enter(TradingPhase.Continuous);

        Told(
            "trade 4 with 7: 1@100 leaves 0 and 8",
            "trade 3 with 7: 2@100 leaves 0 and 6",
            "trade 2 with 7: 5@100 leaves 0 and 1",
            "trade 5 with 7: 1@100 leaves 1 and 0",
            "phase Continuous");
        Assert.Equal((2L, 3L), (Order(1).Leaves.Lots, Order(6).Leaves.Lots));
    }

    [Fact]
    public void Uncross_MarketWithBest_MarketOrdersStandWithTheBestPriceByTime()
    {
        OpenAuction(rules: new VenueRules { MarketWithBest = true });
        Buy(1, 2, 100);
        Buy(2, 2, 101, Hidden);
        Buy(3, 2, 101);
        Buy(4, 1, 0, Of(OrderType.Market));
        Buy(5, 2, 101);
        Sell(6, 8, 100);
        Arranged();

        Enter(TradingPhase.Continuous);

        Told(
            "trade 3 with 6: 2@100 leaves 0 and 6",
            "trade 4 with 6: 1@100 leaves 0 and 5",
            "trade 5 with 6: 2@100 leaves 0 and 3",
            "trade 2 with 6: 2@100 leaves 0 and 1",
            "trade 1 with 6: 1@100 leaves 1 and 0",
            "phase Continuous");
    }

    [Fact]
    public void Uncross_MarketWithBest_AnOrderThatDoesNotReachThePriceIsNoCompany()
    {
        OpenAuction(rules: new VenueRules { MarketWithBest = true });
        Buy(1, 1, 90);
        Buy(2, 3, 0, Of(OrderType.Market));
        Sell(3, 3, 100);
        Arranged();

        Enter(TradingPhase.Continuous);

        Told("trade 2 with 3: 3@100 leaves 0 and 0", "phase Continuous");
        Shows(Side.Buy, "1@90");
    }

    [Fact]
    public void Uncross_IcebergPartlyTraded_KeepsItsPlaceWithAFullSlice()
    {
        OpenAuction();
        Sell(1, 10, 100, Display(3));
        Sell(2, 3, 100);
        Buy(3, 2, 100);
        Enter(TradingPhase.Continuous);
        Arranged();
        Shows(Side.Sell, "6@100");

        Buy(4, 4, 100);

        Told(
            "accepted 4",
            "trade 4 with 1: 3@100 leaves 1 and 5",
            "restated 1 Refreshed: shows 3@100 leaves 5",
            "trade 4 with 2: 1@100 leaves 0 and 2");
    }

    [Fact]
    public void Uncross_MarketToLimitRest_BecomesALimitOrderAtTheAuctionPrice()
    {
        OpenAuction();
        Buy(1, 5, 0, Of(OrderType.MarketToLimit));
        Sell(2, 3, 100);
        Arranged();

        Enter(TradingPhase.PreOpen);

        Told("trade 1 with 2: 3@100 leaves 2 and 0", "restated 1 Converted: shows 2@100 leaves 2", "phase PreOpen");
        Shows(Side.Buy, "2@100");
    }

    [Fact]
    public void Uncross_OwnOrders_TradeWithEachOther()
    {
        OpenAuction();
        Buy(1, 5, 100, OwnedBy(7));
        Sell(2, 5, 100, OwnedBy(7));
        Arranged();

        Enter(TradingPhase.Continuous);

        Told("trade 1 with 2: 5@100 leaves 0 and 0", "phase Continuous");
    }

    [Fact]
    public void Halted_ThenContinuous_UncrossesWhatCameBefore()
    {
        Open(new InstrumentTerms { Phase = TradingPhase.PreOpen });
        Buy(1, 5, 100);
        Sell(2, 5, 100);
        Enter(TradingPhase.Halted);
        Buy(3, 1, 100);
        Arranged();

        Enter(TradingPhase.Continuous);

        Told("trade 1 with 2: 5@100 leaves 0 and 0", "phase Continuous");
    }

    private void OpenAuction(long? reference = null, VenueRules? rules = null) =>
        Open(new InstrumentTerms { Phase = TradingPhase.OpeningAuction, ReferencePrice = reference is long price
            ? new Price(price)
            : null, Rules = rules ?? new VenueRules() });
}
