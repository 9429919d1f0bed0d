using System.Text.Json.Nodes;
using Peregrine.Bench.Net;
using Peregrine.Bench.Verbs;
using Peregrine.Cli;
using Peregrine.Primitives;

namespace Peregrine.Integration.Tests.Bench;

public sealed class NetReportTests
{
    private static readonly NetLoad Load = new(100, 16, 0, "block");

    [Fact]
    public void Figures_OfAWindow_AreTheServersDifferencesForEachMessage()
    {
        LatencyHistogram latency = new();
        latency.Record(2_000);
        EchoServerStats before = new(100, 0, 1, 5_000) { CpuNs = 1_000 };
        EchoServerStats after = new(2_100, 0, 4, 5_500) { CpuNs = 401_000 };

        NetFigures figures = NetFigures.Of(latency, 1_000, 0.5, before, after);

        Assert.Equal(new NetFigures(2_000, 2, 2, 2, 2, 400, 2, 3, 0.5), figures);
    }

    [Fact]
    public void Median_IsTheMiddleOfEachFigureByItself()
    {
        NetFigures[] rounds = [Figures(100, 9), Figures(300, 7), Figures(200, 8)];

        NetFigures median = NetFigures.Median(rounds);

        Assert.Equal(200, median.PerSecond);
        Assert.Equal(8, median.ServerCpuNs);
        Assert.Equal(250, NetFigures.Median([.. rounds, Figures(1_000, 1)], figures => figures.PerSecond));
    }

    [Fact]
    public void CpuRatio_IsToTheBaselineUnderTheSameLoad()
    {
        NetResult[] results =
        [
            new(Load, "c", [Figures(1, 400)]),
            new(Load, "peregrine-epoll", [Figures(1, 500)]),
            new(Load with { Depth = 1 }, "peregrine-epoll", [Figures(1, 500)]),
        ];

        Assert.Equal(1, NetResult.CpuRatio(results, results[0], "c"));
        Assert.Equal(1.25, NetResult.CpuRatio(results, results[1], "c"));
        Assert.Null(NetResult.CpuRatio(results, results[2], "c"));
    }

    [Fact]
    public void Report_HasALineAndAnObjectForEachResult()
    {
        NetResult[] results = [new(Load, "c", [Figures(1_000, 400)]), new(Load, "peregrine-epoll", [Figures(2_000, 500), Figures(4_000, 700)])];
        NetBenchOptions options = new() { Servers = [], Loads = [Load], Paths = EchoServerPaths.Find(null), Rounds = 2 };

        string[] table = [.. NetReport.ToMarkdown(options, results).Split(Environment.NewLine).Where(line => line.StartsWith('|'))];
        JsonNode json = JsonNode.Parse(NetReport.ToJson(options, results))!;

        Assert.Equal(4, table.Length);
        Assert.Single(table.Select(line => line.Count(letter => letter == '|')).Distinct());
        Assert.StartsWith("| peregrine-epoll | 100 | 16 | closed loop, block | 3,000 | ", table[3], StringComparison.Ordinal);
        Assert.Contains(" | 600 | 1.50 | ", table[3], StringComparison.Ordinal);
        Assert.Equal(1.5, (double)json["results"]![1]!["cpuRatio"]!);
        Assert.Equal(2, json["results"]![1]!["rounds"]!.AsArray().Count);
    }

    [Fact]
    public void Loads_WithoutOptions_AreTheTable()
    {
        IReadOnlyList<NetLoad> loads = BenchNetVerb.Loads(null, null, 0, false, null, isTls: false);

        Assert.Equal(7, loads.Count);
        Assert.Contains(new NetLoad(10_000, 16, 0, "block"), loads);
        Assert.Contains(new NetLoad(1_000, 1, 20_000, "spin"), loads);
    }

    [Fact]
    public void Loads_WithLists_AreEveryPair()
    {
        IReadOnlyList<NetLoad> loads = BenchNetVerb.Loads("10,100", "1,16", 0, false, "yield", isTls: false);

        Assert.Equal([new(10, 1, 0, "yield"), new(100, 1, 0, "yield"), new(10, 16, 0, "yield"), new(100, 16, 0, "yield")], loads);
    }

    [Fact]
    public void Server_ThatIsNotBuilt_SaysHowToBuildIt()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), "peregrine-nowhere");
        EchoServerPaths paths = new(nowhere, "release", nowhere, null);

        CommandException failure = Assert.Throws<CommandException>(
            () => EchoServerKind.Find("c-uring", isTls: false).CommandLine(paths, new EchoServerSettings(1, "block")));

        Assert.Contains("./dev bench net", failure.Message, StringComparison.Ordinal);
        Assert.Contains("echo_uring", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("peregrine-uring", "spin", "--port 0 --loops 1 --backend io_uring --wait spin --core 1")]
    [InlineData("c", "spin", "--port 0 --core 1 --spin")]
    [InlineData("c-uring-zc", "block", "--port 0 --zc --core 1")]
    [InlineData("kestrel", "block", "--port 0")]
    public void Server_ThatIsBuilt_IsStartedByItsDescription(string name, string wait, string expected)
    {
        using TemporaryFolder folder = new();
        string[] files = ["NetEcho/release/NetEcho.dll", "KestrelEcho/release/KestrelEcho.dll", "yardstick/echo_epoll", "yardstick/echo_uring"];
        foreach (string file in files.Select(file => Path.Combine(folder.Path, file)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
        }

        List<string> line = EchoServerKind.Find(name, isTls: false)
            .CommandLine(new EchoServerPaths(folder.Path, "release", Path.Combine(folder.Path, "yardstick"), null), new EchoServerSettings(1, wait));

        Assert.Equal(["taskset", "-c", "1"], line.Take(3));
        Assert.Equal(expected, string.Join(' ', line.Skip(line.IndexOf("--port"))));
    }

    [Theory]
    [InlineData("nginx", false)]
    [InlineData("c", true)]
    [InlineData("c-tls", false)]
    public void Server_ThatDoesNotFit_IsWrongUsage(string name, bool isTls)
    {
        CommandException failure = Assert.Throws<CommandException>(() => EchoServerKind.Find(name, isTls));

        Assert.Equal(2, failure.ExitCode);
        Assert.Contains("peregrine-epoll", failure.Message, StringComparison.Ordinal);
    }

    private static NetFigures Figures(double perSecond, double cpuNs) => new(perSecond, 1, 1, 1, 1, cpuNs, 0, 0, 0);
}
