using System.Diagnostics;
using System.Text.Json;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Testing;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>A snapshot by hand, its use by a verify, and its end at any moment.</summary>
public sealed class JournalSnapshotTests : IDisposable
{
    private const int Orders = 1_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Journal => _folder.File("journal");

    private string Snapshots => _folder.File("snapshots");

    [Fact]
    public void Snapshot_ThenTruncate_ThenVerify_BeginsWithTheSnapshot()
    {
        WriteOrders(Orders);
        JsonElement first = Snapshot();
        WriteOrders(Orders, Orders);
        JsonElement second = Snapshot();

        Assert.Equal((Orders, Orders), (first.GetProperty("sequence").GetInt32(), first.GetProperty("commands").GetInt32()));
        Assert.Equal((2 * Orders, Orders), (second.GetProperty("sequence").GetInt32(), second.GetProperty("commands").GetInt32()));
        Assert.Equal(first.GetProperty("path").GetString(), second.GetProperty("begunWith").GetString());
        Assert.Equal(JsonValueKind.Null, Snapshot().GetProperty("path").ValueKind);

        Assert.Equal(0, CommandProcess.Run("journal", "truncate", _folder.Path).ExitCode);
        Assert.True(JournalReader.FindExtent(Journal).Start.Records > 0, "segments are gone");
        CommandResult verify = CommandProcess.Run("journal", "verify", _folder.Path, "--replay", "--json");
        Assert.True(verify.ExitCode == 0, verify.Error);
        Assert.Equal(Orders, JsonDocument.Parse(verify.Output).RootElement.GetProperty("replayedFromSnapshotAt").GetInt32());
    }

    [Fact]
    public void Snapshot_WithoutAJournal_IsAnError()
    {
        CommandResult result = CommandProcess.Run("journal", "snapshot", _folder.File("nothing"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no such folder", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(2, CommandProcess.Run("journal", "snapshot", _folder.Path, "--keep", "1").ExitCode);
    }

    [Fact]
    public void Snapshot_KilledAtAnyMoment_LeavesTheOlderOnesGood()
    {
        WriteOrders(Orders);
        _ = Snapshot();
        int seed = Environment.TickCount;
        Random random = new(seed);
        int kills = ProofSize.Of(4, 100);
        for (int kill = 1; kill <= kills; kill++)
        {
            WriteOrders(200, Orders + ((kill - 1) * 200));
            using (Process process = Process.Start(CommandProcess.Info("journal", "snapshot", _folder.Path))!)
            {
                _ = process.WaitForExit(random.Next(50, 900));
                process.Kill();
                process.WaitForExit();
            }

            List<SnapshotFault> faults = [];
            IReadOnlyList<SnapshotInfo> good = SnapshotStore.Open(Snapshots).FindGood(JournalReader.FindExtent(Journal), faults);
            Assert.True(good.Count >= 1 && faults.Count == 0, $"seed {seed}: {good.Count} good, {string.Join("; ", faults)}");
        }

        _ = Snapshot();
        Assert.Equal(0, CommandProcess.Run("journal", "snapshots", _folder.Path).ExitCode);
        Assert.DoesNotContain(Directory.GetFiles(Snapshots), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private JsonElement Snapshot()
    {
        CommandResult result = CommandProcess.Run("journal", "snapshot", _folder.Path, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private void WriteOrders(int count, int after = 0)
    {
        using JournalWriter journal = LinkJournal.Open(Journal);
        if (after == 0)
        {
            LinkJournal.AppendStart(journal);
        }

        for (int sequence = after + 1; sequence <= after + count; sequence++)
        {
            LinkJournal.Append(journal, LinkJournal.Order(sequence));
        }
    }
}
