using System.Globalization;
using System.Text.Json;
using Peregrine.Journal;
using Peregrine.Primitives;

namespace Peregrine.Bench.Journals;

/// <summary>Results of the journal bench as a table for people and as JSON.</summary>
internal static class JournalBenchReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string ToMarkdown(JournalBenchOptions options, IReadOnlyList<JournalBenchResult> results)
    {
        List<string> lines =
        [
            BenchReport.Machine(),
            "",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Payloads of {options.PayloadBytes} bytes; {options.Rounds} rounds, journal and bare file in turns; " +
                $"rates and ratios are medians over the rounds, quantiles are over all; measuring thread on core {options.Core}, " +
                $"sync {(options.SyncInline ? "inline" : "on a thread beside it")}. Latency is that of a commit when flat out, " +
                $"else from when a record was due until it was durable."),
            "",
            "| level | log | load | M records/s | MB/s | records/batch | p50 us | p99 us | p99.9 us | max us | to bare | to one bare write | CPU " +
                "ns/record | allocated B | GCs |",
            "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        ];
        foreach (JournalBenchResult result in results)
        {
            lines.Add(Line(result, "journal", result.Journal, ToBare(result), ToOneBareWrite(result, result.Journal, results)));
            if (result.Bare.Count > 0)
            {
                lines.Add(Line(result, "bare", result.Bare, null, ToOneBareWrite(result, result.Bare, results)));
            }
        }

        return string.Join(Environment.NewLine, lines);
    }

    public static string ToJson(JournalBenchOptions options, IReadOnlyList<JournalBenchResult> results) => JsonSerializer.Serialize(
        new
        {
            machine = BenchReport.Machine(),
            payloadBytes = options.PayloadBytes,
            rounds = options.Rounds,
            core = options.Core,
            sync = options.SyncInline ? "inline" : "thread",
            runs = results.Select(result => new
            {
                level = Word(result.Level),
                load = result.Load,
                journal = Figures(result.Journal),
                bare = result.Bare.Count > 0 ? Figures(result.Bare) : null,
                toBare = ToBare(result),
                toOneBareWrite = ToOneBareWrite(result, result.Journal, results),
            }),
        },
        Indented);

    /// <summary>Flat out: the journal's records/s over the bare file's. Otherwise: its p50 over the bare file's. The median of the rounds.</summary>
    internal static double? ToBare(JournalBenchResult result) => result.Bare.Count == 0
        ? null
        : Median(result.Journal.Zip(result.Bare, (journal, bare) => result.IsFlatOut
            ? PerSecond(journal) / PerSecond(bare)
            : (double)journal.Latency.Quantile(0.5) / Math.Max(1, bare.Latency.Quantile(0.5))));

    /// <summary>A loop's p50 over that of the bare file one at a time: what an arrival at any moment costs beside one write at rest.</summary>
    internal static double? ToOneBareWrite(JournalBenchResult result, IReadOnlyList<LoadFigures> figures, IReadOnlyList<JournalBenchResult> results)
    {
        JournalBenchResult? closed = results.FirstOrDefault(other => other.Level == result.Level && !other.IsFlatOut && other.Bare.Count > 0);
        return result.IsFlatOut || closed is null ? null : Together(figures).Quantile(0.5) / (double)Math.Max(1, Together(closed.Bare).Quantile(0.5));
    }

    private static string Line(JournalBenchResult result, string log, IReadOnlyList<LoadFigures> rounds, double? toBare, double? toOneBareWrite)
    {
        LatencyHistogram latency = Together(rounds);
        string note = rounds.Any(round => round.IsOverloaded) ? " (overloaded)" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Word(result.Level)} | {log} | {result.Load}{note} | {Median(rounds.Select(PerSecond)) / 1e6:N3} | " +
            $"{Median(rounds.Select(MegabytesPerSecond)):N1} | {Median(rounds.Select(BatchRecords)):N1} | " +
            $"{latency.Quantile(0.5) / 1e3:N1} | {latency.Quantile(0.99) / 1e3:N1} | {latency.Quantile(0.999) / 1e3:N1} | " +
            $"{latency.Max / 1e3:N0} | {Ratio(toBare)} | {Ratio(toOneBareWrite)} | {Median(rounds.Select(CpuNs)):N0} | " +
            $"{rounds.Sum(round => round.AllocatedBytes):N0} | {rounds.Sum(round => round.Collections)} |");
    }

    private static object Figures(IReadOnlyList<LoadFigures> rounds)
    {
        LatencyHistogram latency = Together(rounds);
        return new
        {
            recordsPerSecond = rounds.Select(PerSecond),
            megabytesPerSecond = rounds.Select(MegabytesPerSecond),
            records = rounds.Sum(round => round.Records),
            batches = rounds.Sum(round => round.Batches),
            bytes = rounds.Sum(round => round.Bytes),
            latencyUs = new { p50 = latency.Quantile(0.5) / 1e3, p99 = latency.Quantile(0.99) / 1e3, p999 = latency.Quantile(0.999) / 1e3,
            max = latency.Max / 1e3, count = latency.Count },
            cpuNsPerRecord = Median(rounds.Select(CpuNs)),
            allocatedBytes = rounds.Sum(round => round.AllocatedBytes),
            collections = rounds.Sum(round => round.Collections),
            isOverloaded = rounds.Any(round => round.IsOverloaded),
        };
    }

    private static LatencyHistogram Together(IReadOnlyList<LoadFigures> rounds)
    {
        LatencyHistogram together = new();
        foreach (LoadFigures round in rounds)
        {
            round.Latency.AddTo(together);
        }

        return together;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Word(Durability level) => level.ToString().ToLowerInvariant();

    private static string Ratio(double? ratio) => ratio is { } value ? value.ToString("0.00x", CultureInfo.InvariantCulture) : "-";

    private static double PerSecond(LoadFigures figures) => figures.Records / figures.Seconds;

    private static double MegabytesPerSecond(LoadFigures figures) => figures.Bytes / figures.Seconds / 1e6;

    private static double BatchRecords(LoadFigures figures) => figures.Records / (double)Math.Max(1, figures.Batches);

    private static double CpuNs(LoadFigures figures) => figures.CpuSeconds * 1e9 / Math.Max(1, figures.Records);
}
