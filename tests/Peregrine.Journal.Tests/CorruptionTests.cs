using System.Buffers.Binary;

namespace Peregrine.Journal.Tests;

/// <summary>Every damage ends in one of two ways: a true prefix, with what was cut reported, or a refusal that names file and byte.</summary>
public class CorruptionTests
{
    private const int HeaderBytes = 128;
    private const long Last = 24;

    [Fact]
    public void File_CutAtEveryByte_GivesThePrefixOrIsRefused()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out int end);
        for (int length = 0; length <= end + 16; length++)
        {
            File.WriteAllBytes(scratch.Segment(1), whole[..length]);

            Outcome outcome = Reopen(scratch, $"cut at byte {length}");

            Assert.True(length < HeaderBytes == outcome.IsRefused, $"cut at byte {length}: refused is {outcome.IsRefused}");
            if (!outcome.IsRefused)
            {
                long expected = WholeRecords(whole, whole.AsSpan(0, length));
                Assert.True(expected == outcome.Records, $"cut at byte {length}: {outcome.Records} records, expected {expected}");
            }
        }
    }

    [Fact]
    public void File_ZeroFromEveryByteOn_GivesThePrefix()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out int end);
        for (int from = HeaderBytes; from <= end; from++)
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged.AsSpan(from).Clear();
            File.WriteAllBytes(scratch.Segment(1), damaged);

            Outcome outcome = Reopen(scratch, $"zeros from byte {from}");

            Assert.False(outcome.IsRefused, $"zeros from byte {from}: {outcome.Message}");
            Assert.True(WholeRecords(whole, damaged) == outcome.Records, $"zeros from byte {from}: {outcome.Records} records");
        }
    }

    [Fact]
    public void Bit_FlippedAtEveryByte_GivesThePrefixOrIsRefusedAtItsRecord()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out int end);
        int bits = ProofSize.Of(1, 8);
        for (int at = 0; at < end; at++)
        {
            for (int bit = 0; bit < bits; bit++)
            {
                byte[] damaged = (byte[])whole.Clone();
                damaged[at] ^= (byte)(1 << ((bit + at) & 7));
                File.WriteAllBytes(scratch.Segment(1), damaged);

                Outcome outcome = Reopen(scratch, $"bit {(bit + at) & 7} of byte {at}");

                CheckFlip(whole, at, outcome);
            }
        }
    }

    [Fact]
    public void Bits_FlippedAnywhereInSeveralSegments_AreEachFound()
    {
        MemoryFiles files = new();
        using (JournalWriter writer = JournalWriter.Open(FailureTests.InMemory(files, Durability.Os, false), new RecordList(), out _))
        {
            for (long sequence = 1; sequence <= 1_500; sequence++)
            {
                Scratch.Append(writer, sequence);
                _ = sequence % 3 == 0 ? JournalStatus.Ok : writer.Commit();
            }
        }

        string[] paths = [.. files.List("/j").Where(path => path.EndsWith(".journal", StringComparison.Ordinal))];
        const int Seed = 12;
        Random random = new(Seed);
        for (int round = 0; round < ProofSize.Of(500, 10_000); round++)
        {
            string path = paths[random.Next(paths.Length)];
            byte[] whole = files.ReadFile(path);
            byte[] damaged = [.. whole];
            int at = random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            files.WriteFile(path, damaged);
            RecordList found = new();
            string what = $"seed {Seed}, round {round}, byte {at} of {path}";

            try
            {
                JournalRecovery recovery = JournalScan.Run(files, "/j", found, after: null, verifyChain: true).Recovery;

                // Only in the last segment: the last batch, or the zeros behind it.
                Assert.True(recovery.TornBytes > 0 && path == paths[^1] && recovery.TornAt!.StartsWith(path, StringComparison.Ordinal), what);
                Assert.True(found.Sequences.Count >= 1_497, $"{what}: {found.Sequences.Count} records");
            }
            catch (JournalException refusal)
            {
                Assert.Contains(path, refusal.Message);
                Assert.True(refusal.Message.Contains(" byte ", StringComparison.Ordinal) || at < HeaderBytes, $"{what}: {refusal.Message}");
            }

            found.AssertIsOneTo(found.Sequences.Count, what);
            files.WriteFile(path, whole);
        }
    }

    [Fact]
    public void Bytes_Overwritten_NeverGiveWrongRecords()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out int end);
        int rounds = ProofSize.Of(400, 20_000);
        for (int seed = 1; seed <= rounds; seed++)
        {
            Random random = new(seed);
            byte[] damaged = (byte[])whole.Clone();
            int from = random.Next(end + 200);
            random.NextBytes(damaged.AsSpan(from, random.Next(1, 300)));
            File.WriteAllBytes(scratch.Segment(1), damaged);

            Outcome outcome = Reopen(scratch, $"seed {seed}");

            Assert.True(outcome.IsRefused || outcome.Records <= Last, $"seed {seed}");
        }
    }

    [Fact]
    public void Records_SwappedOrDoubled_AreNeverGivenOutOfOrder()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out _);
        int second = RecordStart(whole, 2);
        int third = RecordStart(whole, 3);
        int fourth = RecordStart(whole, 4);
        byte[] damaged = [.. whole[..second], .. whole[third..fourth], .. whole[second..third], .. whole[fourth..]];
        File.WriteAllBytes(scratch.Segment(1), damaged);

        JournalException refusal = Assert.Throws<JournalException>(() => JournalReader.Scan(scratch.Folder, new RecordList()));

        Assert.Contains($"{scratch.Segment(1)} is damaged at byte {second + (fourth - third)}", refusal.Message);
    }

    [Fact]
    public void TornTail_IsReportedCutOnceAndWrittenOver()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out int end);
        int lastRecord = RecordStart(whole, (int)Last);
        whole.AsSpan(lastRecord + 20, end - lastRecord - 20).Clear();
        File.WriteAllBytes(scratch.Segment(1), whole);

        JournalRecovery recovery = scratch.Write(Last, Last + 5);

        Assert.Equal(Last - 1, recovery.Records);
        Assert.InRange(recovery.TornBytes, 1, 20);
        Assert.Equal($"{scratch.Segment(1)} at byte {lastRecord}", recovery.TornAt);
        RecordList after = new();
        JournalRecovery clean = JournalReader.Scan(scratch.Folder, after);
        after.AssertIsOneTo(Last + 5);
        Assert.Equal(0, clean.TornBytes);
        Assert.Null(clean.TornAt);
    }

    [Fact]
    public void VisitorThatRefusesAtTheEnd_LeavesTheTornTailAsItWas()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out int end);
        whole.AsSpan(end - 20, 20).Clear();
        File.WriteAllBytes(scratch.Segment(1), whole);

        _ = Assert.Throws<NotSupportedException>(() => JournalWriter.Open(scratch.Options(), new Refusing(), out _));

        Assert.Equal(whole, File.ReadAllBytes(scratch.Segment(1)));
    }

    [Fact]
    public void VisitorThatRefusesAtTheEnd_IsHeardBeforeDamage()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out _);
        whole[JournalFormat.SegmentHeaderBytes + 40] ^= 1;
        File.WriteAllBytes(scratch.Segment(1), whole);
        _ = Assert.Throws<JournalException>(() => JournalReader.Scan(scratch.Folder, new RecordList()));

        _ = Assert.Throws<NotSupportedException>(() => JournalReader.Scan(scratch.Folder, new Refusing()));
    }

    private sealed class Refusing : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
        }

        public void OnEnd() => throw new NotSupportedException();
    }

    [Fact]
    public void Tail_OfMadeUpLinks_IsRefusedAfterABoundedSearch()
    {
        using Scratch scratch = new();
        _ = WriteSmall(scratch, out int end);
        byte[] hostile = new byte[8 << 20];
        File.ReadAllBytes(scratch.Segment(1)).AsSpan(0, end).CopyTo(hostile);
        // Every 32nd byte looks like the head of a link: each must be looked at, and none is one.
        ulong[] pattern = [48, 1 << 20, 0, 255];
        for (int offset = end; offset + 8 <= hostile.Length; offset += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hostile.AsSpan(offset), pattern[(offset - end) / 8 % 4]);
        }

        File.WriteAllBytes(scratch.Segment(1), hostile);

        string message = Assert.Throws<JournalException>(() => JournalReader.Scan(scratch.Folder, new RecordList())).Message;

        Assert.Contains($"is damaged at byte {end}", message);
    }

    [Fact]
    public void LastSegment_AllZero_IsTakenAsNeverBegun()
    {
        using Scratch scratch = new();
        _ = WriteSmall(scratch, out _);
        File.WriteAllBytes(scratch.Segment(2), new byte[64 << 10]);

        JournalRecovery recovery = scratch.Write(Last + 1, Last + 3);

        Assert.Equal(Last, recovery.Records);
        Assert.Equal(1, recovery.Segments);
        RecordList after = new();
        _ = JournalReader.Scan(scratch.Folder, after);
        after.AssertIsOneTo(Last + 3);
    }

    [Fact]
    public void PreparedFile_LeftByACrash_IsMadeAnew()
    {
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch.Folder);
        File.WriteAllText(Path.Combine(scratch.Folder, "next.tmp"), "half a segment");

        scratch.Write(1, 2_000);

        RecordList found = new();
        _ = JournalReader.Scan(scratch.Folder, found);
        found.AssertIsOneTo(2_000);
    }

    [Fact]
    public void Segments_AnyOneMissingButTheLast_AreRefused()
    {
        using Scratch scratch = new();
        scratch.Write(1, 4_000);
        int count = Directory.GetFiles(scratch.Folder, "*.journal").Length;
        Assert.True(count >= 4, $"{count} segments");
        for (int missing = 1; missing < count; missing++)
        {
            File.Move(scratch.Segment(missing), scratch.Segment(missing) + ".away");

            string message = Assert.Throws<JournalException>(() => JournalWriter.Open(scratch.Options(), new RecordList(), out _)).Message;

            Assert.Contains(missing == 1 ? "older segments were removed" : $"{missing:D10}.journal is expected", message);
            File.Move(scratch.Segment(missing) + ".away", scratch.Segment(missing));
        }
    }

    [Fact]
    public void Segments_TailLostBeforeTheLast_AreRefusedWithFileAndByte()
    {
        using Scratch scratch = new();
        scratch.Write(1, 3_000);
        byte[] first = File.ReadAllBytes(scratch.Segment(1));
        List<Entry> entries = Entries(first);
        Entry link = entries[^1];
        first.AsSpan(link.Start + 8, link.Bytes - 8).Clear();
        File.WriteAllBytes(scratch.Segment(1), first);
        RefusalNames(scratch, $"{scratch.Segment(1)} is damaged at byte {link.Start}");

        // The whole last batch lost: the segment alone looks clean, the one behind it knows better.
        int lastBatch = entries[entries.FindLastIndex(entries.Count - 2, entry => entry.IsLink) + 1].Start;
        first.AsSpan(lastBatch).Clear();
        File.WriteAllBytes(scratch.Segment(1), first);
        RefusalNames(scratch, $"{scratch.Segment(1)} is damaged at byte {lastBatch}");
    }

    [Fact]
    public void Segment_WithStrayBytesBehindItsEnd_IsRefusedWithFileAndByte()
    {
        using Scratch scratch = new();
        scratch.Write(1, 3_000);
        byte[] first = File.ReadAllBytes(scratch.Segment(1));
        first[^5] = 1;
        File.WriteAllBytes(scratch.Segment(1), first);

        RefusalNames(scratch, $"{scratch.Segment(1)} is damaged at byte {first.Length - 5}");
    }

    [Fact]
    public void Segment_OfAnotherJournal_DoesNotJoin()
    {
        using Scratch scratch = new();
        using Scratch other = new();
        scratch.Write(1, 3_000);
        using (JournalWriter writer = JournalWriter.Open(other.Options(), new RecordList(), out _))
        {
            // The same records in the same batches, but for one byte of time.
            for (long sequence = 1; sequence <= 3_000; sequence++)
            {
                Assert.Equal(JournalStatus.Ok, writer.TryAppend(1, sequence, sequence == 7 ? 7_001 : sequence * 1_000, Scratch.PayloadOf(sequence)));
                if (sequence % 3 != 0)
                {
                    _ = writer.Commit();
                }
            }
        }

        File.Copy(other.Segment(2), scratch.Segment(2), overwrite: true);

        RefusalNames(scratch, $"{scratch.Segment(2)} does not join {scratch.Segment(1)}");
    }

    [Fact]
    public void Segment_UnderAnotherNumber_IsRefused()
    {
        using Scratch scratch = new();
        scratch.Write(1, 3_000);
        File.Copy(scratch.Segment(2), scratch.Segment(1), overwrite: true);

        RefusalNames(scratch, $"{scratch.Segment(1)} holds segment 2");
    }

    [Fact]
    public void Record_ChangedWithItsChecksum_IsFoundByVerify()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out _);
        List<Entry> entries = Entries(whole);
        Entry record = entries.First(entry => !entry.IsLink && entry.Bytes > 40);
        whole[record.Start + 32] ^= 1;
        byte[] bytes = [.. whole[(record.Start + 8)..(record.Start + 32 + BitConverter.ToInt32(whole, record.Start))], .. whole[record.Start..][..4]];
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(record.Start + 4), Crc32C.Of(bytes));
        File.WriteAllBytes(scratch.Segment(1), whole);

        string message = Assert.Throws<JournalException>(() => JournalReader.Verify(scratch.Folder, new RecordList())).Message;

        int batch = entries[entries.FindLastIndex(entries.IndexOf(record), entry => entry.IsLink) + 1].Start;
        Assert.Contains($"{scratch.Segment(1)} is damaged at byte {batch}: the hash chain breaks", message);
    }

    [Fact]
    public void Segment_OfAnotherVersionOrWithUnknownFeatures_IsRefusedByName()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out _);
        foreach (int at in (int[])[8, 12])
        {
            byte[] other = (byte[])whole.Clone();
            other[at] += 2;
            BinaryPrimitives.WriteUInt32LittleEndian(other.AsSpan(124), Crc32C.Of(other.AsSpan(0, 124)));
            File.WriteAllBytes(scratch.Segment(1), other);

            RefusalNames(scratch, at == 8 ? "format version 3 with features 0x1" : "format version 1 with features 0x3");
        }
    }

    [Fact]
    public void File_ThatIsNoSegment_IsRefusedByName()
    {
        using Scratch scratch = new();
        _ = WriteSmall(scratch, out _);
        File.WriteAllText(Path.Combine(scratch.Folder, "notes.journal"), "hello");

        RefusalNames(scratch, "notes.journal where 0000000002.journal is expected");
    }

    private static void RefusalNames(Scratch scratch, string part)
    {
        JournalException refusal = Assert.Throws<JournalException>(() => JournalWriter.Open(scratch.Options(), new RecordList(), out _));
        Assert.Contains(part, refusal.Message);
    }

    private static void CheckFlip(byte[] whole, int at, Outcome outcome)
    {
        if (at < HeaderBytes)
        {
            Assert.True(outcome.IsRefused, $"byte {at} of the header");
            return;
        }

        List<Entry> entries = Entries(whole);
        Entry hit = entries.Last(entry => entry.Start <= at);
        bool isPadding = at >= hit.Start + 32 + BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(hit.Start));
        if (isPadding)
        {
            Assert.True(!outcome.IsRefused && outcome.Records == Last, $"byte {at}, padding: {outcome.Message}");
        }
        else if (outcome.IsRefused)
        {
            Assert.Contains($" is damaged at byte {hit.Start}:", outcome.Message);
        }
        else
        {
            // Only a length that goes beyond what is there makes the last batch look unfinished.
            bool isLength = at < hit.Start + 4;
            Assert.True(isLength && hit.Start >= entries[^2].Start && outcome.Records == Last - 1, $"byte {at}: {outcome.Records} records");
        }
    }

    private static byte[] WriteSmall(Scratch scratch, out int end)
    {
        scratch.Write(1, Last);
        byte[] whole = File.ReadAllBytes(scratch.Segment(1));
        Entry last = Entries(whole)[^1];
        end = last.Start + last.Bytes;
        return whole[..(end + 1_000)];
    }

    // An independent, plain reading of the layout: lengths and types only.
    internal static List<Entry> Entries(ReadOnlySpan<byte> data)
    {
        List<Entry> entries = [];
        int offset = HeaderBytes;
        while (offset + 32 <= data.Length && data[offset + 24] != 0)
        {
            int bytes = (32 + BinaryPrimitives.ReadInt32LittleEndian(data[offset..]) + 7) / 8 * 8;
            entries.Add(new Entry(offset, bytes, data[offset + 24] == 255));
            offset += bytes;
        }

        return entries;
    }

    private static int RecordStart(byte[] data, int number) => Entries(data).Where(entry => !entry.IsLink).ElementAt(number - 1).Start;

    // How many records stand in batches that are there byte for byte.
    private static long WholeRecords(byte[] whole, ReadOnlySpan<byte> data)
    {
        long records = 0;
        long closed = 0;
        foreach (Entry entry in Entries(whole))
        {
            int end = entry.Start + entry.Bytes;
            if (end > data.Length || !data[..end].SequenceEqual(whole.AsSpan(0, end)))
            {
                break;
            }

            records += entry.IsLink ? 0 : 1;
            closed = entry.IsLink ? records : closed;
        }

        return closed;
    }

    // Opens, writes one more, reads again: what was recovered must be a true prefix, and the journal as good as new.
    private static Outcome Reopen(Scratch scratch, string what)
    {
        RecordList found = new();
        JournalWriter writer;
        try
        {
            writer = JournalWriter.Open(scratch.Options(), found, out _);
        }
        catch (JournalException refusal)
        {
            return new Outcome(true, 0, refusal.Message);
        }

        found.AssertIsOneTo(found.Sequences.Count, what);
        using (writer)
        {
            Scratch.Append(writer, found.Sequences.Count + 1);
            Assert.Equal(JournalStatus.Ok, writer.Commit());
        }

        RecordList after = new();
        JournalRecovery clean = JournalReader.Scan(scratch.Folder, after);
        after.AssertIsOneTo(found.Sequences.Count + 1, what);
        Assert.True(clean.TornBytes == 0, $"{what}: torn again at {clean.TornAt}");
        foreach (string path in Directory.GetFiles(scratch.Folder, "*.journal"))
        {
            File.Delete(path);
        }

        return new Outcome(false, found.Sequences.Count, "");
    }

    internal readonly record struct Entry(int Start, int Bytes, bool IsLink);

    private readonly record struct Outcome(bool IsRefused, long Records, string Message);
}
