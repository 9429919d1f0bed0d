using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Peregrine.Linux;
using Peregrine.Net.Memory;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Many connections, many threads, several loops.</summary>
public abstract class CrowdTests(NetBackend backend) : BackendSuite(backend)
{
    [Fact]
    public void Posts_OfEightThreads_ArriveWholeAndInOrderOfEachThread()
    {
        const int threads = 8;
        int each = ProofSize.Of(5_000, 200_000);
        ConnectionHandle handle = default;
        using ManualResetEventSlim opened = new();
        TestHandler handler = new() { Opened = connection => { handle = connection.Handle; opened.Set(); } };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect();
        Assert.True(opened.Wait(TestLoop.TimeoutMs));
        Thread[] posters = [.. Enumerable.Range(0, threads).Select(number => new Thread(() => PostAll(number)))];
        Array.ForEach(posters, thread => thread.Start());

        int[] next = new int[threads];
        byte[] message = new byte[8];
        for (int count = 0; count < threads * each; count++)
        {
            TestLoop.ReadExactly(client, message);
            int number = BitConverter.ToInt32(message);
            Assert.Equal(next[number]++, BitConverter.ToInt32(message, 4));
        }

        Array.ForEach(posters, thread => thread.Join());
        loop.Stop();
        Assert.True(loop.Loop.Counters.Wakes <= loop.Loop.Counters.Posts, "a burst wakes the loop at most once");
        Assert.Equal(0, loop.Loop.Counters.LostPosts);

        void PostAll(int number)
        {
            Span<byte> bytes = stackalloc byte[8];
            for (int index = 0; index < each; index++)
            {
                BitConverter.TryWriteBytes(bytes, number);
                BitConverter.TryWriteBytes(bytes[4..], index);
                while (!handle.TryPost(bytes))
                {
                    Thread.Yield();
                }
            }
        }
    }

    [Fact]
    public void Posts_ToAConnectionThatIsGone_ReachNobodyElse()
    {
        ConcurrentQueue<ConnectionHandle> handles = [];
        using TestLoop loop = Start(() =>
            new TestHandler { Opened = connection => handles.Enqueue(connection.Handle), Data = (connection, data) => { _ =
            connection.TryWrite(data.Span); return data.Length; } });
        using (Socket first = loop.Connect())
        {
            Ping(first);
        }

        Assert.True(SpinWait.SpinUntil(() => loop.Loop.Counters.Closed(CloseReason.Remote) == 1, TestLoop.TimeoutMs));
        using Socket second = loop.Connect();
        Ping(second);
        Assert.True(handles.TryDequeue(out ConnectionHandle gone));
        Assert.True(gone.TryPost("stray"u8));
        Assert.True(SpinWait.SpinUntil(() => loop.Loop.Counters.LostPosts == 1, TestLoop.TimeoutMs));

        Ping(second);
    }

