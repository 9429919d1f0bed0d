using Peregrine.Linux;

namespace Peregrine.Journal.Tests;

/// <summary>A full disk is told before anything is appended, costs nothing that was acknowledged, and passes by itself.</summary>
public class NoSpaceTests
{
    private const long SegmentBytes = 64 << 10;

    public static TheoryData<Durability, bool> Levels => RoundTripTests.Levels;

    [Theory]
    [MemberData(nameof(Levels))]
    public void Disk_Full_RefusesBeforeTheAppendAndGoesOnWhenThereIsRoom(Durability durability, bool syncInline)
    {
        MemoryFiles files = new() { SpaceBytes = SegmentBytes };
        using (JournalWriter writer = JournalWriter.Open(FailureTests.InMemory(files, durability, syncInline), new RecordList(), out _))
        {
            long last = AppendUntilFull(writer, 0);
            Assert.False(writer.HasRoom(JournalWriter.RecordBytes(100)));
            Assert.True(last > 400, $"{last} records in a segment");

            // Where the batch is full too, that is told first, and as long as the one before is not on the disk.
            JournalStatus status = writer.TryAppend(1, last + 1, 0, new byte[100]);
            if (status == JournalStatus.Full)
            {
                writer.Drain();
                status = writer.TryAppend(1, last + 1, 0, new byte[100]);
            }

            Assert.Equal(JournalStatus.NoSpace, status);
            Assert.Equal(last, writer.AppendedRecords);

            // What was appended is written, and stays good.
            writer.Drain();
            Assert.Null(writer.Failure);
            Assert.Equal(last, writer.DurableSequence);
            Assert.True(writer.Counters.NoSpaceCount >= 2, $"{writer.Counters.NoSpaceCount} refusals counted");
            Assert.True(SpinWait.SpinUntil(() => writer.Counters.SpaceTries > 3, TimeSpan.FromSeconds(60)), "the supply does not try again");

            files.SpaceBytes = 4 * SegmentBytes;
            Assert.True(SpinWait.SpinUntil(() => writer.HasRoom(JournalWriter.RecordBytes(100)), TimeSpan.FromSeconds(60)), "room is not noticed");
            for (long sequence = last + 1; sequence <= last + 100; sequence++)
            {
                Scratch.Append(writer, sequence);
            }

            writer.Drain();
            Assert.Equal(last + 100, writer.DurableSequence);
        }

        RecordList found = new();
        JournalRecovery recovery = JournalScan.Run(files, "/j", found, after: null, verifyChain: true).Recovery;
        found.AssertIsOneTo(found.Sequences.Count);
        Assert.Equal(2, recovery.Segments);
        Assert.Equal(0, recovery.TornBytes);
    }

