using Peregrine.Journal.Files;
using Peregrine.Journal.Snapshots;
using Peregrine.Linux;

namespace Peregrine.Journal.Tests;

public class RetentionTests
{
    private const long Last = 4_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Segments_BehindTheOldestGoodSnapshot_GoAndTheRestJoins(bool isArchived)
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        Snapshot(files, store, 2_000);
        Snapshot(files, store, 3_500);
        JournalRetentionOptions options = new() { ArchiveFolder = isArchived ? "/a" : null };

        JournalRetentionResult result = JournalRetention.Apply("/j", store, options, 0, []);

        Assert.True(result.Segments >= 2, $"{result.Segments} segments went");
        Assert.InRange(result.Start.Records, 1_000, 2_000);
        AssertStarts(files, store, expectedFrom: 3_500);
        if (isArchived)
        {
            RecordList archived = new();
            JournalRecovery recovery = JournalScan.Run(files, "/a", archived, after: null, verifyChain: true).Recovery;
            archived.AssertIsOneTo(result.Start.Records);
            Assert.Equal(result.Start, recovery.End);
        }

        // The newest is damaged later: the older one must be enough still.
        byte[] bytes = files.ReadFile(files.List("/s")[^1]);
        bytes[140] ^= 1;
        files.WriteFile(files.List("/s")[^1], bytes);
        AssertStarts(files, store, expectedFrom: 2_000);

