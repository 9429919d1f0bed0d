using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Peregrine.Linux.Sockets;

namespace Peregrine.Net.Tests;

/// <summary>UDP: batches, multicast, datagrams that are too long.</summary>
public abstract class DatagramTests(NetBackend backend) : BackendSuite(backend)
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Echo_OfManyDatagrams_ComesBackWhole(string address)
    {
        using EventLoop loop = NewLoop(new EventLoopOptions());
        using DatagramPort port = loop.OpenDatagrams(new IPEndPoint(IPAddress.Parse(address), 0), new UdpEcho());
        using UdpClient client = new(new IPEndPoint(IPAddress.Parse(address), 0));
        client.Client.ReceiveTimeout = TestLoop.TimeoutMs;
        Random random = new(8);
        for (int round = 0; round < 20; round++)
        {
            byte[][] sent = [.. Enumerable.Range(0, 50).Select(_ => new byte[random.Next(0, 1_400)])];
            Array.ForEach(sent, bytes => { random.NextBytes(bytes); _ = client.Send(bytes, port.LocalEndPoint); });
            for (int pass = 0; pass < 1_000 && port.Counters.Sent < (round + 1) * 50; pass++)
            {
                _ = loop.Poll(10);
            }

            IPEndPoint from = new(IPAddress.Any, 0);
            foreach (byte[] bytes in sent)
            {
                Assert.Equal(bytes, client.Receive(ref from));
            }
        }

        Assert.Equal((1_000, 1_000), (port.Counters.Received, port.Counters.Sent));
        Assert.True(loop.Counters.SystemCalls < 1_000, $"{loop.Counters.SystemCalls} system calls for 2,000 datagrams");
    }

    [Fact]
    public void Datagram_ThatIsTooLong_IsDroppedAndCounted()
    {
        List<int> seen = [];
        using EventLoop loop = NewLoop(new EventLoopOptions());
        using DatagramPort port = loop.OpenDatagrams(new IPEndPoint(IPAddress.Loopback, 0), new UdpEcho(seen),
            new DatagramOptions { DatagramBytesMax = 100, Batch = 4 });
        using UdpClient client = new(new IPEndPoint(IPAddress.Loopback, 0));
        foreach (int bytes in (int[])[100, 101, 50])
        {
            _ = client.Send(new byte[bytes], port.LocalEndPoint);
        }

        for (int pass = 0; pass < 1_000 && port.Counters.Received + port.Counters.Truncated < 3; pass++)
        {
            _ = loop.Poll(10);
        }

        Assert.Equal([100, 50], seen);
        Assert.Equal(1, port.Counters.Truncated);
        Assert.False(port.TrySend(new byte[101], new PeerAddress((IPEndPoint)client.Client.LocalEndPoint!)));
    }

    [Theory]
    [InlineData("239.255.77.1")]
    [InlineData("ff01::77:1")]
    public void Multicast_Group_IsReceivedByTwoPorts(string address)
    {
        IPAddress group = IPAddress.Parse(address);
        bool isV6 = group.AddressFamily == AddressFamily.InterNetworkV6;
        IPAddress? own = isV6 ? OwnLinkLocal() : IPAddress.Loopback;
        Assert.SkipWhen(own is null, "no interface of this machine has IPv6 multicast");
        IPAddress any = isV6 ? IPAddress.IPv6Any : IPAddress.Any;
        DatagramOptions options = new() { Groups = [group], Interface = own };
        List<int> first = [];
        List<int> second = [];
        using EventLoop loop = NewLoop(new EventLoopOptions());
        using DatagramPort one = loop.OpenDatagrams(new IPEndPoint(any, 0), new UdpEcho(first), options);
        using DatagramPort two = loop.OpenDatagrams(new IPEndPoint(any, one.LocalEndPoint.Port), new UdpEcho(second), options);
        using DatagramPort sender = loop.OpenDatagrams(new IPEndPoint(own!, 0), new UdpEcho([]), new DatagramOptions { Interface = own });

        for (int bytes = 1; bytes <= 10; bytes++)
        {
            Assert.True(sender.TrySend(new byte[bytes], new PeerAddress(new IPEndPoint(group, one.LocalEndPoint.Port))));
        }

        for (int pass = 0; pass < 300 && (first.Count < 10 || second.Count < 10); pass++)
        {
            _ = loop.Poll(10);
        }

        Assert.Equal(Enumerable.Range(1, 10), first);
        Assert.Equal(Enumerable.Range(1, 10), second);
    }

    // The loopback has no IPv6 multicast; a group of scope ff01 does not leave the interface either.
    private static IPAddress? OwnLinkLocal() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one is { OperationalStatus: OperationalStatus.Up, SupportsMulticast: true }
            && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.IsIPv6LinkLocal);

    private sealed class UdpEcho(List<int>? seen = null) : IDatagramHandler
    {
        public void OnDatagram(DatagramPort port, ReadOnlySpan<byte> payload, in PeerAddress from)
        {
            seen?.Add(payload.Length);
            _ = seen is null && port.TrySend(payload, from);
        }
    }
}

public class DatagramTestsOnEpoll() : DatagramTests(NetBackend.Epoll);

public class DatagramTestsOnEpollEdge() : DatagramTests(NetBackend.EpollEdge);

public class DatagramTestsOnIoUring() : DatagramTests(NetBackend.IoUring);
