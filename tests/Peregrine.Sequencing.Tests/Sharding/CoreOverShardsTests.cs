using Peregrine.Primitives;
using Peregrine.Sequencing.Sharding;
using Peregrine.Testing;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;
using Peregrine.Trading.Tests.Orders;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>Another engine behind the core: whatever stands there, reports and state are the same.</summary>
public sealed class CoreOverShardsTests
{
    private static CoreOptions Small { get; } = new() { OrdersMax = 12, ClosedOrdersMax = 20, ClientOrderIdsMax = 40 };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void Core_OverShards_ReportsWhatTheCoreOverOneEngineDoes(int shards, int seed)
    {
        int rounds = ProofSize.Of(3, 100);
        for (int round = 0; round < rounds; round++)
        {
            Play(shards, (seed * 1_000_003) + round);
        }
    }

    [Fact]
    public void Command_ThatIsNotComplete_KeepsTheNextOut()
    {
        TradingCore core = new(Small);
        core.Configure(SmallRules.Rules());
        ReportBuffer reports = new(8);
        CommandView first = new OrderCommand { Type = CommandType.Time, Sequence = 1, TimeNs = 1 }.View();
        CommandKeys keys = CommandKeys.Of(in first);

        core.Begin(in first, in keys, reports);

        _ = Assert.Throws<BrokenInvariantException>(() =>
        {
            CommandView second = new OrderCommand { Type = CommandType.Time, Sequence = 2, TimeNs = 1 }.View();
            core.Begin(in second, CommandKeys.Of(in second), reports);
        });
        core.Complete(in first, in keys, reports);
        core.Execute(new OrderCommand { Type = CommandType.Time, Sequence = 2, TimeNs = 1 }, reports);
        Assert.Equal(2, core.LastSequence);
    }

    private static void Play(int shards, int seed)
    {
        CoreCommands random = new(seed);
        TradingCore expected = new(Small);
        ShardingOptions sharding = new() { Shards = shards, OrderCapacity = Small.OrdersMax, InFlightMax = 1 };
        using ShardedMatching matching = new(new ShardedMatchingOptions { Sharding = sharding });
        TradingCore<ShardsEngine> core = new(Small, new ShardsEngine(matching));
        expected.Configure(random.Rules);
        core.Configure(random.Rules);
        (ReportBuffer reports, ReportBuffer others) = (new(8), new(8));
        List<ulong> ids = [];
        for (int step = 0; step < 600; step++)
        {
            if (step % 200 == 199)
            {
                TradingRules next = random.ChangeRules();
                expected.Configure(next);
                core.Configure(next);
            }

            OrderCommand command = random.Next(ids);
            if (command.Type == CommandType.New)
            {
                ids.Add(command.OrderId);
            }

            reports.Clear();
            others.Clear();
            expected.Execute(in command, reports);
            core.Execute(in command, others);
            string at = $"seed {seed}, {shards} shards, step {step}, {command.Type} of order {command.OrderId}";
            Assert.True(reports.Count == others.Count, $"{at}: {others.Count} reports, expected {reports.Count}");
            for (int index = 0; index < reports.Count; index++)
            {
                Assert.True(reports[index].Bytes.SequenceEqual(others[index].Bytes),
                    $"{at}, report {index}: {others[index].Type} {others[index].Reason}, expected {reports[index].Type} {reports[index].Reason}");
            }

            Assert.True(expected.StateHash == core.StateHash, $"{at}: another state hash");
        }
    }

}
