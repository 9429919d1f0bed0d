using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Every field of what a client is told, written out by hand from docs/fix.md.</summary>
public sealed class ReportEncoderTests : IFixApplication
{
    [Theory]
    [InlineData("limit", "40=2|44=50|59=0|")]
    [InlineData("market", "40=1|59=0|")]
    [InlineData("stop", "40=3|59=0|99=49.95|")]
    [InlineData("stop limit", "40=4|44=50|59=0|99=49.95|")]
    [InlineData("market to limit, no price yet", "40=K|59=0|")]
    [InlineData("market to limit, with its price", "40=K|44=50|59=0|")]
    [InlineData("trailing stop", "40=P|59=0|99=49.95|211=0.15|18=a|")]
    [InlineData("peg to the middle, to buy, with a limit", "40=P|44=50|59=0|211=-0.15|839=49.5|18=M|")]
    [InlineData("peg to the best, to sell, without a limit", "40=P|59=0|211=0.15|18=R|")]
    [InlineData("hidden", "40=2|44=50|59=0|111=0|")]
    [InlineData("iceberg with a minimum", "40=2|44=50|59=0|110=50|111=100|")]
    [InlineData("post only, all or none", "40=2|44=50|59=0|18=6 G|")]
    [InlineData("all or none", "40=2|44=50|59=0|18=G|")]
    [InlineData("good till time", "40=2|44=50|59=6|126=19700103-00:00:00.000|")]
    [InlineData("strategy", "40=2|44=50|59=0|7928=7|8000=B|")]
    public void Terms_OfEachKindOfOrder_AreWrittenFieldByField(string kind, string terms)
    {
        OrderReport report = Accepted();
        report.OrderType = kind.Split(',')[0] switch
        {
            "market" => OrderType.Market,
            "stop" => OrderType.Stop,
            "stop limit" => OrderType.StopLimit,
            "market to limit" => OrderType.MarketToLimit,
            "trailing stop" => OrderType.TrailingStop,
            "peg to the middle" or "peg to the best" => OrderType.Pegged,
            _ => OrderType.Limit,
        };
        report.Attributes.StopPrice = new Price(999);
        report.Attributes.OffsetTicks = 3;
        report.Attributes.ExpireTimeNs = 2 * VersionTable.DayNs;
        switch (kind)
        {
            case "market to limit, no price yet":
                report.Price = default;
                break;
            case "peg to the middle, to buy, with a limit":
                (report.Peg, report.Flags, report.PeggedPrice) = (PegReference.Mid, OrderFlags.HasLimit, new Price(990));
                break;
            case "peg to the best, to sell, without a limit":
                (report.Peg, report.Side) = (PegReference.Best, Side.Sell);
                break;
            case "hidden":
                report.Flags = OrderFlags.Hidden;
                break;
            case "iceberg with a minimum":
                (report.Attributes.DisplayQuantity, report.Attributes.MinimumQuantity) = (new Quantity(10), new Quantity(5));
                break;
            case "post only, all or none":
                report.Flags = OrderFlags.PostOnly | OrderFlags.AllOrNone;
                break;
            case "all or none":
                report.Flags = OrderFlags.AllOrNone;
                break;
            case "good till time":
                report.TimeInForce = TimeInForce.GoodTillTime;
                break;
            case "strategy":
                (report.StrategyId, report.SelfTrade) = (StrategyNumber.ToCore(3, 7), SelfTradePrevention.CancelBoth);
                break;
            default:
                break;
        }

        string side = report.Side == Side.Buy ? "1" : "2";
        Assert.Equal($"35=8|37=99|11=c1|17=17|150=0|39=0|1=B|55=TEST|54={side}|38=300|{terms}151=300|14=0|6=0|60=19700102-00:00:00.000|",
            Encode(report));
    }

