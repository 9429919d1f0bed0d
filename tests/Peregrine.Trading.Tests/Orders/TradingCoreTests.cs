using System.Text;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

public class TradingCoreTests
{
    private readonly TradingCore _core = Make();
    private readonly ReportBuffer _reports = new();
    private long _sequence;

    private static TradingRules Rules { get; } = new(
        [new Instrument(0, "AAA", 2, 1, 10, true) { ReferencePrice = new Price(100) }, new Instrument(1, "BBB", 2, 1, 1, false),
        new Instrument(2, "CCC", 2, 1, 1, true)],
        [new Account(0, "free", new AccountLimits(0, 0, 0)), new Account(1, "tight", new AccountLimits(1_000, 2_000, 500))]);

    [Fact]
    public void Execute_CrossingOrder_ReportsBothSidesToTheirSessions()
    {
        Send(New("a", Side.Sell, 100, 5, session: 1));

        Send(New("b", Side.Buy, 101, 8, session: 2, account: 1));

        Assert.Equal([ReportType.Accepted, ReportType.Trade, ReportType.Trade], Types());
        Assert.Equal((2, true, OrderStatus.PartiallyFilled, 3L),
            (_reports[1].SessionId, _reports[1].IsAggressor, _reports[1].Status, _reports[1].LeavesQuantity.Lots));
        Assert.Equal((1, false, OrderStatus.Filled, 0L),
            (_reports[2].SessionId, _reports[2].IsAggressor, _reports[2].Status, _reports[2].LeavesQuantity.Lots));
        Assert.Equal((4L, (Int128)500), (_reports[2].ExecId, _reports[2].CumulativeNotional));
    }

    [Fact]
    public void Execute_UsedClientOrderId_IsRefusedWithinItsSessionOnly()
    {
        Send(New("a", Side.Sell, 100, 5));
        Send(New("a", Side.Sell, 100, 5));
        RejectReason same = _reports[0].Reason;

        Send(New("a", Side.Sell, 100, 5, session: 2));

        Assert.Equal(RejectReason.DuplicateClientOrderId, same);
        Assert.Equal([ReportType.Accepted], Types());
    }

    [Fact]
    public void Execute_RefusedOrder_UsesItsIdUp()
    {
        Send(New("a", Side.Sell, 100, 0));
        Assert.Equal(RejectReason.QuantityNotPositive, _reports[0].Reason);

        Send(New("a", Side.Sell, 100, 1));

        Assert.Equal(RejectReason.DuplicateClientOrderId, _reports[0].Reason);
    }

