using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Peregrine.Linux.Tls;
using Peregrine.Net.Tls;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Peers that drip, vanish, end one side or fill the pool: what is ours to bound is bounded,
/// and nobody is blamed for what we do not read.</summary>
public abstract class PeerTests(NetBackend backend) : BackendSuite(backend)
{
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentQueue<CloseReason> _reasons = new();

    [Fact]
    public void Drip_InsideOfATlsRecord_IsClosedInTime()
    {
        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.Make("server");
        using TlsCredentials credentials = TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }, lookEveryMs: 0);
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0))
            .Handle(() => new TestHandler { Closed = (_, reason) => _reasons.Enqueue(reason) })
            .Tls(credentials).Configure(_ => With(new EventLoopOptions { FrameTimeoutMs = 120, Log = _log.Enqueue })).Start();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(server.EndPoint);
        using SslStream stream = new(new NetworkStream(client));
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, given, _, _) => given is not null });

        // A record of 16 KiB that never ends. Source: RFC 8446 5.2.
        try
        {
            _ = client.Send([23, 3, 3, 0x40, 0]);
            for (int sent = 0; sent < 2_000 && _reasons.IsEmpty; sent++)
            {
                _ = client.Send([0]);
                Thread.Sleep(10);
            }
        }
        catch (SocketException)
        {
            // It is closed.
        }

        Assert.True(SpinWait.SpinUntil(() => !_reasons.IsEmpty, TestLoop.TimeoutMs), "it is closed");
        Assert.Equal([CloseReason.FrameTimeout], _reasons);
        Assert.Contains(_log, line => line.Contains("FrameTimeout: a TLS record was not complete after 120 ms", StringComparison.Ordinal));
    }

    [Fact]
    public void Frame_ThatWeDoNotReadOn_IsNotThePeersDelay()
    {
        // Begins a frame of four bytes; the answer to that fills the output, so that the other two are not read for long.
        const int answerBytes = 3_000_000;
        using ManualResetEventSlim waited = new();
        TestHandler handler = new()
        {
            Data = (connection, data) =>
            {
                if (data.Length < 4)
                {
                    Assert.True(connection.TryWrite(new byte[answerBytes]));
                    connection.TickAfter(400);
                    return 0;
                }

                Assert.True(connection.TryWrite("done"u8));
                return data.Length;
            },
            Tick = _ => waited.Set(),
            Closed = (_, reason) => _reasons.Enqueue(reason),
        };
        using TestLoop loop = Start(() => handler, new EventLoopOptions { FrameTimeoutMs = 150, OutputHighWaterBytes = 100_000, Log = _log.Enqueue });
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);
        _ = client.Send("ab"u8);
        Assert.True(waited.Wait(TestLoop.TimeoutMs), string.Join(' ', _reasons));
        byte[] back = new byte[answerBytes + 4];

        _ = client.Send("cd"u8);
        TestLoop.ReadExactly(client, back);

        Assert.Equal("done"u8, back.AsSpan(answerBytes));
        Assert.Empty(_reasons);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Output_EndedByUs_IsReadWholeAndThePeerGoesOn(bool isTls)
    {
        byte[] answer = new byte[500_000];
        new Random(4).NextBytes(answer);
        using ManualResetEventSlim closed = new();
        int seen = 0;
        bool isRefused = false;
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                Assert.True(connection.TryWrite(answer));
                connection.EndOutput();
                isRefused = !connection.TryWrite("x"u8);
            },
            Data = (_, data) =>
            {
                seen += data.Length;
                return data.Length;
            },
            InputEnded = _ => true,
            Closed = (_, reason) =>
            {
                _reasons.Enqueue(reason);
                closed.Set();
            },
        };
        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.Make("server");
        using TlsCredentials? credentials = isTls
            ? TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }, lookEveryMs: 0)
            : null;
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => handler).Tls(credentials)
            .Configure(With).Start();
        using TcpClient client = new() { ReceiveTimeout = TestLoop.TimeoutMs };
        client.Connect(server.EndPoint);
        Stream stream = client.GetStream();
        if (isTls)
        {
            SslStream ssl = new(stream);
            ssl.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, given, _, _) => given is not null });
            stream = ssl;
        }

        byte[] back = new byte[answer.Length];
        stream.ReadExactly(back);
        Assert.Equal(0, stream.Read(new byte[1]));
        stream.Write(new byte[1_000]);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref seen) == 1_000, TestLoop.TimeoutMs),
            $"{seen} of 1,000 bytes came; {string.Join(' ', _reasons)}");
        client.Client.Shutdown(SocketShutdown.Send);

        // Both sides are ended then, whatever the handler wishes.
        Assert.True(closed.Wait(TestLoop.TimeoutMs));
        Assert.True(back.AsSpan().SequenceEqual(answer));
        Assert.True(isRefused, "nothing can follow an end");
        Assert.Equal([CloseReason.Remote], _reasons);
    }

    [Theory]
    [InlineData("keep-alive", CloseReason.Reset)]
    [InlineData("idle", CloseReason.IdleTimeout)]
    [InlineData("written to", CloseReason.Reset)]
    public void Peer_ThatVanishesWithoutAWord_IsFoundOut(string by, CloseReason expected)
    {
        TestHandler handler = new()
        {
            Data = (connection, data) =>
            {
                connection.TickAfter(20);
                _ = connection.TryWrite(data.Span);
                return data.Length;
            },
            Tick = connection =>
            {
                connection.TickAfter(20);
                _ = by == "written to" && connection.TryWrite("tick"u8);
            },
            Closed = (_, reason) => _reasons.Enqueue(reason),
        };
        EventLoopOptions options = new() { IdleTimeoutMs = by == "idle" ? 300 : 0, Log = _log.Enqueue };
        using TestLoop loop = Start(() => handler, by == "keep-alive"
            ? options with { Socket = new() { KeepAliveIdleSeconds = 1, KeepAliveIntervalSeconds = 1, KeepAliveProbes = 1 } }
            : options);
        Socket client = loop.Connect();
        _ = client.Send("ping"u8);
        TestLoop.ReadExactly(client, new byte[4]);

        // Under repair a close says nothing to the peer, as a machine that lost its power would. Source: tcp(7), TCP_REPAIR; it needs CAP_NET_ADMIN.
        try
        {
            client.SetRawSocketOption(6, 19, [1, 0, 0, 0]);
        }
        catch (SocketException fault)
        {
            Assert.Skip($"a peer cannot vanish here: {fault.Message}");
        }

        client.Close();

        Assert.True(SpinWait.SpinUntil(() => !_reasons.IsEmpty, TestLoop.TimeoutMs), "it is found out");
        loop.Stop();
        Assert.Equal([expected], _reasons);
        Assert.Equal((0, 0), (loop.Loop.ConnectionCount, loop.Loop.LentBuffers));
    }

    [Fact]
    public void Pool_UsedUpByFramesThatNeverEnd_RefusesUntilTheirTimeIsOver()
    {
        int seen = 0;
        TestHandler partial = new()
        {
            Data = (_, data) =>
            {
                seen++;
                return 0;
            },
            Closed = (_, reason) => _reasons.Enqueue(reason),
        };
        bool isHonest = false;
        using TestLoop loop = Start(
            () => isHonest ? new EchoHandler() : partial,
            new EventLoopOptions { PoolBytes = 65_536, PoolBytesMax = 65_536, FrameBytesMax = 4_096, ReceiveBytes = 4_096, OutputBytesMax = 32_768,
                FrameTimeoutMs = 1_000, Log = _log.Enqueue });
        List<Socket> clients = [];
        while (clients.Count < 100 && loop.Loop.Counters.Refused == 0)
        {
            Socket client = loop.Connect();
            clients.Add(client);
            int before = Volatile.Read(ref seen);
            _ = client.Send(new byte[100]);
            _ = SpinWait.SpinUntil(() => Volatile.Read(ref seen) > before || loop.Loop.Counters.Refused > 0 || loop.Loop.Counters.PoolExhaustions > 0,
                TestLoop.TimeoutMs);
        }

        Assert.True(loop.Loop.Counters.Refused > 0, $"{clients.Count} connections are served from 16 pages");
        Assert.Contains(_log, line => line.StartsWith("the buffer pool is used up", StringComparison.Ordinal));
        Assert.True(SpinWait.SpinUntil(() => loop.Loop.ConnectionCount == 0, TestLoop.TimeoutMs), $"{loop.Loop.ConnectionCount} are left");
        Assert.Contains(CloseReason.FrameTimeout, _reasons);
        isHonest = true;
        using Socket honest = loop.Connect();
        _ = honest.Send("ping"u8);
        byte[] back = new byte[4];
        TestLoop.ReadExactly(honest, back);

        Assert.Equal("ping"u8, back);
        clients.ForEach(client => client.Dispose());
        loop.Stop();
        Assert.Null(loop.Loop.LastHandlerFault);
    }
}

public class PeerTestsOnEpoll() : PeerTests(NetBackend.Epoll);

public class PeerTestsOnEpollEdge() : PeerTests(NetBackend.EpollEdge);

public class PeerTestsOnIoUring() : PeerTests(NetBackend.IoUring);
