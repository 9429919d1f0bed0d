using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Peregrine.Linux.Tls;
using Peregrine.Net.Memory;
using Peregrine.Net.Tls;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Time-outs, marks, policies, half-closed and broken peers: each limit acts, and says so.</summary>
public abstract class LimitTests(NetBackend backend) : BackendSuite(backend)
{
    private readonly ConcurrentQueue<string> _log = new();

    [Theory]
    [InlineData("idle", CloseReason.IdleTimeout)]
    [InlineData("drip", CloseReason.FrameTimeout)]
    public void Peer_ThatIsSilentOrDrips_IsClosedInTime(string kind, CloseReason expected)
    {
        ConcurrentQueue<CloseReason> reasons = [];
        TestHandler handler = new() { Data = (_, data) => data.Length - (data.Length % 100), Closed = (_, reason) => reasons.Enqueue(reason) };
        using TestLoop loop = Start(() => handler,
            new EventLoopOptions { IdleTimeoutMs = kind == "idle" ? 60 : 0, FrameTimeoutMs = 120, Log = _log.Enqueue });
        using Socket client = loop.Connect();

        // A byte every few milliseconds is never idle, and never a frame of 100.
        try
        {
            for (int sent = 0; sent < 99 && reasons.IsEmpty; sent++)
            {
                _ = kind == "drip" ? client.Send("x"u8) : 0;
                Thread.Sleep(10);
            }
        }
        catch (SocketException)
        {
            // It is closed.
        }

        Assert.True(SpinWait.SpinUntil(() => !reasons.IsEmpty, TestLoop.TimeoutMs));
        loop.Stop();
        Assert.Equal([expected], reasons);
        Assert.Contains(_log, line => line.Contains(expected.ToString(), StringComparison.Ordinal));
        Assert.Equal((0, 0), (loop.Loop.ConnectionCount, loop.Loop.LentBuffers));
    }

    [Fact]
    public void Tick_WhenAskedFor_ComesOnceEachTime()
    {
        int ticks = 0;
        using ManualResetEventSlim done = new();
        TestHandler handler = new()
        {
            Opened = connection => connection.TickAfter(1),
            Tick = connection =>
            {
                if (++ticks < 20)
                {
                    connection.TickAfter(ticks % 5);
                }
                else
                {
                    done.Set();
                }
            },
        };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect();

        Assert.True(done.Wait(TestLoop.TimeoutMs));
        Thread.Sleep(20);
        loop.Stop();
        Assert.Equal(20, ticks);
    }

    [Fact]
    public void Mark_OnPause_StopsReadingUntilThePeerReads()
    {
        // Answers each byte with 1,000: the peer sends a lot and reads nothing until the end.
        TestHandler handler = new() { Data =
            (connection, data) => { Assert.True(connection.TryWrite(new byte[data.Length * 1000])); return data.Length; } };
        using TestLoop loop = Start(() => handler,
            new EventLoopOptions { OutputHighWaterBytes = 200_000, OutputBytesMax = 80_000_000, PoolBytesMax = 128 << 20,
                Socket = new() { SendBufferBytes = 4_096 } });
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);
        for (int sent = 0; sent < 3_000; sent++)
        {
            _ = client.Send("x"u8);
        }

        Assert.True(SpinWait.SpinUntil(() => loop.Loop.Counters.ReadPauses > 0, TestLoop.TimeoutMs), "reading pauses");
        byte[] back = new byte[3_000_000];
        TestLoop.ReadExactly(client, back);

