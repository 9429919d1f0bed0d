using System.Net;
using System.Net.Sockets;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>Records of messages that breached a boundary, and what is told of a file that somebody laid hands on.</summary>
public sealed class FixAuditTests : IDisposable
{
    private const long SecondNs = 1_000_000_000;
    private const long StartNs = 1_769_860_800 * SecondNs;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fix-audit-");

    private string LogPath => Path.Combine(_folder.FullName, FixAudit.FileName);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void EachKindOfBreach_LeavesItsRecord_AndTheAcceptorGoesOn()
    {
        string heartbeat = Peer.Framed("35=0|49=CLIENT|56=BROKER|34=9|52=20260131-12:00:00.000|");
        (FixBreach Breach, string Text)[] breaches =
        [
            (FixBreach.Framing, "no message at all 8=FIX.4.4\u00019=x\u0001"),
            (FixBreach.BodyLength, heartbeat.Replace("9=5", "9=4", StringComparison.Ordinal)),
            (FixBreach.CheckSum, heartbeat[..^4] + (heartbeat[^4] == '9' ? "8" : "9") + heartbeat[^3..]),
            (FixBreach.Parse, Peer.Framed($"35=0|49=CLIENT|56=BROKER|34=2|52={DateTime.UtcNow:yyyyMMdd-HH:mm:ss.fff}|0=X|")),
            (FixBreach.Limit, "8=FIX.4.4\u00019=999999\u000135=D\u0001"),
        ];
        using FixAudit audit = new(new FixAuditOptions { Folder = _folder.FullName });
        using (AcceptorRig rig = new(new MemorySessionStore(), options => options with { Audit = audit }))
        {
            using (Peer peer = new(rig.Acceptor.EndPoint))
            {
                peer.Logon();
                rig.Pump(() => peer.Count("A") == 1, peer);
                for (int index = 0; index < breaches.Length; index++)
                {
                    long seen = Seen(rig);
                    peer.SendRaw(breaches[index].Text);
                    rig.Pump(() => Seen(rig) > seen, peer);
                }

                rig.Pump(() => peer.IsClosed, peer);
            }

            using Peer next = new(rig.Acceptor.EndPoint);
            next.Logon("141=Y|");
            rig.Pump(() => next.Count("A") == 1, next);
        }

        audit.Dispose();

        string[][] records = [.. Records(LogPath)];
        Assert.True(FixAudit.Verify(LogPath).IsWhole);
        Assert.Equal(breaches.Select(breach => breach.Breach.ToString()), records.Select(record => record[4]).Distinct());
        Assert.All(records, record => Assert.StartsWith("127.0.0.1:", record[3], StringComparison.Ordinal));
        Assert.All(records, record => Assert.Equal("CLIENT", record[2]));
        Assert.Contains(records, record => record[7] == Convert.ToHexStringLower(Encoding.Latin1.GetBytes(breaches[2].Text)));
        Assert.Equal((records.Length, 0), (audit.Counters.Written, audit.Counters.Dropped));
    }

    [Fact]
    public void Initiator_WhosePeerSendsNoise_KeepsIt()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using FixAudit audit = new(new FixAuditOptions { Folder = _folder.FullName });
        using EventLoop loop = new(new EventLoopOptions());
        FixSession session = new(new FixSessionOptions { CompId = "CLIENT", PeerCompId = "BROKER", IsInitiator = true }, new MemorySessionStore(),
            new Nobody());
        using FixInitiator initiator = new(loop, new FixInitiatorOptions { EndPoint = listener.LocalEndpoint, Audit = audit }, session);

        initiator.OnTick(Clock.UnixNs);
        using Socket peer = listener.AcceptSocket();
        _ = peer.Send("noise 8=FIX.4.4"u8);
        for (int pass = 0; initiator.GarbledFrames == 0; pass++)
        {
            Assert.True(pass < 100_000, "the noise arrives");
            _ = loop.Poll(10);
        }

