using System.Net.Sockets;
using Peregrine.Fix.Net;

namespace Peregrine.Gateway.Tests;

/// <summary>What breaches a boundary at the link's port is on record, and every message where that is wanted.</summary>
public sealed class AuditTests
{
    [Fact]
    public void Breach_AtTheLinksPort_HasItsRecord_AndAHealthyLinkHasNoFile()
    {
        using LinkRig rig = new();
        string path = Path.Combine(rig.DataFolder, "sessions", FixAudit.FileName);
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 10_000, 10);
            rig.Pump(client, () => client.Reports('0') == 1);
            Assert.False(File.Exists(path));
        }

        using (Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        using (FixClient other = rig.Connect(nextOutgoing: 3, nextIncoming: 3))
        {
            stranger.Connect(rig.Link.FixEndPoint);
            _ = stranger.Send("GET / HTTP/1.1\r\n\r\n"u8);
            rig.Pump(other, () => rig.Link.Status().BadInputs > 0);
        }

        rig.Link.Dispose();
        string[] record = Assert.Single(File.ReadLines(path).Skip(1)).Split('\t');
        Assert.Equal(("-", "Framing"), (record[2], record[4]));
        Assert.True(FixAudit.Verify(path).IsWhole);
    }

    [Fact]
    public void Messages_OfALinkThatKeepsThem_AreAllInTheFile()
    {
        using LinkRig rig = new(change: options => options with { MessageLog = new FixMessageLogOptions { Folder = "" } });
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 10_000, 10);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        rig.Link.Dispose();
        string[] lines = File.ReadAllLines(Path.Combine(rig.DataFolder, "messages", FixMessageLog.FileName));
        Assert.Equal(["< - A", "> CLIENT A", "< CLIENT D", "> CLIENT 8"], lines.Select(line => string.Join(' ', line.Split(' ')[1..3]) + " " +
            line.Split("\u000135=")[1].Split('\u0001')[0]));
    }

    [Fact]
    public void MessageLog_OutOfRange_IsAFaultOfTheOptions()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() =>
            new LinkRig(change: options => options with { MessageLog = new FixMessageLogOptions { Folder = "", FilesMax = 1 } }));

        Assert.Contains("FilesMax", fault.Message, StringComparison.Ordinal);
    }
}
