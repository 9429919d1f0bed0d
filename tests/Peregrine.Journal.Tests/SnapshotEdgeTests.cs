using Peregrine.Journal.Snapshots;

namespace Peregrine.Journal.Tests;

/// <summary>Snapshots that just fit their journal, and the order in which one becomes durable.</summary>
public class SnapshotEdgeTests
{
    private const long Last = 3_000;

    [Fact]
    public void Snapshots_AtBothEndsOfTheJournal_AreGoodAndOneRecordBeyondIsNot()
    {
        MemoryFiles files = new();
        using (JournalWriter writer = JournalWriter.Open(FailureTests.InMemory(files, Durability.Os, false), new RecordList(), out _))
        {
            for (long sequence = 1; sequence <= Last; sequence++)
            {
                Scratch.Append(writer, sequence);
                _ = writer.Commit();
            }
        }

        SnapshotStore first = SnapshotStore.Open(files, "/first");
        _ = SnapshotTests.Write(first, new JournalPosition(Last, Last, default), []);
        _ = JournalRetention.Apply("/j", first, new JournalRetentionOptions { SnapshotsMin = 1 }, 0, []);
        JournalExtent extent = JournalReader.FindExtent(files, "/j");
        Assert.True(extent.Start.Records > 0, "older segments went");
        SnapshotStore store = SnapshotStore.Open(files, "/s", keep: 4);
        foreach (long at in (long[])[extent.Start.Records - 1, extent.Start.Records, Last, Last + 1])
        {
            _ = SnapshotTests.Write(store, new JournalPosition(at, at, default), []);
        }

        List<SnapshotFault> faults = [];
        IReadOnlyList<SnapshotInfo> good = store.FindGood(extent, faults);

        Assert.Equal([Last, extent.Start.Records], good.Select(snapshot => snapshot.Position.Records));
        Assert.Equal(2, faults.Count);
    }

    [Fact]
    public void Snapshot_IsSyncedBeforeItHasItsName_AndItsFolderBehindThat()
    {
        MemoryFiles files = new() { Log = [] };
        SnapshotStore store = SnapshotStore.Open(files, "/s");

        string path = SnapshotTests.Write(store, new JournalPosition(7, 7, default), [1, 2, 3]).Path;

        List<string> steps = [.. files.Log.OfType<FileOp>().Select(op => $"{op.Kind} {op.Path}")];
        int written = steps.FindLastIndex(step => step.StartsWith("Write", StringComparison.Ordinal));
        int synced = steps.IndexOf($"Sync {path}.tmp");
        int named = steps.IndexOf($"Move {path}.tmp");
        Assert.True(written < synced && synced < named && named < steps.LastIndexOf("SyncFolder /s"), string.Join(", ", steps));
    }

    /// <summary>A damaged one is not what a pinned command goes back to: the next older is, and the damaged one goes.</summary>
    [Fact]
    public void Snapshots_BeforeAPinnedCommand_ADamagedOneGoes()
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s", keep: 10);
        SnapshotInfo[] written = [.. new[] { 10L, 20, 30, 40 }.Select(sequence =>
            SnapshotTests.Write(store, new JournalPosition(sequence, sequence, default), [1, 2, 3]))];
        byte[] damaged = files.ReadFile(written[2].Path);
        damaged[^1] ^= 1;
        files.WriteFile(written[2].Path, damaged);

        _ = SnapshotTests.Write(SnapshotStore.Open(files, "/s", keep: 2, 35), new JournalPosition(50, 50, default), [1, 2, 3]);

        Assert.Equal([20L, 40, 50], files.List("/s")
            .Select(path => long.Parse(Path.GetFileName(path).Split('-')[0], System.Globalization.CultureInfo.InvariantCulture)).Order());
    }

    [Theory]
    [InlineData(long.MaxValue, new[] { 40L, 50 })]
    [InlineData(50L, new[] { 40L, 50 })]
    [InlineData(35L, new[] { 30L, 40, 50 })]
    [InlineData(20L, new[] { 20L, 40, 50 })]
    [InlineData(5L, new[] { 10L, 40, 50 })]
    public void Snapshots_BeforeAPinnedCommand_TheNewestOfThemStays(long pinned, long[] kept)
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s", keep: 10);
        foreach (long sequence in new[] { 10L, 20, 30, 40 })
        {
            _ = SnapshotTests.Write(store, new JournalPosition(sequence, sequence, default), [1, 2, 3]);
        }

        _ = SnapshotTests.Write(SnapshotStore.Open(files, "/s", keep: 2, pinned), new JournalPosition(50, 50, default), [1, 2, 3]);

        Assert.Equal(kept, files.List("/s")
            .Select(path => long.Parse(Path.GetFileName(path).Split('-')[0], System.Globalization.CultureInfo.InvariantCulture)).Order());
    }
}
