using Peregrine.Journal.Snapshots;
using Peregrine.Linux;

namespace Peregrine.Journal.Tests;

public class SnapshotTests
{
    private static readonly JournalExtent Anything = new(default, new JournalPosition(long.MaxValue, 0, default), 1, 1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((3 << 20) + 12_345)]
    public void Snapshot_OfAnyLength_ComesBackAsWritten(int bytes)
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        JournalPosition position = new(7, 5, new ChainLink(1, 2, 3, 4));
        byte[] content = Content(bytes, 1);

        SnapshotInfo written = Write(store, position, content);

        Assert.True(store.TryOpenNewest(Anything, [], out SnapshotReader? reader));
        using (reader)
        {
            Assert.Equal(written, reader!.Info);
            Assert.Equal(new SnapshotInfo("/s/0000000000000000005-0000000000000000007.snapshot", position, 99, 3), written);
            Assert.Equal(bytes, reader.ContentBytes);
            byte[] read = new byte[bytes];
            reader.ReadExactly(read);
            Assert.Equal(content, read);
            Assert.Equal(0, reader.Read(new byte[1]));
            Assert.Throws<JournalException>(() => reader.ReadExactly(new byte[1]));
        }
    }

    [Fact]
    public void Snapshot_WrittenThroughTheBuffer_ComesBackAsWritten()
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        using (SnapshotWriter writer = store.Create(new JournalPosition(1, 1, default), 0, 0))
        {
            for (int index = 0; index < 30_000; index++)
            {
                BitConverter.TryWriteBytes(writer.GetSpan(100), index);
                writer.Advance(100);
            }

            _ = writer.Complete();
        }

        Assert.True(store.TryOpenNewest(Anything, [], out SnapshotReader? reader));
        using (reader)
        {
            byte[] part = new byte[100];
            for (int index = 0; index < 30_000; index++)
            {
                reader!.ReadExactly(part);
                Assert.Equal(index, BitConverter.ToInt32(part));
            }
        }
    }

    [Fact]
    public void Layout_IsWhatTheDocumentSays()
    {
        MemoryFiles files = new();
        _ = Write(SnapshotStore.Open(files, "/s"), new JournalPosition(2, 1, new ChainLink(1, 2, 3, 4)), [0xaa, 0xbb]);

        byte[] bytes = files.ReadFile("/s/0000000000000000001-0000000000000000002.snapshot");

        string link = "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000";
        Assert.Equal(
            "50524547534E5031" + "01000000" +
            "00000000" + "0200000000000000" + "0100000000000000" + "6300000000000000" + "03000000" + new string('0', 40) + link + new string('0', 56),
            Convert.ToHexString(bytes[..124]));
        Assert.Equal(Crc32C.AppendSoftware(0, bytes.AsSpan(0, 124)), BitConverter.ToUInt32(bytes, 124));
        Assert.Equal("02000000", Convert.ToHexString(bytes[128..132]));
        Assert.Equal(Crc32C.AppendSoftware(0, [0xaa, 0xbb, 2, 0, 0, 0]), BitConverter.ToUInt32(bytes, 132));
        Assert.Equal("AABB" + "00000000", Convert.ToHexString(bytes[136..142]));
        Assert.Equal(Crc32C.AppendSoftware(0, [.. bytes[146..202], 0, 0, 0, 0]), BitConverter.ToUInt32(bytes, 142));
        Assert.Equal("0200000000000000" + "0100000000000000" + "0000000000000000", Convert.ToHexString(bytes[146..170]));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes[..138]), bytes[170..202]);
        Assert.Equal(202, bytes.Length);
    }

    [Fact]
    public void Bits_Flipped_AreEachFoundAndTheOlderSnapshotIsTaken()
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        SnapshotInfo older = Write(store, new JournalPosition(1, 1, default), Content(500, 1));
        SnapshotInfo newer = Write(store, new JournalPosition(2, 2, default), Content(1_500, 2));
        byte[] whole = files.ReadFile(newer.Path);
        const int Seed = 99;
        Random random = new(Seed);
        for (int round = 0; round < ProofSize.Of(1_000, 10_000); round++)
        {
            byte[] damaged = [.. whole];
            int at = random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            files.WriteFile(newer.Path, damaged);
            List<SnapshotFault> faults = [];

            Assert.True(store.TryOpenNewest(Anything, faults, out SnapshotReader? reader));

            using (reader)
            {
                Assert.Equal(older, reader!.Info);
            }

            SnapshotFault fault = Assert.Single(faults);
            Assert.Equal(newer.Path, fault.Path);
            Assert.True(fault.Offset <= at + 124, $"seed {Seed}, round {round}, byte {at}: {fault}");
        }
    }

    [Fact]
    public void File_CutAnywhereOrLonger_IsFound()
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        SnapshotInfo written = Write(store, new JournalPosition(2, 2, default), Content(300, 2));
        byte[] whole = files.ReadFile(written.Path);
        for (int length = 0; length <= whole.Length + 1; length++)
        {
            files.WriteFile(written.Path, length <= whole.Length ? whole[..length] : [.. whole, 0]);
            List<SnapshotFault> faults = [];

            bool isGood = store.TryOpenNewest(Anything, faults, out SnapshotReader? reader);

            reader?.Dispose();
            Assert.Equal(length == whole.Length, isGood);
        }
    }

    [Fact]
    public void Snapshots_AllDamagedOrNotOfTheJournal_AreAllNamed()
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s", keep: 4);
        SnapshotInfo early = Write(store, new JournalPosition(5, 5, default), []);
        SnapshotInfo damaged = Write(store, new JournalPosition(20, 20, default), []);
        SnapshotInfo ahead = Write(store, new JournalPosition(40, 40, default), []);
        byte[] bytes = files.ReadFile(damaged.Path);
        bytes[3] ^= 1;
        files.WriteFile(damaged.Path, bytes);
        List<SnapshotFault> faults = [];

        bool isFound = store.TryOpenNewest(new JournalExtent(new JournalPosition(10, 10, default), new JournalPosition(30, 30, default), 2, 1),
            faults, out _);

        Assert.False(isFound);
        Assert.Equal([ahead.Path, damaged.Path, early.Path], faults.Select(fault => fault.Path));
        Assert.Contains("ahead of the journal", faults[0].Reason);
        Assert.Contains("wrong magic", faults[1].Reason);
        Assert.Contains("the journal starts after record 10", faults[2].Reason);
    }

    [Fact]
    public void Store_KeepsTheNewestGoodOnes()
    {
        MemoryFiles files = new();
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        SnapshotInfo first = Write(store, new JournalPosition(1, 1, default), [1]);
        SnapshotInfo second = Write(store, new JournalPosition(2, 2, default), [2]);
        byte[] bytes = files.ReadFile(second.Path);
        bytes[3] ^= 1;
        files.WriteFile(second.Path, bytes);

        // A store of another process does not know that the second was good once.
        store = SnapshotStore.Open(files, "/s");
        SnapshotInfo third = Write(store, new JournalPosition(3, 3, default), [3]);
        Assert.Equal([first.Path, second.Path, third.Path], files.List("/s"));

        SnapshotInfo fourth = Write(store, new JournalPosition(4, 4, default), [4]);
        Assert.Equal([third.Path, fourth.Path], files.List("/s"));
    }

    [Fact]
    public void Disk_RefusingAnyCall_LeavesTheOlderSnapshotAndNoHalfOne()
    {
        for (int refused = 1; ; refused++)
        {
            MemoryFiles files = new();
            SnapshotStore store = SnapshotStore.Open(files, "/s");
            SnapshotInfo older = Write(store, new JournalPosition(1, 1, default), Content(100, 1));
            int calls = 0;
            files.Inject = op => ++calls == refused ? new CallResult(-1, op.Kind == FileOpKind.Write ? Errno.ENOSPC : Errno.EIO) : null;
            bool isWritten = true;
            try
            {
                _ = Write(store, new JournalPosition(2, 2, default), Content((1 << 20) + 100, 2));
            }
            catch (JournalException)
            {
                isWritten = false;
            }

            files.Inject = null;
            List<SnapshotFault> faults = [];
            Assert.True(store.TryOpenNewest(Anything, faults, out SnapshotReader? reader));
            reader!.Dispose();
            Assert.Empty(faults);
            Assert.True(reader.Info == older || reader.Info.Position.Records == 2);
            Assert.True(!isWritten || reader.Info.Position.Records == 2, $"call {refused}");
            if (calls < refused)
            {
                Assert.True(isWritten && refused > 6, $"{refused} calls");
                return;
            }
        }
    }

    internal static SnapshotInfo Write(SnapshotStore store, JournalPosition position, byte[] content)
    {
        using SnapshotWriter writer = store.Create(position, timeNs: 99, schema: 3);
        writer.Write(content);
        return writer.Complete();
    }

    internal static byte[] Content(int bytes, int seed)
    {
        byte[] content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return content;
    }
}
