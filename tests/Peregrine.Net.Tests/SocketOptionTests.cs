using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Peregrine.Net.Tests;

/// <summary>The settings of sockets reach the kernel, and one that it refuses is told.</summary>
public abstract class SocketOptionTests(NetBackend backend) : BackendSuite(backend)
{
    private readonly ConcurrentQueue<string> _log = new();

    [Fact]
    public void Options_OfEverySocket_AreTheKernels()
    {
        Dictionary<string, int> seen = [];
        using ManualResetEventSlim opened = new();
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                seen["NODELAY"] = Get(connection, 6, 1);
                seen["KEEPALIVE"] = Get(connection, 1, 9);
                seen["KEEPIDLE"] = Get(connection, 6, 4);
                seen["KEEPINTVL"] = Get(connection, 6, 5);
                seen["KEEPCNT"] = Get(connection, 6, 6);
                seen["RCVBUF"] = Get(connection, 1, 8);
                seen["SNDBUF"] = Get(connection, 1, 7);
                seen["BUSY_POLL"] = Get(connection, 1, 46);
                opened.Set();
            },
        };
        using TestLoop loop = Start(() => handler, new EventLoopOptions
        {
            Socket = new() { KeepAliveIdleSeconds = 7, KeepAliveIntervalSeconds = 3, KeepAliveProbes = 2, ReceiveBufferBytes = 20_000,
                SendBufferBytes = 30_000, BusyPollUs = 50 },
            Log = _log.Enqueue,
        });
        using Socket client = loop.Connect();

        Assert.True(opened.Wait(TestLoop.TimeoutMs));
        Assert.Equal((1, 1, 7, 3, 2), (seen["NODELAY"], seen["KEEPALIVE"], seen["KEEPIDLE"], seen["KEEPINTVL"], seen["KEEPCNT"]));
        Assert.Equal((40_000, 60_000), (seen["RCVBUF"], seen["SNDBUF"]));

        // Without CAP_NET_ADMIN it is refused above the system's limit.
        Assert.True(seen["BUSY_POLL"] == 50
            || _log.Any(line => line.Contains("SO_BUSY_POLL to 50: EPERM", StringComparison.Ordinal)), string.Join('\n', _log));
    }

    [Fact]
    public void Option_ThatTheKernelRefuses_IsToldOnce()
    {
        using TestLoop loop = Start(() => new EchoHandler(),
            new EventLoopOptions { Socket = new() { KeepAliveIdleSeconds = 40_000 }, Log = _log.Enqueue });
        for (int count = 0; count < 3; count++)
        {
            using Socket client = loop.Connect();
            _ = client.Send("ping"u8);
            TestLoop.ReadExactly(client, new byte[4]);
        }

        Assert.Equal("the kernel refuses to set TCP_KEEPIDLE to 40000: EINVAL: Invalid argument; the connections go on without it",
            Assert.Single(_log));
    }

    [Fact]
    public void Options_OutOfRange_AreNamed()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(
            () => new EventLoop(new EventLoopOptions { Socket = new() { KeepAliveProbes = 0, SendBufferBytes = -1, BusyPollUs = -5 } }));

        Assert.Contains("Socket.KeepAliveProbes: 0, expected 1 or more", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Socket.SendBufferBytes: -1, expected 1 or more", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Socket.BusyPollUs: -5, expected 0 or more", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void QuickAck_OfAConnectionThatAnswers_IsStillInForce(bool isQuick)
    {
        // After answers the kernel takes a connection for an interactive one and delays acknowledgements. Source: tcp(7), TCP_QUICKACK.
        ConcurrentQueue<int> seen = [];
        TestHandler handler = new()
        {
            Data = (connection, data) =>
            {
                seen.Enqueue(Get(connection, 6, 12));
                _ = connection.TryWrite(data.Span);
                return data.Length;
            },
        };
        using TestLoop loop = Start(() => handler, new EventLoopOptions { Socket = new() { QuickAck = isQuick } });
        using Socket client = loop.Connect();
        for (int round = 0; round < 20; round++)
        {
            _ = client.Send("ping"u8);
            TestLoop.ReadExactly(client, new byte[4]);
        }

        Assert.Equal(isQuick ? 1 : 0, seen.Last());
    }

    [Fact]
    public void Unix_Socket_KnowsNothingOfTcpAndIsNotToldOf()
    {
        string path = Path.Combine(Path.GetTempPath(), $"peregrine-{Environment.ProcessId}-{Random.Shared.Next():x}.sock");
        UnixDomainSocketEndPoint endpoint = new(path);
        using NetServer server = NetServer.CreateBuilder().Listen(endpoint).Handle(() => new EchoHandler())
            .Configure(_ => With(new EventLoopOptions { Socket = new() { QuickAck = true, KeepAliveIdleSeconds = 7 }, Log = _log.Enqueue })).Start();
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = TestLoop.TimeoutMs };
        client.Connect(endpoint);
        _ = client.Send("ping"u8);
        TestLoop.ReadExactly(client, new byte[4]);

        Assert.DoesNotContain(_log, line => line.Contains("refuses", StringComparison.Ordinal));
    }

    private static int Get(Connection connection, int level, int name)
    {
        using Socket socket = new(new SafeSocketHandle(connection.Socket.Descriptor, ownsHandle: false));
        byte[] value = new byte[4];
        _ = socket.GetRawSocketOption(level, name, value);
        return BitConverter.ToInt32(value);
    }
}

public class SocketOptionTestsOnEpoll() : SocketOptionTests(NetBackend.Epoll);

public class SocketOptionTestsOnEpollEdge() : SocketOptionTests(NetBackend.EpollEdge);

public class SocketOptionTestsOnIoUring() : SocketOptionTests(NetBackend.IoUring);
