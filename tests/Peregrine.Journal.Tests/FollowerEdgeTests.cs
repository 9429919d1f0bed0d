namespace Peregrine.Journal.Tests;

/// <summary>Starts beside the end of a segment, and what a reader makes durable.</summary>
public class FollowerEdgeTests
{
    private const long Last = 3_000;

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void Start_BesideTheEndOfASegment_GivesTheRest(long beside)
    {
        MemoryFiles files = WriteJournal(out long end);
        RecordList scanned = new();
        RecordList followed = new();
        JournalPosition after = new(end + beside, end + beside, default);

        _ = JournalScan.Run(files, "/j", scanned, after, verifyChain: true);
        using JournalFollower follower = JournalFollower.Open(files, "/j", after);
        _ = follower.Read(followed);

        IEnumerable<long> expected = Enumerable.Range((int)after.Records + 1, (int)(Last - after.Records)).Select(value => (long)value);
        Assert.Equal(expected, scanned.Sequences);
        Assert.Equal(expected, followed.Sequences);
    }

    [Fact]
    public void SyncRead_OfSeveralSegments_SyncsEachThatWasRead()
    {
        MemoryFiles files = WriteJournal(out long end);
        using JournalFollower follower = JournalFollower.Open(files, "/j", new JournalPosition(end, end, default));
        _ = follower.Read(new RecordList());
        files.Log = [];

        follower.SyncRead();

        string[] segments = [.. files.List("/j").Where(path => path.EndsWith(".journal", StringComparison.Ordinal))];
        Assert.True(segments.Length > 2, $"{segments.Length} segments");
        Assert.Equal(segments[1..].Select(path => $"Sync {path}"), files.Log.OfType<FileOp>().Select(op => $"{op.Kind} {op.Path}"));
    }

    // A record a batch, over several segments; also after how many records the first ends.
    private static MemoryFiles WriteJournal(out long end)
    {
        MemoryFiles files = new();
        end = 0;
        using JournalWriter writer = JournalWriter.Open(FailureTests.InMemory(files, Durability.Os, false), new RecordList(), out _);
        for (long sequence = 1; sequence <= Last; sequence++)
        {
            Scratch.Append(writer, sequence);
            _ = writer.Commit();
            end = writer.Counters.SegmentsMade < 2 ? sequence : end;
        }

        return files;
    }
}
