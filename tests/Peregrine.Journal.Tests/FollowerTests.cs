namespace Peregrine.Journal.Tests;

public class FollowerTests
{
    [Fact]
    public void Follower_BesideAWriter_GetsEveryRecordOnceOverSegments()
    {
        const long Last = 5_000;
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
        Thread writing = new(() =>
        {
            for (long sequence = 1; sequence <= Last; sequence++)
            {
                _ = writer.TryAppend(1, sequence, sequence * 1_000, Scratch.PayloadOf(sequence));
                _ = sequence % 3 == 0 ? JournalStatus.Ok : writer.Commit();
            }
        });
        using JournalFollower follower = JournalFollower.Open(scratch.Folder);
        RecordList found = new();

        writing.Start();
        while (found.Sequences.Count < Last)
        {
            long read = follower.Read(found, writer.DurableRecords);
            Assert.Equal(found.Sequences.Count, follower.Position.Records);
            Assert.True(read >= 0);
        }

        writing.Join();
        found.AssertIsOneTo(Last);
        Assert.Equal(JournalReader.FindExtent(scratch.Folder).End, follower.Position);
        Assert.True(writer.Counters.SegmentsMade > 3, $"{writer.Counters.SegmentsMade} segments");
    }

    [Fact]
    public void Follower_GivenALimit_LeavesTheBatchesBehindIt()
    {
        using Scratch scratch = new();
        scratch.Write(1, 3_000);
        using JournalFollower follower = JournalFollower.Open(scratch.Folder);
        RecordList found = new();

        foreach (long limit in (long[])[0, 1, 3, 4, 1_000, 1_000, 2_999])
        {
            _ = follower.Read(found, limit);

            // Batches are {1}, {2}, {3, 4}, {5}, {6, 7} ...: a limit inside of one ends before it.
            long expected = limit % 3 == 0 && limit > 0 ? limit - 1 : limit;
            Assert.Equal(expected, found.Sequences.Count);
        }

        found.AssertIsOneTo(2_999);
    }

    [Fact]
    public void Open_AfterAnyPlace_GivesTheRestAndReadsNoOlderSegment()
    {
        using Scratch scratch = new();
        scratch.Write(1, 3_000);
        byte[] first = File.ReadAllBytes(scratch.Segment(1));
        first.AsSpan(1_000, 100).Fill(0x55); // is noticed when it is read
        File.WriteAllBytes(scratch.Segment(1), first);
        foreach (long after in (long[])[1_500, 2_000, 2_001, 2_002, 2_999, 3_000])
        {
            RecordList found = new();
            JournalOptions options = scratch.Options() with { After = new JournalPosition(after, after, default) };
            using (JournalWriter writer = JournalWriter.Open(options, found, out JournalRecovery recovery))
            {
                Assert.Equal(3_000 - after, recovery.Records);
                Assert.True(recovery.SkippedSegments > 0, "segments were skipped");
                Assert.Equal(3_000, writer.DurableRecords);
                Assert.Equal(3_000, recovery.LastSequence);
            }

            Assert.Equal(Enumerable.Range((int)after + 1, 3_000 - (int)after).Select(value => (long)value), found.Sequences);
        }

        Assert.Throws<JournalException>(() => JournalReader.Scan(scratch.Folder, new RecordList()));
    }

    [Fact]
    public void Open_AfterAPlaceAheadOrOfAnotherJournal_IsRefused()
    {
        using Scratch scratch = new();
        scratch.Write(1, 100);
        JournalPosition end = JournalReader.FindExtent(scratch.Folder).End;

        string ahead = Assert.ThrowsAny<JournalException>(
            () => JournalWriter.Open(scratch.Options() with { After = new JournalPosition(101, 101, default) }, new RecordList(), out _)).Message;
        string foreign = Assert.ThrowsAny<JournalException>(
            () => JournalWriter.Open(scratch.Options() with { After = end with { Link = new ChainLink(1, 2, 3, 4) } }, new RecordList(),
                out _)).Message;
        using JournalWriter good = JournalWriter.Open(scratch.Options() with { After = end }, new RecordList(), out JournalRecovery recovery);

        Assert.Contains("ends with record 100", ahead);
        Assert.Contains("do not belong together", foreign);
        Assert.Equal(0, recovery.Records);
        Assert.Equal(end, recovery.End);
    }

    [Fact]
    public void Records_OfOneSequence_AreSkippedByCountNotBySequence()
    {
        using Scratch scratch = new();
        using (JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _))
        {
            // Rules that come after command 5, behind the snapshot's place, have its sequence.
            _ = writer.TryAppend(1, 5, 0, [1]);
            _ = writer.Commit();
            _ = writer.TryAppend(2, 5, 0, [2]);
            _ = writer.Commit();
        }

        RecordList found = new() { IsExpectedPayload = false };
        _ = JournalReader.Scan(scratch.Folder, found, new JournalPosition(1, 5, default));

        Assert.Equal(2, Assert.Single(found.Records).Header.Type);
    }

    [Fact]
    public void Follower_Warm_AllocatesNothingARecord()
    {
        using Scratch scratch = new();
        using JournalWriter writer = JournalWriter.Open(scratch.Options() with { SegmentBytes = 8 << 20 }, new RecordList(), out _);
        using JournalFollower follower = JournalFollower.Open(scratch.Folder);
        Count count = new();
        long sequence = 0;
        long perRead = 0;
        foreach (int records in (int[])[100, 100, 1_000])
        {
            for (int index = 0; index < records; index++)
            {
                Scratch.Append(writer, ++sequence);
                _ = writer.Commit();
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(records, follower.Read(count));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            // A read looks for the next segment, which has its price; records have none.
            Assert.True(records == 100 || allocated <= Math.Max(perRead, 4_096), $"{allocated} bytes for {records} records, {perRead} for 100");
            perRead = allocated;
        }
    }

    private sealed class Count : IJournalVisitor
    {
        public long Records { get; private set; }

        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload) => Records++;
    }
}
