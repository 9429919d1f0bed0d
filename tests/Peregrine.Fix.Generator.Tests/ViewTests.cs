using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;
using Peregrine.Testing;

namespace Peregrine.Fix.Generator.Tests;

public class ViewTests
{
    [Fact]
    public void View_OfAnOrder_HasItsFieldsByType()
    {
        byte[] frame = Wire.Message(Wire.Order + "22=4|59=0|18=1 6|75=20260131|");
        FixMessage message = new(frame, Wire.Validated(frame));

        FixViewStatus status = Fix44.NewOrderSingleView.Read(message, out Fix44.NewOrderSingleView order);

        Assert.Equal(FixViewStatus.Ok, status);
        Assert.Equal(("CLIENT", "C1", "ACME"), (Wire.Text(order.SenderCompID), Wire.Text(order.ClOrdID), Wire.Text(order.Symbol)));
        Assert.Equal((Fix44.Side.Buy, Fix44.OrdType.Limit, Fix44.TimeInForce.Day), (order.Side, order.OrdType, order.TimeInForce));
        Assert.Equal((new FixDecimal(100, 0), new FixDecimal(1025, 2)), (order.OrderQty, order.Price));
        Assert.Equal((7L, 1_769_860_800_123_000_000, 1_769_860_800_000_001_000), (order.MsgSeqNum, order.SendingTime, order.TransactTime));
        Assert.True(order.ExecInst.SequenceEqual("1 6"u8) && order.SecurityIDSource.SequenceEqual(Fix44.SecurityIDSourceValues.IsinNumber));
        Assert.Equal(new DateOnly(2026, 1, 31), order.TradeDate);
        Assert.True(order.HasPrice && order.HasTradeDate && !order.HasStopPx && !order.HasAccount);
    }

    [Fact]
    public void View_OfGroupsInGroups_GivesEachEntryItsOwn()
    {
        byte[] frame = Wire.Message(Wire.Order +
            "453=3|448=A|447=D|452=1|802=2|523=a1|803=1|523=a2|803=2|448=B|5001=mine|802=1|523=b1|448=C|447=D|78=1|79=ACC|80=5|");
        FixMessage message = new(frame, Wire.Validated(frame));
        Assert.Equal(FixViewStatus.Ok, Fix44.NewOrderSingleView.Read(message, out Fix44.NewOrderSingleView order));

        List<string> seen = [];
        foreach (Fix44.PartyIDsEntry party in order.PartyIDs)
        {
            seen.Add($"{Wire.Text(party.PartyID)} {(party.HasPartyRole ? party.PartyRole : 0)} {party.PartySubIDs.Count}");
            foreach (Fix44.PartySubIDsEntry inner in party.PartySubIDs)
            {
                seen.Add($"- {Wire.Text(inner.PartySubID)} {(inner.HasPartySubIDType ? (long)inner.PartySubIDType : 0)}");
            }
        }

        Assert.Equal(["A ExecutingFirm 2", "- a1 1", "- a2 2", "B 0 1", "- b1 0", "C 0 0"], seen);
        Assert.Equal(3, order.PartyIDs.Count);
        Assert.Equal(1, order.Allocs.Count);
        foreach (Fix44.NewOrderSingleAllocsEntry alloc in order.Allocs)
        {
            Assert.Equal(("ACC", new FixDecimal(5, 0)), (Wire.Text(alloc.AllocAccount), alloc.AllocQty));
        }
    }

    [Fact]
    public void View_OfAnAbsentGroup_HasNoEntries()
    {
        byte[] frame = Wire.Message(Wire.Order + "453=0|");
        FixMessage message = new(frame, Wire.Validated(frame));
        Assert.Equal(FixViewStatus.Ok, Fix44.NewOrderSingleView.Read(message, out Fix44.NewOrderSingleView order));

        int entries = 0;
        foreach (Fix44.PartyIDsEntry _ in order.PartyIDs)
        {
            entries++;
        }

        foreach (Fix44.NewOrderSingleAllocsEntry _ in order.Allocs)
        {
            entries++;
        }

        Assert.Equal((0, 0, 0), (entries, order.PartyIDs.Count, order.Allocs.Count));
    }

