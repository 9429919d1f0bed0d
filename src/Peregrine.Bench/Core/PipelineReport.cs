using System.Globalization;

namespace Peregrine.Bench.Core;

/// <summary>Results of the pipeline's bench as text.</summary>
internal static class PipelineReport
{
    public static string ToMarkdown(IReadOnlyList<PipelineBenchResult> results)
    {
        List<string> lines =
        [
            "| flow | journal | writer | outstanding | commands (before) | M acknowledged/s min / median / max | p50 / p99 / p99.9 / max, us | " +
                "clock p50, ns | commands a batch | traded quantity | resting | refused | allocated, B | GCs |",
            "|---|---|---|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|",
        ];
        foreach (PipelineBenchResult result in results)
        {
            double[] rates = [.. result.PerSecond.Order().Select(rate => rate / 1e6)];
            string[] us = [.. new[] { result.Latency.Quantile(0.5), result.Latency.Quantile(0.99), result.Latency.Quantile(0.999),
                result.Latency.Max }.Select(ns => (ns / 1e3).ToString("N1", CultureInfo.InvariantCulture))];
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Options.Stream.Name} | {result.Options.Durability.ToString().ToLowerInvariant()} | " +
                $"{(result.Options.WriteBeside ? "thread" : "inline")} | {Outstanding(result)} | {result.Commands:N0} " +
                $"({result.Prefill:N0}) | {rates[0]:N2} / {rates[rates.Length / 2]:N2} / {rates[^1]:N2} | {string.Join(" / ", us)} | " +
                $"{result.ClockReads.Quantile(0.5):N0} | {(double)result.Commands / Math.Max(1, result.Batches):N0} | " +
                $"{result.TradedLots} | {result.Resting:N0} | {result.Refused:N0} | {result.BytesAllocated:N0} | {result.Collections} |"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    public static object ToObject(PipelineBenchResult result) => new
    {
        flow = result.Options.Stream.Name,
        stage = "link",
        durability = result.Options.Durability.ToString().ToLowerInvariant(),
        writer = result.Options.WriteBeside ? "thread" : "inline",
        outstanding = result.Options.Outstanding,
        commands = result.Commands,
        prefill = result.Prefill,
        acknowledgedPerSecond = result.PerSecond,
        p50Ns = result.Latency.Quantile(0.5),
        p99Ns = result.Latency.Quantile(0.99),
        p999Ns = result.Latency.Quantile(0.999),
        maxNs = result.Latency.Max,
        clockP50Ns = result.ClockReads.Quantile(0.5),
        batches = result.Batches,
        tradedQuantity = result.TradedLots.ToString(CultureInfo.InvariantCulture),
        resting = result.Resting,
        refused = result.Refused,
        bytesAllocated = result.BytesAllocated,
        collections = result.Collections,
    };

    private static string Outstanding(PipelineBenchResult result) =>
        result.Options.Outstanding == 0 ? "pipelined" : result.Options.Outstanding.ToString("N0", CultureInfo.InvariantCulture);
}
