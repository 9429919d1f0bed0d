using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Peregrine.Bench.Recovery;
using Peregrine.Cli;
using Peregrine.Trading.Matching;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench recovery: how long a start takes.</summary>
internal static class BenchRecoveryVerb
{
    private const int CommandsMax = 100_000_000;
    private const double NsPerSecond = 1e9;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        Option<int> commands = new("--commands") { Description = "Commands in the journal that is replayed.", DefaultValueFactory = _ => 10_000_000 };
        Option<int> orders = new("--orders") { Description = "Resting orders in the snapshot that is loaded.", DefaultValueFactory = _ => 1_000_000 };
        Option<int> rounds = new("--rounds") { Description = "How often each is measured.", DefaultValueFactory = _ => 3 };
        Option<int> seed = new("--seed") { Description = "Of the stream of commands.", DefaultValueFactory = _ => 1 };
        Option<string> folder = new("--folder") { Description = "Where journal and snapshot are made, in a folder that goes when the bench ends.",
            DefaultValueFactory = _ => Directory.GetCurrentDirectory() };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command recovery = new("recovery",
            "What a start costs: the replay of a journal, each state hash proved, and a snapshot checked whole and loaded. " +
            "The files are in the page cache.") { commands, orders, rounds, seed, folder, json };
        recovery.SetAction(result =>
        {
            RecoveryBenchOptions options = new()
            {
                Folder = result.GetRequiredValue(folder),
                Commands = Within("--commands", result.GetValue(commands), CommandsMax),
                Orders = Within("--orders", result.GetValue(orders), MatchingEngine.OrderCapacityMax),
                Rounds = Within("--rounds", result.GetValue(rounds), 1_000),
                Seed = result.GetValue(seed),
                Progress = Terminal.Progress,
            };
            RecoveryBenchResult figures;
            try
            {
                figures = new RecoveryBench(options).Run();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(fault.Message);
            }
            finally
            {
                Terminal.EndProgress();
            }

            Console.Out.WriteLine(result.GetValue(json) ? ToJson(options, figures) : ToMarkdown(options, figures));
            return 0;
        });
        return recovery.WithExample("peregrine bench recovery --commands 10000000 --orders 1000000");
    }

    private static int Within(string name, int value, int max) => value >= 1 && value <= max
        ? value
        : throw new CommandException($"{name}: expected 1 to {max}", 2);

    private static string ToJson(RecoveryBenchOptions options, RecoveryBenchResult figures) => JsonSerializer.Serialize(
        new
        {
            machine = BenchReport.Machine(),
            seed = options.Seed,
            replay = new { commands = options.Commands, journalBytes = figures.JournalBytes, provenHashes = figures.ProvenHashes,
            seconds = Seconds(figures.ReplayNs), medianSeconds = Median(figures.ReplayNs) },
            load = new { orders = options.Orders, snapshotBytes = figures.SnapshotBytes, allocatedBytes = figures.LoadAllocatedBytes,
            seconds = Seconds(figures.LoadNs), medianSeconds = Median(figures.LoadNs) },
        },
        Indented);

    private static string ToMarkdown(RecoveryBenchOptions options, RecoveryBenchResult figures) => string.Join(
        Environment.NewLine,
        BenchReport.Machine(),
        "",
        "| what | how much | bytes | median s | fastest s | slowest s |",
        "|---|---:|---:|---:|---:|---:|",
        Line($"journal replayed, {figures.ProvenHashes.ToString("N0", CultureInfo.InvariantCulture)} state hashes proved", options.Commands,
            "commands", figures.JournalBytes, figures.ReplayNs),
        Line("snapshot checked and loaded", options.Orders, "resting orders", figures.SnapshotBytes, figures.LoadNs));

    private static string Line(string what, int count, string unit, long bytes, long[] times) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {what} | {count:N0} {unit} | {bytes:N0} | {Median(times):F3} | {times.Min() / NsPerSecond:F3} | {times.Max() / NsPerSecond:F3} |");

    private static double[] Seconds(long[] times) => [.. times.Select(ns => ns / NsPerSecond)];

    private static double Median(long[] times) => times.Order().ElementAt(times.Length / 2) / NsPerSecond;
}
