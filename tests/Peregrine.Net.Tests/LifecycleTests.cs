using System.Net;
using System.Net.Sockets;
using Peregrine.Linux;

namespace Peregrine.Net.Tests;

/// <summary>Openings and ends, also of peers that behave badly and handlers that throw.</summary>
public abstract class LifecycleTests(NetBackend backend) : BackendSuite(backend)
{
    [Fact]
    public void Listen_PortInUse_NamesTheAddress()
    {
        using TestLoop loop = Start(() => null);
        using EventLoop other = NewLoop(new EventLoopOptions());

        LinuxException fault = Assert.Throws<LinuxException>(() => other.Listen(loop.EndPoint, loop));

        Assert.Contains(loop.EndPoint.ToString(), fault.Message, StringComparison.Ordinal);
        Assert.Contains("EADDRINUSE", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(
            () => new EventLoop(new EventLoopOptions { FrameBytesMax = 5, ConnectionsMax = 0 }));

        Assert.Contains("FrameBytesMax: 5", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionsMax: 0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acceptor_ThatThrowsOrRefuses_CostsOnlyThatConnection()
    {
        int accepted = 0;
        using TestLoop loop = Start(() => accepted++ switch { 0 =>
            throw new InvalidOperationException("bad acceptor"), 1 => null, _ => new EchoHandler() });
        using Socket first = loop.Connect();
        using Socket second = loop.Connect();
        Assert.Empty(TestLoop.ReadAll(first));
        Assert.Empty(TestLoop.ReadAll(second));

        using Socket third = loop.Connect();
        _ = third.Send("ping"u8);
        byte[] back = new byte[4];
        TestLoop.ReadExactly(third, back);

        Assert.Equal("ping"u8, back);
        loop.Stop();
        Assert.Equal(2, loop.Loop.Counters.Refused);
        Assert.Equal("bad acceptor", loop.Loop.LastHandlerFault!.Message);
    }

    [Fact]
    public void Connections_AboveTheLimit_AreClosedAndCounted()
    {
        List<string> log = [];
        using TestLoop loop = Start(() => new EchoHandler(), new EventLoopOptions { ConnectionsMax = 2, Log = log.Add });
        using Socket first = Pinged(loop);
        using Socket second = Pinged(loop);

        using Socket third = loop.Connect();
        Assert.Empty(TestLoop.ReadAll(third));
        using Socket fourth = loop.Connect();
        Assert.Empty(TestLoop.ReadAll(fourth));

        loop.Stop();
        Assert.Equal((2, 2), (loop.Loop.ConnectionCount, loop.Loop.Counters.Refused));
        Assert.Equal($"new connections to {loop.EndPoint} are closed at once: this loop has as many as it may (ConnectionsMax is 2); " +
            $"further ones are only counted", Assert.Single(log));
    }

    [Fact]
    public void Handler_ThatThrows_LosesItsConnectionOnly()
    {
        int accepted = 0;
        TestHandler bad = new() { Data = (_, _) => throw new InvalidOperationException("bad handler") };
        using TestLoop loop = Start(() => accepted++ == 0 ? bad : new EchoHandler());
        using Socket first = loop.Connect();
        _ = first.Send("x"u8);
        Assert.Empty(TestLoop.ReadAll(first));

        using Socket second = Pinged(loop);

        loop.Stop();
        Assert.Equal(1, loop.Loop.Counters.Closed(CloseReason.HandlerFault));
        Assert.Equal("bad handler", loop.Loop.LastHandlerFault!.Message);
    }

    [Fact]
    public void Peers_ThatResetOrGoAtOnce_LeaveNothingBehind()
    {
        using TestLoop loop = Start(() => new EchoHandler());
        for (int round = 0; round < 200; round++)
        {
            using Socket client = loop.Connect();
            if (round % 3 == 0)
            {
                _ = client.Send(new byte[10_000]);
            }

            if (round % 2 == 0)
            {
                client.LingerState = new LingerOption(true, 0);
            }
        }

        using Socket last = Pinged(loop);
        last.Close();

        // Each end is an event; wait for the last of them.
        Assert.True(SpinWait.SpinUntil(() => loop.Loop.Counters.Closed(CloseReason.Remote) + loop.Loop.Counters.Closed(CloseReason.Reset) >= 201,
            TestLoop.TimeoutMs));
        loop.Stop();
        Assert.Equal((0, 0), (loop.Loop.ConnectionCount, loop.Loop.LentBuffers));
    }

    [Fact]
    public void Connect_ToNobody_IsToldAsAClose()
    {
        List<CloseReason> reasons = [];
        using EventLoop loop = NewLoop(new EventLoopOptions());
        using Socket unused = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        _ = loop.TryConnect((IPEndPoint)unused.LocalEndPoint!, new TestHandler { Closed = (_, reason) => reasons.Add(reason) }, out _);
        for (int pass = 0; pass < 1_000 && reasons.Count == 0; pass++)
        {
            _ = loop.Poll(30);
        }

        Assert.Equal([CloseReason.ConnectFailed], reasons);
    }

    [Fact]
    public void Dispose_WithOpenConnections_TellsTheirHandlers()
    {
        List<CloseReason> reasons = [];
        TestLoop loop = Start(() => new TestHandler { Data = (connection, data) => { _ =
            connection.TryWrite(data.Span); return data.Length; }, Closed = (_, reason) => reasons.Add(reason) });
        using Socket first = Pinged(loop);
        using Socket second = Pinged(loop);

        loop.Dispose();
        loop.Loop.Wake();

        Assert.Equal([CloseReason.LoopStopped, CloseReason.LoopStopped], reasons);
        Assert.Empty(TestLoop.ReadAll(first));
    }

    private static Socket Pinged(TestLoop loop)
    {
        Socket client = loop.Connect();
        _ = client.Send("ping"u8);
        TestLoop.ReadExactly(client, new byte[4]);
        return client;
    }
}

public class LifecycleTestsOnEpoll() : LifecycleTests(NetBackend.Epoll);

public class LifecycleTestsOnEpollEdge() : LifecycleTests(NetBackend.EpollEdge);

public class LifecycleTestsOnIoUring() : LifecycleTests(NetBackend.IoUring);
