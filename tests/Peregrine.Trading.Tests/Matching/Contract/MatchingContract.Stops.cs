using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching.Contract;

// Sections 7 and 9: stops, trailing stops and pegged orders.
public abstract partial class MatchingContract
{
    [Fact]
    public void Stop_OneTriggersTheNext_EachInItsTurn()
    {
        Open();
        Buy(1, 1, 100);
        Buy(2, 3, 99);
        Buy(3, 5, 98);
        Sell(4, 3, 0, StopAt(99));
        Sell(5, 2, 0, StopAt(98));
        Arranged();

        Sell(6, 2, 99);

        Told(
            "accepted 6",
            "trade 6 with 1: 1@100 leaves 1 and 0",
            "trade 6 with 2: 1@99 leaves 0 and 2",
            "triggered 4: 3@0",
            "trade 4 with 2: 2@99 leaves 1 and 0",
            "trade 4 with 3: 1@98 leaves 0 and 4",
            "triggered 5: 2@0",
            "trade 5 with 3: 2@98 leaves 0 and 2");
    }

    [Fact]
    public void Stop_SeveralAreDue_BuysFirstThenTheNearest()
    {
        Open(new InstrumentTerms { Phase = TradingPhase.PreOpen });
        Sell(1, 1, 0, StopAt(101));
        Sell(2, 1, 0, StopAt(102));
        Buy(3, 1, 0, StopAt(100));
        Buy(4, 1, 0, StopAt(99));
        Buy(5, 1, 100);
        Sell(6, 1, 100);
        Arranged();

        Enter(TradingPhase.Continuous);

        Told(
            "trade 5 with 6: 1@100 leaves 0 and 0",
            "phase Continuous",
            "triggered 4: 1@0", "cancelled 4 NoLiquidity: 1 leaves 0",
            "triggered 3: 1@0", "cancelled 3 NoLiquidity: 1 leaves 0",
            "triggered 2: 1@0", "cancelled 2 NoLiquidity: 1 leaves 0",
            "triggered 1: 1@0", "cancelled 1 NoLiquidity: 1 leaves 0");
    }

    [Fact]
    public void Stop_SeveralAreDueByArrival_TheOldestFirst()
    {
        Open(new InstrumentTerms { Phase = TradingPhase.PreOpen, Rules = new VenueRules { StopsByArrival = true } });
        Sell(1, 1, 0, StopAt(101));
        Buy(2, 1, 0, StopAt(100));
        Sell(3, 1, 0, StopAt(102));
        Buy(4, 1, 0, StopAt(99));
        Sell(5, 1, 0, StopAt(99));
        Buy(6, 1, 100);
        Sell(7, 1, 100);
        Arranged();

        Enter(TradingPhase.Continuous);

        Told(
            "trade 6 with 7: 1@100 leaves 0 and 0",
            "phase Continuous",
            "triggered 1: 1@0", "cancelled 1 NoLiquidity: 1 leaves 0",
            "triggered 2: 1@0", "cancelled 2 NoLiquidity: 1 leaves 0",
            "triggered 3: 1@0", "cancelled 3 NoLiquidity: 1 leaves 0",
            "triggered 4: 1@0", "cancelled 4 NoLiquidity: 1 leaves 0");
        Assert.Equal(OrderType.Stop, Order(5).Type);
    }

    [Fact]
    public void Stop_ReachedAlready_IsTriggeredAsItArrives()
    {
        Open();
        TradeAt(100);
        Arranged();

        Sell(1, 2, 99, StopLimitAt(100));

        Told("accepted 1", "triggered 1: 2@99");
        Assert.Equal((OrderType.Limit, 0L), (Order(1).Type, Order(1).StopPrice.Ticks));
        Shows(Side.Sell, "2@99");
    }

