using System.Buffers;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sharding;
using Peregrine.Testing;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;
using Peregrine.Trading.Tests.Orders;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>Commands that are checked before what those before them did is applied: which of them stand together decides what comes of them, and
/// nothing else does.</summary>
public sealed class CoreWindowTests
{
    // Small, so that orders, records and ids come to their bounds inside of a window.
    private static CoreOptions Small { get; } = new() { OrdersMax = 12, ClosedOrdersMax = 20, ClientOrderIdsMax = 40 };

    [Theory]
    [InlineData(1, 8, 1)]
    [InlineData(2, 8, 2)]
    [InlineData(3, 32, 3)]
    [InlineData(5, 2, 4)]
    public void Core_WithAWindow_ReportsTheSameOverAnyNumberOfShards(int shards, int window, int seed)
    {
        int rounds = ProofSize.Of(6, 300);
        long mostTogether = 0;
        for (int round = 0; round < rounds; round++)
        {
            mostTogether = Math.Max(mostTogether, Play(shards, window, (seed * 1_000_003) + round));
        }

        Assert.True(mostTogether >= Math.Min(window, 6), $"{mostTogether} commands stood together at most");
    }

    // Each command alone is what a core without a window does.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Core_WithAWindowThatIsNotUsed_IsACoreWithoutOne(int seed)
    {
        CoreCommands random = new(seed);
        TradingCore plain = new(Small);
        TradingCore windowed = new(Small with { Window = 16 });
        plain.Configure(random.Rules);
        windowed.Configure(random.Rules);
        (ReportBuffer reports, ReportBuffer others) = (new(8), new(8));
        List<ulong> ids = [];
        for (int step = 0; step < 2_000; step++)
        {
            OrderCommand command = Next(random, ids);
            reports.Clear();
            others.Clear();
            plain.Execute(in command, reports);
            windowed.Execute(in command, others);

            AssertSame(reports, others, $"seed {seed}, step {step}");
            Assert.True(plain.StateHash == windowed.StateHash, $"seed {seed}, step {step}: another state hash");
        }
    }

    // What a link does that has replayed its journal on one engine: the books move to the shards, and back into one engine by what is saved.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void Books_ThatMoveToShards_GoOnAsIfTheyHadNot_AndAreSavedAsTheSameBytes(int shards, int seed)
    {
        for (int round = 0; round < ProofSize.Of(5, 200); round++)
        {
            CoreCommands random = new((seed * 1_000_003) + round);
            TradingCore expected = new(Small with { Window = 8 });
            TradingCore core = new(Small with { Window = 8 });
            expected.Configure(random.Rules);
            core.Configure(random.Rules);
            (ReportBuffer reports, ReportBuffer others) = (new(8), new(8));
            List<ulong> ids = [];
            ShardingOptions sharding = new() { Shards = shards, OrderCapacity = Small.OrdersMax, InFlightMax = 8 };
            using ShardedMatching matching = new(new ShardedMatchingOptions { Sharding = sharding });
            for (int step = 0; step < 400; step++)
            {
                if (step == 200)
                {
                    core.RunOn(new ShardsEngine(matching));
                }

                OrderCommand command = Next(random, ids);
                reports.Clear();
                others.Clear();
                expected.Execute(in command, reports);
                core.Execute(in command, others);
                string at = $"seed {seed}, round {round}, step {step}";
                AssertSame(reports, others, at);
                Assert.True(expected.StateHash == core.StateHash, $"{at}: another state hash");
            }

            (ArrayBufferWriter<byte> wanted, ArrayBufferWriter<byte> saved) = (new(), new());
            expected.Save(wanted);
            core.Save(saved);
            Assert.True(wanted.WrittenSpan.SequenceEqual(saved.WrittenSpan), $"seed {seed}, round {round}: other bytes are saved");
        }
    }

    [Fact]
    public void Cancel_OfAnOrderThatItsWindowFilled_SaysThatTheOrderIsClosed()
    {
        TradingCore core = new(Small with { Window = 4 });
        core.Configure(SmallRules.Rules());
        ReportBuffer reports = new(8);
        OrderCommand[] commands = [NewOrder(1, Side.Sell, "A"), NewOrder(2, Side.Buy, "B"), Cancel(3, "C", "A"), NewOrder(4, Side.Buy, "B")];

        Run(core, commands, reports);

        Assert.Equal(
            [(1, ReportType.Accepted, RejectReason.None), (2, ReportType.Accepted, RejectReason.None), (2, ReportType.Trade, RejectReason.None),
            (2, ReportType.Trade, RejectReason.None), (3, ReportType.CancelRejected, RejectReason.OrderClosed),
            (4, ReportType.Rejected, RejectReason.DuplicateClientOrderId)],
            Enumerable.Range(0, reports.Count).Select(index => (reports[index].Sequence, reports[index].Type, reports[index].Reason)));
        Assert.Equal(0, core.WorkingOrderCount);
    }

