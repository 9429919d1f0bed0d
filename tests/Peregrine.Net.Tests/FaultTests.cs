using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Peregrine.Linux.Sockets;
using Peregrine.Linux.Tls;
using Peregrine.Net.Tls;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Handlers that throw or take long, in every one of their calls: the log names them, and the loop goes on.</summary>
public abstract class FaultTests(NetBackend backend) : BackendSuite(backend)
{
    private readonly ConcurrentQueue<string> _log = new();

    [Theory]
    [InlineData("OnOpened")]
    [InlineData("OnData")]
    [InlineData("OnWritable")]
    [InlineData("OnInputEnded")]
    [InlineData("OnTick")]
    [InlineData("OnClosed")]
    public void Call_ThatThrows_LosesItsConnectionOnlyAndIsLogged(string call)
    {
        TestHandler bad = HandlerThat(call, () => throw new InvalidOperationException($"bad {call}"));
        int accepted = 0;
        using TestLoop loop = Start(() => accepted++ == 0 ? bad : new EchoHandler(), Options);
        using Socket first = loop.Connect();
        Provoke(first);

        AssertLogged($"TestHandler threw InvalidOperationException: bad {call}");
        ReadToEnd(first);
        using Socket second = loop.Connect();
        _ = second.Send("ping"u8);
        byte[] back = new byte[4];
        TestLoop.ReadExactly(second, back);

        Assert.Equal("ping"u8, back);
        Assert.True(SpinWait.SpinUntil(() => loop.Loop.LentBuffers == 0, TestLoop.TimeoutMs), "its buffers are back");
        loop.Stop();
        Assert.Equal($"bad {call}", loop.Loop.LastHandlerFault!.Message);
        Assert.Equal(call == "OnClosed" ? 0 : 1, loop.Loop.Counters.Closed(CloseReason.HandlerFault));
        Assert.Equal(1, loop.Loop.ConnectionCount);
    }

    [Theory]
    [InlineData("OnOpened")]
    [InlineData("OnData")]
    [InlineData("OnWritable")]
    [InlineData("OnInputEnded")]
    [InlineData("OnTick")]
    [InlineData("OnClosed")]
    public void Call_ThatIsSlow_IsNamedInTheLog(string call)
    {
        bool isDone = false;
        TestHandler slow = HandlerThat(call, () =>
        {
            if (!isDone)
            {
                isDone = true;
                Thread.Sleep(20);
            }
        });
        using TestLoop loop = Start(() => slow, Options with { SlowHandlerUs = 10_000 });
        using Socket client = loop.Connect();
        Provoke(client);

        AssertLogged($"slow handler: TestHandler.{call} took");
    }

