using Peregrine.Oracles.Orders;
using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

/// <summary>
/// The state hash stands in journals and snapshots: it must be the same number in every build,
/// and have a part for everything that decides what happens next.
/// A change of these values is a change of the format (docs/wire/core-state-v1.md).
/// </summary>
public class StateHashTests
{
    private static readonly string[] Golden =
    [
        "59cdb2f00f6a7f63 before the first command",
        "32dce3db5c66f1a6 with orders of many kinds",
        "c384f24a722c7976 with fills and changes",
        "a3ad62a5ea346f21 with orders closed and forgotten",
        "5e2dd22f5a9feec8 after an expiry, in an auction",
    ];

    private static readonly CoreOptions Options = new() { OrdersMax = 16, ClosedOrdersMax = 3, ClientOrderIdsMax = 8 };
    private readonly TradingCore _core = new(Options);
    private readonly SlowCore _slow = new(Options);
    private readonly ReportBuffer _reports = new();
    private readonly List<string> _told = [];
    private long _sequence;

    public StateHashTests()
    {
        TradingRules rules = new(
            [new Instrument(0, "AAA", 2, 5, 10, true) { ReferencePrice = new Price(100), Currency = "EUR" }, new Instrument(1, "BBB", 9, 1, 1, true)],
            [new Account(0, "one", new AccountLimits(0, 0, 0)), new Account(1, "two", new AccountLimits(1_000, 1L << 50, 900)) { FirmId = 3 }])
        { Behaviour = CoreBehaviour.First };
        _core.Configure(rules);
        _slow.Configure(rules);
    }

    [Fact]
    public void StateHash_AfterEachPartOfAPlay_IsTheGoldenValue()
    {
        Note("before the first command");

        // Working, with and without what most orders do not have, parked, and refused.
        Run(New("a", Side.Sell, 102, 50));
        Run(New("", Side.Buy, 98, 7, account: 1));
        Run(New("b", Side.Buy, 97, 40, account: 1) with { TimeInForce = TimeInForce.GoodTillTime,
            Attributes = new OrderAttributes { ExpireTimeNs = 9_000 } });
        Run(New("c", Side.Sell, 103, 40) with { StrategyId = 5, SelfTrade = SelfTradePrevention.CancelBoth,
            Attributes = new OrderAttributes { DisplayQuantity = new Quantity(4) } });
        Run(New("d", Side.Sell, 0, 9) with { OrderType = OrderType.Pegged, Peg = PegReference.Best,
            Attributes = new OrderAttributes { OffsetTicks = 2 } });
        Run(New("e", Side.Buy, 0, 9, account: 1) with { OrderType = OrderType.Stop,
            Attributes = new OrderAttributes { StopPrice = new Price(105) } });
        Run(New("f", Side.Buy, 0, 9));
        Note("with orders of many kinds");

        // Filled in part, a stop reached, renamed, reduced.
        Run(New("g", Side.Buy, 102, 20, account: 1));
        Run(Request(CommandType.Replace, "h", "b", 96, 41) with { Fields = ReplaceFields.Price | ReplaceFields.Leaves, Side = Side.Buy });
        Run(Request(CommandType.Reduce, "i", "a", 0, 3));
        Note("with fills and changes");

        // Closed in this order, so many that the first is forgotten; the other order of closing has another hash.
        Run(Request(CommandType.Cancel, "j", "c", 0, 0));
        Run(Request(CommandType.Cancel, "k", "a", 0, 0));
        Run(Request(CommandType.Cancel, "l", "d", 0, 0));
        Note("with orders closed and forgotten");

        Run(new OrderCommand { Type = CommandType.Time, TimeNs = 9_500 });
        Run(new OrderCommand { Type = CommandType.Phase, Phase = TradingPhase.OpeningAuction, CancelsForbidden = true });
        Note("after an expiry, in an auction");

        Assert.Equal(Golden, _told);
    }

    private static OrderCommand New(string id, Side side, long ticks, long lots, int account = 0) => new()
    {
        Type = CommandType.New,
        ClientOrderId = id.Length == 0 ? default : ClientOrderId.From(id),
        AccountId = account,
        SessionId = 7,
        Side = side,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Price = new Price(ticks),
        Quantity = new Quantity(lots),
    };

    private static OrderCommand Request(CommandType type, string id, string original, long ticks, long lots) =>
        New(id, Side.Sell, ticks, lots) with { Type = type, OriginalClientOrderId = ClientOrderId.From(original) };

    private void Run(OrderCommand command)
    {
        command.Sequence = ++_sequence;
        command.TimeNs = Math.Max(command.TimeNs, _sequence * 10);
        command.OrderId = command.Type == CommandType.New ? (ulong)_sequence * 1_000 : 0;
        _reports.Clear();
        _core.Execute(in command, _reports);
        Assert.Equal(_slow.Execute(in command), Enumerable.Range(0, _reports.Count).Select(index => _reports[index].ToReport()));
    }

    private void Note(string when)
    {
        _told.Add($"{_core.StateHash:x16} {when}");
        Assert.True(_core.StateHash == _slow.StateHash, $"{when}: the slow core has {_slow.StateHash:x16}");
    }
}
