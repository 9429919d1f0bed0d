using System.Buffers.Binary;

namespace Peregrine.Journal.Tests;

/// <summary>Every damage ends in one of two ways: a true prefix, with what was cut reported, or a refusal that names file and byte.</summary>
public class CorruptionTests
{
    private const int HeaderBytes = 64;
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
                long expected = WholeRecords(whole.AsSpan(0, length));
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
            Assert.True(WholeRecords(damaged) == outcome.Records, $"zeros from byte {from}: {outcome.Records} records, expected {WholeRecords(damaged)}");
        }
    }

    [Fact]
    public void Bit_FlippedAtEveryByte_GivesThePrefixOrIsRefusedAtItsRecord()
    {
        using Scratch scratch = new();
        byte[] whole = WriteSmall(scratch, out int end);
        int lastRecord = RecordStart(whole, Last);
        int bits = ProofSize.Of(1, 8);
        for (int at = 0; at < end; at++)
        {
            for (int bit = 0; bit < bits; bit++)
            {
                byte[] damaged = (byte[])whole.Clone();
                damaged[at] ^= (byte)(1 << ((bit + at) & 7));
                File.WriteAllBytes(scratch.Segment(1), damaged);

                Outcome outcome = Reopen(scratch, $"bit {(bit + at) & 7} of byte {at}");

                CheckFlip(whole, at, lastRecord, outcome);
            }
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
        int lastRecord = RecordStart(whole, Last);
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
    public void Tail_OfMadeUpLengths_IsRefusedAfterABoundedSearch()
    {
        using Scratch scratch = new();
        _ = WriteSmall(scratch, out int end);
        byte[] hostile = new byte[8 << 20];
        File.ReadAllBytes(scratch.Segment(1)).AsSpan(0, end).CopyTo(hostile);
        // Every 32nd byte looks like the head of a record with megabytes of payload: without a bound, 10^12 bytes to check.
        // A head is length with checksum, sequence, time, type: every fourth place has a long length and a true type.
        ulong[] pattern = [4 << 20, 1 << 20, 0, 1];
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

            string message = Assert.Throws<JournalException>(() => JournalReader.Scan(scratch.Folder, new RecordList())).Message;

            Assert.Contains($"{missing:D10}.journal is expected", message);
            File.Move(scratch.Segment(missing) + ".away", scratch.Segment(missing));
        }
    }

    [Fact]
    public void Segments_TailLostBeforeTheLast_AreRefusedWithFileAndByte()
    {
        using Scratch scratch = new();
        scratch.Write(1, 3_000);
        byte[] first = File.ReadAllBytes(scratch.Segment(1));
        int end = first.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        first.AsSpan(end - 8).Clear();
        File.WriteAllBytes(scratch.Segment(1), first);
        RefusalNames(scratch, scratch.Segment(1) + " is damaged at byte ");

        // The whole last record lost: the segment alone looks clean, the one behind it knows better.
        int lastRecord = RecordStart(first, WholeRecords(first) + 1);
        first.AsSpan(lastRecord).Clear();
        File.WriteAllBytes(scratch.Segment(1), first);
        RefusalNames(scratch, $"{scratch.Segment(1)} is damaged at byte {lastRecord}");
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
            BinaryPrimitives.WriteUInt32LittleEndian(other.AsSpan(60), Crc32C.Of(other.AsSpan(0, 60)));
            File.WriteAllBytes(scratch.Segment(1), other);

            RefusalNames(scratch, at == 8 ? "format version 3 with features 0x0" : "format version 1 with features 0x2");
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

    private static void CheckFlip(byte[] whole, int at, int lastRecord, Outcome outcome)
    {
        if (at < HeaderBytes)
        {
            Assert.True(outcome.IsRefused, $"byte {at} of the header");
            return;
        }

        if (IsPadding(whole, at))
        {
            Assert.True(!outcome.IsRefused && outcome.Records == Last, $"byte {at}, padding: {outcome.Message}");
        }
        else if (at >= lastRecord)
        {
            Assert.True(!outcome.IsRefused && outcome.Records == Last - 1, $"byte {at}, last record: {outcome.Records} records, {outcome.Message}");
        }
        else
        {
            Assert.True(outcome.IsRefused, $"byte {at}: records follow it, and it was not refused");
            Assert.Contains($" is damaged at byte {RecordOf(whole, at)}:", outcome.Message);
        }
    }

    private static byte[] WriteSmall(Scratch scratch, out int end)
    {
        scratch.Write(1, Last);
        byte[] whole = File.ReadAllBytes(scratch.Segment(1));
        end = RecordStart(whole, Last + 1);
        return whole[..(end + 1_000)];
    }

    // An independent, plain reading of the layout: lengths only, records numbered from 1.
    private static int RecordStart(byte[] data, long number)
    {
        int offset = HeaderBytes;
        for (long index = 1; index < number; index++)
        {
            offset += (32 + BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(offset)) + 7) / 8 * 8;
        }

        return offset;
    }

    private static int RecordOf(byte[] whole, int at)
    {
        int number = 1;
        while (RecordStart(whole, number + 1) <= at)
        {
            number++;
        }

        return RecordStart(whole, number);
    }

    private static bool IsPadding(byte[] whole, int at)
    {
        int start = RecordOf(whole, at);
        return at >= start + 32 + BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(start));
    }

    // How many of the test's records are there byte for byte.
    private static long WholeRecords(ReadOnlySpan<byte> data)
    {
        int offset = HeaderBytes;
        for (long sequence = 1; ; sequence++)
        {
            byte[] payload = Scratch.PayloadOf(sequence);
            int bytes = (32 + payload.Length + 7) / 8 * 8;
            if (offset + bytes > data.Length || BinaryPrimitives.ReadInt64LittleEndian(data[(offset + 8)..]) != sequence
                || data[offset + 24] != 1 || !data.Slice(offset + 32, payload.Length).SequenceEqual(payload))
            {
                return sequence - 1;
            }

            offset += bytes;
        }
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

    private readonly record struct Outcome(bool IsRefused, long Records, string Message);
}
