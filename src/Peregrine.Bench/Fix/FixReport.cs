using System.Globalization;
using System.Text.Json;

namespace Peregrine.Bench.Fix;

/// <summary>Results of the bench of FIX and FAST as text.</summary>
internal static class FixReport
{
    public static string ToMarkdown(IReadOnlyList<FixBenchResult> results)
    {
        List<string> lines =
        [
            BenchReport.Machine(),
            "",
            "| stage | packets | bytes each | ns a packet min / median / mean / max of rounds | one by one p50 / p99 ns | allocated, B |",
            "|---|---:|---:|---|---|---:|",
        ];
        foreach (FixBenchResult result in results)
        {
            double[] ns = [.. result.NsPerPacket.Order()];
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Stage} | {result.Packets:N0} | {result.BytesPerPacket:N0} | {ns[0]:N0} / {ns[ns.Length / 2]:N0} / {ns.Average():N0} / " +
                $"{ns[^1]:N0} | {result.SingleNs.Quantile(0.5):N0} / {result.SingleNs.Quantile(0.99):N0} | {result.BytesAllocated:N0} |"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    public static string ToJson(IReadOnlyList<FixBenchResult> results) => JsonSerializer.Serialize(results.Select(result => new
    {
        stage = result.Stage,
        packets = result.Packets,
        bytesPerPacket = result.BytesPerPacket,
        nsPerPacket = result.NsPerPacket,
        p50Ns = result.SingleNs.Quantile(0.5),
        p99Ns = result.SingleNs.Quantile(0.99),
        bytesAllocated = result.BytesAllocated,
    }));
}
