using System.Text.Json;

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
    public void Fix_WrongArguments_AreRefusedWithWhatIsExpected()
    {
        CommandResult stage = CommandProcess.Run("bench", "fix", "--stage", "slow");
        CommandResult rounds = CommandProcess.Run("bench", "fix", "--rounds", "0");

        Assert.Equal((2, 2), (stage.ExitCode, rounds.ExitCode));
        Assert.Contains("--stage: 'slow', expected parse, validate, view, encode, fast", stage.Error, StringComparison.Ordinal);
        Assert.Contains("--rounds: expected 1 to 100000", rounds.Error, StringComparison.Ordinal);
    }
}
