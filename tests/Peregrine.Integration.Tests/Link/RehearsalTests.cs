using System.Text.Json;

namespace Peregrine.Integration.Tests.Link;

/// <summary>A start that rehearses leaves nothing of it behind, and one that cannot is a start all the same.</summary>
public sealed class RehearsalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Start_ThatRehearses_IsTheSameLinkAsOneThatDoesNot()
    {
        string temporary = Directory.CreateDirectory(_folder.File("tmp")).FullName;

        (string rehearsed, string[] files, string log) = StartAndStop("rehearsed", temporary, "start.rehearsal=true");
        (string plain, string[] plainFiles, string plainLog) = StartAndStop("plain", temporary, "start.rehearsal=false");

        Assert.Matches("rehearsed in [0-9.]+ s on a link of its own, now gone: [0-9]{3,} FIX messages, [0-9]{3,} HTTP requests, [0-9]+ methods", log);
        Assert.DoesNotContain("rehearse", plainLog, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("REHEARS", log, StringComparison.Ordinal);
        Assert.Equal(plain, rehearsed);
        Assert.Equal(plainFiles, files);
        Assert.Empty(Directory.GetFileSystemEntries(temporary));
    }

    [Fact]
    public void Start_WithHoursOfASession_RehearsesAtAnyTime()
    {
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator", "--set", "start.rehearsal=true",
            "--set", "sessions[0].schedule.start=08:00", "--set", "sessions[0].schedule.end=08:01");

        Assert.Contains("rehearsed in ", link.LogLine("rehearsed"), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_ThatCannotRehearse_SaysSoAndIsReady()
    {
        using LinkProcess link = LinkProcess.StartUnder(["env", $"TMPDIR={_folder.File("nowhere")}"], _folder.File("data"), "--no-simulator",
            "--set", "start.rehearsal=true");

        Assert.Contains("not rehearsed, so the first orders take longer: ", link.LogLine("rehearsed"), StringComparison.Ordinal);
        Assert.Equal(0, link.Stop().ExitCode);
    }

    /// <summary>The bench of the first requests starts links of its own, and leaves nothing behind.</summary>
    [Fact]
    [Trait("Size", "Long")]
    public void BenchCold_BothStarts_HaveTheirFigures()
    {
        CommandResult result = CommandProcess.Run("bench", "link", "--cold", "--folder", _folder.Path, "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] runs = [.. JsonDocument.Parse(result.Output).RootElement.EnumerateArray()];
        Assert.Equal([(false, "orders"), (false, "http"), (true, "orders"), (true, "http")],
            runs.Select(run => (run.GetProperty("rehearses").GetBoolean(), run.GetProperty("kind").GetString()!)));
        Assert.All(runs, run => Assert.True(run.GetProperty("firstWorstNs").GetInt64() >= run.GetProperty("firstP99Ns").GetInt64()));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private (string StateHash, string[] Files, string Log) StartAndStop(string name, string temporary, string setting)
    {
        string data = _folder.File(name);
        using LinkProcess link = LinkProcess.StartUnder(["env", $"TMPDIR={temporary}"], data, "--no-simulator", "--set", setting);
        string replayed = link.LogLine("state hash");
        CommandResult end = link.Stop();
        Assert.Equal(0, end.ExitCode);
        string[] files = [.. Directory.GetFiles(data, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(data, file)).Order()];
        return (replayed.Split("state hash ")[1], files, string.Join('\n', link.Log));
    }
}
