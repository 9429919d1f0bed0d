namespace Peregrine.Journal.Tests;

public class AllocationTests
{
    [Theory]
    [InlineData(Durability.None, false)]
    [InlineData(Durability.Os, false)]
    [InlineData(Durability.Os, true)]
    [InlineData(Durability.Fsync, false)]
    [InlineData(Durability.Fsync, true)]
    public void AppendAndCommit_Warm_AllocateNothing(Durability durability, bool isSecondWay)
    {
        using Scratch scratch = new();
        JournalOptions options = scratch.Options(durability) with { SegmentBytes = 8 << 20, BatchBytesMax = 1 << 20, SyncInline = isSecondWay,
            WriteBeside = isSecondWay };
        using JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _);
        byte[] payload = new byte[100];
        int rounds = durability == Durability.Fsync ? 100 : 2_000;
        long sequence = Run(writer, 0, rounds, payload);
        writer.Drain();

        Allocation.AssertNone(() => sequence = Run(writer, sequence, rounds, payload));

        writer.Drain();
        Assert.Equal(sequence, writer.DurableSequence);
    }

    [Theory]
    [InlineData(Durability.Os, false)]
    [InlineData(Durability.Fsync, true)]
    public void SegmentAfterSegment_Warm_AllocatesNothing(Durability durability, bool isSecondWay)
    {
        using Scratch scratch = new();
        JournalOptions options = scratch.Options(durability) with { SyncInline = isSecondWay, WriteBeside = isSecondWay };
        using JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _);
        byte[] payload = new byte[2_000];
        long sequence = Run(writer, 0, 600, payload);
        long segments = writer.Counters.SegmentsMade;

        Allocation.AssertNone(() => sequence = Run(writer, sequence, 600, payload));

        Assert.True(writer.Counters.SegmentsMade >= segments + 10, $"{writer.Counters.SegmentsMade - segments} segments");
    }

    [Fact]
    public void ThreadThatMakesSegments_AllocatesTheirObjectsAndNoBuffers()
    {
        const long BytesMax = 8 << 10;
        using Scratch scratch = new();
        JournalOptions options = scratch.Options(Durability.Fsync) with { SyncInline = true };
        using JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _);
        byte[] payload = new byte[2_000];
        long sequence = Run(writer, 0, 600, payload);
        long segments = writer.Counters.SegmentsMade;
        long before = GC.GetTotalAllocatedBytes(precise: true);

        _ = Run(writer, sequence, 600, payload);

        long each = (GC.GetTotalAllocatedBytes(precise: true) - before) / (writer.Counters.SegmentsMade - segments);
        Assert.True(each < BytesMax, $"{each} bytes a segment, expected less than {BytesMax}");
    }

    [Fact]
    public void LargeBatches_HashedBeside_AllocateNothing()
    {
        using Scratch scratch = new();
        JournalOptions options = scratch.Options() with { SegmentBytes = 64 << 20, BatchBytesMax = 1 << 20 };
        using JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _);
        byte[] payload = new byte[1_000];
        long sequence = 0;
        Action work = () =>
        {
            for (int record = 1; record <= 4_000; record++)
            {
                if (writer.TryAppend(1, ++sequence, sequence, payload) != JournalStatus.Ok
                    || (record % 500 == 0 && writer.Commit() != JournalStatus.Ok))
                {
                    throw new InvalidOperationException("the journal refused");
                }
            }
        };
        work();

        Allocation.AssertNone(work);
    }

    [Fact]
    public void WritingThread_Warm_AllocatesNothing()
    {
        using Scratch scratch = new();
        long[] allocated = new long[200];
        int calls = 0;
        Action advanced = () =>
        {
            // On the writing thread: what it has allocated in all its life.
            allocated[Math.Min(calls++, allocated.Length - 1)] = GC.GetAllocatedBytesForCurrentThread();
        };
        JournalOptions options = scratch.Options(Durability.Fsync) with { SegmentBytes = 8 << 20, BatchBytesMax = 1 << 20,
            DurableAdvanced = advanced };
        using (JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _))
        {
            for (long sequence = 1; sequence <= 150; sequence++)
            {
                Scratch.Append(writer, sequence);
                writer.Drain();
            }
        }

        Assert.True(calls >= 150, $"{calls} batches");
        Assert.Equal(allocated[49], allocated[149]);
    }

    private static long Run(JournalWriter writer, long sequence, int rounds, byte[] payload)
    {
        for (int round = 0; round < rounds; round++)
        {
            if (writer.TryAppend(1, ++sequence, sequence, payload) != JournalStatus.Ok || writer.Commit() != JournalStatus.Ok)
            {
                throw new InvalidOperationException("the journal refused");
            }
        }

        return sequence;
    }
}
