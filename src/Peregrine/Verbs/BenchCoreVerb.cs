using System.CommandLine;
using Peregrine.Bench.Core;
using Peregrine.Cli;
using Peregrine.Trading.Matching;

namespace Peregrine.Verbs;

/// <summary>peregrine bench core: a stream of order commands through the matching engine, or through the whole core.</summary>
internal static class BenchCoreVerb
{
    public static Command Create()
    {
        Option<string> commands = new("--commands") { Description = "A file of order commands for one instrument: u64 count, u64 commands before the measured part, then 24 bytes each: u8 type (0 add, 1 cancel, 2 move), u8 buy, u8 immediate-or-cancel, u8 0, u32 quantity, u64 order id, i64 price; little-endian.", Required = true };
        Option<string> stages = new("--stage") { Description = "What to measure, with commas: book, the matching engine alone; core, with risk, order state and reports, for requests that name orders by their ids.", DefaultValueFactory = _ => "book,core" };
        Option<int> rounds = new("--rounds") { Description = "Measured runs of each stage; as many again for the latency, where each command is timed.", DefaultValueFactory = _ => 5 };
        Option<int> orders = new("--orders") { Description = "Orders that can rest at once.", DefaultValueFactory = _ => 1 << 18 };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command core = new("core", "A stream of order commands on one thread: commands/s, latency of a command, traded quantity, allocations.") { commands, stages, rounds, orders, json };
        core.SetAction(result =>
        {
            string[] names = result.GetRequiredValue(stages).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            string? wrong = names.FirstOrDefault(name => name is not ("book" or "core"));
            if (wrong is not null || names.Length == 0)
            {
                throw new CommandException($"--stage: '{wrong}', expected book, core or both", 2);
            }

            CoreBenchOptions options = new()
            {
                Path = result.GetRequiredValue(commands),
                Stage = "",
                Rounds = result.GetValue(rounds) is int number and >= 1 and <= 1_000 ? number : throw new CommandException("--rounds: expected 1 to 1000", 2),
                OrdersMax = result.GetValue(orders) is int count and >= 1 and <= MatchingEngine.OrderCapacityMax ? count : throw new CommandException($"--orders: expected 1 to {MatchingEngine.OrderCapacityMax}", 2),
                Progress = Terminal.Progress,
            };
            List<CoreBenchResult> results;
            try
            {
                results = [.. names.Select(name => new CoreBench(options with { Stage = name }).Run())];
            }
            finally
            {
                Terminal.EndProgress();
            }

            Console.Out.WriteLine(result.GetValue(json) ? CoreReport.ToJson(results) : CoreReport.ToMarkdown(results));
            return 0;
        });
        return core.WithExample("peregrine bench core --commands orders.stream --stage book,core");
    }
}
