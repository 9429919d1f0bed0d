using System.Globalization;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Primitives;
using Peregrine.Sequencing.Tests;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>What each field of a request becomes in the command, field by field.</summary>
public class OrderDecoderTests
{
    private const string Limit = "11=c1|1=B|55=TEST|54=1|38=100|40=2|44=99.5|";

    [Theory]
    [InlineData("0", TimeInForce.Day)]
    [InlineData("1", TimeInForce.GoodTillCancel)]
    [InlineData("2", TimeInForce.AtTheOpening)]
    [InlineData("3", TimeInForce.ImmediateOrCancel)]
    [InlineData("4", TimeInForce.FillOrKill)]
    [InlineData("5", TimeInForce.GoodForAuction)]
    [InlineData("7", TimeInForce.AtTheClose)]
    public void TimeInForce_OfEachKind_IsOurs(string value, TimeInForce expected) =>
        Assert.Equal(expected, Decode("D", $"{Limit}59={value}|").TimeInForce);

    [Theory]
    [InlineData("", 0, false)]
    [InlineData("111=20|", 20, false)]
    [InlineData("111=100|", 0, false)]
    [InlineData("111=99|", 99, false)]
    [InlineData("111=0|", 0, true)]
    public void Display_OfAllOfTheOrder_IsNoIceberg(string field, long display, bool isHidden)
    {
        OrderCommand command = Decode("D", Limit + field);

        Assert.Equal((display, isHidden), (command.Attributes.DisplayQuantity.Lots, (command.Flags & OrderFlags.Hidden) != 0));
    }

    [Theory]
    [InlineData("44=99.5|", ReplaceFields.Price | ReplaceFields.Leaves)]
    [InlineData("44=99.5|111=100|", ReplaceFields.Price | ReplaceFields.Leaves | ReplaceFields.Display)]
    [InlineData("44=99.5|110=5|", ReplaceFields.Price | ReplaceFields.Leaves | ReplaceFields.Minimum)]
    [InlineData("44=99.5|59=6|126=20300101-00:00:00|", ReplaceFields.Price | ReplaceFields.Leaves | ReplaceFields.Expiry)]
    public void Replace_NamesTheFieldsThatItHas(string fields, ReplaceFields expected) =>
        Assert.Equal(expected, Decode("G", $"41=c0|11=c1|1=B|55=TEST|54=1|38=100|40=2|{fields}").Fields);

    [Theory]
    [InlineData("126=20300101-12:00:00|", "2030-01-01T12:00:00Z")]
    [InlineData("432=20300101|", "2030-01-02T00:00:00Z")]
    [InlineData("432=20301231|", "2031-01-01T00:00:00Z")]
    public void Expiry_OfATimeOrADay_IsItsEnd(string field, string expected)
    {
        DateTime end = DateTime.Parse(expected, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

        Assert.Equal((end - DateTime.UnixEpoch).Ticks * 100, Decode("D", $"{Limit}59=6|{field}").Attributes.ExpireTimeNs);
    }

    [Fact]
    public void Order_OfEveryField_IsWhole()
    {
        OrderCommand command = Decode("D", $"{Limit}110=5|18=G|7928=32767|8000=O|");

        Assert.Equal((CommandType.New, Side.Buy, OrderType.Limit, 9_950L, 100L),
            (command.Type, command.Side, command.OrderType, command.Price.Ticks, command.Quantity.Lots));
        Assert.Equal((5L, OrderFlags.AllOrNone, SelfTradePrevention.CancelOldest),
            (command.Attributes.MinimumQuantity.Lots, command.Flags, command.SelfTrade));
        Assert.Equal((0, 1, StrategyNumber.ToCore(1, 32_767), "c1"),
            (command.InstrumentId, command.AccountId, command.StrategyId, command.ClientOrderId.ToString()));
    }

    [Theory]
    [InlineData("168=20300101-00:00:01|", "EffectiveTime (168)")]
    [InlineData("423=1|", "PriceType (423)")]
    [InlineData("152=1000|", "CashOrderQty (152)")]
    [InlineData("516=10|", "OrderPercent (516)")]
    [InlineData("854=1|", "QtyType (854)")]
    [InlineData("388=0|", "DiscretionInst (388)")]
    [InlineData("847=1|", "TargetStrategy (847)")]
    [InlineData("386=1|336=PRE|", "NoTradingSessions (386)")]
    [InlineData("99=98|", "StopPx (99)")]
    [InlineData("211=1|", "PegOffsetValue (211)")]
    [InlineData("126=20300101-12:00:00|", "ExpireTime (126)")]
    [InlineData("432=20300101|", "ExpireTime (126)")]
    public void Order_WithAFieldThatWouldChangeItsMeaning_IsRefusedByName(string field, string name) =>
        Assert.StartsWith(name, DecodeFault("D", Limit + field, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("168=20300101-00:00:00|")]
    [InlineData("168=20291231-00:00:00|")]
    [InlineData("423=2|854=0|386=0|835=0|")]
    public void Order_WithAFieldThatSaysWhatIsSoAnyway_IsTaken(string field) => Assert.Equal("", DecodeFault("D", Limit + field, out _));

    [Theory]
    [InlineData("54=1|38=100|40=2|44=99.505|", RejectReason.PriceNotOnTick)]
    [InlineData("54=1|38=100|40=2|", RejectReason.FieldMissing)]
    [InlineData("54=1|40=2|44=99.5|", RejectReason.FieldMissing)]
    [InlineData("54=1|38=0.5|40=2|44=99.5|", RejectReason.QuantityNotInLots)]
    [InlineData("54=1|38=100|40=3|", RejectReason.FieldMissing)]
    [InlineData("54=1|38=100|40=2|44=99.5|18=Z|", RejectReason.UnsupportedOrder)]
    [InlineData("54=1|38=100|40=2|44=99.5|423=1|", RejectReason.UnsupportedOrder)]
    public void Replace_ThatCannotBe_IsTheCoresToRefuse(string fields, RejectReason expected)
    {
        Assert.Equal("", DecodeFault("G", $"41=c0|11=c1|1=B|55=TEST|{fields}", out OrderCommand command));

        Assert.Equal((CommandType.Replace, expected, "c0"), (command.Type, command.Refusal, command.OriginalClientOrderId.ToString()));
    }

    private static OrderCommand Decode(string type, string body)
    {
        Assert.Equal("", DecodeFault(type, body, out OrderCommand command));
        return command;
    }

    private static string DecodeFault(string type, string body, out OrderCommand command)
    {
        byte[] frame = Encoding.ASCII.GetBytes($"8=FIX.4.4|9=000|35={type}|49=A|56=B|34=2|52=20300101-00:00:00|{body}10=000|".Replace('|', '\u0001'));
        FixIndex index = new();
        Assert.True(index.TryParse(frame));
        return Encoding.ASCII.GetString(
            new OrderDecoder(new NameTable(SmallRules.Rules())).TryDecode(new FixMessage(frame, index), [0, 1], out command));
    }
}