        audit.Dispose();
        string[] record = Assert.Single(Records(LogPath));
        Assert.Equal(("BROKER", $"{listener.LocalEndpoint}", "Framing"), (record[2], record[3], record[4]));
    }

    [Fact]
    public void Chain_ThatSomebodyChanged_NamesTheFirstBrokenRecord()
    {
        Write(20);
        string[] lines = File.ReadAllLines(LogPath);
        FixAuditReport whole = FixAudit.Verify(LogPath);
        Assert.Equal((1, 20, 0, "", ""), (whole.First, whole.Last, whole.Dropped, whole.Fault, whole.Note));
        for (int record = 1; record <= 20; record++)
        {
            Random random = new(record);
            string[] changed = [.. lines];
            char[] letters = changed[record].ToCharArray();
            int at = random.Next(letters.Length);
            letters[at] = letters[at] == '0' ? '1' : '0';
            changed[record] = new string(letters);
            Assert.Contains($"record {record} (", Fault(changed), StringComparison.Ordinal);

            string[] removed = [.. lines.Where((_, line) => line != record)];
            Assert.Contains($"record {record}", Fault(removed), StringComparison.Ordinal);

            string[] swapped = [.. lines];
            int other = record == 20 ? 1 : random.Next(record + 1, 21);
            (swapped[record], swapped[other]) = (swapped[other], swapped[record]);
            Assert.Contains($"record {Math.Min(record, other)} (", Fault(swapped), StringComparison.Ordinal);

            Assert.Contains($"record {record}: it is missing at the end", Fault(lines[..record]), StringComparison.Ordinal);
            string cut = string.Join('\n', lines[..record]) + "\n" + lines[record][..random.Next(1, lines[record].Length + 1)];
            File.WriteAllText(LogPath, cut);
            Assert.Contains($"record {record} (line {record + 1}): the file ends", FixAudit.Verify(LogPath).Fault, StringComparison.Ordinal);
        }

        lines[0] = lines[0].Replace("\t1\t", "\t2\t", StringComparison.Ordinal);
        Assert.Contains("line 1", Fault(lines), StringComparison.Ordinal);
        File.WriteAllText(LogPath, "");
        Assert.Contains("line 1", FixAudit.Verify(LogPath).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_OfAnotherChain_IsToldByTheHashBefore()
    {
        Write(5, bytes: 30);
        string[] others = File.ReadAllLines(LogPath);
        Directory.GetFiles(_folder.FullName).ToList().ForEach(File.Delete);
        Write(5);
        string[] lines = File.ReadAllLines(LogPath);

        lines[3] = others[3];

        Assert.Contains("record 3 (line 4): its hash does not follow", Fault(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void File_OpenedAgain_GoesOnWithItsChain_AndWithoutAHeadSaysWhatCannotBeTold()
    {
        Write(3);
        Write(4);

        Assert.Equal((1, 7), (FixAudit.Verify(LogPath).First, FixAudit.Verify(LogPath).Last));
        File.Delete(Path.Combine(_folder.FullName, "audit.head"));
        FixAuditReport report = FixAudit.Verify(LogPath);
        Assert.True(report.IsWhole);
        Assert.Contains("cannot be told", report.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void File_ThatIsBroken_IsKeptAsItIs_AndTheNextOneSaysSo()
    {
        Write(5);
        string[] lines = File.ReadAllLines(LogPath);
        File.WriteAllLines(LogPath, lines[..^2]);
        ListLogger log = new();

        Write(1, log: log);

        Assert.Equal(lines[..^2], File.ReadAllLines(LogPath + ".1"));
        string[][] records = [.. Records(LogPath)];
        Assert.Equal(["Broken", "CheckSum"], records.Select(record => record[4]));
        Assert.Equal(["6", "7"], records.Select(record => record[0]));
        Assert.Equal(4004, Assert.Single(log.Messages).Id);
        Assert.True(FixAudit.Verify(LogPath).IsWhole);
        Assert.False(FixAudit.Verify(LogPath + ".1").IsWhole);
    }

    [Fact]
    public void Files_BeyondTheirSize_AreBoundedAndOneChain()
    {
        for (int round = 0; round < 8; round++)
        {
            Write(60, options => options with { FileBytesMax = 64 << 10, FilesMax = 4, BytesShownMax = 1024 }, bytes: 700);
        }

        string[] files = [.. Directory.GetFiles(_folder.FullName, "audit.log*").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        Assert.Equal(["audit.log", "audit.log.1", "audit.log.2", "audit.log.3"], files);
        FixAuditReport[] reports = [.. files.Select(file => FixAudit.Verify(Path.Combine(_folder.FullName, file)))];
        Assert.All(reports, report => Assert.Equal("", report.Fault));
        Assert.All(files, file => Assert.InRange(new FileInfo(Path.Combine(_folder.FullName, file)).Length, 1, 64 << 10));
        Assert.All(reports.Skip(1).Zip(reports), pair => Assert.Equal(pair.First.Last + 1, pair.Second.First));
        Assert.Equal(480, reports[0].Last);

        string[] older = File.ReadAllLines(LogPath + ".2");
        File.WriteAllLines(LogPath + ".2", older[..^1]);
        Assert.Contains($"record {reports[2].Last}: it is missing at the end", FixAudit.Verify(LogPath + ".2").Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Breaches_BeyondTheRate_AreCountedByTheNextRecord()
    {
        using (FixAudit audit = new(new FixAuditOptions { Folder = _folder.FullName, RecordsPerSecondMax = 5, BytesShownMax = 16 }))
        {
            for (int breach = 0; breach < 12; breach++)
            {
                Assert.Equal(breach < 5, audit.Record(FixBreach.CheckSum, "A B\tC", "", new byte[100], StartNs + breach));
            }

            Assert.True(audit.Record(FixBreach.CheckSum, "", "", default, StartNs + SecondNs));
            Assert.True(audit.Record(FixBreach.CheckSum, "", "", default, StartNs + SecondNs));
            Assert.Equal(7, audit.Counters.Dropped);
        }

        string[][] records = [.. Records(LogPath)];
        Assert.Equal(["0", "0", "0", "0", "0", "7", "0"], records.Select(record => record[6]));
        Assert.Equal(("A?B?C", "-", "100", 32), (records[0][2], records[0][3], records[0][5], records[0][7].Length));
        Assert.Equal(7, FixAudit.Verify(LogPath).Dropped);
    }

    [Fact]
    public void Folder_ThatTakesNoFile_CostsRecordsAndNothingElse()
    {
        string file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        ListLogger log = new();
        FixAudit audit = new(new FixAuditOptions { Folder = Path.Combine(file, "inside"), Log = log });

        Assert.True(audit.Record(FixBreach.Framing, "", "", "x"u8, StartNs));
        audit.Dispose();
        Assert.False(audit.Record(FixBreach.Framing, "", "", "x"u8, StartNs));

        Assert.Equal((0, 2), (audit.Counters.Written, audit.Counters.Dropped));
        Assert.Equal(4003, Assert.Single(log.Messages).Id);
    }

    [Theory]
    [InlineData(1, 2, 1, 16)]
    [InlineData(64 << 10, 1, 1, 16)]
    [InlineData(64 << 10, 2, 0, 16)]
    [InlineData(64 << 10, 2, 1, 15)]
    public void Options_OutOfRange_AreRefused(long fileBytes, int files, int rate, int bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixAudit(new FixAuditOptions { Folder = "x", FileBytesMax = fileBytes, FilesMax = files,
            RecordsPerSecondMax = rate, BytesShownMax = bytes }));

    private static long Seen(AcceptorRig rig) =>
        rig.Acceptor.Counters.GarbledFrames + rig.Acceptor.Counters.OversizedFrames + rig.Session.Counters.Rejected;

    private static IEnumerable<string[]> Records(string path) => File.ReadLines(path).Skip(1).Select(line => line.Split('\t'));

    private string Fault(string[] lines)
    {
        File.WriteAllText(LogPath, string.Concat(lines.Select(line => line + "\n")));
        return FixAudit.Verify(LogPath).Fault;
    }

    private void Write(int records, Func<FixAuditOptions, FixAuditOptions>? change = null, int bytes = 20, ListLogger? log = null)
    {
        FixAuditOptions options = new() { Folder = _folder.FullName, Log = log };
        using FixAudit audit = new(change?.Invoke(options) ?? options);
        for (int record = 0; record < records; record++)
        {
            Assert.True(audit.Record(FixBreach.CheckSum, "CLIENT", "127.0.0.1:5", new byte[bytes], StartNs + record));
        }
    }

    private sealed class Nobody : IFixApplication
    {
        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }

        public bool OnMessage(FixSession session, in FixMessage message) => true;
    }
}
