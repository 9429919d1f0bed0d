using System.Security.Cryptography;
using System.Text;
using Peregrine.Journal.Snapshots;

namespace Peregrine.Journal.Tests;

public class ReadmeTests
{
    [Fact]
    public void Readme_Example_FindsBothRecords()
    {
        using Scratch scratch = new();
        string folder = scratch.Folder;
        JournalOptions options = new() { Folder = folder, Durability = Durability.Fsync };
        using (JournalWriter journal = JournalWriter.Open(options, new Printer(), out _))
        {
            _ = journal.TryAppend(type: 1, sequence: 1, timeNs: Clock.UnixNs, "buy 5"u8);
            _ = journal.TryAppend(type: 1, sequence: 2, timeNs: Clock.UnixNs, "sell 3"u8);
            _ = journal.Commit();
            journal.Drain(); // an event loop looks at DurableSequence instead, and is woken by DurableAdvanced
        }

        JournalRecovery found = JournalReader.Scan(folder, new Printer());

        SnapshotStore snapshots = SnapshotStore.Open(Path.Combine(folder, "snapshots"));
        using (JournalFollower follower = JournalFollower.Open(folder)) // a second core, which follows the first
        {
            _ = follower.Read(new Printer());
            using SnapshotWriter writer = snapshots.Create(follower.Position, Clock.UnixNs, schema: 1);
            writer.Write("what the second core holds"u8);
            _ = writer.Complete();
        }

        List<SnapshotFault> faults = [];
        if (snapshots.TryOpenNewest(JournalReader.FindExtent(folder), faults, out SnapshotReader? snapshot))
        {
            byte[] state = new byte[snapshot!.ContentBytes];
            snapshot.ReadExactly(state);
            options = options with { After = snapshot.Info.Position }; // JournalWriter.Open gives the records behind it
            snapshot.Dispose();
        }

        JournalRetentionResult gone =
            JournalRetention.Apply(folder, snapshots, new JournalRetentionOptions { RetainBytes = 1L << 30 }, Clock.UnixNs, faults);

        Assert.Equal(2, found.Records);
        Assert.Equal(2, options.After.Records);
        Assert.Equal(new JournalRetentionResult(0, 0, default, 1), gone);
        Assert.Empty(faults);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Journal", except: "folder");
    }

    [Fact]
    public void Wire_Layout_IsWhatTheDocumentSays()
    {
        using Scratch scratch = new();
        using (JournalWriter journal = JournalWriter.Open(scratch.Options(), new RecordList(), out _))
        {
            _ = journal.TryAppend(type: 7, sequence: 5, timeNs: 6, [0xaa, 0xbb, 0xcc]);
            _ = journal.Commit();
        }

        byte[] bytes = File.ReadAllBytes(scratch.Segment(1));

        string header = "50524547524E4C31" +
            "01000000" + "01000000" + "0500000000000000" + "0600000000000000" + new string('0', 48) + "01000000" + new string('0', 128);
        Assert.Equal(header, Convert.ToHexString(bytes[..124]));
        Assert.Equal(Crc32C.AppendSoftware(0, bytes.AsSpan(0, 124)), BitConverter.ToUInt32(bytes, 124));
        Assert.Equal("03000000", Convert.ToHexString(bytes[128..132]));
        AssertChecksum(bytes, 128, 35);
        Assert.Equal("0500000000000000" + "0600000000000000" + "07" + new string('0', 14) + "AABBCC" + "0000000000",
            Convert.ToHexString(bytes[136..168]));

        // The link: record 1 of the journal, a batch of 40 bytes and one record, SHA-256 over 32 zeros and the batch.
        Assert.Equal("30000000", Convert.ToHexString(bytes[168..172]));
        AssertChecksum(bytes, 168, 80);
        Assert.Equal("0500000000000000" + "0600000000000000" + "FF" + new string('0', 14) + "0100000000000000" + "28000000" + "01000000",
            Convert.ToHexString(bytes[176..216]));
        Assert.Equal(SHA256.HashData([.. new byte[32], .. bytes[128..168]]), bytes[216..248]);
        Assert.Equal(-1, bytes.AsSpan(248).IndexOfAnyExcept((byte)0));
        Assert.Equal(64 << 10, bytes.Length);
    }

    private static void AssertChecksum(byte[] bytes, int start, int length)
    {
        byte[] covered = [.. bytes[(start + 8)..(start + length)], .. bytes[start..(start + 4)]];
        Assert.Equal(Crc32C.AppendSoftware(0, covered), BitConverter.ToUInt32(bytes, start + 4));
    }

    private sealed class Printer : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload) =>
            Console.WriteLine($"{header.Sequence} {Encoding.UTF8.GetString(payload)}");
    }
}
