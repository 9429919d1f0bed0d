using System.Text.Json;

namespace Peregrine.Integration.Tests.Bench;

/// <summary>The bench of the journal writes what it says, gives the bare file the same bytes, and leaves nothing behind.
/// Its times are not looked at.</summary>
public sealed class JournalBenchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inline", "journal", "bench")]
    [InlineData("thread", "bench", "journal")]
    public void EveryLoadAtEveryLevel_WritesItsRecordsAndTheBareFileTheSameBytes(string sync, params string[] verb)
    {
        string folder = _folder.File("new");

        CommandResult result = CommandProcess.Run(
            [.. verb, "--dir", folder, "--durability", "none,os,fsync", "--records", "1000", "--batch", "100", "--rate", "2000", "--seconds", "0.05",
            "--rounds", "2", "--outstanding", "3", "--sync", sync, "--json"]);

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement root = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(sync, root.GetProperty("sync").GetString());
        JsonElement[] runs = [.. root.GetProperty("runs").EnumerateArray()];
        Assert.Equal(
            ["none flat out, 100 a commit", "none 3 outstanding", "none open loop, 2,000/s", "os flat out, 100 a commit", "os 3 outstanding",
            "os open loop, 2,000/s", "fsync flat out, 100 a commit", "fsync 3 outstanding", "fsync open loop, 2,000/s"],
            runs.Select(run => $"{run.GetProperty("level")} {run.GetProperty("load")}"));
        foreach (JsonElement run in runs)
        {
            bool isNone = run.GetProperty("level").GetString() == "none";
            JsonElement journal = run.GetProperty("journal");
            Assert.Equal(isNone ? JsonValueKind.Null : JsonValueKind.Object, run.GetProperty("bare").ValueKind);
            Assert.Equal(isNone ? JsonValueKind.Null : JsonValueKind.Number, run.GetProperty("toBare").ValueKind);
            Assert.True(journal.GetProperty("records").GetInt64() > 0);
            switch (run.GetProperty("load").GetString()![..4])
            {
                case "flat":
                    Assert.Equal(2_000, journal.GetProperty("records").GetInt64());
                    Assert.Equal(20, journal.GetProperty("latencyUs").GetProperty("count").GetInt64());
                    break;
                case "open":
                    Assert.Equal(200, journal.GetProperty("records").GetInt64());
                    Assert.Equal(200, journal.GetProperty("latencyUs").GetProperty("count").GetInt64());
                    break;
                default:
                    Assert.Equal(journal.GetProperty("records").GetInt64(), journal.GetProperty("latencyUs").GetProperty("count").GetInt64());
                    break;
            }
        }

        // At os each commit is one write on both sides.
        JsonElement flat = runs[3];
        Assert.Equal(flat.GetProperty("bare").GetProperty("batches").GetInt64(), flat.GetProperty("journal").GetProperty("batches").GetInt64());
        Assert.Equal(flat.GetProperty("bare").GetProperty("bytes").GetInt64(), flat.GetProperty("journal").GetProperty("bytes").GetInt64());
        Assert.False(Directory.Exists(folder), "a folder that the bench made goes with it");
    }

    [Fact]
    public void Table_HasALineForTheJournalAndOneForTheBareFile_AndAFolderWithFilesStaysAsItIs()
    {
        _ = _folder.Write("kept", "kept.txt");
        _ = Directory.CreateDirectory(_folder.File("peregrine-journal-bench/journal"));

        CommandResult result = CommandProcess.Run("journal", "bench", "--dir", _folder.Path, "--durability", "os", "--records", "100", "--seconds",
            "0.01", "--rounds", "1");

        Assert.True(result.ExitCode == 0, result.Error);
        string[] lines = [.. result.Output.Split('\n').Where(line => line.StartsWith("| os", StringComparison.Ordinal))];
        Assert.Equal(["journal", "bare", "journal", "bare", "journal", "bare"], lines.Select(line => line.Split('|')[2].Trim()));
        Assert.Equal([_folder.File("kept.txt")], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("--durability", "disk", "--durability: 'disk', expected none, os or fsync")]
    [InlineData("--durability", ",", "--durability: expected at least one of none, os, fsync")]
    [InlineData("--records", "0", "--records: 0, expected 1 to 1000000000")]
    [InlineData("--bytes", "70000", "--bytes: 70000, expected 1 to 65536")]
    [InlineData("--batch", "0", "--batch: 0, expected 1 to 1000000")]
    [InlineData("--outstanding", "0", "--outstanding: 0, expected 1 to 65536")]
    [InlineData("--rate", "-1", "--rate: -1, expected 1 to 10000000")]
    [InlineData("--seconds", "0", "--seconds: expected above 0, at most 600")]
    [InlineData("--rounds", "0", "--rounds: 0, expected 1 to 1000")]
    [InlineData("--sync", "both", "--sync: 'both', expected auto, inline or thread")]
    [InlineData("--core", "1000", "--core: 1000, expected 0 to")]
    public void Option_ThatIsWrong_IsNamed(string option, string value, string expected)
    {
        CommandResult result = CommandProcess.Run("journal", "bench", "--dir", _folder.Path, option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.OneLineError(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Folder_ThatCannotBeUsed_IsNamed()
    {
        CommandResult result = CommandProcess.Run("journal", "bench", "--dir", _folder.Write("a file"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(_folder.File("peregrine.json"), result.OneLineError(), StringComparison.Ordinal);
    }
}
