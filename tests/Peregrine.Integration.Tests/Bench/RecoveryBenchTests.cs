using System.Text.Json;

namespace Peregrine.Integration.Tests.Bench;

public class RecoveryBenchTests
{
    [Fact]
    public void Recovery_Small_TellsWhatItDidAndLeavesNothing()
    {
        using TemporaryFolder folder = new();

        CommandResult result = CommandProcess.Run("bench", "recovery", "--commands", "20000", "--orders", "5000", "--rounds", "2", "--folder",
            folder.Path, "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement figures = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(20_000, figures.GetProperty("replay").GetProperty("commands").GetInt32());
        Assert.Equal(2, figures.GetProperty("replay").GetProperty("seconds").GetArrayLength());
        Assert.True(figures.GetProperty("replay").GetProperty("provenHashes").GetInt64() > 100);
        Assert.True(figures.GetProperty("load").GetProperty("snapshotBytes").GetInt64() > 5_000 * 150);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        Assert.Equal(2, CommandProcess.Run("bench", "recovery", "--rounds", "0").ExitCode);
    }
}
