using Peregrine.Gateway.OrderEntry;
using Peregrine.Primitives;
using Peregrine.Trading.Orders;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Whatever is told, in whatever version: the version's own dictionary takes it.</summary>
public sealed class OrderDialectTests
{
    public static TheoryData<string> Versions => VersionTable.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public void Report_OfEachTypeStatusAndReason_IsOneOfItsVersion(string version) => HoldReports(version, each: 13);

    [Theory]
    [MemberData(nameof(Versions))]
    [Trait("Size", "Long")]
    public void Report_OfEachTypeStatusAndReasonThereIs_IsOneOfItsVersion(string version) => HoldReports(version, each: 1);

    [Fact]
    public void Dictionary_OfAVersion_NoticesAWordOfAnother()
    {
        VersionTable table = new("FIX.4.4");
        string report = table.Tell(VersionTable.Report());

        Assert.Null(table.FindFault(report));
        Assert.Equal("ValueIncorrect of 150", table.FindFault(report.Replace("|150=0|", "|150=L|", StringComparison.Ordinal)));
        Assert.Equal("InvalidTagNumber of 20", table.FindFault(report.Replace("|150=0|", "|20=0|150=0|", StringComparison.Ordinal)));
        Assert.Equal("RequiredTagMissing of 151", table.FindFault(report.Replace("|151=300|", "|", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Report_OfEachKindOfOrder_IsOneOfItsVersion(string version)
    {
        VersionTable table = new(version);
        Assert.All(Orders(), report => Hold(table, report, table.Tell(report)));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void News_OfALoss_IsOneOfItsVersion(string version)
    {
        VersionTable table = new(version);

        string news = table.TellNews();

        Assert.True(table.FindFault(news) is null, $"{table.FindFault(news)}: {news}");
        Assert.Equal("something", Field(news, 58));
    }

    // ExecTransType, ExecType, OrdStatus, LastQty, LeavesQty.
    [Theory]
    [InlineData("FIX.4.0", "0 - 0 0 -; 0 - 1 10 -; 0 - 2 10 -; 0 - 4 0 -; 0 - 5 0 -; 3 - 0 0 -; 3 - 0 0 -; 3 - 0 0 -; 0 - C 0 -; 0 - 8 0 -")]
    [InlineData("FIX.4.1",
        "0 0 0 0 300; 0 1 1 10 300; 0 2 2 10 300; 0 4 4 0 300; 0 5 5 0 300; 3 0 0 0 300; 3 0 0 0 300; 3 0 0 0 300; 0 C C 0 300; 0 8 8 0 300")]
    [InlineData("FIX.4.2",
        "0 0 0 - 300; 0 1 1 10 300; 0 2 2 10 300; 0 4 4 - 300; 0 5 5 - 300; 3 0 0 - 300; 0 D 0 - 300; 0 D 0 - 300; 0 C C - 300; 0 8 8 - 300")]
    [InlineData("FIX.4.3",
        "- 0 0 - 300; - F 1 10 300; - F 2 10 300; - 4 4 - 300; - 5 5 - 300; - I 0 - 300; - D 0 - 300; - D 0 - 300; - C C - 300; - 8 8 - 300")]
    [InlineData("FIX.4.4",
        "- 0 0 - 300; - F 1 10 300; - F 2 10 300; - 4 4 - 300; - 5 0 - 300; - I 0 - 300; - D 0 - 300; - D 0 - 300; - C C - 300; - 8 8 - 300")]
    [InlineData("FIX.5.0",
        "- 0 0 - 300; - F 1 10 300; - F 2 10 300; - 4 4 - 300; - 5 0 - 300; - I 0 - 300; - D 0 - 300; - L 0 - 300; - C C - 300; - 8 8 - 300")]
    [InlineData("FIX.5.0SP2",
        "- 0 0 - 300; - F 1 10 300; - F 2 10 300; - 4 4 - 300; - 5 0 - 300; - I 0 - 300; - D 0 - 300; - L 0 - 300; - C C - 300; - 8 8 - 300")]
    public void Kinds_OfReports_AreThoseOfTheVersion(string version, string expected)
    {
        VersionTable table = new(version);
        (ReportType Type, OrderStatus Status, RejectReason Reason)[] kinds =
        [
            (ReportType.Accepted, OrderStatus.New, RejectReason.None), (ReportType.Trade, OrderStatus.PartiallyFilled, RejectReason.None),
            (ReportType.Trade, OrderStatus.Filled, RejectReason.None), (ReportType.Cancelled, OrderStatus.Cancelled, RejectReason.None),
            (ReportType.Replaced, OrderStatus.New, RejectReason.None), (ReportType.Status, OrderStatus.New, RejectReason.None),
            (ReportType.Restated, OrderStatus.New, RejectReason.Repriced), (ReportType.Triggered, OrderStatus.New, RejectReason.None),
            (ReportType.Expired, OrderStatus.Expired, RejectReason.Expired), (ReportType.Rejected, OrderStatus.Rejected, RejectReason.PriceLimit),
        ];

        IEnumerable<string> told = kinds.Select(kind =>
        {
            OrderReport report = VersionTable.Report(kind.Type);
            (report.Status, report.Reason, report.LastQuantity, report.LastPrice) = (kind.Status, kind.Reason, new Quantity(1), new Price(1_000));
            string message = table.Tell(report);
            return string.Join(' ', new[] { 20, 150, 39, 32, 151 }.Select(tag => Field(message, tag)));
        });

        Assert.Equal(expected, string.Join("; ", told));
    }

    // OrdRejReason, CxlRejReason, ExecRestatementReason of reasons that some versions have a code for.
    [Theory]
    [InlineData("FIX.4.0", "1 0 0 0 0", "0 1 - -", "- -")]
    [InlineData("FIX.4.1", "1 5 6 0 0", "0 1 - -", "- -")]
    [InlineData("FIX.4.2", "1 5 6 0 0", "0 1 2 2", "3 4")]
    [InlineData("FIX.4.3", "1 5 6 0 0", "0 1 6 2", "3 8")]
    [InlineData("FIX.4.4", "1 5 6 15 99", "0 1 6 99", "3 8")]
    [InlineData("FIX.5.0SP2", "1 5 6 15 99", "0 1 6 99", "3 8")]
    public void Codes_OfReasons_AreThoseOfTheVersion(string version, string orders, string cancels, string restatements)
    {
        VersionTable table = new(version);
        string Told(ReportType type, int tag, params RejectReason[] reasons) => string.Join(' ', reasons.Select(reason =>
            Field(table.Tell(VersionTable.Report(type) with { Reason = reason, RequestType = CommandType.Cancel }), tag)));

        Assert.Equal(orders, Told(ReportType.Rejected, 103, RejectReason.UnknownInstrument, RejectReason.UnknownOrder,
            RejectReason.DuplicateClientOrderId, RejectReason.UnknownAccount, RejectReason.WouldTrade));
        Assert.Equal(cancels, Told(ReportType.CancelRejected, 102, RejectReason.OrderClosed, RejectReason.UnknownOrder,
            RejectReason.DuplicateClientOrderId, RejectReason.CancelForbidden));
        Assert.Equal(restatements, Told(ReportType.Restated, 378, RejectReason.Repriced, RejectReason.Refreshed));
    }

    // OrdType, TimeInForce.
    [Theory]
    [InlineData("FIX.4.2", "5 -; B -; - 0; 3 0; 2 6")]
    [InlineData("FIX.4.3", "1 7; 2 7; K 0; 3 0; 2 6")]
    [InlineData("FIX.4.4", "1 7; 2 7; K 0; P 0; 2 6")]
    [InlineData("FIX.5.0SP2", "1 7; 2 7; K 0; P 0; 2 6")]
    public void Orders_ThatNotEachVersionHas_AreToldInItsWords(string version, string expected)
    {
        VersionTable table = new(version);
        (OrderType Type, TimeInForce Time)[] orders =
        [
            (OrderType.Market, TimeInForce.AtTheClose), (OrderType.Limit, TimeInForce.AtTheClose), (OrderType.MarketToLimit, TimeInForce.Day),
            (OrderType.TrailingStop, TimeInForce.Day), (OrderType.Limit, TimeInForce.GoodTillTime),
        ];

        Assert.Equal(expected, string.Join("; ", orders.Select(order =>
        {
            string message = table.Tell(VersionTable.Report() with { OrderType = order.Type, TimeInForce = order.Time });
            return $"{Field(message, 40)} {Field(message, 59)}";
        })));
    }

    [Theory]
    [InlineData("FIX.4.0", "D F G H E K L M")]
    [InlineData("FIX.4.1", "D F G H E K L M")]
    [InlineData("FIX.4.2", "D F G H E K L M e")]
    [InlineData("FIX.4.3", "D F G H q s AF E K L M x e")]
    [InlineData("FIX.4.4", "D F G H q s AF E K L M x e AD")]
    [InlineData("FIX.5.0", "D F G H q s AF E K L M x e AD")]
    [InlineData("FIX.5.0SP1", "D F G H q s AF E K L M x e AD")]
    [InlineData("FIX.5.0SP2", "D F G H q s AF E K L M x e AD")]
    public void Messages_ThatAreTaken_AreThoseOfTheVersion(string version, string expected) =>
        Assert.Equal(expected, string.Join(' ', OrderDialect.Find(version)!.MessageTypes));

    private static void HoldReports(string version, int each)
    {
        VersionTable table = new(version);
        Assert.All(Reports().Where((_, place) => place % each == 0), report =>
        {
            Hold(table, report, table.Tell(report));
            Hold(table, report, table.Tell(report, isCopy: true));
        });
    }

    private static void Hold(VersionTable table, in OrderReport report, string message) =>
        Assert.True(table.FindFault(message) is null,
            $"{table.Dialect.Name}: {report.Type} {report.Status} {report.Reason}: {table.FindFault(message)}: {message}");

    private static IEnumerable<OrderReport> Reports() =>
        from type in Enum.GetValues<ReportType>()
        where type != ReportType.PhaseChanged
        from reason in Enum.GetValues<RejectReason>()
        from status in Enum.GetValues<OrderStatus>()
        from request in new[] { CommandType.New, CommandType.Cancel, CommandType.Replace, CommandType.MassCancel, CommandType.MassStatus }
        from isOfOrder in new[] { true, false }
        select VersionTable.Report(type) with
        {
            Reason = reason, Status = status, RequestType = request, LastQuantity = new Quantity(1), LastPrice = new Price(1_001),
            Scope = request is CommandType.MassCancel or CommandType.MassStatus ? MassCancelScope.Session : MassCancelScope.All,
            Side = isOfOrder || request is not (CommandType.MassCancel or CommandType.MassStatus) ? Side.Sell : 0,
            InstrumentId = isOfOrder ? 0 : -1, AccountId = isOfOrder ? 1 : -1, OrderId = isOfOrder ? 99UL : 0,
            LimitValue = long.MinValue, ObservedValue = long.MinValue,
        };

    private static IEnumerable<OrderReport> Orders() =>
        from order in Enum.GetValues<OrderType>()
        from time in Enum.GetValues<TimeInForce>()
        from flags in new[] { OrderFlags.None, OrderFlags.PostOnly | OrderFlags.AllOrNone | OrderFlags.HasLimit, OrderFlags.Hidden }
        from peg in new[] { (PegReference)0, PegReference.Mid, PegReference.Best }
        select VersionTable.Report() with
        {
            OrderType = order, TimeInForce = time, Flags = flags, Peg = peg, PeggedPrice = new Price(999), StrategyId = 7,
            SelfTrade = SelfTradePrevention.CancelBoth,
            Attributes = new OrderAttributes
            {
                StopPrice = new Price(998), OffsetTicks = 3, ExpireTimeNs = 2 * VersionTable.DayNs, MinimumQuantity = new Quantity(2),
                DisplayQuantity = new Quantity(5),
            },
        };
}