        // The peer may have the last bytes before the loop hears that they were sent.
        Assert.True(SpinWait.SpinUntil(() => loop.Loop.LentBuffers == 0, TestLoop.TimeoutMs), "every buffer is given back");
        loop.Stop();
        Assert.Equal(0, loop.Loop.Counters.Closed(CloseReason.OutputOverflow));
    }

    [Theory]
    [InlineData(OverflowPolicy.DropNewest)]
    [InlineData(OverflowPolicy.DropOldest)]
    [InlineData(OverflowPolicy.Disconnect)]
    public void Mark_OnADroppingPolicy_DropsWholeMessagesOrDisconnects(OverflowPolicy policy)
    {
        const int messages = 2_000;
        using SharedBufferPool pool = new(4_096, messages);
        int refused = 0;
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                for (int number = 0; number < messages && connection.IsOpen; number++)
                {
                    SharedBuffer buffer = pool.TryRent(1_000)!;
                    buffer.Room[..1_000].Fill((byte)number);
                    BitConverter.TryWriteBytes(buffer.Room, number);
                    refused += connection.TryWrite(buffer) ? 0 : 1;
                    buffer.Release();
                }

                if (connection.IsOpen)
                {
                    connection.CloseWhenSent(TestLoop.TimeoutMs);
                }
            },
        };
        using TestLoop loop = Start(() => handler,
            new EventLoopOptions { OutputPolicy = policy, OutputHighWaterBytes = 100_000, OutputBytesMax = 200_000 });
        byte[] back;
        try
        {
            // The loop may disconnect before the peer has heard that it is connected.
            using Socket client = loop.Connect(receiveBufferBytes: 4_096);
            back = TestLoop.ReadAll(client);
        }
        catch (SocketException) when (policy == OverflowPolicy.Disconnect)
        {
            back = [];
        }

        // The peer may see the end before the loop has counted it.
        Assert.True(SpinWait.SpinUntil(() => loop.Loop.ConnectionCount == 0, TestLoop.TimeoutMs), "the connection ends");
        loop.Stop();
        List<int> numbers = [];
        for (int at = 0; policy != OverflowPolicy.Disconnect && at < back.Length; at += 1_000)
        {
            numbers.Add(BitConverter.ToInt32(back, at));
            Assert.True(back.AsSpan(at + 4, 996).IndexOfAnyExcept((byte)numbers[^1]) < 0, "messages are whole");
        }

        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(policy == OverflowPolicy.Disconnect ? 1 : 0, loop.Loop.Counters.Closed(CloseReason.OutputOverflow));
        Assert.Equal(policy == OverflowPolicy.DropNewest, numbers.Contains(0) && !numbers.Contains(messages - 1));
        Assert.Equal(policy == OverflowPolicy.DropOldest, numbers.Contains(messages - 1));
        Assert.True(policy == OverflowPolicy.Disconnect || loop.Loop.Counters.OutputDrops > 0);
        Assert.Equal(0, pool.RentedCount);
    }

    [Fact]
    public void HalfClose_ThatTheHandlerKeepsOpen_GoesOnWriting()
    {
        TestHandler handler = new()
        {
            InputEnded = connection =>
            {
                connection.TickAfter(20);
                return true;
            },
            Tick = connection =>
            {
                Assert.True(connection.TryWrite("later"u8));
                connection.CloseWhenSent(1_000);
            },
        };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect();
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("later"u8, TestLoop.ReadAll(client));
    }

    [Fact]
    public void CloseWhenSent_ToAPeerThatNeverReads_EndsAtTheDeadline()
    {
        using ManualResetEventSlim closed = new();
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                Assert.True(connection.TryWrite(new byte[3_000_000]));
                connection.CloseWhenSent(50);
            },
            Closed = (_, _) => closed.Set(),
        };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);

        Assert.True(closed.Wait(TestLoop.TimeoutMs));

        // The kernel gives back what it was sending only after the handler has heard of the end.
        Assert.True(SpinWait.SpinUntil(() => loop.Loop is { ConnectionCount: 0, LentBuffers: 0 }, TestLoop.TimeoutMs), "all of it is given back");
        loop.Stop();
    }

    [Theory]
    [InlineData("at once")]
    [InlineData("inside a frame")]
    [InlineData("while it is written to")]
    [InlineData("after it ended its side")]
    [InlineData("after we ended ours")]
    [InlineData("while reading pauses")]
    [InlineData("while the last bytes go out")]
    [InlineData("in the TLS handshake")]
    public void Reset_InAnyState_LeavesNothingBehind(string when)
    {
        ConcurrentQueue<CloseReason> reasons = [];
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                _ = when.StartsWith("while", StringComparison.Ordinal) && connection.TryWrite(new byte[3_000_000]);
                if (when == "while the last bytes go out")
                {
                    connection.CloseWhenSent(10 * TestLoop.TimeoutMs);
                }
                else if (when == "after we ended ours")
                {
                    connection.EndOutput();
                }
            },
            Data = (connection, data) =>
            {
                while (when == "while reading pauses" && connection.TryWrite(new byte[3_000_000]))
                {
                }

                return when is "inside a frame" or "while reading pauses" ? 0 : data.Length;
            },
            InputEnded = _ => when == "after it ended its side",
            Closed = (_, reason) => reasons.Enqueue(reason),
        };
        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.Make("server");
        using TlsCredentials? credentials = when == "in the TLS handshake"
            ? TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }, lookEveryMs: 0)
            : null;
        using TestLoop loop = new(() => handler, With(null), credentials);
        for (int round = 0; round < 50; round++)
        {
            Socket client = loop.Connect(receiveBufferBytes: 4_096);
            _ = when == "at once" ? 0 : client.Send(credentials is null ? "abc"u8 : [22, 3, 1, 2, 0, 1]);
            if (when == "after it ended its side")
            {
                client.Shutdown(SocketShutdown.Send);
            }

            if (round % 2 == 0 && when.StartsWith("after", StringComparison.Ordinal))
            {
                Thread.Sleep(1);
            }
            else if (when == "while reading pauses")
            {
                Assert.True(SpinWait.SpinUntil(() => loop.Loop.Counters.ReadPauses > round, TestLoop.TimeoutMs), "reading pauses");
            }

            client.LingerState = new LingerOption(true, 0);
            client.Close();
        }

        Assert.True(SpinWait.SpinUntil(() => reasons.Count == 50, TestLoop.TimeoutMs), $"{reasons.Count} of 50 closed");
        loop.Stop();
        Assert.Equal((0, 0), (loop.Loop.ConnectionCount, loop.Loop.LentBuffers));
    }

    [Fact]
    public void Handler_ThatIsSlow_IsNamedInTheLog()
    {
        TestHandler handler = new() { Data = (_, data) => { Thread.Sleep(20); return data.Length; } };
        using TestLoop loop = Start(() => handler, new EventLoopOptions { SlowHandlerUs = 5_000, Log = _log.Enqueue });
        using Socket client = loop.Connect();
        _ = client.Send("x"u8);

        Assert.True(SpinWait.SpinUntil(() => !_log.IsEmpty, TestLoop.TimeoutMs));
        loop.Stop();
        Assert.Contains("slow handler: TestHandler.OnData took", _log.First(), StringComparison.Ordinal);
        Assert.Equal((1, 1), (loop.Loop.Counters.SlowHandlers, loop.Loop.Counters.HandlerTime.Count));
    }

    [Fact]
    public void Discard_OfMoreThanHasCome_DropsItAsItComes()
    {
        int seen = 0;
        DiscardingHandler handler = new(() => seen);
        handler.OnFrame = bytes => seen += bytes;
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect();
        Random random = new(4);
        byte[] stream = new byte[1_000_000 + 10];
        for (int at = 0; at < stream.Length;)
        {
            int part = Math.Min(random.Next(1, 100_000), stream.Length - at);
            _ = client.Send(stream.AsSpan(at, part));
            at += part;
        }

        client.Shutdown(SocketShutdown.Send);
        _ = TestLoop.ReadAll(client);
        loop.Stop();
        Assert.Equal(10, seen);
    }

    [Fact]
    public void Server_ToldToStop_LetsWhatWasWrittenGoOut()
    {
        byte[] answer = new byte[2_000_000];
        new Random(2).NextBytes(answer);
        using ManualResetEventSlim asked = new();
        TestHandler handler = new() { Data = (connection, data) => { Assert.True(connection.TryWrite(answer)); asked.Set(); return data.Length; } };
        using NetServer server = NetServer.CreateBuilder().Listen(new IPEndPoint(IPAddress.Loopback, 0)).Handle(() => handler)
            .Configure(With).Start();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096,
            ReceiveTimeout = TestLoop.TimeoutMs };
        client.Connect(server.EndPoint);
        _ = client.Send("give"u8);
        Assert.True(asked.Wait(TestLoop.TimeoutMs));
        Thread stop = new(() => server.Stop(TestLoop.TimeoutMs));
        stop.Start();

        byte[] back = TestLoop.ReadAll(client);

        stop.Join();
        Assert.True(back.AsSpan().SequenceEqual(answer), $"{back.Length} of {answer.Length} bytes");
    }

    // Consumes 10 bytes, discards 1,000,000 that have not come yet.
    private sealed class DiscardingHandler(Func<int> seen) : IConnectionHandler
    {
        public Action<int> OnFrame { get; set; } = _ => { };

        public void OnData(Connection connection, ref InputReader input)
        {
            if (seen() == 0 && input.TryPeek(10, out _))
            {
                OnFrame(input.Consume(10).Length);
                input.Discard(1_000_000);
            }
            else if (input.Length > 0)
            {
                OnFrame(input.Consume(input.Length).Length);
            }
        }
    }
}

public class LimitTestsOnEpoll() : LimitTests(NetBackend.Epoll);

public class LimitTestsOnEpollEdge() : LimitTests(NetBackend.EpollEdge);

public class LimitTestsOnIoUring() : LimitTests(NetBackend.IoUring);
