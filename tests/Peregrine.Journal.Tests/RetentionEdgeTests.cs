using Peregrine.Journal.Snapshots;
using Peregrine.Linux;

namespace Peregrine.Journal.Tests;

/// <summary>Segments at the very edge of what must stay, and archives that a crash finds half done.</summary>
public class RetentionEdgeTests
{
    private const long Last = 3_000;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 0)]
    public void Segment_ThatEndsWhereTheOldestSnapshotStands_GoesAndOneRecordMoreStays(long beside, int going)
    {
        MemoryFiles files = WriteJournal();
        JournalPosition end = FirstEnd(files);
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        _ = SnapshotTests.Write(store, new JournalPosition(end.Records + beside, end.Sequence + beside, default), []);
        _ = SnapshotTests.Write(store, new JournalPosition(Last, Last, default), []);

        JournalRetentionPlan plan = JournalRetention.Plan("/j", store, new JournalRetentionOptions(), 0, []);

        Assert.Equal((going, RetentionStop.Snapshot), (plan.Going.Count, plan.StoppedBy));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void Segment_OfExactlyTheAge_Goes(long besideNs, bool isGoing)
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = Snapshots(files);

        // A segment is as old as the first record behind it, whose time is its number times 1,000.
        long nowNs = ((FirstEnd(files).Sequence + 1) * 1_000) + 500 + besideNs;
        JournalRetentionPlan plan = JournalRetention.Plan("/j", store, new JournalRetentionOptions { RetainAgeNs = 500 }, nowNs, []);

        Assert.Equal(isGoing, plan.Going.Count > 0);
    }

    [Fact]
    public void Archive_WithAWholeSegmentOfAnotherJournal_IsNotWrittenOver()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = Snapshots(files);
        byte[] other = files.ReadFile("/j/0000000001.journal");
        other[30] ^= 1;
        files.WriteFile("/a/0000000001.journal", other);

        _ = Assert.Throws<JournalException>(() => JournalRetention.Apply("/j", store, new JournalRetentionOptions { ArchiveFolder = "/a" }, 0, []));

        Assert.Equal(other, files.ReadFile("/a/0000000001.journal"));
        Assert.Contains("/j/0000000001.journal", files.List("/j"));
    }

    [Fact]
    public void Archive_OnAnotherFileSystem_IsSafeBeforeTheSegmentGoes()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = Snapshots(files);
        files.Inject = op => op.Kind == FileOpKind.Move && Path.GetDirectoryName(op.Path) != Path.GetDirectoryName(op.Target)
            ? new CallResult(-1, Errno.EXDEV)
            : null;
        files.Log = [];

        int went = JournalRetention.Apply("/j", store, new JournalRetentionOptions { ArchiveFolder = "/a" }, 0, []).Segments;

        // Of each segment: its copy's bytes, then its name, then the folder of the name, and only then its removal.
        List<string> steps = [.. files.Log.OfType<FileOp>()
            .Where(op => op.Kind is FileOpKind.Sync or FileOpKind.Move or FileOpKind.SyncFolder or FileOpKind.Delete)
            .Select(op => $"{op.Kind} {op.Path}")];
        Assert.True(went > 0, "segments go");
        for (int number = 1; number <= went; number++)
        {
            string name = $"{number:D10}.journal";
            int removed = steps.IndexOf($"Delete /j/{name}");
            int synced = steps.IndexOf($"Sync /a/{name}.tmp");
            int named = steps.IndexOf($"Move /a/{name}.tmp");
            Assert.True(synced >= 0 && synced < named && named < removed, $"{name}: {string.Join(", ", steps)}");
            Assert.Contains("SyncFolder /a", steps[named..removed]);
        }
    }

    private static MemoryFiles WriteJournal()
    {
        MemoryFiles files = new();
        using JournalWriter writer = JournalWriter.Open(FailureTests.InMemory(files, Durability.Os, false), new RecordList(), out _);
        for (long sequence = 1; sequence <= Last; sequence++)
        {
            Scratch.Append(writer, sequence);
            _ = writer.Commit();
        }

        return files;
    }

    private static SnapshotStore Snapshots(MemoryFiles files)
    {
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        _ = SnapshotTests.Write(store, new JournalPosition(Last - 1, Last - 1, default), []);
        _ = SnapshotTests.Write(store, new JournalPosition(Last, Last, default), []);
        return store;
    }

    // Where the first segment ends.
    private static JournalPosition FirstEnd(MemoryFiles files)
    {
        SnapshotStore store = SnapshotStore.Open(files, "/elsewhere");
        _ = SnapshotTests.Write(store, new JournalPosition(Last, Last, default), []);
        return JournalRetention.Plan("/j", store, new JournalRetentionOptions { SnapshotsMin = 1 }, 0, []).Going[0].End;
    }
}
