using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Peregrine.Bench.Net;

/// <summary>Results of the net bench as a table for people and as JSON: medians over the rounds.</summary>
internal static class NetReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A load in words.</summary>
    public static string Load(NetLoad load) => load switch
    {
        { IsConnects: true } => $"connects, {load.Wait}",
        { Rate: > 0 } => $"{Number(load.Rate, 0)}/s, {load.Wait}",
        _ => $"closed loop, {load.Wait}",
    };

    public static string ToMarkdown(NetBenchOptions options, IReadOnlyList<NetResult> results)
    {
        string baseline = EchoServerKind.Baseline(options.IsTls);
        bool areConnects = results.Any(result => result.Load.IsConnects);
        string each = areConnects ? "connect" : "message";
        List<string> lines =
        [
            BenchReport.Machine(),
            "",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{options.SizeBytes} bytes a message{(options.IsTls ? ", TLS" : "")}; medians of {options.Rounds} rounds of " +
                $"{options.Seconds:0.###} s after {options.WarmUpSeconds:0.###} s; server on core {options.ServerCore}, " +
                $"generator on core {options.ClientCore}"),
            "",
            $"| server | connections | depth | load | {(areConnects ? "connects/s" : "msg/s")} | p50 us | p99 us | p99.9 us | max us | server CPU " +
                $"ns/{each} | CPU / {baseline} | syscalls/{each} | GCs | allocated B/{each} | generator busy |",
            "|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        ];
        foreach (NetResult result in results)
        {
            NetFigures median = result.Median;
            NetLoad load = result.Load;
            string depth = load.IsConnects || load.Rate > 0 ? "-" : load.Depth.ToString(CultureInfo.InvariantCulture);
            string ratio = NetResult.CpuRatio(results, result, baseline) is double value ? Number(value, 2) : "-";
            string syscalls = median.Syscalls > 0 ? Number(median.Syscalls, 3) : "-";
            string busy = median.GeneratorBusy is double share ? $"{Number(share * 100, 0)} %" : "-";
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Server} | {load.Connections:N0} | {depth} | {Load(load)}{(median.IsOverloaded ? " (overloaded)" : "")} | " +
                $"{median.PerSecond:N0} | {Number(median.P50Us, 1)} | {Number(median.P99Us, 1)} | {Number(median.P999Us, 1)} | " +
                $"{Number(median.MaxUs, 0)} | {Number(median.ServerCpuNs, 0)} | {ratio} | {syscalls} | " +
                $"{Number(median.Collections, 0)} | {Number(median.AllocatedBytes, 3)} | {busy} |"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    public static string ToJson(NetBenchOptions options, IReadOnlyList<NetResult> results)
    {
        string baseline = EchoServerKind.Baseline(options.IsTls);
        JsonArray rows = [];
        foreach (NetResult result in results)
        {
            JsonObject row = new()
            {
                ["server"] = result.Server,
                ["connections"] = result.Load.Connections,
                ["depth"] = result.Load.Depth,
                ["rate"] = result.Load.Rate,
                ["wait"] = result.Load.Wait,
                ["connects"] = result.Load.IsConnects,
                ["cpuRatio"] = NetResult.CpuRatio(results, result, baseline),
                ["median"] = ToJson(result.Median),
                ["rounds"] = new JsonArray([.. result.Rounds.Select(ToJson)]),
            };
            rows.Add(row);
        }

        JsonObject root = new()
        {
            ["machine"] = BenchReport.Machine(),
            ["sizeBytes"] = options.SizeBytes,
            ["seconds"] = options.Seconds,
            ["warmupSeconds"] = options.WarmUpSeconds,
            ["tls"] = options.IsTls,
            ["serverCore"] = options.ServerCore,
            ["clientCore"] = options.ClientCore,
            ["baseline"] = baseline,
            ["results"] = rows,
        };
        return root.ToJsonString(Indented);
    }

    private static JsonNode ToJson(NetFigures figures) => new JsonObject
    {
        ["perSecond"] = Math.Round(figures.PerSecond),
        ["p50Us"] = figures.P50Us,
        ["p99Us"] = figures.P99Us,
        ["p999Us"] = figures.P999Us,
        ["maxUs"] = figures.MaxUs,
        ["serverCpuNs"] = Math.Round(figures.ServerCpuNs, 1),
        ["syscalls"] = Math.Round(figures.Syscalls, 4),
        ["collections"] = figures.Collections,
        ["allocatedBytes"] = Math.Round(figures.AllocatedBytes, 4),
        ["generatorBusy"] = figures.GeneratorBusy is double busy ? Math.Round(busy, 3) : null,
        ["overloaded"] = figures.IsOverloaded,
    };

    private static string Number(double value, int decimals) => value.ToString($"N{decimals}", CultureInfo.InvariantCulture);
}