    private static long Play(int shards, int window, int seed)
    {
        CoreCommands random = new(seed);
        Random groups = new(seed);
        CoreOptions options = Small with { Window = window };
        TradingCore expected = new(options);
        ShardingOptions sharding = new() { Shards = shards, OrderCapacity = Small.OrdersMax, InFlightMax = 1 + groups.Next(window + 4) };
        using ShardedMatching matching = new(new ShardedMatchingOptions { Sharding = sharding });
        TradingCore<ShardsEngine> core = new(options, new ShardsEngine(matching));
        expected.Configure(random.Rules);
        core.Configure(random.Rules);
        (ReportBuffer reports, ReportBuffer others) = (new(8), new(8));
        List<ulong> ids = [];
        List<OrderCommand> group = [];
        OrderCommand? next = null;
        int most = 0;
        for (int step = 0; step < 200; step++)
        {
            group.Clear();
            int wanted = groups.Next(3) == 0 ? window : 1 + groups.Next(window);
            while (group.Count < wanted)
            {
                OrderCommand command = next ?? Next(random, ids);
                next = null;
                if (TradingCore.IsAlone(command.View()) && group.Count > 0)
                {
                    next = command;
                    break;
                }

                group.Add(command);
                if (TradingCore.IsAlone(command.View()))
                {
                    break;
                }
            }

            most = Math.Max(most, group.Count);
            reports.Clear();
            others.Clear();
            Run(expected, [.. group], reports);
            Run(core, [.. group], others);
            string at = $"seed {seed}, {shards} shards, window {window}, commands {group[0].Sequence} to {group[^1].Sequence}";
            AssertSame(reports, others, at);
            Assert.True(expected.StateHash == core.StateHash, $"{at}: another state hash");
        }

        return most;
    }

    private static void Run<TEngine>(TradingCore<TEngine> core, ReadOnlySpan<OrderCommand> commands, ReportBuffer reports)
        where TEngine : struct, ICoreEngine
    {
        foreach (ref readonly OrderCommand command in commands)
        {
            CommandView view = command.View();
            core.Begin(in view, CommandKeys.Of(in view), reports);
        }

        Assert.Equal(commands.Length, core.UnderWay);
        foreach (ref readonly OrderCommand command in commands)
        {
            CommandView view = command.View();
            core.Complete(in view, CommandKeys.Of(in view), reports);
        }
    }

    private static void AssertSame(ReportBuffer expected, ReportBuffer actual, string at)
    {
        Assert.True(expected.Count == actual.Count, $"{at}: {actual.Count} reports, expected {expected.Count}");
        for (int index = 0; index < expected.Count; index++)
        {
            Assert.True(expected[index].Bytes.SequenceEqual(actual[index].Bytes),
                $"{at}, report {index}: {actual[index].Type} {actual[index].Reason}, expected {expected[index].Type} {expected[index].Reason}");
        }
    }

    private static OrderCommand Next(CoreCommands random, List<ulong> ids)
    {
        OrderCommand command = random.Next(ids);
        if (command.Type == CommandType.New)
        {
            ids.Add(command.OrderId);
        }

        return command;
    }

    private static OrderCommand NewOrder(long sequence, Side side, string id) => new()
    {
        Type = CommandType.New,
        Sequence = sequence,
        TimeNs = sequence,
        OrderId = (ulong)sequence,
        ClientOrderId = ClientOrderId.From(id),
        Side = side,
        AccountId = side == Side.Buy ? 1 : 0,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Price = new Price(10_000),
        Quantity = new Quantity(1),
    };

    private static OrderCommand Cancel(long sequence, string id, string original) => new()
    {
        Type = CommandType.Cancel,
        Sequence = sequence,
        TimeNs = sequence,
        ClientOrderId = ClientOrderId.From(id),
        OriginalClientOrderId = ClientOrderId.From(original),
        Side = Side.Sell,
        OrderType = OrderType.Limit,
    };
}
