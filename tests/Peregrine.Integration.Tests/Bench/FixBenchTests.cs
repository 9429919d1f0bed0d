using System.Diagnostics;
using System.Text.Json;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Bench;

/// <summary>The bench of FIX and FAST measures what it says; figures are for people.</summary>
public class FixBenchTests
{
    [Fact]
    public void Fast_OneRound_MeasuresEachWayThroughThePackets()
    {
        CommandResult result = CommandProcess.Run("bench", "fix", "--stage", "fast", "--rounds", "1", "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] figures = [.. JsonDocument.Parse(result.Output).RootElement.EnumerateArray()];
        IEnumerable<string?> ways = figures.Select(way => way.GetProperty("stage").GetString());
        Assert.Equal(["fast decode", "fast decode, fields read", "fast decode and encode"], ways);
        Assert.All(figures, way =>
        {
            Assert.Equal(1_000, way.GetProperty("packets").GetInt32());
            Assert.Equal(1, way.GetProperty("nsPerPacket").GetArrayLength());
            Assert.True(way.GetProperty("nsPerPacket")[0].GetDouble() > 0 && way.GetProperty("p99Ns").GetInt64() > 0);
        });
    }

    [Fact]
    public void Loopback_AShortRun_AnswersEveryOrderBesideTheEcho()
    {
        using TemporaryFolder folder = new();

        CommandResult result = CommandProcess.Run("bench", "fix", "--stage", "loopback", "--orders", "200", "--seconds", "0.2", "--window", "16",
            "--folder", folder.Path, "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] figures = [.. JsonDocument.Parse(result.Output).RootElement.EnumerateArray()];
        Assert.Equal(["loopback echo", "loopback"], figures.Select(figure => figure.GetProperty("stage").GetString()));
        Assert.Equal(200, figures[0].GetProperty("count").GetInt64());
        Assert.Equal(4_000, figures[0].GetProperty("differenceP50AimNs").GetInt64());
        AssertWhole(figures[1], "peregrine", "file", orders: 200);
        Assert.True(figures[1].GetProperty("bytesAllocated").GetInt64() >= 0);
        Assert.Equal(figures[1].GetProperty("p50Ns").GetInt64() - figures[0].GetProperty("p50Ns").GetInt64(),
            figures[0].GetProperty("differenceP50Ns").GetInt64());
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Loopback_WithAPeer_HasBothUnderTheSameLoad()
    {
        string native = Environment.GetEnvironmentVariable("PEREGRINE_NATIVE") ?? Path.Combine(Repository.Root, "artifacts/native");
        Assert.SkipUnless(File.Exists(Path.Combine(native, "fixecho")), $"QuickFIX's acceptor is missing in {native}; build it with ./dev native");

        CommandResult result = CommandProcess.Run("bench", "fix", "--stage", "loopback", "--orders", "100", "--seconds", "0.2", "--window", "16",
            "--peer", "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] figures = [.. JsonDocument.Parse(result.Output).RootElement.EnumerateArray()];
        Assert.Equal(5, figures.Length);
        AssertWhole(figures[1], "peregrine", "file", orders: 100);
        AssertWhole(figures[2], "peregrine", "memory", orders: 100);
        AssertWhole(figures[3], "quickfix", "file", orders: 100);
        AssertWhole(figures[4], "quickfix", "memory", orders: 100);
        Assert.Equal(-1, figures[4].GetProperty("bytesAllocated").GetInt64());
    }

    [Fact]
    public void Loopback_WithoutThePeersProgram_SaysHowItIsBuilt()
    {
        using TemporaryFolder folder = new();

        ProcessStartInfo info = CommandProcess.Info("bench", "fix", "--stage", "loopback", "--peer");
        info.Environment["PEREGRINE_NATIVE"] = folder.Path;

        CommandResult result = CommandProcess.Finish(Process.Start(info)!);
        CommandResult other = CommandProcess.Run("bench", "fix", "--stage", "parse", "--peer");

        Assert.Equal((1, 2), (result.ExitCode, other.ExitCode));
        Assert.Contains($"there is no {folder.File("fixecho")}; './dev native' installs", result.Error, StringComparison.Ordinal);
        Assert.Contains("--peer: expected --stage loopback", other.Error, StringComparison.Ordinal);
    }

    private static void AssertWhole(JsonElement run, string server, string store, int orders)
    {
        Assert.Equal(("loopback", server, store), (run.GetProperty("stage").GetString(), run.GetProperty("server").GetString()!,
            run.GetProperty("store").GetString()!));
        Assert.Equal((orders, 0L, ""), (run.GetProperty("orders").GetInt64(), run.GetProperty("refused").GetInt64(),
            run.GetProperty("note").GetString()!));
        Assert.Equal((16, 300_000, 3), (run.GetProperty("window").GetInt32(), run.GetProperty("ordersPerSecondAim").GetDouble(),
            run.GetProperty("cpuUsPerOrderAim").GetDouble()));
        Assert.True(run.GetProperty("ordersPerSecond").GetDouble() > 0 && run.GetProperty("cpuUsPerOrder").GetDouble() > 0);
        Assert.True(run.GetProperty("p50Ns").GetInt64() > 0 && run.GetProperty("p50Ns").GetInt64() <= run.GetProperty("p99Ns").GetInt64());
        Assert.True(run.GetProperty("p99Ns").GetInt64() <= run.GetProperty("p999Ns").GetInt64());
    }

    [Fact]
    public void Fix_WrongArguments_AreRefusedWithWhatIsExpected()
    {
        CommandResult stage = CommandProcess.Run("bench", "fix", "--stage", "slow");
        CommandResult rounds = CommandProcess.Run("bench", "fix", "--rounds", "0");
        CommandResult orders = CommandProcess.Run("bench", "fix", "--orders", "9");
        CommandResult seconds = CommandProcess.Run("bench", "fix", "--seconds", "0");
        CommandResult window = CommandProcess.Run("bench", "fix", "--window", "0");

        Assert.All([stage, rounds, orders, seconds, window], result => Assert.Equal(2, result.ExitCode));
        Assert.Contains("--stage: 'slow', expected parse, validate, view, encode, fast, loopback", stage.Error, StringComparison.Ordinal);
        Assert.Contains("--orders: expected 10 to 10000000", orders.Error, StringComparison.Ordinal);
        Assert.Contains("--seconds: expected 0.1 to 600", seconds.Error, StringComparison.Ordinal);
        Assert.Contains("--window: expected 1 to 10000", window.Error, StringComparison.Ordinal);
        Assert.Contains("--rounds: expected 1 to 100000", rounds.Error, StringComparison.Ordinal);
    }
}
