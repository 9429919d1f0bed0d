using Peregrine.Primitives;

namespace Peregrine.Trading.Tests.Matching.Contract;

// Sections 5 and 6: icebergs, hidden orders, minimum execution size, all or none.
public abstract partial class MatchingContract
{
    [Fact]
    public void Iceberg_SliceUsedUp_NextSliceGoesToTheBack()
    {
        Open();
        Sell(1, 10, 100, Display(3));
        Sell(2, 4, 100);
        Arranged();

        Buy(3, 5, 100);

        Told(
            "accepted 3",
            "trade 3 with 1: 3@100 leaves 2 and 7",
            "restated 1 Refreshed: shows 3@100 leaves 7",
            "trade 3 with 2: 2@100 leaves 0 and 2");
        Shows(Side.Sell, "5@100");
    }

    [Fact]
    public void Iceberg_TakenWhole_TradesSliceBySlice()
    {
        Open();
        Sell(1, 7, 100, Display(3));
        Arranged();

        Buy(2, 10, 100);

        Told(
            "accepted 2",
            "trade 2 with 1: 3@100 leaves 7 and 4",
            "restated 1 Refreshed: shows 3@100 leaves 4",
            "trade 2 with 1: 3@100 leaves 4 and 1",
            "restated 1 Refreshed: shows 1@100 leaves 1",
            "trade 2 with 1: 1@100 leaves 3 and 0");
        Shows(Side.Buy, "3@100");
    }

    [Fact]
    public void Iceberg_Reduced_LosesHiddenLotsFirst()
    {
        Open();
        Sell(1, 10, 100, Display(4));
        Arranged();

        Reduce(1, 5);
        Shows(Side.Sell, "4@100");
        Reduce(1, 3);

        Told("cancelled 1: 5 leaves 5", "cancelled 1: 3 leaves 2");
        Shows(Side.Sell, "2@100");
    }

    [Fact]
    public void Iceberg_DisplayOutOfRange_IsRefused()
    {
        Open();

        Buy(1, 2_001, 100, Display(2));
        Buy(2, 5, 100, Display(5));
        Buy(3, 2_000, 100, Display(2));

        Told("rejected 1 DisplayQuantity", "rejected 2 DisplayQuantity", "accepted 3");
    }

    [Fact]
    public void Hidden_AtAPriceWithShownOrders_TradesLastAndIsNotShown()
    {
        Open();
        Sell(1, 5, 100, Hidden);
        Sell(2, 5, 100);
        Arranged();
        Shows(Side.Sell, "5@100");

        Buy(3, 7, 100);

        Told("accepted 3", "trade 3 with 2: 5@100 leaves 2 and 0", "trade 3 with 1: 2@100 leaves 0 and 3");
        Shows(Side.Sell);
    }

    [Fact]
    public void MinimumExecutionSize_SmallerOrderArrives_IsPassedOver()
    {
        Open();
        Sell(1, 10, 100, Hidden, Minimum(5));
        Sell(2, 10, 101);
        Arranged();

        Buy(3, 4, 101);
        Buy(4, 5, 101);

        Told(
            "accepted 3", "trade 3 with 2: 4@101 leaves 0 and 6",
            "accepted 4", "trade 4 with 1: 5@100 leaves 0 and 5");
    }

    [Fact]
    public void MinimumExecutionSize_EnoughHasCome_IsTriedAgain()
    {
        Open();
        Sell(1, 10, 100, Hidden, Minimum(10));
        Buy(2, 6, 100);
        Arranged();
        Shows(Side.Buy, "6@100");

        Buy(3, 4, 100);

        Told("accepted 3", "trade 1 with 2: 6@100 leaves 4 and 0", "trade 1 with 3: 4@100 leaves 0 and 0");
    }

    [Fact]
    public void MinimumExecutionSize_PerTrade_EachTradeMustReachIt()
    {
        Open(new InstrumentTerms { Rules = new VenueRules { MinimumPerTrade = true } });
        Buy(1, 3, 100);
        Buy(2, 5, 100);
        Arranged();

        Sell(3, 10, 100, Hidden, Minimum(4));

        Told("accepted 3", "trade 3 with 2: 5@100 leaves 5 and 0");
        Shows(Side.Buy, "3@100");
    }

    [Fact]
    public void HiddenRest_BelowTheVenuesLeast_IsCancelledWhenItRested()
    {
        Open(new InstrumentTerms { Rules = new VenueRules { CancelHiddenRests = 3 } });
        Sell(1, 10, 100, Hidden);
        Arranged();

        Buy(2, 8, 100);

        Told("accepted 2", "trade 2 with 1: 8@100 leaves 0 and 2", "cancelled 1 RestTooSmall: 2 leaves 0");
    }

    [Fact]
    public void HiddenRest_BelowTheVenuesLeast_RestsWhenItArrived()
    {
        Open(new InstrumentTerms { Rules = new VenueRules { CancelHiddenRests = 3 } });
        Buy(1, 8, 100);
        Arranged();

        Sell(2, 10, 100, Hidden);

        Told("accepted 2", "trade 2 with 1: 8@100 leaves 2 and 0");
        Assert.Equal(2, Order(2).Leaves.Lots);
    }

    [Fact]
    public void HiddenImprovement_PriceReachesTheBestOfTheArrivingSide_TradesOneTickInsideIt()
    {
        Open(new InstrumentTerms { Rules = new VenueRules { HiddenImprovement = 1 } });
        Buy(1, 5, 103, Hidden, Minimum(5));
        Sell(2, 1, 102);
        Arranged();

        Sell(3, 5, 102, During(TimeInForce.ImmediateOrCancel));
        Sell(4, 5, 101);

        Told("accepted 3", "cancelled 3 NoLiquidity: 5 leaves 0", "accepted 4", "trade 4 with 1: 5@101 leaves 0 and 0");
    }

    [Fact]
    public void AllOrNone_WholeQuantityHasCome_TradesAllOfIt()
    {
        Open();
        Sell(1, 10, 100, AllOrNone);
        Buy(2, 9, 100);
        Arranged();

        Buy(3, 1, 100);

        Told("accepted 3", "trade 1 with 2: 9@100 leaves 1 and 0", "trade 1 with 3: 1@100 leaves 0 and 0");
    }

    [Fact]
    public void AllOrNone_ImmediateWithTooLittle_IsCancelled()
    {
        Open();
        Buy(1, 9, 100);
        Arranged();

        Sell(2, 10, 100, AllOrNone, During(TimeInForce.ImmediateOrCancel));

        Told("accepted 2", "cancelled 2 NoLiquidity: 10 leaves 0");
    }
}
