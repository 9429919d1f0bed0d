using Peregrine.Primitives;

namespace Peregrine.Trading.Tests.Matching.Contract;

// Section 8: self-trade prevention.
public abstract partial class MatchingContract
{
    [Fact]
    public void Prevention_CancelNewest_EndsTheArrivingOrder()
    {
        ArrangeOwnThenOther();

        Buy(3, 7, 100, OwnedBy(7));

        Told("accepted 3", "cancelled 3 SelfTrade: 7 leaves 0");
    }

    [Fact]
    public void Prevention_CancelOldest_EndsTheRestingOrderAndGoesOn()
    {
        ArrangeOwnThenOther();

        Buy(3, 7, 100, OwnedBy(7), Preventing(SelfTradePrevention.CancelOldest));

        Told("accepted 3", "cancelled 1 SelfTrade: 5 leaves 0", "trade 3 with 2: 5@100 leaves 2 and 0");
        Shows(Side.Buy, "2@100");
    }

    [Fact]
    public void Prevention_CancelBoth_EndsTheRestingOrderFirst()
    {
        ArrangeOwnThenOther();

        Buy(3, 7, 100, OwnedBy(7), Preventing(SelfTradePrevention.CancelBoth));

        Told("accepted 3", "cancelled 1 SelfTrade: 5 leaves 0", "cancelled 3 SelfTrade: 7 leaves 0");
    }

    [Theory]
    [InlineData(7, "cancelled 1 SelfTrade: 5 leaves 0", "cancelled 3 SelfTrade: 5 leaves 2", "trade 3 with 2: 2@100 leaves 0 and 3")]
    [InlineData(3, "cancelled 1 SelfTrade: 3 leaves 2", "cancelled 3 SelfTrade: 3 leaves 0")]
    [InlineData(5, "cancelled 1 SelfTrade: 5 leaves 0", "cancelled 3 SelfTrade: 5 leaves 0")]
    public void Prevention_Decrement_ReducesBothByTheSmaller(long lots, params string[] lines)
    {
        ArrangeOwnThenOther();

        Buy(3, lots, 100, OwnedBy(7), Preventing(SelfTradePrevention.DecrementAndCancel));

        Told(["accepted 3", .. lines]);
    }

    [Fact]
    public void Prevention_VenueByFirm_LooksAtFirmsAndItsMode()
    {
        Open(new InstrumentTerms { Rules = new VenueRules { Owner = OwnerScope.Firm, SelfTrade = SelfTradePrevention.CancelOldest } });
        Sell(1, 5, 100, OwnedBy(7), o => o with { Firm = 1 });
        Sell(2, 5, 100, OwnedBy(8), o => o with { Firm = 2 });
        Arranged();

        Buy(3, 5, 100, OwnedBy(7), o => o with { Firm = 2 });

        Told("accepted 3", "trade 3 with 1: 5@100 leaves 0 and 0");
    }

    [Fact]
    public void Prevention_FillOrKill_SaysWhetherPreventionIsTheOnlyReason()
    {
        ArrangeOwnThenOther();

        Buy(3, 10, 100, OwnedBy(7), During(TimeInForce.FillOrKill));
        Buy(4, 11, 100, OwnedBy(7), During(TimeInForce.FillOrKill));
        Buy(5, 5, 100, OwnedBy(7), During(TimeInForce.FillOrKill), Preventing(SelfTradePrevention.CancelOldest));

        Told(
            "accepted 3", "cancelled 3 SelfTrade: 10 leaves 0",
            "accepted 4", "cancelled 4 NotFillable: 11 leaves 0",
            "accepted 5", "cancelled 1 SelfTrade: 5 leaves 0", "trade 5 with 2: 5@100 leaves 0 and 0");
    }

    [Fact]
    public void Prevention_NobodysOrders_TradeWithEachOther()
    {
        Open();
        Sell(1, 5, 100);
        Arranged();

        Buy(2, 5, 100);

        Told("accepted 2", "trade 2 with 1: 5@100 leaves 0 and 0");
    }

    private void ArrangeOwnThenOther()
    {
        Open();
        Sell(1, 5, 100, OwnedBy(7));
        Sell(2, 5, 100, OwnedBy(8));
        Arranged();
    }
}
