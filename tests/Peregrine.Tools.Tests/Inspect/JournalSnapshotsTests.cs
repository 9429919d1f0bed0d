using System.Text.Json;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>The list of snapshots says which a start could use, and what is wrong with the others.</summary>
public sealed class JournalSnapshotsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Journal => _folder.File("journal");

    private string Folder => _folder.File("snapshots");

    [Fact]
    public void GoodOnes_AreListedTheNewestFirst()
    {
        Write(50, 100);

        CommandResult text = CommandProcess.Run("journal", "snapshots", _folder.Path);
        CommandResult json = CommandProcess.Run("journal", "snapshots", Journal, "--snapshots", Folder, "--json");

        Assert.True(text.ExitCode == 0 && json.ExitCode == 0, text.Error + json.Error);
        string[] lines = text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^good \d+-\d+\.snapshot: 2026-01-02T03:04:05\.000000006Z, command 98, record 100, " +
            @"\d+ bytes, schema 3; 102 records to replay behind it$", lines[0]);
        JsonElement found = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal([100, 50], found.GetProperty("good").EnumerateArray().Select(snapshot => snapshot.GetProperty("records").GetInt32()));
        Assert.Equal(0, found.GetProperty("bad").GetArrayLength());
    }

    [Fact]
    public void DamagedOne_IsToldWithItsByteAndIsAFailure()
    {
        Write(50, 100);
        string newest = LinkJournal.Damage(Directory.GetFiles(Folder).Max(StringComparer.Ordinal)!, 140);

        CommandResult result = CommandProcess.Run("journal", "snapshots", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"1 of 2 snapshots cannot be used: {newest} at byte", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(["good", "bad "], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..4]));
    }

    [Fact]
    public void OneAheadOfTheJournal_CannotBeUsed()
    {
        Write(200);
        Directory.Delete(Journal, recursive: true);
        LinkJournal.WriteOrders(Journal, 10);

        CommandResult result = CommandProcess.Run("journal", "snapshots", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("it is ahead of the journal: it stands after record 200", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void None_IsNoFailure()
    {
        LinkJournal.WriteOrders(Journal, 10);

        CommandResult result = CommandProcess.Run("journal", "snapshots", _folder.Path);

        Assert.Equal((0, $"no snapshots in {Folder}\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public void Journal_ThatIsMissing_IsNamed()
    {
        CommandResult result = CommandProcess.Run("journal", "snapshots", Journal);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(Journal, result.OneLineError(), StringComparison.Ordinal);
    }

    private void Write(params long[] snapshots)
    {
        LinkJournal.WriteOrders(Journal, 200);
        LinkJournal.WriteSnapshots(Journal, Folder, snapshots);
    }
}