    [Fact]
    public void Shared_BufferToManyConnections_IsSentWithoutACopy()
    {
        const int subscribers = 300;
        using SharedBufferPool pool = new(65_536, 4);
        using ManualResetEventSlim all = new();
        List<Connection> connections = [];
        TestHandler handler = new() { Opened = connection => { connections.Add(connection); if (connections.Count == subscribers) { all.Set(); } } };
        using TestLoop loop = Start(() => handler);
        Socket[] clients = [.. Enumerable.Range(0, subscribers).Select(_ => loop.Connect())];
        Assert.True(all.Wait(TestLoop.TimeoutMs));
        SharedBuffer buffer = pool.TryRent(50_000)!;
        new Random(1).NextBytes(buffer.Room);
        byte[] expected = buffer.Bytes.ToArray();
        int lentMost = -1;

        Assert.True(loop.Loop.TryPost(new FanOut(connections, buffer, lent => lentMost = lent), 0));

        byte[] back = new byte[50_000];
        foreach (Socket client in clients)
        {
            TestLoop.ReadExactly(client, back);
            Assert.True(back.AsSpan().SequenceEqual(expected));
        }

        Assert.True(SpinWait.SpinUntil(() => pool.RentedCount == 0, TestLoop.TimeoutMs), "it returns when the last has sent it");
        Assert.Equal(0, lentMost);
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public void Connections_OpenedAndClosedByThousands_LeakNothing()
    {
        // From several addresses of 127/8: the ports of one would not last.
        int connections = ProofSize.Of(500, (int)Math.Min(10_000, (DescriptorLimit.Raise() / 2) - 500));
        int rounds = ProofSize.Of(3, 20);
        using TestLoop loop = Start(() => new EchoHandler(), new EventLoopOptions { ConnectionsMax = connections + 10 });
        using (Socket warm = loop.Connect())
        {
            Ping(warm);
        }

        int before = Descriptors();
        for (int round = 0; round < rounds; round++)
        {
            Socket[] clients = new Socket[connections];
            for (int index = 0; index < connections; index++)
            {
                clients[index] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs };
                clients[index].Bind(new IPEndPoint(new IPAddress([127, 0, (byte)(1 + round), (byte)(1 + (index % 8))]), 0));
                clients[index].Connect(loop.EndPoint);
                if (index % 7 == 0)
                {
                    _ = clients[index].Send("ping"u8);
                }
            }

            for (int index = 0; index < connections; index++)
            {
                if (index % 7 == 0)
                {
                    TestLoop.ReadExactly(clients[index], new byte[4]);
                }

                if (index % 3 != 0)
                {
                    clients[index].LingerState = new LingerOption(true, 0);
                }

                clients[index].Dispose();
            }

            Assert.True(SpinWait.SpinUntil(() => loop.Loop.ConnectionCount == 0, TestLoop.TimeoutMs),
                $"{loop.Loop.ConnectionCount} left after round {round}");
        }

        loop.Stop();
        Assert.Equal(0, loop.Loop.LentBuffers);
        Assert.True(Descriptors() <= before + 5, $"{before} descriptors before, {Descriptors()} after");
        Assert.Equal(1 + ((long)connections * rounds), loop.Loop.Counters.Opened);
    }

