using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Linux;
using Peregrine.Primitives;

namespace Peregrine.Bench;

/// <summary>The first requests after "ready" beside later ones of the same process.</summary>
/// <param name="Rehearses">Whether the start rehearsed.</param>
/// <param name="Kind">orders, one outstanding; or http, GET /api/status.</param>
/// <param name="ReadySeconds">From the start of the process to "ready".</param>
internal sealed record ColdRun(bool Rehearses, string Kind, double ReadySeconds, LatencyHistogram First, LatencyHistogram Steady)
{
    /// <summary>How much longer the first ones' p99 is.</summary>
    public double P99Ratio => (double)First.Quantile(0.99) / Math.Max(1, Steady.Quantile(0.99));

    /// <summary>The worst of the first ones, by the later ones' p99.</summary>
    public double WorstRatio => (double)First.Max / Math.Max(1, Steady.Quantile(0.99));
}

/// <summary>
/// Starts <c>peregrine run</c> in a process of its own, with and without its rehearsal, and takes the time of the first requests that it answers.
/// The client is warm: it has done the same against a process before. The link's thread spins on the last core, the client on the first.
/// </summary>
internal sealed class ColdBench(string folder, Action<string> progress)
{
    private const int FirstOrders = 10_000;
    private const int SteadyOrders = 50_000;
    private const int FirstRequests = 1_000;
    private const int SteadyRequests = 5_000;
    private const string Configuration = """
        { "instruments": [{ "symbol": "BENCH", "referencePrice": "100" }], "accounts": [{ "name": "BENCH-A" }, { "name": "BENCH-B" }],
          "sessions": [{ "targetCompId": "BENCHER", "accounts": ["BENCH-A", "BENCH-B"] }] }
        """;

    /// <summary>Measures.</summary>
    /// <exception cref="CommandException">The link does not start.</exception>
    public IReadOnlyList<ColdRun> Run()
    {
        // The link has the other cores to itself, as far as there are some.
        _ = CpuAffinity.TryPinCurrentThread(0);
        progress("the client warms up");
        _ = Orders(rehearses: false);
        _ = Http(rehearses: false);
        List<ColdRun> runs = [];
        foreach (bool rehearses in (ReadOnlySpan<bool>)[false, true])
        {
            progress($"orders, {(rehearses ? "rehearsed" : "not rehearsed")}");
            runs.Add(Orders(rehearses));
            progress($"http, {(rehearses ? "rehearsed" : "not rehearsed")}");
            runs.Add(Http(rehearses));
        }

        return runs;
    }

    public static string ToMarkdown(IReadOnlyList<ColdRun> runs)
    {
        StringBuilder text = new();
        _ = text.AppendLine(BenchReport.Machine()).AppendLine();
        _ = text.AppendLine("| Start | Ready after s | Requests | First: p50 / p99 / p99.9 / worst us | Later: p50 / p99 us " +
            "| p99 by p99 | worst by p99 |");
        _ = text.AppendLine("|---|---:|---|---|---|---:|---:|");
        foreach (ColdRun run in runs)
        {
            _ = text.AppendLine(CultureInfo.InvariantCulture,
                $"| {(run.Rehearses ? "rehearsed" : "not rehearsed")} | {run.ReadySeconds:N1} | {run.First.Count:N0} {run.Kind} | " +
                $"{Us(run.First.Quantile(0.5))} / {Us(run.First.Quantile(0.99))} / {Us(run.First.Quantile(0.999))} / {Us(run.First.Max)} | " +
                $"{Us(run.Steady.Quantile(0.5))} / {Us(run.Steady.Quantile(0.99))} | {run.P99Ratio:N1} | {run.WorstRatio:N1} |");
        }

        return text.ToString().TrimEnd();
    }

    public static string ToJson(IReadOnlyList<ColdRun> runs) => JsonSerializer.Serialize(runs.Select(run => new
    {
        rehearses = run.Rehearses,
        kind = run.Kind,
        readySeconds = run.ReadySeconds,
        firstP50Ns = run.First.Quantile(0.5),
        firstP99Ns = run.First.Quantile(0.99),
        firstP999Ns = run.First.Quantile(0.999),
        firstWorstNs = run.First.Max,
        steadyP50Ns = run.Steady.Quantile(0.5),
        steadyP99Ns = run.Steady.Quantile(0.99),
        p99Ratio = run.P99Ratio,
        worstRatio = run.WorstRatio,
    }));

