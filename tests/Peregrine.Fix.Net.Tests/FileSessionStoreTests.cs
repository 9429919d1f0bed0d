using System.Text;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

public sealed class FileSessionStoreTests : IDisposable
{
    private const int RingBytes = 64 << 10;
    private const int HeaderBytes = 4_096;
    private static readonly SessionStoreOwner Owner = new("BROKER", "CLIENT");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("session-store-");

    private string StorePath => Path.Combine(_folder.FullName, "CLIENT.session");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Store_Reopened_HasNumbersMarkAndMessages()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(0, []);
            store.Append(7, "first"u8);
            store.Append(8, "second"u8);
            store.ProvenSequence = 7;
            store.NextIncoming = 42;
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((42, 4, 8, 7), (again.NextIncoming, again.NextOutgoing, again.Mark, again.ProvenSequence));
        Assert.Equal(["", "first", "second", ""], Enumerable.Range(1, 4).Select(sequence => Read(again, sequence)));
    }

    [Fact]
    public void Ring_WhenItWraps_KeepsTheNewestAndTellsOfTheOld()
    {
        const int count = 2_000;
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            for (int message = 1; message <= count; message++)
            {
                store.Append(message, Encoding.ASCII.GetBytes(Text(message)));
                Assert.Equal(Text(message), Read(store, message));
            }
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        int kept = Enumerable.Range(1, count).Count(message => Read(again, message) == Text(message));
        Assert.InRange(kept, RingBytes / 400, count - 1);
        Assert.Equal((count + 1, count), (again.NextOutgoing, again.Mark));
        Assert.All(Enumerable.Range(count - kept + 1, kept), message => Assert.Equal(Text(message), Read(again, message)));
        Assert.All(Enumerable.Range(1, count - kept), message => Assert.Equal("", Read(again, message)));
    }

    [Fact]
    public void Version_Reopened_IsWhatWasSaid_AndChangesNothingElse()
    {
        Guid link = Guid.NewGuid();
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            // As every store of before has it.
            Assert.Equal("", store.Version);
            store.Append(7, "first"u8);
            store.BeOfVersion("5.0SP2", Owner);
            store.Belong(link, Owner);
        }

        using (FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            Assert.Equal(("5.0SP2", link, "first", 7), (again.Version, again.Link, Read(again, 1), again.Mark));
            again.BeOfVersion("", Owner);
        }

        using FileSessionStore last = FileSessionStore.Open(StorePath, RingBytes, Owner);
        Assert.Equal(("", link), (last.Version, last.Link));
    }

    [Fact]
    public void Began_Reopened_IsTheEarlierOfItsTwoPlaces()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            Assert.Equal(0, store.BeganNs);
            store.BeganNs = 1_000;
        }

        using (FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            Assert.Equal(1_000, again.BeganNs);
            again.BeganNs = 2_000;
        }

        // The process died between the two.
        using (FileStream file = new(StorePath, FileMode.Open))
        {
            file.Position = 3_840;
            file.Write(BitConverter.GetBytes(1_000L));
        }

        using FileSessionStore torn = FileSessionStore.Open(StorePath, RingBytes, Owner);
        Assert.Equal(1_000, torn.BeganNs);
    }

    [Fact]
    public void Reset_StartsTheNumbersAnewAndKeepsTheMark()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(5, "old"u8);
            store.NextIncoming = 9;
            store.Reset(store.Mark);
            store.Append(6, "new"u8);
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((1, 2, 6), (again.NextIncoming, again.NextOutgoing, again.Mark));
        Assert.Equal("new", Read(again, 1));
    }

    [Fact]
    public void Kill_AfterEveryAppend_FindsEverythingAppended()
    {
        // The file as another process would find it, without any chance for the store to put it in order.
        using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);
        for (int message = 1; message <= 20; message++)
        {
            store.Append(message, Encoding.ASCII.GetBytes(Text(message)));
            string image = Path.Combine(_folder.FullName, $"image{message}");
            Copy(image);
            using FileSessionStore found = FileSessionStore.Open(image, RingBytes, Owner);

            Assert.Equal((message + 1, message), (found.NextOutgoing, found.Mark));
            Assert.Equal(Text(message), Read(found, message));
        }
    }

    [Fact]
    public void File_WithAnyByteOfARecordChanged_IsAPrefixOrRefused()
    {
        const int count = 6;
        long end;
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            for (int message = 1; message <= count; message++)
            {
                store.Append(message, Encoding.ASCII.GetBytes(Text(message)));
            }
        }

        byte[] good = File.ReadAllBytes(StorePath);
        end = Array.FindLastIndex(good, value => value != 0) + 1;
        int step = ProofSize.IsLong ? 1 : 7;
        for (long at = HeaderBytes; at < end; at += step)
        {
            byte[] bad = (byte[])good.Clone();
            bad[at] ^= 0x41;
            File.WriteAllBytes(StorePath, bad);
            try
            {
                using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);
                Assert.Equal((count + 1, count), (store.NextOutgoing, store.Mark));
                Assert.All(Enumerable.Range(1, count), message => Assert.Contains(Read(store, message), new[] { "", Text(message) }));
            }
            catch (IOException fault)
            {
                Assert.Contains($"{StorePath} is damaged: no whole record at byte ", fault.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(0, "wrong magic at byte 0")]
    [InlineData(7, "wrong magic at byte 0")]
    [InlineData(30, "is damaged: no whole record at byte")]
    [InlineData(64, "is damaged: the checksum of its owner at byte 64")]
    [InlineData(200, "is damaged: the checksum of its owner at byte 64")]
    public void Header_Damaged_IsRefusedByName(int at, string tells)
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(1, "one"u8);
        }

        byte[] bytes = File.ReadAllBytes(StorePath);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(StorePath, bytes);

        IOException fault = Assert.ThrowsAny<IOException>(() => FileSessionStore.Open(StorePath, RingBytes, Owner));

        Assert.Contains(StorePath, fault.Message, StringComparison.Ordinal);
        Assert.Contains(tells, fault.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(StorePath));
    }

    [Fact]
    public void File_OfAnotherSession_IsRefusedByBothNames()
    {
        FileSessionStore.Open(StorePath, RingBytes, new SessionStoreOwner("BROKER", "CLIENT2")).Dispose();

        IOException fault = Assert.ThrowsAny<IOException>(() => FileSessionStore.Open(StorePath, RingBytes, Owner));

        Assert.Contains($"{StorePath} is that of BROKER with CLIENT2, expected BROKER with CLIENT", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_024)]
    [InlineData(2_048)]
    public void NextIncoming_WithOnePlaceFlipped_IsTheOtherPlacesAndIsTold(int place)
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.ProvenSequence = 7;
            store.NextIncoming = 41;
            store.NextIncoming = 42;
        }

        byte[] good = File.ReadAllBytes(StorePath);
        for (int bit = 0; bit < 32 * 8; bit++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[place + (bit / 8)] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(StorePath, bad);
            using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);

            Assert.Equal(place == 1_024 ? 42 : 41, store.NextIncoming);
            Assert.Contains("one whole place of two", store.Found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NextIncoming_WithBothPlacesFlipped_IsRefused()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.NextIncoming = 42;
        }

        byte[] bytes = File.ReadAllBytes(StorePath);
        bytes[1_024 + 9] ^= 1;
        bytes[2_048 + 9] ^= 1;
        File.WriteAllBytes(StorePath, bytes);

        SessionStoreDamagedException fault = Assert.Throws<SessionStoreDamagedException>(() => FileSessionStore.Open(StorePath, RingBytes, Owner));

        Assert.Contains("1024 and 2048", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SentMark_Saved_IsThereAgain_AndTheSmallerOfTwoThatDiffer()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(5, "five"u8);
            store.SentMark = 4;
        }

        using (FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            Assert.Equal(4, again.SentMark);
        }

        byte[] bytes = File.ReadAllBytes(StorePath);
        bytes[3_072] = 5;
        File.WriteAllBytes(StorePath, bytes);
        using FileSessionStore flipped = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal(4, flipped.SentMark);
        Assert.Contains("says 5 and 4", flipped.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void GoOnFrom_LeavesNothingOfBefore_AndGoesOn()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(1, "one"u8);
            store.SentMark = 1;
            store.GoOnFrom(100, 60);
            store.Append(61, "new"u8);
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((101, 61, 1, 0), (again.NextOutgoing, again.Mark, again.SentMark, again.Resets));
        Assert.Equal(["", "", "new"], new[] { 1L, 99, 100 }.Select(sequence => Read(again, sequence)));
    }

    [Theory]
    [InlineData(61, 60)]
    [InlineData(60, 60)]
    [InlineData(59, 59)]
    public void GoOnFrom_AMarkBelowWhatWasSent_TakesThatBackToIt(long mark, long sentMark)
    {
        using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);
        store.Append(70, "one"u8);
        store.SentMark = 60;

        store.GoOnFrom(100, mark);

        Assert.Equal((100, mark, sentMark), (store.NextOutgoing, store.Mark, store.SentMark));
    }

    [Fact]
    public void Restore_HasEveryNumber_AlsoOpenedAgain()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(1, "one"u8);
            store.SentMark = 1;
            store.Restore(nextOutgoing: 100, mark: 60, resets: 3, nextIncoming: 42, sentMark: 55);
            Assert.Equal((100, 60, 3, 42, 55), (store.NextOutgoing, store.Mark, store.Resets, store.NextIncoming, store.SentMark));
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((100, 60, 3, 42, 55), (again.NextOutgoing, again.Mark, again.Resets, again.NextIncoming, again.SentMark));
    }

    [Fact]
    public void SentMark_BeyondTheLastRecord_IsThatOfTheRecord()
    {
        // As a process leaves it that died between a reset and the store of what was sent.
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(5, "five"u8);
            store.SentMark = 9;
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((5, 5, ""), (again.Mark, again.SentMark, again.Found));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Reset_WithNothingBehindIt_HasItsMark(long mark)
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(5, "old"u8);
            store.Reset(mark);
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((1, mark, 1), (again.NextOutgoing, again.Mark, again.Resets));
    }

    [Fact]
    public void File_OfASessionWhoseLongNameDiffersAtItsEnd_IsRefused()
    {
        string name = new('C', 120);
        FileSessionStore.Open(StorePath, RingBytes, new SessionStoreOwner("BROKER", name + "1")).Dispose();
        FileSessionStore.Open(StorePath, RingBytes, new SessionStoreOwner("BROKER", name + "1")).Dispose();

        _ = Assert.ThrowsAny<IOException>(() => FileSessionStore.Open(StorePath, RingBytes, new SessionStoreOwner("BROKER", name + "2")));
    }

    [Fact]
    public void Reset_CountsAndTakesTheMarkBack()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(5, "old"u8);
            store.Reset(3);
            store.Append(4, "again"u8);
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((2, 4, 1), (again.NextOutgoing, again.Mark, again.Resets));
    }

    [Fact]
    public void FileOfVersion1_IsCarriedOverWithAllThatItHas()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            store.Append(0, default);
            store.Append(1, "one"u8);
        }

        // As version 1 wrote it: the client's next number at byte 16, nothing behind byte 32, the same ring.
        byte[] bytes = File.ReadAllBytes(StorePath);
        bytes[7] = (byte)'1';
        bytes.AsSpan(32, HeaderBytes - 32).Clear();
        bytes[16] = 42;
        File.WriteAllBytes(StorePath, bytes);

        using (FileSessionStore carried = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            Assert.Equal((42, 3, 1, 1, 0), (carried.NextIncoming, carried.NextOutgoing, carried.Mark, carried.SentMark, carried.Resets));
            Assert.Contains("carried over", carried.Found, StringComparison.Ordinal);
            Assert.Equal("one", Read(carried, 2));
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((42, 3, ""), (again.NextIncoming, again.NextOutgoing, again.Found));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(30_000)]
    public void File_CutShort_IsRefusedByName(int bytes)
    {
        File.WriteAllBytes(StorePath, new byte[bytes]);

        IOException fault = Assert.ThrowsAny<IOException>(() => FileSessionStore.Open(StorePath, RingBytes, Owner));

        Assert.Contains($"{StorePath} is damaged: it has {bytes} bytes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_OpenInAnotherStore_IsRefusedByName()
    {
        using FileSessionStore first = FileSessionStore.Open(StorePath, RingBytes, Owner);

        IOException fault = Assert.ThrowsAny<IOException>(() => FileSessionStore.Open(StorePath, RingBytes, Owner));

        Assert.Contains($"{StorePath} is in use", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_AfterOpening_AllocatesNothing()
    {
        using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);
        byte[] message = new byte[200];
        for (int round = 0; round < 1_000; round++)
        {
            store.Append(round, message);
        }

        Allocation.AssertNone(() =>
        {
            for (int round = 0; round < 10_000; round++)
            {
                store.Append(round, message);
                store.NextIncoming = round + 1;
                store.SentMark = round;
                _ = store.TryRead(store.NextOutgoing - 1, out _, out _);
            }
        });
    }

    private static string Text(int message) => $"message {message} {new string((char)('a' + (message % 26)), message % 150)}";

    private static string Read(FileSessionStore store, long sequence) => store.TryRead(sequence, out ReadOnlySpan<byte> message, out _)
        ? Encoding.ASCII.GetString(message)
        : "";

    // Not by .NET, which heeds the store's lock.
    private void Copy(string target)
    {
        using System.Diagnostics.Process copy = System.Diagnostics.Process.Start("cp", [StorePath, target]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
