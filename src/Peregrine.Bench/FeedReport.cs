using System.Globalization;
using System.Text.Json;
using Peregrine.Primitives;

namespace Peregrine.Bench;

/// <summary>Results of the feed bench as text.</summary>
internal static class FeedReport
{
    public static string ToMarkdown(IReadOnlyList<FeedBenchResult> results)
    {
        List<string> lines =
        [
            "| depth | subscribers | load | messages/s | deliveries/s | MB/s | last subscriber p50 / p99 / p99.9 / max, " +
                "us | each subscriber p50 / p99, us | allocated, B | GCs | gaps |",
            "|---|---:|---|---:|---:|---:|---|---|---:|---:|---:|",
        ];
        foreach (FeedBenchResult result in results)
        {
            string load = (result.Options.Rate == 0 ? "as fast as it goes"
                : $"{result.Options.Rate.ToString("N0", CultureInfo.InvariantCulture)}/s") + (result.Options.WithStalled ? ", one more stalled" : "");
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Options.Depth.ToString().ToLowerInvariant()} | {result.Options.Subscribers} | {load} | " +
                $"{result.Messages / result.Seconds:N0} | {result.Messages / result.Seconds * result.Options.Subscribers:N0} | " +
                $"{result.BytesSent / result.Seconds / 1e6:N1} | {Us(result.Latency, 0.5)} / {Us(result.Latency, 0.99)} / " +
                $"{Us(result.Latency, 0.999)} / {Us(result.Latency, 1)} | {Us(result.EachLatency, 0.5)} / " +
                $"{Us(result.EachLatency, 0.99)} | {result.BytesAllocated:N0} | {result.Collections} | {result.Gaps} |"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    public static string ToJson(IReadOnlyList<FeedBenchResult> results) => JsonSerializer.Serialize(results.Select(result => new
    {
        depth = result.Options.Depth.ToString().ToLowerInvariant(),
        subscribers = result.Options.Subscribers,
        rate = result.Options.Rate,
        stalled = result.Options.WithStalled,
        messages = result.Messages,
        seconds = result.Seconds,
        framesReceived = result.FramesReceived,
        bytesSent = result.BytesSent,
        lastP50Us = Figure(result.Latency, 0.5),
        lastP99Us = Figure(result.Latency, 0.99),
        lastP999Us = Figure(result.Latency, 0.999),
        lastMaxUs = Figure(result.Latency, 1),
        eachP50Us = Figure(result.EachLatency, 0.5),
        eachP99Us = Figure(result.EachLatency, 0.99),
        bytesAllocated = result.BytesAllocated,
        collections = result.Collections,
        conflations = result.Conflations,
        slowDisconnects = result.SlowDisconnects,
        gaps = result.Gaps,
    }));

    private static double Figure(LatencyHistogram histogram, double fraction) => histogram.Quantile(fraction) / 1e3;

    private static string Us(LatencyHistogram histogram, double fraction) => Figure(histogram, fraction).ToString("N0", CultureInfo.InvariantCulture);
}