    [Fact]
    public void Stop_Replaced_IsParkedAnewAndMayBeDue()
    {
        Open();
        TradeAt(100);
        Sell(1, 2, 0, StopAt(99));
        Arranged();

        Replace(1, stop: 98);
        Replace(1, stop: 101);

        Told("replaced 1: 2@98", "replaced 1: 2@101", "triggered 1: 2@0", "cancelled 1 NoLiquidity: 2 leaves 0");
    }

    [Fact]
    public void TrailingStop_PriceRisesAndFalls_FollowsInItsFavourOnly()
    {
        Open();
        TradeAt(100);
        Sell(1, 2, 0, Trail(3));
        Arranged();
        Assert.Equal(97, Order(1).StopPrice.Ticks);

        TradeAt(105);
        TradeAt(103);
        TradeAt(102);

        Told(
            "accepted 901", "accepted 902", "trade 902 with 901: 1@105 leaves 0 and 0", "restated 1 Trailed: shows 0@102 leaves 2",
            "accepted 901", "accepted 902", "trade 902 with 901: 1@103 leaves 0 and 0",
            "accepted 901", "accepted 902", "trade 902 with 901: 1@102 leaves 0 and 0",
            "triggered 1: 2@0", "cancelled 1 NoLiquidity: 2 leaves 0");
    }

    [Fact]
    public void PeggedToBest_ReferenceMovesAndGoes_FollowsAndIsParked()
    {
        Open();
        Buy(1, 1, 99);
        Buy(2, 5, 0, PegTo(PegReference.Best, offset: 1));
        Arranged();
        Shows(Side.Buy, "1@99", "5@98");

        Buy(3, 1, 100);
        Cancel(3);
        Cancel(1);

        Told(
            "accepted 3", "restated 2 Repriced: shows 5@99 leaves 5",
            "cancelled 3: 1 leaves 0", "restated 2 Repriced: shows 5@98 leaves 5",
            "cancelled 1: 1 leaves 0", "restated 2 Parked: shows 0@98 leaves 5");
        Assert.Equal(OrderPlace.Parked, Order(2).Place);
    }

    [Fact]
    public void PeggedToMid_OddSpread_IsRoundedAwayFromTheOtherSide()
    {
        Open();
        Buy(1, 1, 99);
        Sell(2, 1, 102);

        Buy(3, 1, 0, PegTo(PegReference.Mid));
        Sell(4, 1, 0, PegTo(PegReference.Mid));

        Assert.Equal((100L, 101L), (Order(3).Price.Ticks, Order(4).Price.Ticks));
        Shows(Side.Buy, "1@99");
        Shows(Side.Sell, "1@102");
    }

    [Fact]
    public void PeggedToMid_SpreadBecomesEven_TradesWithTheOtherSidesPeg()
    {
        Open();
        Buy(1, 1, 99);
        Sell(2, 1, 102);
        Buy(3, 2, 0, PegTo(PegReference.Mid));
        Sell(4, 1, 0, PegTo(PegReference.Mid));
        Arranged();

        Buy(5, 1, 100);

        // The middle is 101: the buy comes first and meets the sell there, which needs no new price.
        Told("accepted 5", "restated 3 Repriced: shows 0@101 leaves 2", "trade 3 with 4: 1@101 leaves 1 and 0");
    }

    [Fact]
    public void Pegged_WithLimit_DoesNotPassIt()
    {
        Open();
        Buy(1, 1, 99);
        Buy(2, 1, 98, PegTo(PegReference.Best), o => o with { Flags = OrderFlags.HasLimit });

        Assert.Equal(98, Order(2).Price.Ticks);
    }

    [Fact]
    public void Pegged_LeavingAndEnteringContinuous_IsParkedAndPriced()
    {
        Open();
        Buy(1, 1, 99);
        Buy(2, 5, 0, PegTo(PegReference.Best));
        Arranged();

        Enter(TradingPhase.Halted);
        Enter(TradingPhase.Continuous);

        Told("phase Halted", "restated 2 Parked: shows 0@99 leaves 5", "phase Continuous", "restated 2 Repriced: shows 5@99 leaves 5");
    }
}
