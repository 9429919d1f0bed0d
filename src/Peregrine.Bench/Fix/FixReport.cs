using System.Globalization;
using System.Text.Json;
using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>Results of the bench of FIX and FAST as text.</summary>
internal static class FixReport
{
    public static string ToMarkdown(IReadOnlyList<FixBenchResult> results, LoopbackResult? loopback)
    {
        List<string> lines = [BenchReport.Machine()];
        if (results.Count > 0)
        {
            lines.AddRange(
            [
                "",
                "| stage | packets | bytes each | ns a packet min / median / mean / max of rounds | one by one p50 / p99 ns | allocated, B |",
                "|---|---:|---:|---|---|---:|",
            ]);
        }

        foreach (FixBenchResult result in results)
        {
            double[] ns = [.. result.NsPerPacket.Order()];
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Stage} | {result.Packets:N0} | {result.BytesPerPacket:N0} | {ns[0]:N0} / {ns[ns.Length / 2]:N0} / {ns.Average():N0} / " +
                $"{ns[^1]:N0} | {result.SingleNs.Quantile(0.5):N0} / {result.SingleNs.Quantile(0.99):N0} | {result.BytesAllocated:N0} |"));
        }

        if (loopback is not null)
        {
            AddLoopback(lines, loopback);
        }

        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>One object for each stage; of the loopback one for the echo and one for each acceptor.</summary>
    public static string ToJson(IReadOnlyList<FixBenchResult> results, LoopbackResult? loopback)
    {
        List<object> all = [.. results.Select(result => new
        {
            stage = result.Stage,
            packets = result.Packets,
            bytesPerPacket = result.BytesPerPacket,
            nsPerPacket = result.NsPerPacket,
            p50Ns = result.SingleNs.Quantile(0.5),
            p99Ns = result.SingleNs.Quantile(0.99),
            bytesAllocated = result.BytesAllocated,
        })];
        if (loopback is not null)
        {
            all.Add(new
            {
                stage = "loopback echo",
                bytes = loopback.EchoBytes,
                count = loopback.Echo.Count,
                p50Ns = loopback.Echo.Quantile(0.5),
                p99Ns = loopback.Echo.Quantile(0.99),
                p999Ns = loopback.Echo.Quantile(0.999),
                maxNs = loopback.Echo.Max,
                differenceP50Ns = loopback.DifferenceNs,
                differenceP50AimNs = LoopbackResult.DifferenceAimNs,
            });
            all.AddRange(loopback.Runs.Select(run => new
            {
                stage = "loopback",
                server = run.Server,
                store = run.Store,
                orders = run.Latency.Count,
                p50Ns = run.Latency.Quantile(0.5),
                p99Ns = run.Latency.Quantile(0.99),
                p999Ns = run.Latency.Quantile(0.999),
                maxNs = run.Latency.Max,
                window = loopback.Window,
                ordersPerSecond = run.OrdersPerSecond,
                ordersPerSecondAim = LoopbackResult.OrdersPerSecondAim,
                cpuUsPerOrder = run.CpuUsPerOrder,
                cpuUsPerOrderAim = LoopbackResult.CpuUsAim,
                bytesAllocated = run.BytesAllocated,
                refused = run.Refused,
                note = run.Note,
            }));
        }

        return JsonSerializer.Serialize(all);
    }

    private static void AddLoopback(List<string> lines, LoopbackResult result)
    {
        lines.AddRange(
        [
            "",
            FormattableString.Invariant($"| loopback TCP | p50 / p99 / p99.9 / max us | orders/s, window {result.Window} | CPU us an order ") +
                "| allocated, B |",
            "|---|---|---:|---:|---:|",
            FormattableString.Invariant($"| echo of {result.EchoBytes} bytes, Peregrine.Net | {Quantiles(result.Echo)} | | | |"),
        ]);
        foreach (LoopbackRun run in result.Runs)
        {
            string allocated = run.BytesAllocated < 0 ? "" : run.BytesAllocated.ToString("N0", CultureInfo.InvariantCulture);
            string note = run.Note.Length > 0 ? $" ({run.Note})" : "";
            lines.Add(FormattableString.Invariant($"| {run.Server}, {run.Store} store{note} | {Quantiles(run.Latency)} | ") +
                FormattableString.Invariant($"{run.OrdersPerSecond:N0} | {run.CpuUsPerOrder:N2} | {allocated} |"));
        }

        LoopbackRun ours = result.Runs[0];
        lines.AddRange(
        [
            "",
            FormattableString.Invariant($"order to report beyond the echo, p50: {result.DifferenceNs / 1e3:N1} us ") +
                Verdict("at most", LoopbackResult.DifferenceAimNs / 1e3, result.DifferenceNs <= LoopbackResult.DifferenceAimNs),
            FormattableString.Invariant($"orders/s of one session: {ours.OrdersPerSecond:N0} ") +
                Verdict("at least", LoopbackResult.OrdersPerSecondAim, ours.OrdersPerSecond >= LoopbackResult.OrdersPerSecondAim),
            FormattableString.Invariant($"CPU us an order: {ours.CpuUsPerOrder:N2} ") +
                Verdict("at most", LoopbackResult.CpuUsAim, ours.CpuUsPerOrder <= LoopbackResult.CpuUsAim),
        ]);
    }

    private static string Verdict(string way, double aim, bool isMet) =>
        FormattableString.Invariant($"(aim: {way} {aim:N0}, {(isMet ? "met" : "missed")})");

    private static string Quantiles(LatencyHistogram latency) => FormattableString.Invariant(
        $"{latency.Quantile(0.5) / 1e3:N1} / {latency.Quantile(0.99) / 1e3:N1} / {latency.Quantile(0.999) / 1e3:N1} / {latency.Max / 1e3:N0}");
}
