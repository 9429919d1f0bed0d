using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Journal;
using Peregrine.Sequencing.Hops;

namespace Peregrine.Sequencing.Tests.Hops;

/// <summary>Hop times beside the journal: found by the number of their command, and nobody's trouble when they are lost.</summary>
public sealed class HopFolderTests : IDisposable, IJournalVisitor
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hops-test-");

    private string Journal => Path.Combine(_folder.FullName, "journal");

    private string Hops => HopFolder.Beside(Journal);

    public void Dispose() => _folder.Delete(recursive: true);

    void IJournalVisitor.OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
    }

    [Fact]
    public void Hops_ThatWereRecorded_AreFoundByTheirCommands_AndNoOthers()
    {
        Record(first: 11, (12, 2), (13, 1), (20, 7));

        HopFolder folder = new(Hops);

        foreach (long sequence in (long[])[11, 12, 13, 14, 20])
        {
            Assert.True(folder.TryFind(sequence, out HopRecord record), $"command {sequence}");
            Assert.Equal((sequence <= 12 ? 12 : sequence == 13 ? 13 : 20, 30u, 20u, 10u, 50u, 90u), (record.LastSequence, record.ReceivedBeforeNs,
                record.ValidatedBeforeNs, record.MatchedAfterNs, record.DurableAfterNs, record.SentAfterNs));
        }

        Assert.False(folder.TryFind(10, out _));
        Assert.False(folder.TryFind(21, out _));
    }

    [Fact]
    public void Hops_OfALaterRun_StandBeforeThoseOfTheRunBefore()
    {
        Record(first: 1, (5, 5), (9, 4));
        Record(first: 6, (6, 1));

        HopFolder folder = new(Hops);

        Assert.True(folder.TryFind(5, out _));
        Assert.True(folder.TryFind(6, out HopRecord last));
        Assert.Equal(1u, last.Count);
        Assert.False(folder.TryFind(9, out _), "what the later run did not reach was lost with the journal's end");
    }

    // Lost, cut short, of another kind, flipped: what is not known is not told, and nothing else happens.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Hops_InDamagedFiles_AreNotTold(int seed)
    {
        Random random = new(seed);
        Record(first: 1, [.. Enumerable.Range(1, 100).Select(number => ((long)number, 1))]);
        string path = Directory.GetFiles(Hops).Single();
        byte[] whole = File.ReadAllBytes(path);
        int told = 0;
        for (int round = 0; round < 200; round++)
        {
            byte[] bytes = whole[..(random.Next(2) == 0 ? whole.Length : random.Next(whole.Length))];
            if (bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            File.WriteAllBytes(path, bytes);
            HopFolder folder = new(Hops);
            for (long sequence = 1; sequence <= 100; sequence++)
            {
                if (folder.TryFind(sequence, out HopRecord record))
                {
                    told++;
                    Assert.Equal((sequence, 30u, 90u), (record.LastSequence, record.ReceivedBeforeNs, record.SentAfterNs));
                }
            }
        }

        Assert.True(told > 0, "most records are good");
        File.Delete(path);
        Assert.False(new HopFolder(Hops).TryFind(1, out _));
    }

    // A link that writes the journal removes old files while somebody reads it.
    [Fact]
    public void Hops_OfAFileThatIsGoneOrCannotBeRead_AreNotKnown_AndThoseOfOthersAre()
    {
        Record(first: 1, (10, 10));
        Record(first: 11, (20, 10));
        HopFolder folder = new(Hops);
        string first = Directory.GetFiles(Hops).Order().First();
        File.Delete(first);
        Assert.False(folder.TryFind(5, out _));
        Assert.True(folder.TryFind(15, out _));

        _ = Directory.CreateDirectory(first);
        Assert.False(folder.TryFind(5, out _));
        Assert.True(folder.TryFind(15, out _));
    }

    [Fact]
    public void Files_WhoseCommandsTheJournalHasNoMore_GoOrMoveToTheArchive()
    {
        string archive = Path.Combine(_folder.FullName, "archive");
        Record(first: 1, (10, 10));
        Record(first: 11, (20, 10));
        Record(first: 21, (30, 10));

        Assert.Equal(0, HopFolder.Prune(Hops, 10, archive));
        Assert.Equal(1, HopFolder.Prune(Hops, 15, archive));
        Assert.True(new HopFolder(archive, Hops).TryFind(3, out _));
        Assert.False(new HopFolder(Hops).TryFind(3, out _));

        // The last file stays: it is the one that is written.
        Assert.Equal(1, HopFolder.Prune(Hops, 1_000, archive: null));
        Assert.True(new HopFolder(Hops).TryFind(25, out _));
    }

    [Fact]
    public void Recorder_WhereTheFolderCannotBe_LosesTheHopsAndSaysSoOnce()
    {
        MakeJournal();
        File.WriteAllText(Hops, "in the way");
        HopRecorder recorder = new(Journal, 1, archive: null, NullLogger.Instance);
        for (int number = 1; number <= 10; number++)
        {
            recorder.Record(number, 1, Times());
        }

        recorder.Dispose();

        Assert.Equal((0L, 10L), (recorder.Counters.Recorded, recorder.Counters.Lost));
    }

    [Fact]
    public void Files_WhenOneIsFull_GoOnInTheNext()
    {
        MakeJournal();
        HopRecorder recorder = new(Journal, 1, archive: null, NullLogger.Instance);
        for (int number = 1; number <= HopFolder.RecordsMax + 10; number++)
        {
            recorder.Record(number, 1, Times());
            SpinWait.SpinUntil(() => number - recorder.Counters.Recorded - recorder.Counters.Lost < 10_000);
        }

        recorder.Dispose();

        Assert.Equal((HopFolder.RecordsMax + 10L, 0L), (recorder.Counters.Recorded, recorder.Counters.Lost));
        Assert.Equal(2, Directory.GetFiles(Hops).Length);
        HopFolder folder = new(Hops);
        Assert.True(folder.TryFind(HopFolder.RecordsMax, out _) && folder.TryFind(HopFolder.RecordsMax + 1, out _));
    }

    private static HopTimes Times() =>
        new() { ReceivedNs = 970, ValidatedNs = 980, SequencedNs = 1_000, MatchedNs = 1_010, DurableNs = 1_050, SentNs = 1_090 };

    private void MakeJournal() =>
        JournalWriter.Open(new JournalOptions { Folder = Journal, SegmentBytes = 1 << 16, BatchBytesMax = 4 << 10 }, this, out _).Dispose();

    private void Record(long first, params ReadOnlySpan<(long Last, int Count)> entries)
    {
        MakeJournal();
        using HopRecorder recorder = new(Journal, first, archive: null, NullLogger.Instance);
        foreach ((long last, int count) in entries)
        {
            recorder.Record(last, count, Times());
        }
    }
}
