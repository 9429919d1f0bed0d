using Peregrine.Linux.Files;

namespace Peregrine.Journal.Tests;

public class RoundTripTests
{
    // The second way of each level: at os a thread beside, at fsync none.
    public static TheoryData<Durability, bool> Levels => new()
    {
        { Durability.None, false },
        { Durability.Os, false },
        { Durability.Os, true },
        { Durability.Fsync, false },
        { Durability.Fsync, true },
    };

    /// <summary>What lies behind a payload is told to be 0, whatever was in the buffer, for every length that is not a multiple of eight.</summary>
    [Fact]
    public void Record_OfAnyLength_IsPaddedWithZeros()
    {
        for (int bytes = 0; bytes <= 24; bytes++)
        {
            byte[] target = [.. Enumerable.Repeat((byte)0xff, JournalFormat.RecordBytes(bytes))];

            JournalFormat.WriteRecord(target, new JournalRecord(1, 2, 3), Enumerable.Repeat((byte)0xaa, bytes).ToArray());

            Assert.All(target[(JournalFormat.RecordHeaderBytes + bytes)..], value => Assert.Equal(0, value));
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Journal_WrittenAndReopened_GivesEveryRecord(Durability durability, bool isSecondWay)
    {
        using Scratch scratch = new();
        JournalOptions options = scratch.Options(durability) with { SyncInline = isSecondWay, WriteBeside = isSecondWay };
        long last = 0;
        for (int round = 0; round < 4; round++)
        {
            RecordList found = new();
            using JournalWriter writer = JournalWriter.Open(options, found, out JournalRecovery recovery);
            found.AssertIsOneTo(last);
            Assert.Equal(last, recovery.LastSequence);
            Assert.Equal(last, writer.DurableSequence);
            Assert.Equal(0, recovery.TornBytes);
            for (int count = 0; count < 50; count++)
            {
                Scratch.Append(writer, ++last);
                if (count % 4 == 0)
                {
                    Assert.Equal(JournalStatus.Ok, writer.Commit());
                }
            }

            writer.Drain();
            Assert.Equal(last, writer.DurableSequence);
            Assert.Null(writer.Failure);
        }

        RecordList all = new();
        JournalRecovery scan = JournalReader.Scan(scratch.Folder, all);
        all.AssertIsOneTo(200);
        Assert.Equal(200, scan.Records);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Journal_LargerThanASegment_RollsAndKeepsOrder(Durability durability, bool isSecondWay)
    {
        using Scratch scratch = new();
        const long Last = 3_000;
        using (JournalWriter writer =
            JournalWriter.Open(scratch.Options(durability) with { SyncInline = isSecondWay, WriteBeside = isSecondWay }, new RecordList(), out _))
        {
            for (long sequence = 1; sequence <= Last; sequence++)
            {
                Scratch.Append(writer, sequence);
                Assert.Equal(JournalStatus.Ok, writer.Commit());
            }

            writer.Drain();
            Assert.True(writer.Counters.SegmentsMade >= 3, $"{writer.Counters.SegmentsMade} segments for {writer.Counters.Bytes} bytes");
            Assert.Equal(Last, writer.Counters.Records);
            Assert.Equal(durability == Durability.Fsync, writer.Counters.Syncs > 0);
        }

        RecordList found = new();
        JournalRecovery recovery = JournalReader.Scan(scratch.Folder, found);
        found.AssertIsOneTo(Last);
        Assert.Equal(recovery.Segments, Directory.GetFiles(scratch.Folder, "*.journal").Length);
        Assert.Empty(Directory.GetFiles(scratch.Folder, "*.tmp"));
    }

    [Fact]
    public void Record_TypeTimeAndRepeatedSequence_ComeBackAsWritten()
    {
        using Scratch scratch = new();
        using (JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _))
        {
            _ = writer.TryAppend(254, 7, long.MaxValue, [1, 2, 3]);
            _ = writer.TryAppend(9, 7, long.MinValue, []);
            _ = writer.Commit();
        }

        RecordList found = new() { IsExpectedPayload = false };
        _ = JournalReader.Scan(scratch.Folder, found);

        Assert.Equal([new JournalRecord(7, long.MaxValue, 254), new JournalRecord(7, long.MinValue, 9)],
            found.Records.Select(record => record.Header));
        Assert.Equal([1, 2, 3], found.Records[0].Payload);
        Assert.Empty(found.Records[1].Payload);
    }

    [Fact]
    public void Append_FallingSequenceOrNoType_IsABrokenInvariant()
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Scratch.Append(writer, 5);

        Assert.Throws<BrokenInvariantException>(() => writer.TryAppend(1, 4, 0, []));
        Assert.Throws<BrokenInvariantException>(() => writer.TryAppend(0, 6, 0, []));
        Assert.Throws<BrokenInvariantException>(() => writer.TryAppend(255, 6, 0, []));
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Append_FullBatch_HasRoomAfterCommitOrDrain(Durability durability, bool isSecondWay)
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(durability) with { SyncInline = isSecondWay, WriteBeside = isSecondWay },
            new RecordList(), out _);
        byte[] small = new byte[1_800];
        byte[] large = new byte[2_400];

        // Less than half of the batch at first, so that level None has no other reason to write.
        Assert.Equal(JournalStatus.Ok, writer.TryAppend(1, 1, 0, small));
        Assert.Equal(JournalStatus.Full, writer.TryAppend(1, 2, 0, large));
        Assert.Equal(JournalStatus.Ok, writer.Commit());
        Assert.Equal(JournalStatus.Ok, writer.TryAppend(1, 2, 0, large));
        Assert.Equal(1, writer.Counters.FullCount);
        writer.Drain();
        Assert.Equal(2, writer.DurableSequence);
    }