    [Fact]
    public void Opening_ThatIsSlowOverTls_IsNotTheTimeOfWhatComesAfterIt()
    {
        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.Make("server");
        using TlsCredentials credentials = TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }, lookEveryMs: 0);
        TestHandler handler = new()
        {
            Opened = _ => Thread.Sleep(300),
            Data = (connection, data) =>
            {
                _ = connection.TryWrite(data.Span);
                return data.Length;
            },
        };
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => handler).Tls(credentials)
            .Configure(_ => With(Options with { SlowHandlerUs = 200_000 })).Start();
        using TcpClient client = new();
        client.Connect(server.EndPoint);
        using SslStream stream = new(client.GetStream());
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, given, _, _) => given is not null });

        stream.Write("ping"u8);
        stream.ReadExactly(new byte[4]);

        server.Stop();
        AssertLogged("slow handler: TestHandler.OnOpened took");
        Assert.Equal((1, 1), (server.Loops[0].Counters.SlowHandlers, server.Loops[0].Counters.HandlerTime.Count));
    }

    [Fact]
    public void Acceptor_ThatThrows_IsNamedInTheLog()
    {
        using TestLoop loop = Start((Func<IConnectionHandler?>)(() => throw new InvalidOperationException("bad acceptor")), Options);
        using Socket client = loop.Connect();

        ReadToEnd(client);

        AssertLogged("closed: TestLoop threw InvalidOperationException: bad acceptor");
    }

    [Fact]
    public void Task_ThatThrowsOrIsSlow_IsNamedInTheLog()
    {
        using TestLoop loop = Start(() => null, Options with { SlowHandlerUs = 10_000 });

        Assert.True(loop.Loop.TryPost(new BadTask(), 0));
        AssertLogged("BadTask threw InvalidOperationException: bad task");
        Assert.True(loop.Loop.TryPost(new BadTask(), 20));

        AssertLogged("slow handler: BadTask.Run took");
    }

    [Fact]
    public void Datagrams_WhoseHandlerThrowsOrIsSlow_AreNamedInTheLogAndCounted()
    {
        using EventLoop loop = NewLoop(Options with { SlowHandlerUs = 10_000 });
        BadDatagrams handler = new();
        using DatagramPort port = loop.OpenDatagrams(new IPEndPoint(IPAddress.Loopback, 0), handler, new DatagramOptions { Batch = 4 });
        using UdpClient client = new(new IPEndPoint(IPAddress.Loopback, 0));
        _ = client.Send("throw"u8, port.LocalEndPoint);
        _ = client.Send("slow"u8, port.LocalEndPoint);

        for (int pass = 0; pass < 1_000 && port.Counters.Received < 2; pass++)
        {
            _ = loop.Poll(10);
        }

        AssertLogged("BadDatagrams threw InvalidOperationException on a datagram from 127.0.0.1");
        AssertLogged("slow handler: BadDatagrams.OnDatagram took");

        // Loopback never fills a UDP socket: what a full one does is played.
        PeerAddress to = new((IPEndPoint)client.Client.LocalEndPoint!);
        port.IsSocketFull = true;
        for (int count = 0; count < 4; count++)
        {
            Assert.True(port.TrySend("x"u8, to));
        }

        Assert.False(port.TrySend("x"u8, to));
        port.OnReady(EpollEvents.Out);

        AssertLogged("BadDatagrams threw InvalidOperationException in OnWritable: bad room");
        Assert.Equal((2, 1), (port.Counters.Faults, port.Counters.Refused));
    }

    private EventLoopOptions Options => new() { Log = _log.Enqueue, OutputHighWaterBytes = 100_000, OutputBytesMax = 100_000, SlowHandlerUs = 0 };

    // Every call comes: a write is refused at the first byte and told of later, a tick is asked for, and the peer's end is the last.
    private static TestHandler HandlerThat(string wanted, Action act)
    {
        void Act(string call)
        {
            if (call == wanted)
            {
                act();
            }
        }

        return new TestHandler
        {
            Opened = _ => Act("OnOpened"),
            Data = (connection, data) =>
            {
                Act("OnData");
                while (connection.TryWrite(new byte[50_000]))
                {
                }

                connection.TickAfter(1);
                return data.Length;
            },
            Writable = _ => Act("OnWritable"),
            InputEnded = connection =>
            {
                Act("OnInputEnded");
                return false;
            },
            Tick = _ => Act("OnTick"),
            Closed = (_, _) => Act("OnClosed"),
        };
    }

    private static void Provoke(Socket client)
    {
        try
        {
            _ = client.Send("x"u8);
            _ = client.Receive(new byte[10_000]);
            Thread.Sleep(20);
            client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It is closed already.
        }

        ReadToEnd(client);
    }

    private static void ReadToEnd(Socket client)
    {
        try
        {
            _ = TestLoop.ReadAll(client);
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            // As good an end.
        }
    }

    private void AssertLogged(string text) =>
        Assert.True(SpinWait.SpinUntil(() => _log.Any(line => line.Contains(text, StringComparison.Ordinal)), 5_000),
            $"'{text}' is in the log:\n{string.Join('\n', _log)}");

    private sealed class BadTask : ILoopTask
    {
        public void Run(EventLoop loop, long argument)
        {
            if (argument == 0)
            {
                throw new InvalidOperationException("bad task");
            }

            Thread.Sleep((int)argument);
        }
    }

    private sealed class BadDatagrams : IDatagramHandler
    {
        public void OnDatagram(DatagramPort port, ReadOnlySpan<byte> payload, in PeerAddress from)
        {
            if (payload.SequenceEqual("throw"u8))
            {
                throw new InvalidOperationException("bad datagram");
            }

            Thread.Sleep(20);
        }

        public void OnWritable(DatagramPort port) => throw new InvalidOperationException("bad room");
    }
}

public class FaultTestsOnEpoll() : FaultTests(NetBackend.Epoll);

public class FaultTestsOnEpollEdge() : FaultTests(NetBackend.EpollEdge);

public class FaultTestsOnIoUring() : FaultTests(NetBackend.IoUring);
