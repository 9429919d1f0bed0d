using System.CommandLine;
using System.Text.Json;
using Peregrine.Bench.Core;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench core: a stream of order commands through the matching engine, the whole core, or the whole pipeline.</summary>
internal static class BenchCoreVerb
{
    private const int ShardsMost = 64;

    public static Command Create()
    {
        Option<string> commands = new("--commands") { Description =
            "A file of order commands for one instrument: u64 count, u64 commands before the measured part, then 24 bytes each: u8 type (0 add, " +
            "1 cancel, 2 move), u8 buy, u8 immediate-or-cancel, u8 0, u32 quantity, u64 order id, i64 price; little-endian." };
        Option<string> shapes = new("--shape") { Description =
            $"Instead of a file, streams as bench flow makes them, with commas: {FlowShapes.Names}; one after the other." };
        Option<long> seed = new("--seed") { Description = "With --shape: of the streams.", DefaultValueFactory = _ => 7 };
        Option<string> stages = StagesOption();
        Option<int> rounds = new("--rounds") { Description =
            "Measured runs of each stage; for book and core as many again for the latency, where each command is timed.",
            DefaultValueFactory = _ => 5 };
        Option<int> orders = new("--orders") { Description = "Orders that can rest at once.", DefaultValueFactory = _ => 1 << 18 };
        Option<string> levels = new("--durability") { Description = "Link: levels of the journal to measure, with commas: none, os, fsync.",
            DefaultValueFactory = _ => "os" };
        Option<string> outstanding = new("--outstanding") { Description =
            "Link: commands on their way at once, with commas; max is as many as the rings take.", DefaultValueFactory = _ => "1,1000,max" };
        Option<string> writer = WriterOption();
        Option<string> folder = FolderOption();
        Option<int> most = new("--commands-max") { Description =
            "Link and shards: leave out what follows so many commands of the measured part; with one on its way, a twentieth of that.",
            DefaultValueFactory = _ => int.MaxValue };
        Option<string?> shards = ShardsOption();
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command core = new("core", "A stream of order commands: commands/s, latency of a command beside the cost of the clock, " +
            "traded quantity, allocations.")
        {
            commands, shapes, seed, stages, rounds, orders, levels, outstanding, writer, folder, most, shards, json,
        };
        core.SetAction(result =>
        {
            string[] names = Split(result.GetRequiredValue(stages));
            string? wrong = names.FirstOrDefault(name => name is not ("book" or "core" or "link"));
            if (wrong is not null || names.Length == 0)
            {
                throw new CommandException($"--stage: '{wrong}', expected book, core, link or several", 2);
            }

            List<OrderStream> streams = StreamsOf(result.GetValue(commands), result.GetValue(shapes), result.GetValue(seed));
            if (result.GetValue(shards) is { } counts)
            {
                return MeasureShards(streams, counts, result.GetValue(most), result.GetValue(orders), result.GetValue(rounds), result.GetValue(json));
            }

            CoreBenchOptions options = new()
            {
                Stream = streams[0],
                Stage = "",
                Rounds = InRange("--rounds", result.GetValue(rounds), 1000),
                OrdersMax = InRange("--orders", result.GetValue(orders), MatchingEngine.OrderCapacityMax),
                Progress = Terminal.Progress,
            };
            PipelineBenchOptions link = new()
            {
                Stream = options.Stream,
                Folder = result.GetRequiredValue(folder),
                Durability = Durability.Os,
                Outstanding = 0,
                WriteBeside = false,
                CommandsMax = InRange("--commands-max", result.GetValue(most), int.MaxValue),
                Rounds = options.Rounds,
                OrdersMax = options.OrdersMax,
                Progress = options.Progress,
            };
            List<PipelineBenchOptions> runs = names.Contains("link")
                ? RunsOf(link, Split(result.GetRequiredValue(levels)), Split(result.GetRequiredValue(outstanding)), result.GetRequiredValue(writer))
                : [];
            Measure(streams, names, options, runs, result.GetValue(json));
            return 0;
        });
        return core.WithExample("peregrine bench core --commands orders.stream --stage book,core,link --durability os,fsync");
    }

    private static void Measure(List<OrderStream> streams, string[] names, CoreBenchOptions options, List<PipelineBenchOptions> runs, bool isJson)
    {
        List<CoreBenchResult> results;
        List<PipelineBenchResult> links;
        try
        {
            results = [.. from stream in streams
                from name in names
                where name != "link"
                select new CoreBench(options with { Stream = stream, Stage = name }).Run()];
            links = [.. from stream in streams from run in runs select new PipelineBench(run with { Stream = stream }).Run()];
        }
        finally
        {
            Terminal.EndProgress();
        }

        Console.Out.WriteLine(isJson ? CoreReport.ToJson(results, links) : CoreReport.ToMarkdown(results, links));
    }

