namespace Peregrine.Journal.Tests;

public class BesideHasherTests
{
    [Fact]
    public void Journal_OfLargeAndSmallBatches_VerifiesWhoeverHashedThem()
    {
        using Scratch scratch = new();
        JournalOptions options = scratch.Options() with { SegmentBytes = 4 << 20, BatchBytesMax = 1 << 20 };
        const int Seed = 5;
        Random random = new(Seed);
        long last = 0;
        using (JournalWriter writer = JournalWriter.Open(options, new RecordList(), out _))
        {
            for (int batch = 0; batch < ProofSize.Of(200, 5_000); batch++)
            {
                int records = random.Next(3) == 0 ? random.Next(1_000, 8_000) : random.Next(1, 20);
                for (int count = 0; count < records; count++)
                {
                    JournalStatus status = writer.TryAppend(1, ++last, last, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"u8);
                    if (status == JournalStatus.Full)
                    {
                        _ = writer.Commit();
                        status = writer.TryAppend(1, last, last, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"u8);
                    }

                    if (status != JournalStatus.Ok)
                    {
                        Assert.Fail($"record {last}: {status}");
                    }
                }

                Assert.Equal(JournalStatus.Ok, writer.Commit());
            }
        }

        Counting found = new();
        JournalRecovery recovery = JournalReader.Verify(scratch.Folder, found);
        Assert.Equal(last, recovery.Records);
        Assert.Equal(last, found.Last);
    }

    private sealed class Counting : IJournalVisitor
    {
        public long Last { get; private set; }

        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload) => Last = header.Sequence == Last + 1 ? header.Sequence : -1;
    }
}
