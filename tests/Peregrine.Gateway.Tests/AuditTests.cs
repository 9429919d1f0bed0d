using System.Net.Sockets;
using Peregrine.Fix.Net;

namespace Peregrine.Gateway.Tests;

/// <summary>What breaches a boundary at the link's port is on record.</summary>
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
}
