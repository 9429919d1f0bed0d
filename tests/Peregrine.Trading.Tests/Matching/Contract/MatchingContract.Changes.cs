using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching.Contract;

// Section 12: cancel, reduce, replace, mass cancel.
public abstract partial class MatchingContract
{
    [Fact]
    public void Replace_OnlyLeavesGoDown_KeepsThePlace()
    {
        ArrangeTwoBids();

        Replace(1, price: 100, leaves: 2);
        Sell(3, 3, 100);

        Told("replaced 1: 2@100", "accepted 3", "trade 3 with 1: 2@100 leaves 1 and 0", "trade 3 with 2: 1@100 leaves 0 and 4");
    }

    [Fact]
    public void Replace_NothingDiffers_KeepsThePlace()
    {
        ArrangeTwoBids();

        Replace(1);
        Sell(3, 1, 100);

        Told("replaced 1: 5@100", "accepted 3", "trade 3 with 1: 1@100 leaves 0 and 4");
    }

    [Theory]
    [InlineData(6L, null)]
    [InlineData(4L, 2L)]
    public void Replace_AnythingElse_ArrivesAnew(long leaves, long? display)
    {
        ArrangeTwoBids();

        Replace(1, leaves: leaves, display: display);
        Sell(3, 1, 100);

        Told($"replaced 1: {leaves}@100", "accepted 3", "trade 3 with 2: 1@100 leaves 0 and 4");
    }

    [Fact]
    public void Replace_ToAPriceThatTrades_Trades()
    {
        ArrangeTwoBids();
        Sell(3, 2, 103);
        Arranged();

        Replace(2, price: 103, leaves: 4);

        Told("replaced 2: 4@103", "trade 2 with 3: 2@103 leaves 2 and 0");
        Shows(Side.Buy, "2@103", "5@100");
    }

    [Fact]
    public void Replace_FieldsWithoutUse_AreRefused()
    {
        Open();
        Buy(1, 5, 100);
        Sell(2, 5, 0, StopAt(90));
        Arranged();

        Replace(1, stop: 90);
        Replace(1, expiry: 90);
        Replace(2, price: 90);
        Replace(2, display: 1);
        Replace(3, price: 90);
        Replace(1, leaves: 0);

        Told(
            "rejected 1 NotReplaceable", "rejected 1 NotReplaceable", "rejected 2 NotReplaceable", "rejected 2 NotReplaceable",
            "rejected 3 UnknownOrder",
            "rejected 1 QuantityNotPositive");
    }

    [Fact]
    public void Reduce_ToNothing_IsACancel()
    {
        ArrangeTwoBids();

        Reduce(1, 0);
        Reduce(1, 4);
        Reduce(1, 4);
        Reduce(1, 1);

        Told("rejected 1 QuantityNotPositive", "cancelled 1: 4 leaves 1", "cancelled 1: 1 leaves 0", "rejected 1 UnknownOrder");
    }

    [Fact]
    public void MassCancel_BySideAndAccount_TakesThoseByNumber()
    {
        Open();
        Buy(1, 1, 90, OwnedBy(7));
        Buy(2, 1, 91, OwnedBy(8));
        Buy(3, 1, 0, StopAt(120), OwnedBy(7));
        Sell(4, 1, 100, OwnedBy(7));
        Buy(5, 1, 92, OwnedBy(7));
        Replace(1, price: 93);
        Arranged();

        int count = _engine.MassCancel(new MassCancelFilter { Account = 7, Side = Side.Buy }, _events);

        Assert.Equal(3, count);
        Told("cancelled 3 MassCancel: 1 leaves 0", "cancelled 5 MassCancel: 1 leaves 0", "cancelled 1 MassCancel: 1 leaves 0");
    }

    [Fact]
    public void Order_FilledOrCancelled_IsGone()
    {
        ArrangeTwoBids();

        Sell(3, 5, 100);
        Cancel(2);

        IsGone(1);
        IsGone(2);
        IsGone(3);
        Assert.Equal(0, _engine.OrderCount);
    }

    private void ArrangeTwoBids()
    {
        Open();
        Buy(1, 5, 100);
        Buy(2, 5, 100);
        Arranged();
    }
}
