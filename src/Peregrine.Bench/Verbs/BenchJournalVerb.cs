using System.CommandLine;
using Peregrine.Bench.Journals;
using Peregrine.Cli;
using Peregrine.Journal;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench journal, also as peregrine journal bench: the journal's writer beside a bare file.</summary>
internal static class BenchJournalVerb
{
    private const int PayloadBytesMax = 64 << 10;

    /// <param name="name">journal under bench, bench under journal.</param>
    /// <param name="path">Both words, for the example.</param>
    public static Command Create(string name, string path)
    {
        Option<string> folder = new("--dir") { Description = "Where files are made, and removed again; on the disk to be measured.",
            DefaultValueFactory = _ => Path.Combine(Directory.GetCurrentDirectory(), "bench-data") };
        Option<long> records = new("--records") { Description = "Records of a flat-out round.", DefaultValueFactory = _ => 2_000_000 };
        Option<int> bytes = new("--bytes") { Description = "Payload of a record.", DefaultValueFactory = _ => 64 };
        Option<int> batch = new("--batch") { Description = "Records a commit when flat out.", DefaultValueFactory = _ => 2_048 };
        Option<string> levels = new("--durability") { Description = "Levels to measure, with commas: none, os, fsync.",
            DefaultValueFactory = _ => "os,fsync" };
        Option<int> outstanding = new("--outstanding") { Description = "Records on their way in the closed loop.", DefaultValueFactory = _ => 1 };
        Option<int> rate = new("--rate") { Description = "Records/s of the open loop; latency counts from when a record was due.",
            DefaultValueFactory = _ => 10_000 };
        Option<double> seconds = new("--seconds") { Description = "Length of each closed and open loop.", DefaultValueFactory = _ => 2 };
        Option<int> rounds = new("--rounds") { Description = "Repeats every load so often; journal and bare file take turns.",
            DefaultValueFactory = _ => 5 };
        Option<string> sync = new("--sync") { Description =
            "Who waits for the disk at fsync: inline, the writer's thread; thread, one beside it; auto, as peregrine run on this machine.",
            DefaultValueFactory = _ => "auto" };
        Option<int> core = new("--core") { Description = "The core of the measuring thread.",
            DefaultValueFactory = _ => Environment.ProcessorCount - 1 };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON, every round's rate included." };
        Command bench = new(name, "The journal's writer beside a bare file that gets the same bytes: flat out, with a few records on their way, " +
            "and at a rate; throughput, latency, processor time, allocations.")
        {
            folder, records, bytes, batch, levels, outstanding, rate, seconds, rounds, sync, core, json,
        };
        bench.SetAction(result =>
        {
            JournalBenchOptions options = new()
            {
                Folder = result.GetRequiredValue(folder),
                Levels = Levels(result.GetRequiredValue(levels)),
                Records = InRange("--records", result.GetValue(records), 1, 1_000_000_000),
                PayloadBytes = (int)InRange("--bytes", result.GetValue(bytes), 1, PayloadBytesMax),
                BatchRecords = (int)InRange("--batch", result.GetValue(batch), 1, 1_000_000),
                Outstanding = (int)InRange("--outstanding", result.GetValue(outstanding), 1, 65_536),
                Rate = (int)InRange("--rate", result.GetValue(rate), 1, 10_000_000),
                Seconds = result.GetValue(seconds) is double length and > 0 and <= 600
                    ? length
                    : throw new CommandException("--seconds: expected above 0, at most 600", 2),
                Rounds = (int)InRange("--rounds", result.GetValue(rounds), 1, 1_000),
                SyncInline = IsInline(result.GetRequiredValue(sync)),
                Core = (int)InRange("--core", result.GetValue(core), 0, Environment.ProcessorCount - 1),
                Progress = Terminal.Progress,
            };
            IReadOnlyList<JournalBenchResult> results;
            try
            {
                results = new JournalBench(options).Run();
            }
            finally
            {
                Terminal.EndProgress();
            }

            Console.Out.WriteLine(result.GetValue(json)
                ? JournalBenchReport.ToJson(options, results)
                : JournalBenchReport.ToMarkdown(options, results));
            return 0;
        });
        return bench.WithExample($"peregrine {path} --dir /var/tmp/bench --durability fsync --rate 10000");
    }

    private static Durability[] Levels(string list)
    {
        Durability[] levels = [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => text switch
        {
            "none" => Durability.None,
            "os" => Durability.Os,
            "fsync" => Durability.Fsync,
            _ => throw new CommandException($"--durability: '{text}', expected none, os or fsync", 2),
        }).Distinct()];
        return levels.Length > 0 ? levels : throw new CommandException("--durability: expected at least one of none, os, fsync", 2);
    }

    private static bool IsInline(string text) => text switch
    {
        "auto" => JournalOptions.IsSyncInlineBetter,
        "inline" => true,
        "thread" => false,
        _ => throw new CommandException($"--sync: '{text}', expected auto, inline or thread", 2),
    };

    private static long InRange(string option, long value, long least, long most) =>
        value >= least && value <= most ? value : throw new CommandException($"{option}: {value}, expected {least} to {most}", 2);
}
