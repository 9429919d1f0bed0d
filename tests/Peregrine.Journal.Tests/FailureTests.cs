using System.Reflection;
using Peregrine.Linux;
using Peregrine.Linux.Files;

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
    public void Disk_Full_FailsForGoodAndAcknowledgesNothing(Durability durability, bool syncInline)
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(durability) with { SyncInline = syncInline }, new RecordList(), out _);
        Scratch.Append(writer, 1);
        writer.Drain();
        UseAsSegment(writer, "/dev/full");

        Scratch.Append(writer, 2);
        if (durability != Durability.None)
        {
            _ = writer.Commit();
        }

        writer.Drain();

        Assert.Equal(Errno.ENOSPC, writer.Failure?.Errno);
        Assert.Contains("/dev/full", writer.Failure?.Message);
        AssertStaysFailed(writer, durableSequence: durability == Durability.None ? 2 : 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sync_ThatFails_FailsForGoodThoughTheWriteWorked(bool syncInline)
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(Durability.Fsync) with { SyncInline = syncInline }, new RecordList(), out _);
        Scratch.Append(writer, 1);
        writer.Drain();

        // /dev/null takes every write and refuses every sync.
        UseAsSegment(writer, "/dev/null");
        Scratch.Append(writer, 2);
        _ = writer.Commit();
        writer.Drain();

        Assert.Equal(Errno.EINVAL, writer.Failure?.Errno);
        AssertStaysFailed(writer, durableSequence: 1);
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
    public void Segment_ThatCannotBeMade_FailsTheWriterWithTheReason()
    {
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch.Folder);
        Directory.CreateDirectory(Path.Combine(scratch.Folder, "next.tmp"));
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Scratch.Append(writer, 1);

        Assert.Equal(JournalStatus.Failed, writer.Commit());

        Assert.Contains("next.tmp", writer.Failure?.Message);
        AssertStaysFailed(writer, durableSequence: 0);
    }

    [Fact]
    public void Segment_ThatCouldNotBeMadeAheadOfTime_IsTriedAgainWhenNeeded()
    {
        using Scratch scratch = new();
        string blocker = Path.Combine(scratch.Folder, "next.tmp");
        Directory.CreateDirectory(blocker);
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Assert.True(SpinWait.SpinUntil(() => SupplyFailed(writer), TimeSpan.FromSeconds(60)), "the supply never reported the blocked name");
        Directory.Delete(blocker);

        Scratch.Append(writer, 1);

        Assert.Equal(JournalStatus.Ok, writer.Commit());
        Assert.Equal(1, writer.Counters.SegmentWaits);
    }

    private static void AssertStaysFailed(JournalWriter writer, long durableSequence)
    {
        Assert.Equal(durableSequence, writer.DurableSequence);
        Assert.Equal(JournalStatus.Failed, writer.TryAppend(1, 99, 0, []));
        Assert.Equal(JournalStatus.Failed, writer.Commit());
        writer.Drain();
        Assert.Equal(durableSequence, writer.DurableSequence);
        Assert.True(writer.Counters.FailedCount >= 2, $"{writer.Counters.FailedCount} refusals counted");
    }

    // Errors of a disk cannot be had to order; the files of /dev give the same answers on any machine.
    private static void UseAsSegment(JournalWriter writer, string path)
    {
        FieldInfo field = Field(typeof(JournalWriter), "_segment");
        ((LinuxFile)field.GetValue(writer)!).Dispose();
        field.SetValue(writer, LinuxFile.Open(path));
    }

    private static bool SupplyFailed(JournalWriter writer)
    {
        object supply = Field(typeof(JournalWriter), "_supply").GetValue(writer)!;
        return Field(supply.GetType(), "_failure").GetValue(supply) is not null;
    }

    private static FieldInfo Field(Type type, string name) =>
        type.GetField(name, BindingFlags.NonPublic | BindingFlags.Instance) ?? throw new InvalidOperationException($"{type} has no field {name}");
}