    [Fact]
    public void HasRoom_WhenTrue_HoldsForThatManyBytesInThreeBatches()
    {
        for (int seed = 1; seed <= ProofSize.Of(30, 1_000); seed++)
        {
            Random random = new(seed);
            MemoryFiles files = new() { SpaceBytes = SegmentBytes };
            using JournalWriter writer = JournalWriter.Open(FailureTests.InMemory(files, Durability.Os, false), new RecordList(), out _);
            long sequence = 0;
            while (true)
            {
                int[] payloads = [random.Next(300), random.Next(300), random.Next(300)];
                if (!writer.HasRoom(payloads.Sum(JournalWriter.RecordBytes)))
                {
                    break;
                }

                foreach (int payload in payloads)
                {
                    JournalStatus status = writer.TryAppend(1, ++sequence, 0, new byte[payload]);
                    if (status == JournalStatus.Full)
                    {
                        _ = writer.Commit();
                        status = writer.TryAppend(1, sequence, 0, new byte[payload]);
                    }

                    Assert.True(status == JournalStatus.Ok, $"seed {seed}, record {sequence}: {status} after HasRoom");
                    if (random.Next(2) == 0)
                    {
                        Assert.Equal(JournalStatus.Ok, writer.Commit());
                    }
                }
            }

            Assert.Equal(JournalStatus.Ok, writer.Commit());
            Assert.Equal(sequence, writer.DurableSequence);
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void EveryAllocation_Refused_LosesNothing(Durability durability, bool syncInline)
    {
        for (int refused = 1; refused <= 4; refused++)
        {
            int allocations = 0;
            int untilRoom = 3;
            MemoryFiles files = new();
            files.Inject = op => op.Kind == FileOpKind.Allocate && op.Path.EndsWith("next.tmp", StringComparison.Ordinal) && ++allocations >= refused
                && untilRoom-- > 0
                ? new CallResult(-1, Errno.ENOSPC)
                : null;
            long last = 0;
            using (JournalWriter writer = JournalWriter.Open(FailureTests.InMemory(files, durability, syncInline), new RecordList(), out _))
            {
                while (last < 2_000)
                {
                    JournalStatus status = writer.TryAppend(1, last + 1, (last + 1) * 1_000, Scratch.PayloadOf(last + 1));
                    last += status == JournalStatus.Ok ? 1 : 0;
                    if (status is JournalStatus.Full or JournalStatus.NoSpace)
                    {
                        writer.Drain();
                    }

                    Assert.True(status is JournalStatus.Ok or JournalStatus.Full or JournalStatus.NoSpace, $"allocation {refused} refused: {status}");
                }
            }

            RecordList found = new();
            _ = JournalScan.Run(files, "/j", found, after: null, verifyChain: true);
            found.AssertIsOneTo(last);
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Reserve_OnAFullDisk_IsOnlyForWhatMayUseIt(Durability durability, bool syncInline)
    {
        const int recordBytes = 200;
        const long reserveBytes = 8_192;
        MemoryFiles files = new() { SpaceBytes = SegmentBytes };
        long last = 0;
        long reserved = 0;
        using (JournalWriter writer =
            JournalWriter.Open(FailureTests.InMemory(files, durability, syncInline) with { ReserveBytes = reserveBytes }, new RecordList(), out _))
        {
            while (writer.HasRoom(recordBytes))
            {
                AppendOne(writer, ++last);
            }

            // Full for everybody else, and stays so while the reserve is used.
            while (writer.HasRoom(recordBytes, usesReserve: true))
            {
                Assert.False(writer.HasRoom(recordBytes), "what may not use the reserve is refused");
                AppendOne(writer, ++last);
                reserved += JournalWriter.RecordBytes(Scratch.PayloadOf(last).Length);
            }

            // The rest of it are links of batches.
            Assert.InRange(reserved, reserveBytes / 3, reserveBytes);
            writer.Drain();
            Assert.Null(writer.Failure);
            files.SpaceBytes = 4 * SegmentBytes;
            Assert.True(SpinWait.SpinUntil(() => writer.HasRoom(recordBytes), TimeSpan.FromSeconds(60)), "room is not noticed");
            AppendOne(writer, ++last);
        }

        RecordList found = new();
        _ = JournalScan.Run(files, "/j", found, after: null, verifyChain: true);
        found.AssertIsOneTo(last);
    }

    private static void AppendOne(JournalWriter writer, long sequence)
    {
        JournalStatus status = writer.TryAppend(1, sequence, sequence * 1_000, Scratch.PayloadOf(sequence));
        if (status == JournalStatus.Full)
        {
            writer.Drain();
            status = writer.TryAppend(1, sequence, sequence * 1_000, Scratch.PayloadOf(sequence));
        }

        Assert.Equal(JournalStatus.Ok, status);
        Assert.Equal(JournalStatus.Ok, writer.Commit());
    }

    [Fact]
    public void LastSegment_ThatCannotBeReservedAgain_CountsAsUsedUp()
    {
        MemoryFiles files = new();
        JournalOptions options = FailureTests.InMemory(files, Durability.Os, false);
        using (JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _))
        {
            Scratch.Append(writer, 1);
        }

        files.Inject = op => op.Kind == FileOpKind.Allocate ? new CallResult(-1, Errno.ENOSPC) : null;
        using (JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _))
        {
            Assert.Equal(JournalStatus.NoSpace, writer.TryAppend(1, 2, 2_000, Scratch.PayloadOf(2)));
            files.Inject = null;
            Assert.True(SpinWait.SpinUntil(() => writer.HasRoom(200), TimeSpan.FromSeconds(60)), "room is not noticed");
            Scratch.Append(writer, 2);
        }

        RecordList found = new();
        Assert.Equal(2, JournalScan.Run(files, "/j", found, after: null, verifyChain: true).Recovery.Segments);
        found.AssertIsOneTo(2);
    }

    private static long AppendUntilFull(JournalWriter writer, long last)
    {
        while (true)
        {
            JournalStatus status = writer.TryAppend(1, last + 1, (last + 1) * 1_000, Scratch.PayloadOf(last + 1));
            if (status == JournalStatus.NoSpace)
            {
                return last;
            }

            if (status == JournalStatus.Full)
            {
                writer.Drain();
                continue;
            }

            Assert.Equal(JournalStatus.Ok, status);
            last++;
            if (last % 5 == 0)
            {
                Assert.Equal(JournalStatus.Ok, writer.Commit());
            }
        }
    }
}
