using System.Globalization;
using System.Text.Json;

namespace Peregrine.Bench.Core;

/// <summary>Results of the core bench as text.</summary>
internal static class CoreReport
{
    public static string ToMarkdown(IReadOnlyList<CoreBenchResult> results, IReadOnlyList<PipelineBenchResult> links)
    {
        string[] parts = [results.Count > 0 ? ToMarkdown(results) : "", links.Count > 0 ? PipelineReport.ToMarkdown(links) : ""];
        return string.Join(Environment.NewLine,
            [BenchReport.Machine(), .. parts.Where(part => part.Length > 0).SelectMany(part => new[] { "", part })]);
    }

    public static string ToJson(IReadOnlyList<CoreBenchResult> results, IReadOnlyList<PipelineBenchResult> links) =>
        JsonSerializer.Serialize(results.Select(ToObject).Concat(links.Select(PipelineReport.ToObject)));

    private static string ToMarkdown(IReadOnlyList<CoreBenchResult> results)
    {
        List<string> lines =
        [
            "| flow | stage | commands (before) | M commands/s min / median / max | p50 / p99 / p99.9 / max, ns | clock p50 / p99, " +
                "ns | traded quantity | resting | refused | allocated, B | GCs |",
            "|---|---|---:|---|---|---|---:|---:|---:|---:|---:|",
        ];
        foreach (CoreBenchResult result in results)
        {
            double[] rates = [.. result.PerSecond.Order().Select(rate => rate / 1e6)];
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Options.Stream.Name} | {result.Options.Stage} | {result.Commands:N0} ({result.Prefill:N0}) | {rates[0]:N1} / " +
                $"{rates[rates.Length / 2]:N1} / {rates[^1]:N1} | {result.Latency.Quantile(0.5):N0} / " +
                $"{result.Latency.Quantile(0.99):N0} / {result.Latency.Quantile(0.999):N0} / {result.Latency.Max:N0} | " +
                $"{result.ClockReads.Quantile(0.5):N0} / {result.ClockReads.Quantile(0.99):N0} | {result.TradedLots} | " +
                $"{result.Resting:N0} | {result.Refused:N0} | {result.BytesAllocated:N0} | {result.Collections} |"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    private static object ToObject(CoreBenchResult result) => new
    {
        flow = result.Options.Stream.Name,
        stage = result.Options.Stage,
        commands = result.Commands,
        prefill = result.Prefill,
        commandsPerSecond = result.PerSecond,
        p50Ns = result.Latency.Quantile(0.5),
        p99Ns = result.Latency.Quantile(0.99),
        p999Ns = result.Latency.Quantile(0.999),
        maxNs = result.Latency.Max,
        clockP50Ns = result.ClockReads.Quantile(0.5),
        clockP99Ns = result.ClockReads.Quantile(0.99),
        tradedQuantity = result.TradedLots.ToString(CultureInfo.InvariantCulture),
        resting = result.Resting,
        refused = result.Refused,
        bytesAllocated = result.BytesAllocated,
        collections = result.Collections,
    };
}
