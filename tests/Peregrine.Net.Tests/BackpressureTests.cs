using System.Net.Sockets;

namespace Peregrine.Net.Tests;

/// <summary>Peers that do not read: bounds hold, refusals are told, and writing goes on when there is room.</summary>
public abstract class BackpressureTests(NetBackend backend) : BackendSuite(backend)
{
    private static readonly EventLoopOptions Small = new() { PoolBytes = 65_536, PoolBytesMax = 65_536, FrameBytesMax = 4_096, ReceiveBytes = 4_096,
        OutputBytesMax = 32_768 };

    [Fact]
    public void SlowReader_AtTheHighWaterMark_IsRefusedAndLaterWritable()
    {
        // Writes numbered blocks until refused, then again each time it is told; the client must see them all in order.
        const int blocks = 2_000;
        int next = 0;
        void Pump(Connection connection)
        {
            Span<byte> block = stackalloc byte[1_000];
            while (next < blocks)
            {
                BitConverter.TryWriteBytes(block, next);
                if (!connection.TryWrite(block))
                {
                    return;
                }

                next++;
            }

            connection.Close();
        }

        TestHandler handler = new() { Opened = Pump, Writable = Pump };
        using TestLoop loop = Start(() => handler, Small);
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);
        byte[] block = new byte[1_000];

        // The last blocks may be dropped by the close; all but those that can be pending must arrive in order.
        int seen = 0;
        for (; seen < blocks - 40; seen++)
        {
            TestLoop.ReadExactly(client, block);
            Assert.Equal(seen, BitConverter.ToInt32(block));
        }