    [Theory]
    [InlineData(TimeInForce.Day, '0')]
    [InlineData(TimeInForce.GoodTillCancel, '1')]
    [InlineData(TimeInForce.AtTheOpening, '2')]
    [InlineData(TimeInForce.ImmediateOrCancel, '3')]
    [InlineData(TimeInForce.FillOrKill, '4')]
    [InlineData(TimeInForce.GoodForAuction, '5')]
    [InlineData(TimeInForce.GoodTillTime, '6')]
    [InlineData(TimeInForce.AtTheClose, '7')]
    public void TimeInForce_OfEachKind_IsTheStandards(TimeInForce timeInForce, char value)
    {
        OrderReport report = Accepted();
        report.TimeInForce = timeInForce;

        Assert.Contains($"|59={value}|", Encode(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SelfTradePrevention.CancelNewest, 'N')]
    [InlineData(SelfTradePrevention.CancelOldest, 'O')]
    [InlineData(SelfTradePrevention.CancelBoth, 'B')]
    [InlineData(SelfTradePrevention.DecrementAndCancel, 'D')]
    public void SelfTrade_OfEachKind_IsTold(SelfTradePrevention mode, char value)
    {
        OrderReport report = Accepted();
        report.SelfTrade = mode;

        Assert.Contains($"|8000={value}|", Encode(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReportType.Accepted, OrderStatus.New, RejectReason.None, "17=17|150=0|39=0|")]
    [InlineData(ReportType.Cancelled, OrderStatus.Cancelled, RejectReason.None, "41=c0|17=17|150=4|39=4|")]
    [InlineData(ReportType.Replaced, OrderStatus.PartiallyFilled, RejectReason.None, "41=c0|17=17|150=5|39=1|")]
    [InlineData(ReportType.Reduced, OrderStatus.New, RejectReason.None, "41=c0|17=17|150=5|39=0|")]
    [InlineData(ReportType.Reduced, OrderStatus.New, RejectReason.SelfTrade, "41=c0|17=17|150=D|39=0|378=5|")]
    [InlineData(ReportType.Restated, OrderStatus.New, RejectReason.Repriced, "17=17|150=D|39=0|378=3|")]
    [InlineData(ReportType.Restated, OrderStatus.New, RejectReason.Refreshed, "17=17|150=D|39=0|378=8|")]
    [InlineData(ReportType.Triggered, OrderStatus.New, RejectReason.None, "17=17|150=D|39=0|378=8|")]
    [InlineData(ReportType.Expired, OrderStatus.Expired, RejectReason.Expired, "17=17|150=C|39=C|")]
    [InlineData(ReportType.Status, OrderStatus.Filled, RejectReason.None, "790=c0|17=17|150=I|39=2|")]
    [InlineData(ReportType.Rejected, OrderStatus.Rejected, RejectReason.InstrumentHalted, "17=17|150=8|39=8|103=2|")]
    public void Kinds_OfReports_AreTheStandards(ReportType type, OrderStatus status, RejectReason reason, string kind)
    {
        OrderReport report = Accepted();
        (report.Type, report.Status, report.Reason, report.OriginalClientOrderId) = (type, status, reason, ClientOrderId.From("c0"));

        string text = type == ReportType.Triggered ? "58=Triggered|" : reason == RejectReason.None ? "" : $"58={reason}|";
        Assert.Equal($"35=8|37=99|11=c1|{kind}1=B|55=TEST|54=1|38=300|40=2|44=50|59=0|151=300|14=0|6=0|60=19700102-00:00:00.000|{text}",
            Encode(report));
    }

    [Fact]
    public void Trade_OfSeveralPrices_TellsTheAverageToTenThousandthsOfAUnit()
    {
        // 10 lots at 50.05 and 20 at 50.10.
        OrderReport report = Accepted();
        (report.Type, report.Status, report.LastPrice,
            report.LastQuantity) = (ReportType.Trade, OrderStatus.Filled, new Price(1_002), new Quantity(20));
        (report.CumulativeQuantity, report.LeavesQuantity,
            report.CumulativeNotional) = (new Quantity(30), Quantity.Zero, (10 * 1_001) + (20 * 1_002));

        Assert.Equal(
            "35=8|37=99|11=c1|17=17|150=F|39=2|1=B|55=TEST|54=1|38=300|40=2|44=50|59=0|32=200|31=50.1|151=0|14=300|6=50.083333|" +
            "60=19700102-00:00:00.000|", Encode(report));
    }

    [Theory]
    [InlineData(CommandType.Cancel, RejectReason.OrderClosed, "434=1|102=0|")]
    [InlineData(CommandType.Replace, RejectReason.UnknownOrder, "434=2|102=1|")]
    [InlineData(CommandType.Replace, RejectReason.DuplicateClientOrderId, "434=2|102=6|")]
    [InlineData(CommandType.Cancel, RejectReason.CancelForbidden, "434=1|102=99|")]
    public void CancelReject_OfEachRequest_SaysWhichAndWhy(CommandType request, RejectReason reason, string codes)
    {
        OrderReport report = Accepted();
        (report.Type, report.RequestType, report.Reason,
            report.OriginalClientOrderId) = (ReportType.CancelRejected, request, reason, ClientOrderId.From("c0"));

        Assert.Equal($"35=9|37=99|11=c1|41=c0|39=0|60=19700102-00:00:00.000|{codes}58={reason}|", Encode(report));
    }

    [Theory]
    [InlineData(ReportType.MassCancelled, MassCancelScope.Instrument | MassCancelScope.Side, "530=1|531=1|533=3|55=TEST|54=1|")]
    [InlineData(ReportType.MassCancelled, MassCancelScope.Session, "530=7|531=7|533=3|")]
    [InlineData(ReportType.CancelRejected, MassCancelScope.Instrument, "530=1|531=0|532=1|533=3|55=TEST|")]
    public void MassCancelReport_OfEachScope_SaysHowMany(ReportType type, MassCancelScope scope, string fields)
    {
        OrderReport report = Accepted();
        (report.Type, report.RequestType, report.Scope, report.CancelledCount) = (type, CommandType.MassCancel, scope, 3);
        report.Side = (scope & MassCancelScope.Side) != 0 ? Side.Buy : 0;
        report.Reason = type == ReportType.CancelRejected ? RejectReason.UnknownInstrument : RejectReason.None;

        Assert.StartsWith($"35=r|37=17|11=c1|{fields}60=19700102-00:00:00.000|", Encode(report));
    }

    [Theory]
    [InlineData(RejectReason.UnknownInstrument, 1)]
    [InlineData(RejectReason.InstrumentClosed, 2)]
    [InlineData(RejectReason.InstrumentHalted, 2)]
    [InlineData(RejectReason.MaxNotional, 3)]
    [InlineData(RejectReason.MaxQuantity, 3)]
    [InlineData(RejectReason.NotInPhase, 4)]
    [InlineData(RejectReason.ExpiryPassed, 4)]
    [InlineData(RejectReason.UnknownOrder, 5)]
    [InlineData(RejectReason.DuplicateClientOrderId, 6)]
    [InlineData(RejectReason.DuplicateOrderId, 6)]
    [InlineData(RejectReason.UnsupportedOrder, 11)]
    [InlineData(RejectReason.QuantityNotPositive, 13)]
    [InlineData(RejectReason.DisplayQuantity, 13)]
    [InlineData(RejectReason.UnknownAccount, 15)]
    [InlineData(RejectReason.WouldTrade, 99)]
    public void RejectCode_OfEachReason_IsTheStandards(RejectReason reason, int code) => Assert.Equal(code, RejectText.OrdRejReason(reason));

    [Theory]
    [InlineData(100, 0, "PriceLimit: limit 100, value 0")]
    [InlineData(0, -5, "PriceLimit: limit 0, value -5")]
    [InlineData(0, 0, "PriceLimit")]
    [InlineData(long.MaxValue, long.MinValue, "PriceLimit: limit 9223372036854775807, value -9223372036854775808")]
    public void RejectText_OfALimit_NamesBothValues(long limit, long observed, string expected)
    {
        Span<byte> text = stackalloc byte[RejectText.BytesMax];
        OrderReport report = new() { Reason = RejectReason.PriceLimit, LimitValue = limit, ObservedValue = observed };

        Assert.Equal(expected, Encoding.ASCII.GetString(text[..RejectText.Write(text, report.View())]));
    }

    [Fact]
    public void Strategy_OfTwoFirmsWithOneNumber_AreTwoAndToldAsTheNumber()
    {
        Assert.NotEqual(StrategyNumber.ToCore(1, 7), StrategyNumber.ToCore(2, 7));
        Assert.Equal((7, StrategyNumber.Max),
            (StrategyNumber.ToWire(StrategyNumber.ToCore(2, 7)), StrategyNumber.ToWire(StrategyNumber.ToCore(2, StrategyNumber.Max))));
    }

    [Theory]
    [InlineData(47, true)]
    [InlineData(48, false)]
    public void Name_OfTheLongestLength_IsFound(int length, bool isFound)
    {
        string symbol = new('S', length);
        NameTable names = new(new TradingRules([new Instrument(0, symbol, 2, 1, 1, IsOpen: true)], []));

        Assert.Equal(isFound ? 0 : -1, names.InstrumentId(Encoding.ASCII.GetBytes(symbol)));
        Assert.Equal(-1, names.InstrumentId(""u8));
    }

    void IFixApplication.OnLogon(FixSession session)
    {
    }

    void IFixApplication.OnLogoff(FixSession session, string reason)
    {
    }

    bool IFixApplication.OnMessage(FixSession session, in FixMessage message) => true;

    private static OrderReport Accepted() => VersionTable.Report() with { OriginalClientOrderId = default };

    // The message without what every message has: 8, 9, 34, 49, 52, 56, 10.
    private string Encode(in OrderReport report)
    {
        MemorySessionStore store = new();
        FixSession session = new(new FixSessionOptions { CompId = "US", PeerCompId = "THEM" }, store, this);
        new ReportEncoder(new NameTable(VersionTable.Rules), OrderDialect.Find("FIX.4.4")!).Send(session, report.View(), mark: 1);
        Assert.True(store.TryRead(1, out ReadOnlySpan<byte> message, out _));
        string[] common = ["8", "9", "34", "49", "52", "56", "10"];
        return string.Concat(Encoding.ASCII.GetString(message).Split('\u0001', StringSplitOptions.RemoveEmptyEntries)
            .Where(field => !common.Contains(field.Split('=')[0])).Select(field => field + "|"));
    }
}
