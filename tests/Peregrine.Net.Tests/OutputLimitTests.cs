using System.Net.Sockets;
using Peregrine.Net.Memory;

namespace Peregrine.Net.Tests;

/// <summary>Limits of output at their edges: that they act there, and that they do not act before.</summary>
public abstract class OutputLimitTests(NetBackend backend) : BackendSuite(backend)
{
    private const int MessageBytesMax = 8_192;

    [Fact]
    public void DropOldest_WhileMessagesAreOnTheirWayOrPartlySent_LosesWholeMessagesOnly()
    {
        const int messages = 600;
        using SharedBufferPool pool = new(MessageBytesMax, messages);
        int last = -1;
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                connection.LimitKernelOutput(8_192);
                for (int number = 0; number < messages; number++)
                {
                    int length = LengthOf(number);
                    SharedBuffer buffer = pool.TryRent(length)!;
                    buffer.Room[..length].Fill((byte)number);
                    BitConverter.TryWriteBytes(buffer.Room, number);

                    // Refused only while the kernel has everything that is pending.
                    last = connection.TryWrite(buffer) ? number : last;
                    buffer.Release();

                    // The kernel takes what it has room for, seldom a whole number of messages; or has them from here on.
                    if (number % 10 == 9)
                    {
                        connection.Flush();
                    }
                }

                connection.CloseWhenSent(TestLoop.TimeoutMs);
            },
        };
        using TestLoop loop = Start(() => handler,
            new EventLoopOptions { OutputPolicy = OverflowPolicy.DropOldest, OutputHighWaterBytes = 100_000, OutputBytesMax = 200_000 });
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);

        byte[] back = TestLoop.ReadAll(client);

        loop.Stop();
        int before = -1;
        for (int at = 0; at < back.Length; at += LengthOf(before))
        {
            int number = BitConverter.ToInt32(back, at);
            Assert.True(number > before && number < messages
                && at + LengthOf(number) <= back.Length, $"message {number} at byte {at} of {back.Length} follows {before}");
            Assert.True(back.AsSpan(at + 4, LengthOf(number) - 4).IndexOfAnyExcept((byte)number) < 0, $"message {number} is whole");
            before = number;
        }

        Assert.True(last > messages / 2, $"message {last} is the last that was taken");
        Assert.Equal(last, before);
        Assert.True(loop.Loop.Counters.OutputDrops > 0, "messages were dropped");
        Assert.Equal(0, pool.RentedCount);
    }

    [Theory]
    [InlineData(OverflowPolicy.DropNewest)]
    [InlineData(OverflowPolicy.DropOldest)]
    [InlineData(OverflowPolicy.Disconnect)]
    public void Mark_WrittenUpToExactly_DoesNotAct(OverflowPolicy policy)
    {
        List<bool> taken = [];
        bool isOpen = false;
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                foreach (int bytes in (int[])[40_000, 40_000, 20_000])
                {
                    taken.Add(connection.TryWrite(new byte[bytes]));
                }

                isOpen = connection.IsOpen;
                taken.Add(connection.TryWrite([1]));
                connection.Close();
            },
        };
        using TestLoop loop = Start(() => handler,
            new EventLoopOptions { OutputPolicy = policy, OutputHighWaterBytes = 100_000, OutputBytesMax = 200_000 });
        using Socket client = loop.Connect();

        Assert.True(SpinWait.SpinUntil(() => loop.Loop.Counters.Opened > 0 && loop.Loop.ConnectionCount == 0, TestLoop.TimeoutMs),
            "the connection ends");
        loop.Stop();

        Assert.Equal([true, true, true, false], taken);
        Assert.True(isOpen, "at the mark the connection goes on");
        Assert.Equal(policy == OverflowPolicy.Disconnect ? 1 : 0, loop.Loop.Counters.Closed(CloseReason.OutputOverflow));
        Assert.Equal(policy == OverflowPolicy.DropNewest ? 1 : 0, loop.Loop.Counters.OutputDrops);
    }

    [Fact]
    public void Writable_AfterARefusal_IsToldAtTheLowWaterMark()
    {
        EventLoopOptions options = new() { OutputHighWaterBytes = 400_000, OutputLowWaterBytes = 50_000, OutputBytesMax = 400_000 };
        List<int> pending = [];
        int left = 40;
        void Pump(Connection connection)
        {
            while (left > 0 && connection.TryWrite(new byte[50_000]))
            {
                left--;
            }

            if (left == 0)
            {
                connection.CloseWhenSent(TestLoop.TimeoutMs);
            }
        }

        TestHandler handler = new()
        {
            Opened = connection =>
            {
                connection.LimitKernelOutput(8_192);
                Pump(connection);
            },
            Writable = connection =>
            {
                pending.Add(connection.PendingOutputBytes);
                Pump(connection);
            },
        };
        using TestLoop loop = Start(() => handler, options);
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);

        Assert.Equal(2_000_000, TestLoop.ReadAll(client).Length);

        loop.Stop();
        Assert.NotEmpty(pending);
        Assert.All(pending, bytes => Assert.InRange(bytes, 0, options.OutputLowWaterBytes));
    }

    [Fact]
    public void Message_OfTwoPiecesWhoseSecondFindsNoBuffer_LeavesNothingOfTheFirst()
    {
        // 16 pages, of which output may have 15: there is room for the first piece, and none for 64 KiB more.
        EventLoopOptions options = new() { PoolBytes = 65_536, PoolBytesMax = 65_536, FrameBytesMax = 4_096, ReceiveBytes = 4_096,
            OutputBytesMax = 1 << 20 };
        bool wasTaken = true;
        int pending = -1;
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                wasTaken = connection.TryWrite("head"u8, new byte[65_536]);
                pending = connection.PendingOutputBytes;
                Assert.True(connection.TryWrite("ok"u8));
                connection.CloseWhenSent(TestLoop.TimeoutMs);
            },
        };
        using TestLoop loop = Start(() => handler, options);
        using Socket client = loop.Connect();

        byte[] back = TestLoop.ReadAll(client);

        loop.Stop();
        Assert.False(wasTaken);
        Assert.Equal(0, pending);
        Assert.Equal("ok"u8, back);
    }

    [Fact]
    public void Connection_InThePlaceOfAnother_RemembersNothingOfIt()
    {
        List<(bool WasRefused, bool CanWrite, bool IsHeld, bool IsFrameAwaited, long Discarded)> seen = [];
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                seen.Add((connection.WasRefused, connection.TryWrite("x"u8), connection.IsInputHeld, connection.IsFrameAwaited,
                    connection.DiscardBytes));

                // In the middle of a TLS record and of a discard; refused, ended and held, and gone without an end.
                (connection.RecordBegunNs, connection.DiscardBytes) = (1, 1);
                while (connection.TryWrite(new byte[50_000]))
                {
                }

                connection.EndOutput();
                connection.Abort();
            },
        };
        using TestLoop loop = Start(() => handler, new EventLoopOptions { OutputHighWaterBytes = 100_000, OutputBytesMax = 200_000 });
        for (int round = 1; round <= 3; round++)
        {
            using Socket client = loop.Connect();
            Assert.True(SpinWait.SpinUntil(() => loop.Loop.Counters.Opened == round && loop.Loop.ConnectionCount == 0, TestLoop.TimeoutMs),
                "the connection ends");
        }

        loop.Stop();
        Assert.Equal(Enumerable.Repeat((false, true, false, false, 0L), 3), seen);
    }

    [Theory]
    [InlineData("written")]
    [InlineData("direct")]
    [InlineData("direct, in part")]
    public void Activity_OfBytesThatGoOut_IsNoticed(string how)
    {
        // What the idle time-out looks at; the peer itself sends nothing.
        Connection? opened = null;
        byte[] bytes = new byte[how == "direct, in part" ? 8 << 20 : 10];
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                connection.LimitKernelOutput(8_192);
                opened = connection;
            },
        };
        using EventLoop loop = NewLoop(new EventLoopOptions { OutputBytesMax = 16 << 20 });
        using Listener listener = loop.Listen(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), new Acceptor(handler));
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        client.Connect(listener.LocalEndPoint);
        while (opened is null)
        {
            _ = loop.Poll(10);
        }

        long before = opened.LastActivityNs;
        while (loop.NowNs <= before)
        {
            _ = loop.Poll(0);
        }

        int sent = how == "written" ? (opened.TryWrite(bytes) ? 0 : -1) : opened.SendShared(bytes);
        opened.Flush();
        for (int pass = 0; pass < 1_000 && loop.Counters.SentBytes == 0; pass++)
        {
            _ = loop.Poll(10);
        }

        Assert.True(sent >= 0 && loop.Counters.SentBytes > 0, "bytes went out");
        Assert.True(how != "direct, in part" || sent < bytes.Length, "not all of them");
        Assert.True(opened.LastActivityNs > before, "bytes that go out are activity");
    }

    // Of different lengths, so that what is counted off the wrong message shows.
    private static int LengthOf(int number) => 1_001 + (number * 997 % 6_000);

    private sealed class Acceptor(IConnectionHandler handler) : IConnectionAcceptor
    {
        public IConnectionHandler? OnAccepted(EventLoop loop, Linux.Sockets.PeerAddress remote) => handler;
    }
}

public class OutputLimitTestsOnEpoll() : OutputLimitTests(NetBackend.Epoll);

public class OutputLimitTestsOnEpollEdge() : OutputLimitTests(NetBackend.EpollEdge);

public class OutputLimitTestsOnIoUring() : OutputLimitTests(NetBackend.IoUring);
