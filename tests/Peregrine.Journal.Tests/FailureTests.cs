using Peregrine.Journal.Snapshots;
using Peregrine.Linux;

namespace Peregrine.Journal.Tests;

public class FailureTests
{
    public static TheoryData<Durability, bool> Levels => RoundTripTests.Levels;

    [Fact]
    public void Folder_OpenInAnotherWriter_IsRefusedAndTheReaderIsNot()
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Scratch.Append(writer, 1);
        _ = writer.Commit();

        string message = Assert.Throws<JournalException>(() => JournalWriter.Open(scratch.Options(), new RecordList(), out _)).Message;

        Assert.Contains($"{scratch.Folder} is in use by another writer", message);
        RecordList found = new();
        _ = JournalReader.Scan(scratch.Folder, found);
        found.AssertIsOneTo(1);
    }

    [Fact]
    public void Folder_AfterARefusedOpen_IsNotLeftLocked()
    {
        using Scratch scratch = new();
        scratch.Write(1, 3);
        byte[] good = File.ReadAllBytes(scratch.Segment(1));
        File.WriteAllText(scratch.Segment(1), "not a journal");
        Assert.Throws<JournalException>(() => JournalWriter.Open(scratch.Options(), new RecordList(), out _));
        File.WriteAllBytes(scratch.Segment(1), good);

        JournalRecovery recovery = scratch.Write(4, 6);

        Assert.Equal(3, recovery.Records);
    }

    [Fact]
    public void Folder_ThatIsAFile_IsRefusedByName()
    {
        using Scratch scratch = new();
        File.WriteAllText(scratch.Folder, "");

        string message = Assert.Throws<JournalException>(() => JournalWriter.Open(scratch.Options(), new RecordList(), out _)).Message;

        Assert.Contains($"{scratch.Folder} cannot be written", message);
    }

    [Fact]
    public void Folder_OnAFileSystemThatTakesNoFiles_IsRefusedByName()
    {
        JournalOptions options = new() { Folder = "/proc/self/journal" };

        string message = Assert.Throws<JournalException>(() => JournalWriter.Open(options, new RecordList(), out _)).Message;

        Assert.Contains("/proc/self/journal cannot be written", message);
    }

    [Fact]
    public void Reader_OfAMissingFolder_IsRefusedByName()
    {
        using Scratch scratch = new();

        string message = Assert.Throws<JournalException>(() => JournalReader.Scan(scratch.Folder, new RecordList())).Message;

        Assert.Contains(scratch.Folder, message);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Write_ThatFails_FailsForGoodAndAcknowledgesNothing(Durability durability, bool syncInline)
    {
        foreach (Errno errno in (Errno[])[Errno.ENOSPC, Errno.EIO])
        {
            MemoryFiles files = new();
            using JournalWriter writer = JournalWriter.Open(InMemory(files, durability, syncInline), new RecordList(), out _);
            Scratch.Append(writer, 1);
            writer.Drain();
            files.Inject = op => op.Kind == FileOpKind.Write && op.Path.EndsWith(".journal", StringComparison.Ordinal)
                ? new CallResult(-1, errno)
                : null;

            Scratch.Append(writer, 2);
            if (durability != Durability.None)
            {
                _ = writer.Commit();
            }

            writer.Drain();

            Assert.Equal(errno, writer.Failure?.Errno);
            Assert.Contains("/j/0000000001.journal", writer.Failure?.Message);
            AssertStaysFailed(writer, durableSequence: durability == Durability.None ? 2 : 1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sync_ThatFails_FailsForGoodThoughTheWriteWorked(bool syncInline)
    {
        MemoryFiles files = new();
        using JournalWriter writer = JournalWriter.Open(InMemory(files, Durability.Fsync, syncInline), new RecordList(), out _);
        Scratch.Append(writer, 1);
        writer.Drain();
        files.Inject = op => op.Kind == FileOpKind.Sync && op.Path.EndsWith(".journal", StringComparison.Ordinal)
            ? new CallResult(-1, Errno.EIO)
            : null;

        Scratch.Append(writer, 2);
        _ = writer.Commit();
        writer.Drain();

        Assert.Equal(Errno.EIO, writer.Failure?.Errno);
        files.Inject = null;
        AssertStaysFailed(writer, durableSequence: 1);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Writes_ThatAreShort_AreFinished(Durability durability, bool syncInline)
    {
        MemoryFiles files = new() { Inject =
            op => op.Kind == FileOpKind.Write && op.Bytes > 7 ? new CallResult(op.Bytes == 65_536 ? 60_000 : 7, Errno.None) : null };
        using (JournalWriter writer = JournalWriter.Open(InMemory(files, durability, syncInline), new RecordList(), out _))
        {
            for (long sequence = 1; sequence <= 100; sequence++)
            {
                Scratch.Append(writer, sequence);
                _ = writer.Commit();
            }
        }

        RecordList found = new();
        _ = JournalScan.Run(files, "/j", found, after: null, verifyChain: true);
        found.AssertIsOneTo(100);
    }

    [Fact]
    public void Segment_ThatCannotBeNamed_FailsTheWriterNotTheProcess()
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(Durability.Fsync), new RecordList(), out _);
        Directory.CreateDirectory(scratch.Segment(1));

        Scratch.Append(writer, 1);
        writer.Drain();

        Assert.Equal(Errno.EISDIR, writer.Failure?.Errno);
        Assert.Contains(scratch.Segment(1), writer.Failure?.Message);
        AssertStaysFailed(writer, durableSequence: 0);
    }

    [Fact]
    public void Segment_ThatCannotBeMade_FailsTheWriterWithTheReasonAndAppendsNothing()
    {
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch.Folder);
        Directory.CreateDirectory(Path.Combine(scratch.Folder, "next.tmp"));
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);

        Assert.Equal(JournalStatus.Failed, writer.TryAppend(1, 1, 0, []));

        Assert.Contains("next.tmp", writer.Failure?.Message);
        Assert.Equal(0, writer.AppendedRecords);
        AssertStaysFailed(writer, durableSequence: 0);
    }

    [Fact]
    public void Segment_ThatCouldNotBeMadeAheadOfTime_IsTriedAgainWhenNeeded()
    {
        int refusals = 0;
        MemoryFiles files = new() { Inject =
            op => op.Kind == FileOpKind.Create && op.Path.EndsWith("next.tmp", StringComparison.Ordinal) && Interlocked.Increment(ref refusals) == 1
            ? new CallResult(-1, Errno.EACCES)
            : null };
        using JournalWriter writer = JournalWriter.Open(InMemory(files, Durability.Os, syncInline: false), new RecordList(), out _);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref refusals) > 0, TimeSpan.FromSeconds(60)), "the supply never tried");

        Scratch.Append(writer, 1);

        Assert.Equal(JournalStatus.Ok, writer.Commit());
        Assert.Equal(1, writer.Counters.SegmentWaits);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batch_WhoseSyncFailed_IsOnTheDiskBeforeTheNextStartCountsIt(bool syncInline)
    {
        for (int seed = 1; seed <= ProofSize.Of(40, 2_000); seed++)
        {
            Random random = new(seed);
            MemoryFiles files = new();
            JournalOptions options = InMemory(files, Durability.Fsync, syncInline) with { WriteBeside = false };
            long last = 0;
            using (JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _))
            {
                // Some seeds fail in the first segment, some at its end, some in the second.
                for (int before = random.Next(1, 900); before > 0; before--)
                {
                    Scratch.Append(writer, ++last);
                    if (random.Next(10) == 0)
                    {
                        writer.Drain();
                    }
                }

                writer.Drain();
                files.Inject = op => op.Kind == FileOpKind.Sync && op.Path.EndsWith(".journal", StringComparison.Ordinal)
                    ? new CallResult(-1, Errno.EIO)
                    : null;
                for (int count = random.Next(1, 20); count > 0; count--)
                {
                    Scratch.Append(writer, ++last);
                }

                writer.Drain();
                Assert.NotNull(writer.Failure);
            }

            files.Inject = null;
            RecordList counted = new();
            JournalWriter.Open(options, counted, out _).Dispose();
            MemoryFiles after = files.AfterPowerLoss(() => false, names => names);
            RecordList found = new();
            _ = JournalScan.Run(after, "/j", found, after: null, verifyChain: true);
            found.AssertIsOneTo(counted.Sequences.Count, $"of seed {seed}: the next start counted them as durable");
        }
    }

    [Theory]
    [InlineData("mkfifo", "is a FIFO")]
    [InlineData("mkdir", "EISDIR")]
    public void Segment_ThatIsNoRegularFile_IsRefusedByNameAndNotWaitedFor(string tool, string words)
    {
        using Scratch scratch = new();
        scratch.Write(1, 3);
        string stranger = scratch.Segment(2);
        Make(tool, stranger);

        string opened = Assert.ThrowsAny<IOException>(() => JournalWriter.Open(scratch.Options(), new RecordList(), out _)).Message;
        string scanned = Assert.ThrowsAny<IOException>(() => JournalReader.Scan(scratch.Folder, new RecordList())).Message;

        Assert.Contains(stranger, opened);
        Assert.Contains(stranger, scanned);
        Assert.True(opened.Contains(words, StringComparison.Ordinal) || opened.Contains("a folder", StringComparison.Ordinal), opened);
    }

    [Fact]
    public void Lock_ThatIsAFifo_IsRefusedByName()
    {
        using Scratch scratch = new();
        _ = Directory.CreateDirectory(scratch.Folder);
        Make("mkfifo", Path.Combine(scratch.Folder, "lock"));

        Assert.Contains("lock is a FIFO",
            Assert.Throws<JournalException>(() => JournalWriter.Open(scratch.Options(), new RecordList(), out _)).Message);
    }

    [Fact]
    public void Snapshot_ThatIsAFifo_IsPassedOverByName()
    {
        using Scratch scratch = new();
        string folder = Path.Combine(scratch.Folder, "snapshots");
        _ = Directory.CreateDirectory(folder);
        Make("mkfifo", Path.Combine(folder, "1.snapshot"));
        List<SnapshotFault> passed = [];

        Assert.Empty(SnapshotStore.Open(folder).OpenNewestFirst(default, passed));

        Assert.Contains("1.snapshot is a FIFO", Assert.Single(passed).ToString());
    }

    private static void Make(string tool, string path)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(tool, [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void Start_WhoseSyncFails_IsRefusedByName()
    {
        MemoryFiles files = new();
        JournalOptions options = InMemory(files, Durability.Fsync, false) with { WriteBeside = false };
        using (JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _))
        {
            Scratch.Append(writer, 1);
        }

        files.Inject = op => op.Kind == FileOpKind.Sync ? new CallResult(-1, Errno.EIO) : null;

        string message = Assert.Throws<JournalException>(() => JournalWriter.Open(options, new RecordList(), out _)).Message;
        Assert.Contains("sync of /j/0000000001.journal", message);
    }

    internal static JournalOptions InMemory(MemoryFiles files, Durability durability, bool syncInline) =>
        new() { Folder = "/j", Files = files, Durability = durability, SyncInline = syncInline, WriteBeside = syncInline, SegmentBytes = 64 << 10,
            BatchBytesMax = 4096, SpaceRetryMs = 1 };

    private static void AssertStaysFailed(JournalWriter writer, long durableSequence)
    {
        Assert.Equal(durableSequence, writer.DurableSequence);
        Assert.Equal(JournalStatus.Failed, writer.TryAppend(1, 99, 0, []));
        Assert.Equal(JournalStatus.Failed, writer.Commit());
        writer.Drain();
        Assert.Equal(durableSequence, writer.DurableSequence);
        Assert.True(writer.Counters.FailedCount >= 2, $"{writer.Counters.FailedCount} refusals counted");
    }
}
