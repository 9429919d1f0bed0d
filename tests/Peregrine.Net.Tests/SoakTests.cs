using System.Net;
using System.Net.Sockets;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Peers that do at random what peers do: cut frames, stop reading, end a side, reset, vanish; and honest ones that must not notice.</summary>
public abstract class SoakTests(NetBackend backend) : BackendSuite(backend)
{
    [Fact]
    public void Faults_AtRandom_HurtNobodyElse()
    {
        int seed = Environment.TickCount;
        TimeSpan length = TimeSpan.FromSeconds(ProofSize.Of(2, 60));
        EventLoopOptions options = With(new EventLoopOptions { PoolBytesMax = 8 << 20, OutputBytesMax = 256 << 10, FrameTimeoutMs = 300, IdleTimeoutMs = 2_000, Socket = new() { SendBufferBytes = 8_192, ReceiveBufferBytes = 8_192 } });
        int handlers = 0;
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => new RandomlyThrowing(seed ^ (Interlocked.Increment(ref handlers) * 7_919))).Configure(_ => options).Loops(2, Spreading.RoundRobin).Start();
        using CancellationTokenSource stop = new(length);
        Exception? failure = null;
        Thread[] bad = [.. Enumerable.Range(0, 6).Select(number => new Thread(() => Guard(() => Misbehave(server.EndPoint, new Random(seed + number), stop.Token))))];
        Thread[] honest = [.. Enumerable.Range(0, 3).Select(number => new Thread(() => Guard(() => Behave(server.EndPoint, new Random(seed - number - 1), stop.Token))))];
        Array.ForEach([.. bad, .. honest], thread => thread.Start());
        Array.ForEach([.. bad, .. honest], thread => thread.Join());

        Assert.True(failure is null, $"seed {seed}: {failure}");
        Assert.True(SpinWait.SpinUntil(() => server.Loops.Sum(loop => loop.ConnectionCount) == 0, TestLoop.TimeoutMs), $"{server.Loops.Sum(loop => loop.ConnectionCount)} connections are left, seed {seed}");
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
    private static void Behave(IPEndPoint server, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using Socket client = Connect(server);
            for (int round = 0; round < 20 && !stop.IsCancellationRequested; round++)
            {
                byte[] sent = new byte[random.Next(1, 30_000)];
                random.NextBytes(sent);
                sent[0] = 0;
                byte[] back = new byte[sent.Length];
                Thread reader = new(() => TestLoop.ReadExactly(client, back));
                reader.Start();
                _ = client.Send(sent);
                reader.Join();
                Assert.True(back.AsSpan().SequenceEqual(sent), "an echo is what was sent");
            }
        }
    }

    private static void Misbehave(IPEndPoint server, Random random, CancellationToken stop)
    {
        byte[] bytes = new byte[100_000];
        byte[] sink = new byte[10_000];
        while (!stop.IsCancellationRequested)
        {
            using Socket client = Connect(server);
            client.Blocking = false;
            random.NextBytes(bytes);
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

    private static Socket Connect(IPEndPoint server)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs, SendTimeout = TestLoop.TimeoutMs };
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