    [Fact]
    public void Execute_ChainOfReplaces_ResolvesEveryIdOfIt()
    {
        Send(New("a", Side.Sell, 100, 5));
        Send(Request(CommandType.Replace, "b", "a", 101, 7));
        Send(Request(CommandType.Replace, "c", "b", 102, 9));
        Assert.Equal((ReportType.Replaced, "c", "b", 102L),
            (_reports[0].Type, Encoding.ASCII.GetString(_reports[0].ClientOrderId), Encoding.ASCII.GetString(_reports[0].OriginalClientOrderId),
                _reports[0].Price.Ticks));

        Send(Request(CommandType.Cancel, "d", "a", 0, 0));

        Assert.Equal((ReportType.Cancelled, "d", "c"),
            (_reports[0].Type, Encoding.ASCII.GetString(_reports[0].ClientOrderId), Encoding.ASCII.GetString(_reports[0].OriginalClientOrderId)));
        Send(Request(CommandType.Cancel, "e", "a", 0, 0));
        Assert.Equal((ReportType.CancelRejected, RejectReason.OrderClosed, CommandType.Cancel),
            (_reports[0].Type, _reports[0].Reason, _reports[0].RequestType));
        Send(Request(CommandType.Cancel, "f", "nobody", 0, 0));
        Assert.Equal(RejectReason.UnknownOrder, _reports[0].Reason);
        Send(Request(CommandType.Status, "", "b", 0, 0));
        Assert.Equal((ReportType.Status, OrderStatus.Cancelled), (_reports[0].Type, _reports[0].Status));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    public void Execute_ReplaceToWhatIsFilledOrLess_EndsTheOrderAsFilled(long quantity)
    {
        Send(New("a", Side.Sell, 100, 5));
        Send(New("x", Side.Buy, 100, 3, account: 1));

        Send(Request(CommandType.Replace, "b", "a", 100, quantity));

        Assert.Equal((ReportType.Replaced, OrderStatus.Filled, 3L, 0L),
            (_reports[0].Type, _reports[0].Status, _reports[0].Quantity.Lots, _reports[0].LeavesQuantity.Lots));
        Assert.Equal(("b", "a"), (_reports[0].ToReport().ClientOrderId.ToString(), _reports[0].ToReport().OriginalClientOrderId.ToString()));
        Assert.Equal(0, _core.WorkingOrderCount);
    }

    [Theory]
    [InlineData(MassCancelScope.Instrument, 1, Side.Sell, 0, RejectReason.InstrumentMismatch)]
    [InlineData(MassCancelScope.Side, 0, Side.Buy, 0, RejectReason.SideMismatch)]
    [InlineData(MassCancelScope.Account, 0, Side.Sell, 1, RejectReason.AccountMismatch)]
    [InlineData(MassCancelScope.Instrument | MassCancelScope.Side | MassCancelScope.Account, 0, Side.Sell, 0, RejectReason.None)]
    public void Execute_CancelThatNamesWhatItsOrderIs_IsHeldToIt(MassCancelScope scope, int instrument, Side side, int account, RejectReason expected)
    {
        Send(New("a", Side.Sell, 100, 5));

        Send(Request(CommandType.Cancel, "b", "a", 0, 0) with { Scope = scope, InstrumentId = instrument, Side = side, AccountId = account });

        Assert.Equal((expected == RejectReason.None ? ReportType.Cancelled : ReportType.CancelRejected, expected),
            (_reports[0].Type, _reports[0].Reason));
    }

    [Fact]
    public void Execute_BeforeThereAreRules_RefusesAnIdThatWasUsed()
    {
        TradingCore core = new(new CoreOptions());
        OrderCommand command = New("a", Side.Sell, 100, 5);
        core.Execute(command with { Sequence = 1 }, _reports);
        core.Execute(command with { Sequence = 2 }, _reports);

        Assert.Equal([RejectReason.UnknownInstrument, RejectReason.DuplicateClientOrderId],
            Enumerable.Range(_reports.Count - 2, 2).Select(at => _reports[at].Reason));
    }

    [Fact]
    public void Execute_NewOrderUnderALiveOrdersId_IsRefusedWithThatOrdersState_OrAnsweredWithItWhenSentBefore()
    {
        Send(New("a", Side.Sell, 100, 5));
        Send(New("x", Side.Buy, 100, 3, account: 1));

        Send(New("a", Side.Sell, 100, 5));
        Assert.Equal((ReportType.Rejected, OrderStatus.PartiallyFilled, 1UL, 2L),
            (_reports[0].Type, _reports[0].Status, _reports[0].OrderId, _reports[0].LeavesQuantity.Lots));

        Send(New("a", Side.Sell, 100, 5) with { IsPossResend = true });
        Assert.Equal((ReportType.Status, OrderStatus.PartiallyFilled, 1UL, 2L),
            (_reports[0].Type, _reports[0].Status, _reports[0].OrderId, _reports[0].LeavesQuantity.Lots));
        Assert.Equal(1, _core.WorkingOrderCount);
    }

    [Theory]
    [InlineData(9, 0, 100, 1, RejectReason.UnknownInstrument, 0, 0)]
    [InlineData(1, 0, 100, 1, RejectReason.InstrumentClosed, 0, 0)]
    [InlineData(0, 9, 100, 1, RejectReason.UnknownAccount, 0, 0)]
    [InlineData(0, 0, 0, 1, RejectReason.PriceNotPositive, 1, 0)]
    [InlineData(0, 1, 100, 101, RejectReason.MaxQuantity, 1_000, 1_010)]
    [InlineData(2, 1, 201_000, 1, RejectReason.MaxNotional, 2_000, 2_010)]
    [InlineData(0, 1, 106, 1, RejectReason.PriceCollar, 500, 600)]
    [InlineData(2, 1, 100, 1, RejectReason.NoReferencePrice, 500, 0)]
    public void Execute_BrokenRule_NamesLimitAndValue(int instrument, int account, long price, long lots, RejectReason reason, long limit,
        long observed)
    {
        OrderCommand command = New("a", Side.Buy, price, lots, account: account);
        command.InstrumentId = instrument;

        Send(command);

        Assert.Equal((ReportType.Rejected, reason, limit, observed),
            (_reports[0].Type, _reports[0].Reason, _reports[0].LimitValue, _reports[0].ObservedValue));
        Assert.Equal(1, _core.CountOf(reason));
    }

    [Fact]
    public void Execute_WindowFull_ForgetsOldIdsButNotThoseOfWorkingOrders()
    {
        TradingCore core = new(new CoreOptions { OrdersMax = 4, ClosedOrdersMax = 2, ClientOrderIdsMax = 3 });
        core.Configure(Rules);
        long sequence = 0;
        RejectReason Run(OrderCommand command)
        {
            command.Sequence = ++sequence;
            command.OrderId = (ulong)sequence;
            _reports.Clear();
            core.Execute(in command, _reports);
            return _reports[0].Reason;
        }

        Run(New("works", Side.Sell, 100, 5));
        Run(New("refused", Side.Sell, 100, 0));
        for (int i = 0; i < 3; i++)
        {
            Run(New($"fill{i}", Side.Sell, 100, 0));
        }

        Assert.Equal(4, core.ClientOrderIdCount);
        Assert.Equal(RejectReason.DuplicateClientOrderId, Run(New("works", Side.Sell, 100, 5)));
        Assert.Equal(RejectReason.None, Run(New("refused", Side.Sell, 100, 1)));
    }

    [Fact]
    public void Execute_Warm_AllocatesNothing()
    {
        CoreCommands random = new(5);
        TradingCore core = Make(random.Rules);
        OrderCommand[] commands = new OrderCommand[70_000];
        List<ulong> orders = [];
        for (int i = 0; i < commands.Length; i++)
        {
            commands[i] = random.Next(orders);
            orders.AddRange(commands[i].Type == CommandType.New ? [commands[i].OrderId] : []);
        }

        int next = 0;
        void SendNext()
        {
            for (int count = 0; count < 10_000; count++)
            {
                _reports.Clear();
                core.Execute(in commands[next++], _reports);
            }
        }

        SendNext();
        SendNext();

        Allocation.AssertNone(SendNext);
        Assert.All(Enum.GetValues<ReportType>(), type => Assert.True(core.CountOf(type) > 0, $"the stream must make reports of type {type}"));
    }

    [Fact]
    public void Configure_BadSuccession_ThrowsAllFaultsAndKeepsTheOldRules()
    {
        ulong hash = _core.StateHash;
        TradingRules bad = new([Rules.Instruments[0] with { Symbol = "ZZZ" }], [Rules.Accounts[0]]);

        ArgumentException fault = Assert.Throws<ArgumentException>(() => _core.Configure(bad));

        Assert.Contains("'AAA'", fault.Message);
        Assert.Contains("'tight'", fault.Message);
        Assert.Equal(hash, _core.StateHash);
    }

    private static TradingCore Make(TradingRules? rules = null)
    {
        TradingCore core = new(new CoreOptions { OrdersMax = 2_000, ClosedOrdersMax = 100, ClientOrderIdsMax = 3_000 });
        core.Configure(rules ?? Rules);
        return core;
    }

    private static OrderCommand New(string id, Side side, long price, long lots, int session = 1, int account = 0) => new()
    {
        Type = CommandType.New,
        ClientOrderId = ClientOrderId.From(id),
        Side = side,
        Price = new Price(price),
        Quantity = new Quantity(lots),
        SessionId = session,
        AccountId = account,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
    };

    private static OrderCommand Request(CommandType type, string id, string original, long price, long lots, int session = 1)
    {
        OrderCommand command = New("x", Side.Sell, price, lots, session);
        command.Type = type;
        command.Fields = ReplaceFields.Price | ReplaceFields.Leaves;
        command.ClientOrderId = id.Length == 0 ? default : ClientOrderId.From(id);
        command.OriginalClientOrderId = ClientOrderId.From(original);
        return command;
    }

    private void Send(OrderCommand command)
    {
        command.Sequence = ++_sequence;
        command.OrderId = (ulong)_sequence;
        _reports.Clear();
        _core.Execute(in command, _reports);
    }

    private ReportType[] Types() => [.. Enumerable.Range(0, _reports.Count).Select(i => _reports[i].Type)];
}