    private static Option<string> StagesOption() => new("--stage") { Description =
            "What to measure, with commas: book, the matching engine alone; core, with risk, order state and reports; link, " +
            "a producer on one core, and sequencer, journal and core on another, up to the release of the reports.",
            DefaultValueFactory = _ => "book,core" };

    private static Option<string> WriterOption() => new("--writer") { Description =
            "Link: who writes the journal: inline, the sequencer's thread; thread, one beside it; auto, " +
            "inline with one command on its way and at level none, otherwise thread.", DefaultValueFactory = _ => "auto" };

    private static Option<string> FolderOption() => new("--dir") { Description =
            "Link: where journals are made, and removed again; on the disk to be measured.",
            DefaultValueFactory = _ => Path.Combine(Directory.GetCurrentDirectory(), "bench-data") };

    private static Option<string?> ShardsOption() => new("--shards")
    {
        Description = "Measure the whole core over so many shards instead, with commas; the stream is dealt out to eight instruments. One engine " +
            "without shards is measured beside them, and the state has to be the same.",
        HelpName = "1,2,4",
    };

    private static int MeasureShards(List<OrderStream> streams, string counts, int commandsMax, int orders, int rounds, bool isJson)
    {
        int ordersMax = InRange("--orders", orders, MatchingEngine.OrderCapacityMax);
        int measuredMax = InRange("--commands-max", commandsMax, int.MaxValue);
        int times = InRange("--rounds", rounds, 1000);
        List<ShardBenchResult> results;
        try
        {
            results = [.. from stream in streams
                let bench = new ShardBench(stream, measuredMax, ordersMax, times, Terminal.Progress)
                from count in (int[])[0, .. Split(counts).Select(ParseShards)]
                select bench.Run(count)];
        }
        finally
        {
            Terminal.EndProgress();
        }

        foreach (ShardBenchResult result in results)
        {
            ShardBenchResult plain = results.First(other => other.Stream == result.Stream);
            Check.That(result.StateHash == plain.StateHash, "the state is the same over any number of shards");
        }

        Console.Out.WriteLine(isJson
            ? JsonSerializer.Serialize(results.Select(ShardReport.ToObject))
            : string.Join(Environment.NewLine, BenchReport.Machine(), "", ShardReport.ToMarkdown(results)));
        return 0;
    }

    private static int ParseShards(string text) => int.TryParse(text, out int count) && count is >= 1 and <= ShardsMost
        ? count
        : throw new CommandException($"--shards: '{text}', expected 1 to {ShardsMost}", 2);

    private static List<OrderStream> StreamsOf(string? path, string? shapes, long seed)
    {
        if (path is null == shapes is null)
        {
            throw new CommandException("--commands and --shape: expected one of them", 2);
        }

        return path is not null ? [OrderStream.Read(path)]
            : [.. Split(shapes!).Select(BenchFlowVerb.ParseShape).Select(
                shape => OrderFlow.Make(shape, BenchFlowVerb.CommandsMade, OrderFlow.RestingOf(shape), seed))];
    }

    private static List<PipelineBenchOptions> RunsOf(PipelineBenchOptions plain, string[] levels, string[] outstanding, string writer)
    {
        if (writer is not ("auto" or "inline" or "thread"))
        {
            throw new CommandException($"--writer: '{writer}', expected auto, inline or thread", 2);
        }

        List<PipelineBenchOptions> runs = [];
        foreach (Durability level in levels.Select(ParseLevel))
        {
            foreach (int count in outstanding.Select(ParseOutstanding))
            {
                // One thread beside writes at os and fsync only; at none the writer writes now and then.
                bool isBeside = level != Durability.None && (writer == "thread" || (writer == "auto" && count != 1));
                runs.Add(plain with
                {
                    Durability = level, Outstanding = count, WriteBeside = isBeside, CommandsMax = count == 1
                        ? Math.Max(1, Math.Min(plain.CommandsMax, 2_000_000) / 20)
                        : plain.CommandsMax,
                });
            }
        }

        return runs.Count > 0 ? runs : throw new CommandException("--durability and --outstanding: expected at least one of each", 2);
    }

    private static Durability ParseLevel(string text) => text switch
    {
        "none" => Durability.None,
        "os" => Durability.Os,
        "fsync" => Durability.Fsync,
        _ => throw new CommandException($"--durability: '{text}', expected none, os or fsync", 2),
    };

    private static int ParseOutstanding(string text) => text == "max" ? 0 : int.TryParse(text, out int count) && count is >= 1 and <= 1_000_000
        ? count
        : throw new CommandException($"--outstanding: '{text}', expected 1 to 1000000, or max", 2);

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int InRange(string option, int value, int most) =>
        value >= 1 && value <= most ? value : throw new CommandException($"{option}: expected 1 to {most}", 2);
}