        // Both are: the start of the journal is gone, and that is what is told.
        bytes = files.ReadFile(files.List("/s")[0]);
        bytes[140] ^= 1;
        files.WriteFile(files.List("/s")[0], bytes);
        List<SnapshotFault> faults = [];
        Assert.False(store.TryOpenNewest(JournalReader.FindExtent(files, "/j"), faults, out _));
        Assert.Equal(2, faults.Count);
        string message = Assert.Throws<JournalException>(() => JournalWriter.Open(Options(files), new RecordList(), out _)).Message;
        Assert.Contains($"/j starts after record {result.Start.Records}", message);
    }

    [Fact]
    public void Snapshots_BothDamagedBeforeAnythingWent_LeaveTheWholeJournal()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        foreach (long at in (long[])[2_000, 3_500])
        {
            Snapshot(files, store, at);
            byte[] bytes = files.ReadFile(files.List("/s")[^1]);
            bytes[140] ^= 1;
            files.WriteFile(files.List("/s")[^1], bytes);
        }

        List<SnapshotFault> faults = [];
        JournalRetentionResult result = JournalRetention.Apply("/j", store, new JournalRetentionOptions(), 0, faults);

        Assert.Equal((0, 0), (result.Segments, result.GoodSnapshots));
        Assert.Equal(2, faults.Count);
        RecordList found = new();
        using JournalWriter writer = JournalWriter.Open(Options(files), found, out _);
        found.AssertIsOneTo(Last);
    }

    [Fact]
    public void Anything_StaysWhileThereAreTooFewGoodSnapshots()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        Snapshot(files, store, 3_500);

        Assert.Equal(0, JournalRetention.Apply("/j", store, new JournalRetentionOptions(), 0, []).Segments);
        Assert.True(JournalRetention.Apply("/j", store, new JournalRetentionOptions { SnapshotsMin = 1 }, 0, []).Segments > 0);
    }

    [Fact]
    public void Size_AndAge_KeepMore()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        Snapshot(files, store, 3_901);
        Snapshot(files, store, Last);
        long total = files.List("/j").Count(path => path.EndsWith(".journal", StringComparison.Ordinal)) * (64L << 10);

        // Times of the records are their sequences times 1,000.
        Assert.Equal(0, JournalRetention.Apply("/j", store, new JournalRetentionOptions { RetainBytes = total }, long.MaxValue, []).Segments);
        Assert.Equal(0, JournalRetention.Apply("/j", store, new JournalRetentionOptions { RetainAgeNs = 4_000_000 }, 4_000_000, []).Segments);
        Assert.Equal(1, JournalRetention.Apply("/j", store, new JournalRetentionOptions { RetainBytes = total - (64 << 10) }, long.MaxValue,
            []).Segments);
        JournalRetentionResult aged = JournalRetention.Apply("/j", store, new JournalRetentionOptions { RetainAgeNs = 1_000_000 }, 4_000_000, []);
        Assert.InRange(aged.Start.Records, 1_500, 3_000);
    }

    [Fact]
    public void Plan_SaysWhatGoesAndWhyNotMore_AndChangesNothing()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        Snapshot(files, store, 2_000);
        Assert.Equal(RetentionStop.TooFewSnapshots, Plan(new JournalRetentionOptions()).StoppedBy);
        Snapshot(files, store, 3_500);
        string[] before = files.List("/j");

        JournalRetentionPlan plan = Plan(new JournalRetentionOptions());

        Assert.Equal(RetentionStop.Snapshot, plan.StoppedBy);
        Assert.Equal([3_500, 2_000], plan.GoodSnapshots.Select(snapshot => snapshot.Position.Records));
        Assert.True(plan.Going.Count >= 2, $"{plan.Going.Count} segments may go");
        Assert.Equal(plan.Going.Select(segment => segment.End).SkipLast(1), plan.Going.Select(segment => segment.Start).Skip(1));
        Assert.Equal(before, files.List("/j"));
        Assert.Equal(RetentionStop.UpTo, Plan(new JournalRetentionOptions { UpToSequence = plan.Going[0].End.Sequence }).StoppedBy);
        _ = Assert.Single(Plan(new JournalRetentionOptions { UpToSequence = plan.Going[0].End.Sequence }).Going);
        Assert.Equal(RetentionStop.Bytes, Plan(new JournalRetentionOptions { RetainBytes = long.MaxValue }).StoppedBy);
        Assert.Equal(RetentionStop.Age, Plan(new JournalRetentionOptions { RetainAgeNs = 1 }, 0).StoppedBy);
        Assert.Contains("UpToSequence: 0", Assert.Throws<ArgumentException>(() => Plan(new JournalRetentionOptions { UpToSequence = 0 })).Message,
            StringComparison.Ordinal);

        JournalRetention.CarryOut(plan, store);

        Assert.Equal(before[plan.Going.Count..], files.List("/j"));
        Assert.Equal(plan.Going[^1].End, JournalReader.FindExtent(files, "/j").Start);

        JournalRetentionPlan Plan(JournalRetentionOptions options, long nowNs = long.MaxValue) =>
            JournalRetention.Plan("/j", store, options, nowNs, []);
    }

    [Fact]
    public void Journal_ThatIsBeingWritten_IsCutBesideItsWriterAndFollowed()
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        using (JournalWriter writer = JournalWriter.Open(Options(files), new RecordList(), out _))
        {
            using JournalFollower follower = JournalFollower.Open(files, "/j", default);
            RecordList followed = new();
            long went = 0;
            for (long sequence = 1; sequence <= Last; sequence++)
            {
                Scratch.Append(writer, sequence);
                _ = writer.Commit();
                if (sequence % 400 == 0)
                {
                    _ = follower.Read(followed, writer.DurableRecords);
                    _ = SnapshotTests.Write(store, follower.Position, [1]);
                    went += JournalRetention.Apply("/j", store, new JournalRetentionOptions(), 0, []).Segments;
                }
            }

            followed.AssertIsOneTo(Last);
            Assert.True(went > 3, $"{went} segments went");
        }

        AssertStarts(files, store, expectedFrom: Last);
    }

    [Fact]
    public void Archive_OnAnotherFileSystem_GetsCopies()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        Snapshot(files, store, 2_000);
        Snapshot(files, store, 3_500);
        byte[] first = files.ReadFile("/j/0000000001.journal");
        files.Inject = op => op.Kind == FileOpKind.Move && Path.GetDirectoryName(op.Path) != Path.GetDirectoryName(op.Target)
            ? new CallResult(-1, Errno.EXDEV)
            : null;

        JournalRetentionResult result = JournalRetention.Apply("/j", store, new JournalRetentionOptions { ArchiveFolder = "/a" }, 0, []);

        Assert.Equal(result.Segments, files.List("/a").Length);
        Assert.Equal(first, files.ReadFile("/a/0000000001.journal"));
        AssertStarts(files, store, expectedFrom: 3_500);
    }

    [Fact]
    public void Archive_OfAnotherJournal_IsNotWrittenOver()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        Snapshot(files, store, 2_000);
        Snapshot(files, store, 3_500);
        files.WriteFile("/a/0000000001.journal", [1, 2, 3]);

        string message = Assert.Throws<JournalException>(
            () => JournalRetention.Apply("/j", store, new JournalRetentionOptions { ArchiveFolder = "/a" }, 0, [])).Message;

        Assert.Contains("/a/0000000001.journal is there already", message);
        Assert.Equal([1, 2, 3], files.ReadFile("/a/0000000001.journal"));
    }

    [Fact]
    public void Snapshots_AheadOfTheJournal_DoNotCount()
    {
        MemoryFiles files = WriteJournal();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        _ = SnapshotTests.Write(store, new JournalPosition(Last + 1, Last + 1, default), []);
        _ = SnapshotTests.Write(store, new JournalPosition(Last + 2, Last + 2, default), []);

        JournalRetentionResult result = JournalRetention.Apply("/j", store, new JournalRetentionOptions(), 0, []);

        Assert.Equal((0, 0), (result.Segments, result.GoodSnapshots));
    }

    private static JournalOptions Options(MemoryFiles files) => FailureTests.InMemory(files, Durability.Os, false);

    private static MemoryFiles WriteJournal()
    {
        MemoryFiles files = new();
        using JournalWriter writer = JournalWriter.Open(Options(files), new RecordList(), out _);
        for (long sequence = 1; sequence <= Last; sequence++)
        {
            Scratch.Append(writer, sequence);
            _ = sequence % 3 == 0 ? JournalStatus.Ok : writer.Commit();
        }

        return files;
    }

    // As a second core does it: follow to a place, write what is there.
    private static void Snapshot(IJournalFiles files, SnapshotStore store, long upTo)
    {
        using JournalFollower follower = JournalFollower.Open(files, "/j", default);
        _ = follower.Read(new RecordList(), upTo);
        Assert.Equal(upTo, follower.Position.Records);
        _ = SnapshotTests.Write(store, follower.Position, SnapshotTests.Content(100, (int)upTo));
    }

    private static void AssertStarts(MemoryFiles files, SnapshotStore store, long expectedFrom)
    {
        Assert.True(store.TryOpenNewest(JournalReader.FindExtent(files, "/j"), [], out SnapshotReader? reader));
        reader!.Dispose();
        Assert.Equal(expectedFrom, reader.Info.Position.Records);
        RecordList found = new();
        using JournalWriter writer = JournalWriter.Open(Options(files) with { After = reader.Info.Position }, found, out JournalRecovery recovery);
        Assert.Equal(Enumerable.Range((int)expectedFrom + 1, (int)(Last - expectedFrom)).Select(value => (long)value), found.Sequences);
        Assert.Equal(Last, recovery.LastSequence);
        _ = JournalScan.Run(files, "/j", new RecordList(), after: null, verifyChain: true);
    }
}
