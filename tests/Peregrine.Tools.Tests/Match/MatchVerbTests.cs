using System.Diagnostics;
using System.Text.Json;

namespace Peregrine.Tools.Tests.Match;

/// <summary>peregrine match as a process: what a shell sees.</summary>
public sealed class MatchVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Script_FromStandardInput_IsPlayed()
    {
        using Process process = Process.Start(CommandProcess.Info("match", "-", "--book-only"))!;
        process.StandardInput.Write("\uFEFFbuy 100 @ 10.05\nsell 50 @ 10.05\n");
        process.StandardInput.Close();

        CommandResult result = CommandProcess.Finish(process);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal("book DEMO: continuous, last trade 10.05\n  bid  price  ask  orders\n   50  10.05       1 50\n", result.Output);
    }

    [Fact]
    public void Script_WithErrors_PlaysNothingAndTellsEachWithItsFileAndLine()
    {
        string file = _folder.Write("buy 100 @ 10.05\nbyu 1 @ 1\nsell 1 @ 0.001\n", "wrong.txt");

        CommandResult result = CommandProcess.Run("match", file);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"{file}:2: found 'byu', expected a command; did you mean 'buy'?", lines[0]);
        Assert.StartsWith($"{file}:3: a price '0.001' is no whole number of ticks", lines[1]);
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public void RefusedCommand_IsAnEventAndNoFailure()
    {
        CommandResult result = CommandProcess.Run("match", _folder.Write("cancel nobody\n", "refused.txt"), "--json", "--events-only");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        JsonElement line = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(("rejected", "nobody", "UnknownOrder"),
            (line.GetProperty("type").GetString(), line.GetProperty("order").GetString(), line.GetProperty("reason").GetString()));
        Assert.Equal(JsonValueKind.Null, line.GetProperty("quantity").ValueKind);
    }

    [Fact]
    public void Expectation_ThatIsNotMet_IsExitCodeOne()
    {
        string file = _folder.Write("buy 100 @ 10.05\nexpect trade 100 @ 10.05\nexpect bids 100 @ 10.05\n", "test.txt");

        CommandResult text = CommandProcess.Run("match", file, "--book-only");
        CommandResult json = CommandProcess.Run("match", file, "--json", "--book-only");

        Assert.Equal((1, 1), (text.ExitCode, json.ExitCode));
        Assert.StartsWith("    2  expect trade 100 @ 10.05\n       NOT MET, found: no trade\n", text.Output);
        Assert.EndsWith("expectations: 1 met, 1 not met\n", text.Output);
        JsonElement[] lines = [.. json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([false, true], lines.Where(line => line.GetProperty("type").GetString() == "expectation")
            .Select(line => line.GetProperty("met").GetBoolean()));
    }

    [Fact]
    public void Deltas_AreToldWhenAskedFor()
    {
        string file = _folder.Write("new A buy 100 @ 10.05\n", "one.txt");

        Assert.Contains("orderAdded  A  buy 100 @ 10.05", CommandProcess.Run("match", file, "--deltas").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("orderAdded", CommandProcess.Run("match", file).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere.txt", "cannot be read", 1)]
    [InlineData("- --events-only --book-only", "--events-only: not with --book-only", 2)]
    [InlineData("- --jsn", "unknown option '--jsn', did you mean '--json'?", 2)]
    public void WrongUse_IsOneLine(string arguments, string tells, int exitCode)
    {
        CommandResult result = CommandProcess.Run(["match", .. arguments.Split(' ')]);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(tells, result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_HasAnExample() =>
        Assert.Contains("Example:\n  printf 'buy 100 @ 10.05", CommandProcess.Run("match", "--help").Output, StringComparison.Ordinal);
}