    [Theory]
    [InlineData(Spreading.SharedPort)]
    [InlineData(Spreading.RoundRobin)]
    [InlineData(Spreading.LeastConnections)]
    [InlineData(Spreading.SourceHash)]
    public void Loops_OfOneServer_ShareItsConnections(Spreading spreading)
    {
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => new EchoHandler())
            .Loops(3, spreading).Configure(With).Start();
        Socket[] clients = [.. Enumerable.Range(0, 60).Select(index =>
        {
            Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs };
            client.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (index % 20))]), 0));
            client.Connect(server.EndPoint);
            Ping(client);
            return client;
        })];

        long[] counts = [.. server.Loops.Select(loop => loop.Counters.Opened)];

        Assert.Equal(60, counts.Sum());
        Assert.All(counts, count => Assert.True(count > 0, string.Join(' ', counts)));
        if (spreading is Spreading.RoundRobin or Spreading.LeastConnections)
        {
            Assert.Equal([20, 20, 20], counts);
        }

        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public void Loops_BySourceHash_ServeAPeerAlwaysOnTheSameOne()
    {
        ConcurrentDictionary<IPAddress, ConcurrentBag<EventLoop>> loops = [];
        TestHandler handler = new()
        {
            Opened = connection => loops.GetOrAdd(connection.RemoteEndPoint.Address, _ => []).Add(connection.Loop),
            Data = (connection, data) =>
            {
                _ = connection.TryWrite(data.Span);
                return data.Length;
            },
        };
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => handler)
            .Loops(3, Spreading.SourceHash).Configure(With).Start();
        for (int count = 0; count < 60; count++)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs };
            client.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (count % 20))]), 0));
            client.Connect(server.EndPoint);
            Ping(client);
        }

        Assert.Equal(20, loops.Count);
        Assert.All(loops, peer => Assert.Equal((3, 1), (peer.Value.Count, peer.Value.Distinct().Count())));
    }

    [Fact]
    public void Loops_BoundToACore_RunThereAndSayWhenTheyCannot()
    {
        ConcurrentQueue<string> log = [];
        string allowed = "";
        TestHandler handler = new()
        {
            Data = (connection, data) =>
            {
                allowed = File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal))
                    .Split('\t')[1];
                _ = connection.TryWrite(data.Span);
                return data.Length;
            },
        };
        int core = int.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal))
            .Split('\t')[1].Split(',', '-')[0], System.Globalization.CultureInfo.InvariantCulture);

        Ask(core);
        Assert.Equal($"{core}", allowed);
        Assert.DoesNotContain(log, line => line.Contains("cannot be bound", StringComparison.Ordinal));

        Ask(1_000);
        Assert.Contains(log, line => line.StartsWith("net-0 cannot be bound to core 1000: EINVAL", StringComparison.Ordinal));

        void Ask(int on)
        {
            using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => handler).Pin(on)
                .Configure(With).Log(log.Enqueue).Start();
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs };
            client.Connect(server.EndPoint);
            Ping(client);
        }
    }

    [Fact]
    public void Server_StoppedUnderLoad_EndsInTimeAndLeaksNothing()
    {
        int before = Descriptors();
        for (int round = 0; round < ProofSize.Of(5, 50); round++)
        {
            using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => new EchoHandler())
                .Loops(2, Spreading.RoundRobin).Configure(With).Start();
            Thread[] clients = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => Hammer(server.EndPoint)))];
            Array.ForEach(clients, thread => thread.Start());
            Assert.True(SpinWait.SpinUntil(() => server.Loops.All(loop => loop.Counters.Receives > 20), TestLoop.TimeoutMs), "both loops are busy");

            server.Stop(200);

            Array.ForEach(clients, thread => thread.Join());
            Assert.All(server.Loops, loop => Assert.Equal((0, 0), (loop.ConnectionCount, loop.LentBuffers)));
        }

        Assert.True(Descriptors() <= before + 5, $"{before} descriptors before, {Descriptors()} after");

        static void Hammer(IPEndPoint server)
        {
            byte[] bytes = new byte[10_000];
            try
            {
                while (true)
                {
                    using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5_000 };
                    client.Connect(server);
                    for (int round = 0; round < 20; round++)
                    {
                        _ = client.Send(bytes);
                        if (client.Receive(bytes) == 0)
                        {
                            return;
                        }
                    }
                }
            }
            catch (SocketException)
            {
                // It is gone.
            }
        }
    }

    [Fact]
    public void Unix_Stream_EchoesAndRemovesItsFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"peregrine-{Environment.ProcessId}-{Random.Shared.Next():x}.sock");
        UnixDomainSocketEndPoint endpoint = new(path);
        using (Socket stale = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(endpoint);
        }

        // .NET removes the file of its own socket: what a killed process leaves is made by hand.
        using (NetServer server = NetServer.CreateBuilder().Listen(endpoint).Handle(() => new EchoHandler()).Configure(With).Start())
        {
            using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = TestLoop.TimeoutMs };
            client.Connect(endpoint);
            Ping(client);
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void IPv6_Loopback_Echoes()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6 here");
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.IPv6Loopback, 0)).Handle(() => new EchoHandler())
            .Configure(With).Start();
        using Socket client = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs };
        client.Connect(server.EndPoint);

        Ping(client);
    }

    private static void Ping(Socket client)
    {
        byte[] back = new byte[4];
        _ = client.Send("ping"u8);
        TestLoop.ReadExactly(client, back);
        Assert.Equal("ping"u8, back);
    }

    private static int Descriptors() => Directory.GetFiles($"/proc/{Environment.ProcessId}/fd").Length;

    private sealed class FanOut(List<Connection> connections, SharedBuffer buffer, Action<int> lent) : ILoopTask
    {
        public void Run(EventLoop loop, long argument)
        {
            foreach (Connection connection in connections)
            {
                Assert.True(connection.TryWrite(buffer));
            }

            lent(loop.LentBuffers);
            buffer.Release();
        }
    }
}

public class CrowdTestsOnEpoll() : CrowdTests(NetBackend.Epoll);

public class CrowdTestsOnEpollEdge() : CrowdTests(NetBackend.EpollEdge);

public class CrowdTestsOnIoUring() : CrowdTests(NetBackend.IoUring);
