using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Peregrine.Linux.Tls;
using Peregrine.Net.Tls;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Peers that do at random what peers do: cut frames, stop reading, end a side, reset, vanish;
/// and honest ones that must not notice.</summary>
public abstract class SoakTests(NetBackend backend) : BackendSuite(backend)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Faults_AtRandom_HurtNobodyElse(bool isTls)
    {
        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.Make("server");
        using TlsCredentials credentials = TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }, lookEveryMs: 0);
        int seed = Environment.TickCount;
        TimeSpan length = TimeSpan.FromSeconds(ProofSize.Of(2, 60));
        EventLoopOptions options = With(new EventLoopOptions { PoolBytesMax = 8 << 20, OutputBytesMax = 256 << 10, FrameTimeoutMs = 300,
            IdleTimeoutMs = 2_000, Socket = new() { SendBufferBytes = 8_192, ReceiveBufferBytes = 8_192 } });
        int handlers = 0;
        NetServerBuilder builder = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0))
            .Handle(() => new RandomlyThrowing(seed ^ (Interlocked.Increment(ref handlers) * 7_919))).Configure(_ => options)
            .Loops(2, Spreading.RoundRobin);
        using NetServer server = (isTls ? builder.Tls(credentials) : builder).Start();
        using CancellationTokenSource stop = new(length);
        Exception? failure = null;
        Thread[] bad = [.. Enumerable.Range(0, 6)
            .Select(number => new Thread(() =>
                Guard(() => Misbehave(server.EndPoint, isTls && number % 2 == 0, new Random(seed + number), stop.Token))))];
        Thread[] honest = [.. Enumerable.Range(0, 3)
            .Select(number => new Thread(() => Guard(() => Behave(server.EndPoint, isTls, new Random(seed - number - 1), stop.Token))))];
        Array.ForEach([.. bad, .. honest], thread => thread.Start());
        Array.ForEach([.. bad, .. honest], thread => thread.Join());

        Assert.True(failure is null, $"seed {seed}: {failure}");
        Assert.True(SpinWait.SpinUntil(() => server.Loops.Sum(loop => loop.ConnectionCount) == 0, TestLoop.TimeoutMs),
            $"{server.Loops.Sum(loop => loop.ConnectionCount)} connections are left, seed {seed}");
        Assert.True(server.Loops.Sum(loop => loop.LentBuffers) == 0, $"buffers are left, seed {seed}");
        Assert.True(server.Loops.Sum(loop => loop.Counters.Closed(CloseReason.HandlerFault)) > 0, $"no handler of {handlers} threw, seed {seed}");

        void Guard(Action run)
        {
            try
            {
                run();
            }
            catch (Exception fault)
            {
                failure ??= fault;
                stop.Cancel();
            }
        }
    }

    // Every answer must be byte for byte what was sent, whatever the others do.
    private static void Behave(IPEndPoint server, bool isTls, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using Stream client = isTls ? Encrypted(Connect(server)) : new NetworkStream(Connect(server), ownsSocket: true);
            for (int round = 0; round < 20 && !stop.IsCancellationRequested; round++)
            {
                byte[] sent = new byte[random.Next(1, 30_000)];
                random.NextBytes(sent);
                sent[0] = 0;
                byte[] back = new byte[sent.Length];
                Thread writer = new(() => client.Write(sent));
                writer.Start();
                client.ReadExactly(back);
                writer.Join();
                Assert.True(back.AsSpan().SequenceEqual(sent), "an echo is what was sent");
            }
        }
    }

    private static void Misbehave(IPEndPoint server, bool isTls, Random random, CancellationToken stop)
    {
        byte[] bytes = new byte[100_000];
        byte[] sink = new byte[10_000];
        while (!stop.IsCancellationRequested)
        {
            using Socket client = Connect(server);
            random.NextBytes(bytes);
            if (isTls)
            {
                MisbehaveEncrypted(client, bytes, random);
                continue;
            }

            client.Blocking = false;
            for (int act = random.Next(1, 8); act > 0; act--)
            {
                switch (random.Next(7))
                {
                    case 0:
                        client.Shutdown(SocketShutdown.Send);
                        break;
                    case 1:
                        _ = client.Receive(sink, SocketFlags.None, out _);
                        break;
                    case 2:
                        Thread.Sleep(random.Next(5));
                        break;
                    default:
                        bytes[0] = (byte)random.Next(4);
                        _ = client.Send(bytes.AsSpan(0, random.Next(1, bytes.Length)), SocketFlags.None, out _);
                        break;
                }
            }

            client.LingerState = new LingerOption(random.Next(2) == 0, 0);
        }
    }

    // A whole handshake, then what the handler throws at, and an end at any point, also in the middle of a record.
    private static void MisbehaveEncrypted(Socket client, byte[] bytes, Random random)
    {
        try
        {
            using SslStream stream = Encrypted(client);
            for (int act = random.Next(1, 4); act > 0; act--)
            {
                bytes[0] = (byte)random.Next(4);
                stream.Write(bytes, 0, random.Next(1, 20_000));
            }

            _ = random.Next(2) == 0 ? client.Send(bytes.AsSpan(0, random.Next(1, 100))) : 0;
            client.LingerState = new LingerOption(random.Next(2) == 0, 0);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            // The server has ended it: that is what was asked for.
        }
    }

    private static SslStream Encrypted(Socket client)
    {
        SslStream stream = new(new NetworkStream(client, ownsSocket: true));
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, given, _, _) => given is not null });
        return stream;
    }

    private static Socket Connect(IPEndPoint server)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs,
            SendTimeout = TestLoop.TimeoutMs };
        client.Connect(server);
        return client;
    }

    // An echo that throws, aborts, or closes when the first byte of a stream says so, and leaves rests at times. Each has a seed of its
    // own: with one for all, every handler takes the same first steps, and with an unlucky one none of them ever throws.
    private sealed class RandomlyThrowing(int seed) : IConnectionHandler
    {
        private readonly Random _random = new(seed);
        private int _kind = -1;

        public void OnData(Connection connection, ref InputReader input)
        {
            _kind = _kind < 0 ? input.Peek()[0] : _kind;
            switch (_kind)
            {
                case 1 when _random.Next(3) == 0:
                    throw new InvalidOperationException("at random");
                case 2 when _random.Next(3) == 0:
                    connection.Abort();
                    return;
                case 3 when _random.Next(3) == 0:
                    connection.CloseWhenSent(50);
                    return;
                default:
                    break;
            }

            int part = _kind == 0 ? input.Length : _random.Next(input.Length + 1);
            if (connection.TryWrite(input.Peek()[..part]))
            {
                _ = input.Consume(part);
            }
        }
    }
}

public class SoakTestsOnEpoll() : SoakTests(NetBackend.Epoll);

public class SoakTestsOnEpollEdge() : SoakTests(NetBackend.EpollEdge);

public class SoakTestsOnIoUring() : SoakTests(NetBackend.IoUring);