    private static string Us(long ns) => (ns / 1e3).ToString("N1", CultureInfo.InvariantCulture);

    private ColdRun Orders(bool rehearses)
    {
        using ColdLink link = ColdLink.Start(folder, Configuration, rehearses);
        using LoadClient client = new(link.Fix, "BENCHER", "PEREGRINE", "BENCH", "100.00");
        client.RunOneOutstanding(FirstOrders);
        LatencyHistogram first = new();
        client.Latency.AddTo(first);
        client.ClearFigures();
        client.RunOneOutstanding(SteadyOrders);
        return new ColdRun(rehearses, "orders", link.ReadySeconds, first, client.Latency);
    }

    private ColdRun Http(bool rehearses)
    {
        using ColdLink link = ColdLink.Start(folder, Configuration, rehearses);
        using HttpClient client = new() { BaseAddress = new Uri($"http://{link.Console}/") };
        LatencyHistogram first = new();
        LatencyHistogram steady = new();
        for (int request = 0; request < FirstRequests + SteadyRequests; request++)
        {
            long start = Clock.MonotonicNs;
            using (HttpRequestMessage ask = new(HttpMethod.Get, "api/status"))
            {
                using HttpResponseMessage answer = client.Send(ask);
                answer.Content.ReadAsStream().CopyTo(Stream.Null);
            }

            (request < FirstRequests ? first : steady).Record(Clock.MonotonicNs - start);
        }

        return new ColdRun(rehearses, "http", link.ReadySeconds, first, steady);
    }
}

/// <summary>A link in a process of its own, on free ports, with a folder that goes with it.</summary>
internal sealed class ColdLink : IDisposable
{
    private const int ReadyMs = 60_000;
    private readonly Process _process;
    private readonly string _folder;

    private ColdLink(Process process, string folder) => (_process, _folder) = (process, folder);

    public IPEndPoint Fix { get; private set; } = new(IPAddress.None, 0);

    public IPEndPoint Console { get; private set; } = new(IPAddress.None, 0);

    public double ReadySeconds { get; private set; }

    public static ColdLink Start(string parent, string configuration, bool rehearses)
    {
        string folder = Path.Combine(parent, "peregrine-cold-bench");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        _ = Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "peregrine.json");
        File.WriteAllText(file, configuration);
        string dll = Path.Combine(AppContext.BaseDirectory, "peregrine.dll");
        string[] line = [.. Path.GetFileName(Environment.ProcessPath) == "dotnet" || !File.Exists(Environment.ProcessPath)
            ? ["dotnet", dll]
            : new[] { Environment.ProcessPath }];
        ProcessStartInfo info = new(line[0], [.. line.Skip(1), "run", "--no-status", "--no-simulator", "--config", file, "--data",
            Path.Combine(folder, "data"), "--set", "fix.port=0", "--set", "marketData.port=0", "--set", "console.port=0", "--set",
            $"start.rehearsal={(rehearses ? "true" : "false")}", "--set", "threads.wait=spin", "--set",
            $"threads.pinnedCore={(Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture)}"]) { RedirectStandardOutput = true };
        long start = Stopwatch.GetTimestamp();
        ColdLink link = new(Process.Start(info) ?? throw new CommandException($"cannot start {line[0]}"), folder);
        link.WaitUntilReady(start);
        return link;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void WaitUntilReady(long start)
    {
        List<string> log = [];
        while (_process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMilliseconds(ReadyMs)).GetAwaiter().GetResult() is { } text)
        {
            log.Add(text);
            Fix = EndPointIn(text, "FIX on ") ?? Fix;
            Console = EndPointIn(text, "console on http://") ?? Console;
            if (text.EndsWith(" ready", StringComparison.Ordinal))
            {
                ReadySeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                return;
            }
        }

        Dispose();
        throw new CommandException($"bench link --cold: the link did not start: {string.Join(" / ", log)}");
    }

    private static IPEndPoint? EndPointIn(string text, string before)
    {
        int at = text.IndexOf(before, StringComparison.Ordinal);
        return at < 0 ? null : IPEndPoint.Parse(text[(at + before.Length)..].Split(',', '/')[0]);
    }
}
