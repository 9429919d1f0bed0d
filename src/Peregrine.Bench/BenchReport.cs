using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Peregrine.Primitives;
using Peregrine.Sequencing.Hops;

namespace Peregrine.Bench;

/// <summary>Bench figures as a table for people and as JSON, with the machine they were measured on.</summary>
internal static class BenchReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string ToMarkdown(LinkBenchResult result)
    {
        StringBuilder text = new();
        _ = text.AppendLine(Machine()).AppendLine();
        _ = text.AppendLine("| Journal | Load | p50 us | p99 us | p99.9 us | max us | orders/s | B/order | GCs | hops p50 us (" +
            string.Join(", ", HopStatistics.HopNames) + ") |");
        _ = text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        AppendFloor(text, "bare TCP echo", result.Echo);
        if (result.Fdatasync is { } fdatasync)
        {
            AppendFloor(text, "bare 4 KiB write + fdatasync", fdatasync);
        }

        foreach (BenchRun run in result.Runs)
        {
            string hops = string.Join(", ", run.HopP50Us.Select(hop => Number(hop, 1)));
            string note = run.Note.Length > 0 ? $" ({run.Note})" : run.Refused > 0 ? $" ({run.Refused} refused)" : "";
            _ = text.AppendLine(CultureInfo.InvariantCulture,
                $"| {run.Level} | {run.Load}{note} | {Quantiles(run.Latency)} | {run.OrdersPerSecond:N0} | " +
                $"{Number(run.BytesPerOrder, 3)} | {run.Collections} | {hops} |");
        }

        return text.ToString().TrimEnd();
    }

    public static string ToJson(LinkBenchResult result)
    {
        JsonArray runs = [];
        foreach (BenchRun run in result.Runs)
        {
            JsonObject hops = [];
            for (int hop = 0; hop < run.HopP50Us.Count; hop++)
            {
                hops[HopStatistics.HopNames[hop]] = run.HopP50Us[hop];
            }

            runs.Add(new JsonObject
            {
                ["journal"] = run.Level,
                ["load"] = run.Load,
                ["latencyUs"] = ToJson(run.Latency),
                ["ordersPerSecond"] = Math.Round(run.OrdersPerSecond),
                ["bytesPerOrder"] = run.BytesPerOrder,
                ["collections"] = run.Collections,
                ["gcPauseMs"] = run.GcPauseMs,
                ["refused"] = run.Refused,
                ["hopsP50Us"] = hops,
                ["note"] = run.Note,
            });
        }

        JsonObject root = new() { ["machine"] = Machine(), ["echoUs"] = ToJson(result.Echo), ["fdatasyncUs"] = result.Fdatasync is null
            ? null
            : ToJson(result.Fdatasync), ["runs"] = runs };
        return root.ToJsonString(Indented);
    }

    private static JsonObject ToJson(LatencyHistogram histogram) => new()
    {
        ["p50"] = histogram.Quantile(0.5) / 1e3,
        ["p99"] = histogram.Quantile(0.99) / 1e3,
        ["p999"] = histogram.Quantile(0.999) / 1e3,
        ["max"] = histogram.Max / 1e3,
        ["count"] = histogram.Count,
    };

    private static void AppendFloor(StringBuilder text, string name, LatencyHistogram histogram) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"| - | {name} | {Quantiles(histogram)} | | | | |");

    private static string Quantiles(LatencyHistogram histogram) =>
        string.Join(" | ", Number(histogram.Quantile(0.5) / 1e3, 1), Number(histogram.Quantile(0.99) / 1e3, 1),
            Number(histogram.Quantile(0.999) / 1e3, 1), Number(histogram.Max / 1e3, 0));

    private static string Number(double value, int decimals) => value.ToString($"N{decimals}", CultureInfo.InvariantCulture);

    /// <summary>The machine and the build that figures belong to.</summary>
    public static string Machine()
    {
        string cpu = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        string version = typeof(BenchReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        return $"{cpu}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, Linux {kernel}, " +
            $"{RuntimeInformation.FrameworkDescription}, Peregrine {version[..Math.Min(version.Length, 16)]}, {DateTime.UtcNow:yyyy-MM-dd}";
    }
}
