using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>Messages kept as they came and went.</summary>
public sealed class FixMessageLogTests : IDisposable
{
    private const long DayNs = 86_400_000_000_000;

    // 2026-01-31 12:00:00 UTC.
    private const long StartNs = 1_769_860_800_000_000_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fix-messages-");

    private string LogPath => Path.Combine(_folder.FullName, FixMessageLog.FileName);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Session_OfAnAcceptor_IsKeptWhole_InTheOrderOfItsMessages()
    {
        using FixMessageLog log = new(new FixMessageLogOptions { Folder = _folder.FullName });
        using (AcceptorRig rig = new(new MemorySessionStore(), options => options with { MessageLog = log }))
        {
            using Peer peer = new(rig.Acceptor.EndPoint);
            peer.Logon();
            rig.Pump(() => peer.Count("A") == 1, peer);
            peer.Send("1", "112=HELLO|");
            rig.Pump(() => peer.Count("0") == 1, peer);
        }

        log.Dispose();
        string[] lines = File.ReadAllLines(LogPath, Encoding.Latin1);
        Assert.Equal(["< - A", "> CLIENT A", "< CLIENT 1", "> CLIENT 0"], lines.Select(Shape));
        Assert.All(lines, line => Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(
            Encoding.Latin1.GetBytes(line[line.IndexOf("8=FIX", StringComparison.Ordinal)..]), 1 << 16, out _)));
        Assert.Equal((4, 0), (log.Counters.Written, log.Counters.Dropped));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LogPath));
    }

    [Fact]
    public void Message_OnTheSessionsThread_AllocatesNothing_AndOneWithoutRoomIsCounted()
    {
        byte[] message = new byte[300];
        byte[] huge = new byte[40_000];
        long taken = 0;
        using FixMessageLog log = new(new FixMessageLogOptions { Folder = _folder.FullName, RingBytes = 64 << 10 });
        int rounds = 0;
        void Round()
        {
            rounds++;
            for (int count = 0; count < 1_000; count++)
            {
                taken += log.TryWrite(isOutgoing: true, "CLIENT", message, StartNs) ? 1 : 0;
            }
        }

        Round();
        Allocation.AssertNone(Round);
        Assert.False(log.TryWrite(isOutgoing: true, "CLIENT", huge, StartNs));
        log.Dispose();
        Assert.False(log.TryWrite(isOutgoing: true, "CLIENT", message, StartNs));

        // A thousand do not fit at once, and nobody waited for the disk.
        Assert.True(log.Counters.Dropped > 2);
        Assert.Equal((taken, (rounds * 1_000) + 2), (log.Counters.Written, log.Counters.Written + log.Counters.Dropped));
    }

    [Fact]
    public void Files_OfAnotherSizeOrDay_BecomeOlderOnes_AndTheOldestGo()
    {
        for (int day = 0; day < 3; day++)
        {
            using FixMessageLog log = new(new FixMessageLogOptions { Folder = _folder.FullName, FileBytesMax = 64 << 10, FilesMax = 4 });
            for (int count = 0; count < 200; count++)
            {
                Assert.True(log.TryWrite(isOutgoing: false, "CLIENT", new byte[1_000], StartNs + (day * DayNs) + count));
            }

            // The file's own day is the one that it was written on.
            log.Dispose();
            File.SetLastWriteTimeUtc(LogPath, DateTime.UnixEpoch.AddTicks((StartNs + (day * DayNs)) / 100));
        }

        string[] names = [.. _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(["messages-20260202-001.log", "messages-20260202-002.log", "messages-20260202-003.log", "messages.log"], names);
        Assert.All(_folder.GetFiles(), file => Assert.InRange(file.Length, 1, 64 << 10));

        using FixMessageLog next = new(new FixMessageLogOptions { Folder = _folder.FullName, FilesMax = 4 });
        Assert.True(next.TryWrite(isOutgoing: false, "CLIENT", "8=FIX"u8, StartNs + (2 * DayNs) + 1));
        next.Dispose();
        Assert.EndsWith(" < CLIENT 8=FIX", File.ReadAllLines(LogPath, Encoding.Latin1)[^1], StringComparison.Ordinal);
        Assert.StartsWith("2026-02-02T12:00:00.0000000Z", File.ReadAllLines(LogPath, Encoding.Latin1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void File_OfTheDayBefore_IsNotGoneOnWith()
    {
        for (int day = 0; day < 2; day++)
        {
            using FixMessageLog log = new(new FixMessageLogOptions { Folder = _folder.FullName });
            Assert.True(log.TryWrite(isOutgoing: false, "CLIENT", "8=FIX"u8, StartNs + (day * DayNs)));
            log.Dispose();
            File.SetLastWriteTimeUtc(LogPath, DateTime.UnixEpoch.AddTicks((StartNs + (day * DayNs)) / 100));
        }

        Assert.StartsWith("2026-01-31T", Assert.Single(File.ReadAllLines(Path.Combine(_folder.FullName, "messages-20260131-001.log"))),
            StringComparison.Ordinal);
        Assert.StartsWith("2026-02-01T", Assert.Single(File.ReadAllLines(LogPath)), StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_ThatTakesNoFile_CostsMessagesAndNothingElse()
    {
        string file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        ListLogger lines = new();
        FixMessageLog log = new(new FixMessageLogOptions { Folder = Path.Combine(file, "inside"), Log = lines });

        Assert.True(log.TryWrite(isOutgoing: true, "", "x"u8, StartNs));
        log.Dispose();

        Assert.Equal((0, 1), (log.Counters.Written, log.Counters.Dropped));
        Assert.Equal(4005, Assert.Single(lines.Messages).Id);
    }

    [Theory]
    [InlineData(1, 2, 64 << 10)]
    [InlineData(64 << 10, 1, 64 << 10)]
    [InlineData(64 << 10, 2, 100_000)]
    [InlineData(64 << 10, 2, 1 << 10)]
    public void Options_OutOfRange_AreRefused(long fileBytes, int files, int ringBytes) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new FixMessageLog(new FixMessageLogOptions { Folder = "x", FileBytesMax = fileBytes, FilesMax = files, RingBytes = ringBytes }));

    // "> CLIENT A" of a line.
    private static string Shape(string line)
    {
        string[] parts = line.Split(' ', 4);
        return $"{parts[1]} {parts[2]} {parts[3].Split("\u000135=")[1].Split('\u0001')[0]}";
    }
}