    [Fact]
    public void Append_LongerThanABatch_IsTooLongAndTheBatchStays()
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Scratch.Append(writer, 1);

        Assert.Equal(JournalStatus.TooLong, writer.TryAppend(1, 2, 0, new byte[4096 - 31]));
        Assert.Equal(JournalStatus.Full, writer.TryAppend(1, 2, 0, new byte[4096 - 32]));
        _ = writer.Commit();
        Assert.Equal(JournalStatus.Ok, writer.TryAppend(1, 2, 0, new byte[4096 - 32]));
        Assert.Equal(1, writer.Counters.TooLongCount);
    }

    [Fact]
    public void DurableSequence_AtOs_RisesWithCommitNotWithAppend()
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Scratch.Append(writer, 1);
        Assert.Equal(0, writer.DurableSequence);
        RecordList before = new();
        _ = JournalReader.Scan(scratch.Folder, before);
        Assert.Empty(before.Sequences);

        _ = writer.Commit();

        Assert.Equal(1, writer.DurableSequence);
        RecordList after = new();
        _ = JournalReader.Scan(scratch.Folder, after);
        after.AssertIsOneTo(1);
    }

    [Fact]
    public void DurableAdvanced_AtFsync_SeesTheNumberThatMoved()
    {
        using Scratch scratch = new();
        JournalWriter? writer = null;
        using ManualResetEventSlim told = new();
        Action advanced = () =>
        {
            if (writer!.DurableSequence == 3)
            {
                told.Set();
            }
        };
        using (writer = JournalWriter.Open(scratch.Options(Durability.Fsync) with { DurableAdvanced = advanced }, new RecordList(), out _))
        {
            for (long sequence = 1; sequence <= 3; sequence++)
            {
                Scratch.Append(writer, sequence);
            }

            _ = writer.Commit();

            Assert.True(told.Wait(TimeSpan.FromSeconds(60)), "the callback never saw the batch durable");
        }
    }

    [Fact]
    public void Reader_BesideALiveWriter_SeesAPrefixThatGrows()
    {
        using Scratch scratch = new();
        const long Last = 6_000;
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Scratch.Append(writer, 1);
        _ = writer.Commit();
        Thread writing = new(() =>
        {
            for (long sequence = 2; sequence <= Last; sequence++)
            {
                _ = writer.TryAppend(1, sequence, sequence * 1_000, Scratch.PayloadOf(sequence));
                _ = writer.Commit();
            }
        });

        writing.Start();
        long seen = 0;
        while (seen < Last)
        {
            long durable = writer.DurableSequence;
            RecordList found = new();
            _ = JournalReader.Scan(scratch.Folder, found);
            found.AssertIsOneTo(found.Sequences.Count);
            Assert.True(found.Sequences.Count >= durable, $"{durable} records were durable before the scan, it found {found.Sequences.Count}");
            Assert.True(found.Sequences.Count >= seen, "a later scan found less");
            seen = found.Sequences.Count;
        }

        writing.Join();
    }

    [Fact]
    public void Options_SeveralWrongValues_AreAllNamed()
    {
        JournalOptions options = new() { Folder = " ", SegmentBytes = 1, BatchBytesMax = 1, Durability = 0, SyncSpinUs = -1 };

        string message = Assert.Throws<ArgumentException>(options.Validate).Message;

        foreach (string name in (string[])["Folder", "SegmentBytes", "BatchBytesMax", "Durability", "SyncSpinUs"])
        {
            Assert.Contains(name + ":", message);
        }
    }

    [Fact]
    public void LinuxFile_MovedOntoAnother_ReplacesItInOneStep()
    {
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch.Folder);
        string target = Path.Combine(scratch.Folder, "target");
        File.WriteAllText(target, "old");
        using LinuxFile file = LinuxFile.Create(Path.Combine(scratch.Folder, "fresh"));
        _ = file.Write("new"u8, 0);

        Assert.Equal(Linux.Errno.None, file.MoveTo(target));

        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal(target, file.Path);
        Assert.Equal(Linux.Errno.ENOENT, LinuxFile.TrySyncFolder(Path.Combine(scratch.Folder, "none")));
    }
}
