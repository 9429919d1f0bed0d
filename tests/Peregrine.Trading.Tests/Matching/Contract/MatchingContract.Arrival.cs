using Peregrine.Primitives;

namespace Peregrine.Trading.Tests.Matching.Contract;

// Section 4: what becomes of an order as it arrives.
public abstract partial class MatchingContract
{
    [Fact]
    public void Limit_Crossing_TradesBestPriceFirstThenTime()
    {
        Open();
        Sell(1, 2, 101);
        Sell(2, 2, 100);
        Sell(3, 2, 100);
        Arranged();

        Buy(4, 7, 101);

        Told(
            "accepted 4",
            "trade 4 with 2: 2@100 leaves 5 and 0",
            "trade 4 with 3: 2@100 leaves 3 and 0",
            "trade 4 with 1: 2@101 leaves 1 and 0");
        Shows(Side.Buy, "1@101");
    }

    [Fact]
    public void Market_MoreThanThereIs_RestIsCancelled()
    {
        Open();
        Sell(1, 2, 100);
        Arranged();

        Buy(2, 3, 0, Of(OrderType.Market));

        Told("accepted 2", "trade 2 with 1: 2@100 leaves 1 and 0", "cancelled 2 NoLiquidity: 1 leaves 0");
    }

    [Fact]
    public void MarketToLimit_MoreThanTheBestLevel_RestsAtItsPrice()
    {
        Open();
        Sell(1, 3, 100);
        Sell(2, 3, 101);
        Arranged();

        Buy(3, 5, 0, Of(OrderType.MarketToLimit));

        Told("accepted 3", "trade 3 with 1: 3@100 leaves 2 and 0");
        Shows(Side.Buy, "2@100");
        Assert.Equal(OrderType.Limit, Order(3).Type);
    }

    [Fact]
    public void MarketToLimit_NothingOpposite_IsCancelled()
    {
        Open();

        Buy(1, 5, 0, Of(OrderType.MarketToLimit));

        Told("accepted 1", "cancelled 1 NoLiquidity: 5 leaves 0");
    }

    [Fact]
    public void FillOrKill_NotEnough_TradesNothing()
    {
        Open();
        Sell(1, 3, 100);
        Sell(2, 3, 101, Display(1));
        Arranged();

        Buy(3, 7, 101, During(TimeInForce.FillOrKill));
        Buy(4, 4, 101, During(TimeInForce.FillOrKill));

        Told(
            "accepted 3", "cancelled 3 NotFillable: 7 leaves 0",
            "accepted 4", "trade 4 with 1: 3@100 leaves 1 and 0", "trade 4 with 2: 1@101 leaves 0 and 2",
            "restated 2 Refreshed: shows 1@101 leaves 2");
    }

    [Fact]
    public void Minimum_LessCanTrade_TradesNothing()
    {
        Open();
        Sell(1, 4, 100);
        Arranged();

        Buy(2, 10, 100, Minimum(5));
        Buy(3, 10, 100, Minimum(4));

        Told(
            "accepted 2", "cancelled 2 MinimumNotMet: 10 leaves 0",
            "accepted 3", "trade 3 with 1: 4@100 leaves 6 and 0");
        Assert.Equal(0, Order(3).MinimumQuantity.Lots);
    }

    [Fact]
    public void PostOnly_ReachesAHiddenOrder_IsCancelled()
    {
        Open();
        Sell(1, 4, 100, Hidden);
        Arranged();

        Buy(2, 1, 100, PostOnly);
        Buy(3, 1, 99, PostOnly);

        Told("accepted 2", "cancelled 2 WouldTrade: 1 leaves 0", "accepted 3");
    }

    [Fact]
    public void PostOnly_ReplacedToAPriceThatTrades_IsCancelled()
    {
        Open();
        Sell(1, 4, 100);
        Buy(2, 1, 99, PostOnly);
        Arranged();

        Replace(2, price: 100);

        Told("replaced 2: 1@100", "cancelled 2 WouldTrade: 1 leaves 0");
    }

    [Fact]
    public void Capacity_EngineIsFull_OnlyOrdersThatCannotRestAreTaken()
    {
        Open(orderCapacity: 1);
        Sell(1, 4, 100);
        Arranged();

        Buy(2, 1, 100);
        Buy(3, 1, 100, During(TimeInForce.ImmediateOrCancel));
        Buy(4, 1, 0, Of(OrderType.Market));
        Buy(5, 1, 0, Of(OrderType.Market), During(TimeInForce.AtTheClose));
        Buy(6, 1, 0, Of(OrderType.MarketToLimit));
        Cancel(1);
        Buy(7, 1, 100);

        Told(
            "rejected 2 OrderCapacity",
            "accepted 3", "trade 3 with 1: 1@100 leaves 0 and 3",
            "accepted 4", "trade 4 with 1: 1@100 leaves 0 and 2",
            "rejected 5 OrderCapacity",
            "rejected 6 OrderCapacity",
            "cancelled 1: 2 leaves 0",
            "accepted 7");
    }

    [Fact]
    public void Checks_SeveralFail_TheFirstIsTheAnswer()
    {
        Open(new InstrumentTerms { LowestPrice = new Price(90), HighestPrice = new Price(110),
            TickTable = [new TickStep(0, 1), new TickStep(100, 5)] });

        Buy(1, 0, 101, Hidden, Display(1));
        Buy(1, 0, 111);
        Buy(1, (1L << 40) + 1, 111);
        Buy(1, 1, (1L << 56) + 1);
        Buy(1, 1, 111);
        Buy(1, 1, 115);
        Buy(0, 1, 110);
        Buy(1, 1, 110, Until(0));
        Buy(1, 1, 99, Trail(1));
        Buy(1, 1, 105);
        Buy(1, 1, 97);

        Told(
            "rejected 1 UnsupportedOrder",
            "rejected 1 QuantityNotPositive",
            "rejected 1 MaxQuantity",
            "rejected 1 PriceOutOfRange",
            "rejected 1 PriceNotOnTick",
            "rejected 1 PriceLimit",
            "rejected 0 DuplicateOrderId",
            "rejected 1 ExpiryPassed",
            "rejected 1 NoReferencePrice",
            "accepted 1",
            "rejected 1 DuplicateOrderId");
    }
}
