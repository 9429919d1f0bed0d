using System.Text;

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

        Assert.Equal(2, found.Records);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Journal");
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

        Assert.Equal("50524547524E4C31" + "01000000" + "00000000" + "0500000000000000" + "0600000000000000" + new string('0', 56), Convert.ToHexString(bytes[..60]));
        Assert.Equal(Crc32C.AppendSoftware(0, bytes.AsSpan(0, 60)), BitConverter.ToUInt32(bytes, 60));
        Assert.Equal("03000000", Convert.ToHexString(bytes[64..68]));
        byte[] covered = [.. bytes[72..99], .. bytes[64..68]];
        Assert.Equal(Crc32C.AppendSoftware(0, covered), BitConverter.ToUInt32(bytes, 68));
        Assert.Equal("0500000000000000" + "0600000000000000" + "07" + new string('0', 14) + "AABBCC", Convert.ToHexString(bytes[72..99]));
        Assert.Equal(-1, bytes.AsSpan(99).IndexOfAnyExcept((byte)0));
        Assert.Equal(64 << 10, bytes.Length);
    }

    private sealed class Printer : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload) =>
            Console.WriteLine($"{header.Sequence} {Encoding.UTF8.GetString(payload)}");
    }
}
