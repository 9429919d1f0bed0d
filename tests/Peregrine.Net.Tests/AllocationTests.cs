using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Peregrine.Linux.Sockets;
using Peregrine.Linux.Tls;
using Peregrine.Net.Tls;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>The loop's thread allocates nothing once it is warm.</summary>
public abstract class AllocationTests(NetBackend backend) : BackendSuite(backend)
{
    private const int WarmRounds = 10_000;
    private const int Windows = 5;

    [Fact]
    public void Echo_AfterWarmUp_AllocatesNothing()
    {
        int rounds = ProofSize.Of(5_000, 50_000);
        CountingEcho handler = new(WarmRounds, rounds);
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect();
        byte[] message = new byte[300];

        for (int round = 0; round < WarmRounds + (Windows * rounds); round++)
        {
            _ = client.Send(message);
            TestLoop.ReadExactly(client, message);
        }

        // What allocates for a message does so in every window; the runtime, for itself, once.
        loop.Stop();
        Assert.Equal(Windows, handler.AllocatedBytes.Count);
        Assert.Contains(0, handler.AllocatedBytes);
    }

    [Fact]
    public void Echo_OverTlsAfterWarmUp_AllocatesNothing()
    {
        int rounds = ProofSize.Of(2_000, 20_000);
        CountingEcho handler = new(2_000, rounds);
        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.Make("server");
        using TlsCredentials credentials = TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }, lookEveryMs: 0);
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => handler).Tls(credentials)
            .Configure(With).Start();
        using TcpClient client = new();
        client.Connect(server.EndPoint);
        using SslStream stream = new(client.GetStream());
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, given, _, _) => given is not null });
        byte[] message = new byte[300];

        for (int round = 0; round < 2_000 + (Windows * rounds); round++)
        {
            stream.Write(message);
            stream.ReadExactly(message);
        }

        server.Stop();
        Assert.Contains(0, handler.AllocatedBytes);
    }

    [Fact]
    public void Connections_AfterWarmUp_OpenAndCloseWithoutAllocating()
    {
        const int warm = 500;
        const int atOnce = 100;
        int each = ProofSize.Of(300, 3_000);
        List<long> allocated = new(Windows + 1);
        long before = 0;
        int opened = 0;
        CountingLife handler = new(() =>
        {
            opened++;
            if (opened >= warm && (opened - warm) % each == 0)
            {
                long now = GC.GetAllocatedBytesForCurrentThread();
                if (opened > warm)
                {
                    allocated.Add(now - before);
                }

                before = now;
            }
        });
        using EventLoop loop = NewLoop(new EventLoopOptions());
        using Listener listener = loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), handler);
        Thread thread = new(() => loop.Run());
        thread.Start();
        Socket[] first = [.. Enumerable.Range(0, atOnce).Select(_ => Open())];
        Array.ForEach(first, client => client.Dispose());
        for (int count = atOnce; count <= warm + (Windows * each); count++)
        {
            // A loop that falls behind has more of them at a time than ever before, and makes room for these: not what is looked for.
            Assert.True(SpinWait.SpinUntil(() => count - Volatile.Read(ref opened) < atOnce / 4 && loop.ConnectionCount < atOnce / 2,
                TestLoop.TimeoutMs));
            using Socket client = Open();
        }

        Assert.True(SpinWait.SpinUntil(() => allocated.Count == Windows, TestLoop.TimeoutMs));
        loop.RequestStop();
        thread.Join();
        Assert.Contains(0, allocated);

        Socket Open()
        {
            Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            client.Connect(listener.LocalEndPoint);
            _ = client.Send("abc"u8);
            return client;
        }
    }

    // One handler of all connections; leaves a rest, so that a block is lent and comes back.
    private sealed class CountingLife(Action opened) : IConnectionHandler, IConnectionAcceptor
    {
        public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote) => this;

        public void OnOpened(Connection connection) => opened();

        public void OnData(Connection connection, ref InputReader input)
        {
        }
    }

    // Looks at the loop's thread from inside of it, at one of many of its calls.
    private sealed class CountingEcho(int warmRounds, int windowRounds) : IConnectionHandler
    {
        private int _calls;
        private long _before;

        public List<long> AllocatedBytes { get; } = new(Windows + 1);

        public void OnData(Connection connection, ref InputReader input)
        {
            _calls++;
            if (_calls >= warmRounds && (_calls - warmRounds) % windowRounds == 0)
            {
                long now = GC.GetAllocatedBytesForCurrentThread();
                if (_calls > warmRounds)
                {
                    AllocatedBytes.Add(now - _before);
                }

                _before = now;
            }

            if (connection.TryWrite(input.Peek()))
            {
                _ = input.Consume(input.Length);
            }
        }
    }
}

public class AllocationTestsOnEpoll() : AllocationTests(NetBackend.Epoll);

public class AllocationTestsOnEpollEdge() : AllocationTests(NetBackend.EpollEdge);

public class AllocationTestsOnIoUring() : AllocationTests(NetBackend.IoUring);