        loop.Stop();
        Assert.True(loop.Loop.Counters.OutputRefusals > 0, "the mark was reached");
        Assert.True(loop.Loop.LentBytes <= Small.PoolBytesMax);
    }

    [Fact]
    public void Pool_UsedUpByOthers_TellsTheRefusedOneWhenABufferIsFree()
    {
        using ManualResetEventSlim refused = new();
        static void Hog(Connection connection)
        {
            while (connection.TryWrite(new byte[4_096]))
            {
            }
        }

        TestHandler hog = new() { Opened = Hog, Writable = Hog };
        TestHandler starved = new()
        {
            Data = (connection, data) =>
            {
                if (!connection.TryWrite("now.."u8))
                {
                    refused.Set();
                }

                return data.Length;
            },
            Writable = connection => connection.TryWrite("later"u8),
        };
        int accepted = 0;
        using TestLoop loop = Start(() => accepted++ < 4 ? hog : starved, Small);
        Socket[] hogs = [.. Enumerable.Range(0, 4).Select(_ => loop.Connect(receiveBufferBytes: 4_096))];
        using Socket waiting = loop.Connect();
        byte[] answer = new byte[5];

        // The kernel's buffers of the four fill up first; then the pool is used up, and the fifth is refused.
        while (true)
        {
            _ = waiting.Send("x"u8);
            if (refused.IsSet)
            {
                break;
            }

            if (waiting.Poll(1_000, SelectMode.SelectRead))
            {
                TestLoop.ReadExactly(waiting, answer);
            }
        }

        Array.ForEach(hogs, client => client.Dispose());

        while (!answer.AsSpan().SequenceEqual("later"u8))
        {
            TestLoop.ReadExactly(waiting, answer);
        }

        loop.Stop();
        Assert.True(loop.Loop.Counters.PoolExhaustions > 0);
    }

    [Fact]
    public void Pool_FreedByConnectionsThatAllEndInOnePass_IsOfferedInThatPass()
    {
        static void Hog(Connection connection)
        {
            while (connection.TryWrite(new byte[4_096]))
            {
            }
        }

        bool refused = false;
        bool told = false;
        int accepted = 0;
        int ended = 0;
        TestHandler hog = new() { Opened = Hog, Writable = Hog, Closed = (_, _) => ended++ };
        TestHandler starved = new()
        {
            Data = (connection, data) =>
            {
                refused |= !connection.TryWrite("now"u8);
                return data.Length;
            },
            Writable = _ => told = true,
        };
        using EventLoop loop = NewLoop(Small);
        using Listener listener = loop.Listen(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0),
            new Acceptor(() => accepted++ < 4 ? hog : starved));
        Socket[] hogs = [.. Enumerable.Range(0, 4).Select(_ => Connect(listener))];
        while (accepted < 4)
        {
            _ = loop.Poll(10);
        }

        using Socket waiting = Connect(listener);
        for (int pass = 0; pass < 100_000 && !refused; pass++)
        {
            _ = waiting.Send("x"u8);
            _ = loop.Poll(1);
            told = false;
        }

        Assert.True(refused, "the pool is used up");
        Array.ForEach(hogs, client => client.Dispose());

        for (int pass = 0; pass < 100 && ended < 4; pass++)
        {
            _ = loop.Poll(1_000);
        }

        // Nothing else will ever happen on this loop: a pass that ends the last of them without telling would be followed by a sleep.
        Assert.Equal((4, true), (ended, told));

        static Socket Connect(Listener listener)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096,
                LingerState = new LingerOption(true, 0) };
            socket.Connect(listener.LocalEndPoint);
            return socket;
        }
    }

    private sealed class Acceptor(Func<IConnectionHandler?> accept) : IConnectionAcceptor
    {
        public IConnectionHandler? OnAccepted(EventLoop loop, Peregrine.Linux.Sockets.PeerAddress remote) => accept();
    }

    [Fact]
    public void Handler_ThatAlwaysWrites_DoesNotKeepTheLoopFromOthers()
    {
        // The endless one is refused, flushed, told, and writes again, in every pass; the loop must still serve the echo.
        TestHandler endless = new() { Opened = Fill, Writable = Fill };
        int accepted = 0;
        using TestLoop loop = Start(() => accepted++ == 0 ? endless : new EchoHandler());
        using Socket reader = loop.Connect();
        using CancellationTokenSource stop = new();
        Thread drain = new(() => Drain(reader, stop.Token)) { IsBackground = true };
        drain.Start();
        using Socket client = loop.Connect();
        byte[] back = new byte[4];

        for (int round = 0; round < 100; round++)
        {
            _ = client.Send("ping"u8);
            TestLoop.ReadExactly(client, back);
        }

        Assert.Equal("ping"u8, back);
        stop.Cancel();
        reader.Shutdown(SocketShutdown.Both);
        drain.Join();
    }

    [Fact]
    public void Echo_ToAPeerThatSendsAllBeforeItReads_LosesNothing()
    {
        byte[] sent = new byte[20_000_000];
        new Random(3).NextBytes(sent);
        using TestLoop loop = Start(() => new EchoHandler(), Small);
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);
        Thread sender = new(() => { _ = client.Send(sent); client.Shutdown(SocketShutdown.Send); });
        sender.Start();

        byte[] back = TestLoop.ReadAll(client);

        sender.Join();
        Assert.True(back.AsSpan().SequenceEqual(sent), $"{back.Length} of {sent.Length} bytes came back");
        loop.Stop();
        Assert.True(loop.Loop.Counters.OutputRefusals > 0, "the echo was refused at times");
    }

    [Fact]
    public void Frame_LargerThanABuffer_EndsTheConnection()
    {
        List<CloseReason> reasons = [];
        TestHandler greedy = new() { Data = (_, _) => 0, Closed = (_, reason) => reasons.Add(reason) };
        using TestLoop loop = Start(() => greedy, Small);
        using Socket client = loop.Connect();

        try
        {
            _ = client.Send(new byte[100_000]);
            _ = TestLoop.ReadAll(client);
        }
        catch (SocketException)
        {
            // The reset arrives before the last bytes are sent.
        }

        loop.Stop();
        Assert.Equal([CloseReason.InputOverflow], reasons);
        Assert.Equal(0, loop.Loop.LentBuffers);
    }

    private static void Fill(Connection connection)
    {
        while (connection.TryWrite(new byte[60_000]))
        {
        }
    }

    private static void Drain(Socket reader, CancellationToken stop)
    {
        byte[] buffer = new byte[1 << 20];
        try
        {
            while (!stop.IsCancellationRequested && reader.Receive(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }
}

public class BackpressureTestsOnEpoll() : BackpressureTests(NetBackend.Epoll);

public class BackpressureTestsOnEpollEdge() : BackpressureTests(NetBackend.EpollEdge);

public class BackpressureTestsOnIoUring() : BackpressureTests(NetBackend.IoUring);