    [Theory]
    [InlineData("35=F|" + Wire.Header + "11=C2|41=C1|55=ACME|54=1|60=20260131-12:00:00|", FixViewStatus.OtherType)]
    [InlineData(Wire.Order + "54=2|", FixViewStatus.FieldTwice)]
    [InlineData(Wire.Order + "453=2|448=A|", FixViewStatus.GroupBroken)]
    [InlineData(Wire.Order + "453=1|448=A|448=B|", FixViewStatus.GroupBroken)]
    [InlineData(Wire.Order + "453=1|447=D|448=A|", FixViewStatus.GroupBroken)]
    [InlineData(Wire.Order + "453=x|", FixViewStatus.GroupBroken)]
    [InlineData(Wire.Order + "453=-1|", FixViewStatus.GroupBroken)]
    [InlineData(Wire.Order + "453=1|448=A|802=2|523=a|447=D|", FixViewStatus.GroupBroken)]
    [InlineData(Wire.Order + "9999=x|", FixViewStatus.Ok)]
    public void Read_OfAMessageThatWasNotValidated_SaysWhatIsWrong(string body, FixViewStatus expected)
    {
        byte[] frame = Wire.Message(body);
        FixIndex index = new();
        Assert.True(index.TryParse(frame));

        Assert.Equal(expected, Fix44.NewOrderSingleView.Read(new FixMessage(frame, index), out _));
    }

    [Fact]
    public void Read_OfMoreFieldsThanASlotHolds_IsTooLong()
    {
        byte[] frame = Wire.Message(Wire.Order + string.Concat(Enumerable.Repeat("5001=x|", FixShape.PlacesMax)));
        FixIndex index = new();

        _ = index.TryParse(frame);

        Assert.Equal(FixViewStatus.TooLong, Fix44.NewOrderSingleView.Read(new FixMessage(frame, index), out _));
    }

    [Theory]
    [InlineData("44=10.25|", "", "NewOrderSingleView has no Price (44) here: ask HasPrice first")]
    [InlineData("44=10.25|", "44=ten|", "NewOrderSingleView: Price (44) is \"ten\", not of its type")]
    public void Property_WithoutAValueOfItsType_IsRefusedByName(string old, string now, string expected)
    {
        byte[] frame = Wire.Message(Wire.Order.Replace(old, now, StringComparison.Ordinal));
        FixIndex index = new();
        Assert.True(index.TryParse(frame));

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() =>
        {
            _ = Fix44.NewOrderSingleView.Read(new FixMessage(frame, index), out Fix44.NewOrderSingleView order);
            _ = order.Price;
        });

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void View_WarmOrderWithParties_AllocatesNothing()
    {
        byte[] frame = Wire.Message(Wire.Order + "453=2|448=A|447=D|452=1|802=1|523=a1|803=1|448=B|447=D|452=3|");
        FixIndex index = Wire.Validated(frame);
        Assert.Equal(2_000 * 1_131, Rounds(frame, index, 2_000));

        Allocation.AssertNone(() => Rounds(frame, index, 20_000));
    }

    [Fact]
    public void Names_OfAGroupThatDiffers_HaveTheMessageInFront()
    {
        // Instrument legs of an ExecutionReport have more than those of other messages; parties are the same everywhere.
        Assert.NotNull(typeof(Fix44).GetNestedType("ExecutionReportLegsEntry"));
        Assert.NotNull(typeof(Fix44).GetNestedType("PartyIDsEntry"));
        Assert.Null(typeof(Fix44).GetNestedType("LegsEntry"));
    }

    private static long Rounds(byte[] frame, FixIndex index, int count)
    {
        long sum = 0;
        for (int round = 0; round < count; round++)
        {
            FixMessage message = new(frame, index);
            _ = Fix44.NewOrderSingleView.Read(message, out Fix44.NewOrderSingleView order);
            sum += order.OrderQty.Mantissa + order.Price.Mantissa + order.Symbol.Length / 4 + order.PartyIDs.Count - 1;
            foreach (Fix44.PartyIDsEntry party in order.PartyIDs)
            {
                sum += party.PartyID.Length + party.PartySubIDs.Count;
                foreach (Fix44.PartySubIDsEntry inner in party.PartySubIDs)
                {
                    sum += inner.PartySubID.Length - 1;
                }
            }
        }

        return sum;
    }
}
