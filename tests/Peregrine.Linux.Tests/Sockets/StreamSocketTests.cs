using System.Net;
using System.Net.Sockets;
using Peregrine.Linux.Sockets;

namespace Peregrine.Linux.Tests.Sockets;

/// <summary>Stream sockets: what works, and the number that tells why something did not.</summary>
public sealed class StreamSocketTests : IDisposable
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private readonly string _folder = Directory.CreateTempSubdirectory("peregrine-socket-").FullName;
    private readonly List<StreamSocket> _open = [];

    public void Dispose()
    {
        _open.ForEach(socket => socket.Close());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Connection_IsAcceptedWithTheAddressOfItsOtherEnd()
    {
        StreamSocket listener = Listen(AnyPort);

        StreamSocket client = Connect(listener.LocalAddress().ToEndPoint()!);
        StreamSocket server = Accept(listener, out PeerAddress remote);

        Assert.Equal(client.LocalAddress(), remote);
        Assert.Equal(server.LocalAddress(), client.RemoteAddress());
        Assert.Equal(Errno.EAGAIN, listener.TryAccept(out _, out _));
    }

    [Fact]
    public void Connection_FromAnAddressOfItsOwn_ComesFromThere()
    {
        StreamSocket listener = Listen(AnyPort);

        _ = Connect(listener.LocalAddress().ToEndPoint()!, new IPEndPoint(IPAddress.Parse("127.0.0.9"), 0));
        _ = Accept(listener, out PeerAddress remote);

        Assert.Equal(IPAddress.Parse("127.0.0.9"), remote.ToEndPoint()!.Address);
    }

    [Fact]
    public void Listen_WhereItCannot_SaysWhyAndLeavesNoSocket()
    {
        string path = Path.Combine(_folder, "socket");
        IPEndPoint taken = Listen(AnyPort).LocalAddress().ToEndPoint()!;
        _ = Listen(new UnixDomainSocketEndPoint(path));

        Assert.Equal((Errno.EADDRINUSE, StreamSocket.None), (StreamSocket.TryListen(taken, 1, sharePort: false, out StreamSocket first), first));
        Assert.Equal((Errno.EADDRINUSE, StreamSocket.None),
            (StreamSocket.TryListen(new UnixDomainSocketEndPoint(path), 1, sharePort: false, out StreamSocket second), second));
        Assert.Equal((Errno.EADDRNOTAVAIL, StreamSocket.None),
            (StreamSocket.TryListen(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), 1, sharePort: false, out StreamSocket third), third));
        Assert.Equal((Errno.ENOENT, StreamSocket.None),
            (StreamSocket.TryListen(new UnixDomainSocketEndPoint(Path.Combine(_folder, "none/x")), 1, false, out StreamSocket fourth), fourth));
    }

    [Fact]
    public void Listen_OnASharedPort_IsPossibleTwice()
    {
        Assert.Equal(Errno.None, StreamSocket.TryListen(AnyPort, 1, sharePort: true, out StreamSocket first));
        _open.Add(first);
        Assert.Equal(Errno.None, StreamSocket.TryListen(first.LocalAddress().ToEndPoint()!, 1, sharePort: true, out StreamSocket second));
        _open.Add(second);

        Assert.Equal(first.LocalAddress(), second.LocalAddress());
    }

    [Fact]
    public void Connect_WhereNobodyListens_IsRefused()
    {
        StreamSocket listener = Listen(AnyPort);
        IPEndPoint gone = listener.LocalAddress().ToEndPoint()!;
        listener.Close();
        _open.Clear();

        Errno errno = StreamSocket.TryConnect(gone, source: null, out StreamSocket socket);
        errno = errno == Errno.EINPROGRESS ? Decide(socket) : errno;

        Assert.Equal(Errno.ECONNREFUSED, errno);
        Assert.Equal(Errno.ENOENT, StreamSocket.TryConnect(new UnixDomainSocketEndPoint(Path.Combine(_folder, "none")), null, out StreamSocket none));
        Assert.Equal(StreamSocket.None, none);
    }

    [Fact]
    public unsafe void Bytes_OfOneOrSeveralPieces_ArriveInOrder()
    {
        (StreamSocket one, StreamSocket other) = Pair();
        byte[] back = new byte[16];

        Assert.Equal(new CallResult(-1, Errno.EAGAIN), other.Receive(back));
        Assert.Equal(new CallResult(3, Errno.None), one.Send("abc"u8));
        fixed (byte* start = "defgh"u8)
        {
            // SAFETY: both pieces lie in constant data.
            Assert.Equal(new CallResult(5, Errno.None), one.Send([new IoVector((nint)start, 2), new IoVector((nint)(start + 2), 3)]));
        }

        Assert.Equal(new CallResult(8, Errno.None), other.Receive(back));
        Assert.Equal("abcdefgh"u8, back.AsSpan(0, 8));
    }

    [Fact]
    public void End_OfOneSide_IsReadBehindWhatWasSentAndTheOtherGoesOn()
    {
        (StreamSocket one, StreamSocket other) = Pair();
        byte[] back = new byte[4];

        _ = one.Send("x"u8);
        one.ShutdownSend();

        Assert.Equal(1, other.Receive(back).Value);
        Assert.Equal(new CallResult(0, Errno.None), other.Receive(back));
        Assert.Equal(1, other.Send("y"u8).Value);
        Assert.Equal(1, one.Receive(back).Value);
        Assert.Equal(Errno.EPIPE, one.Send("z"u8).Errno);
    }

    [Fact]
    public void Reset_OnClose_IsReadAsOne()
    {
        StreamSocket listener = Listen(AnyPort);
        StreamSocket client = Connect(listener.LocalAddress().ToEndPoint()!);
        StreamSocket server = Accept(listener, out _);

        Assert.Equal(Errno.None, server.SetResetOnClose());
        server.Close();
        _ = _open.Remove(server);

        Assert.Equal(Errno.ECONNRESET, client.Receive(new byte[1]).Errno);
        Assert.Equal(Errno.EPIPE, client.Send("x"u8).Errno);
        Assert.Equal(default, client.RemoteAddress());
    }

    [Fact]
    public void Send_IntoAFullBuffer_IsAskedToComeAgain()
    {
        (StreamSocket one, StreamSocket _) = Pair();
        byte[] piece = new byte[64 << 10];
        CallResult sent = default;

        for (int count = 0; count < 10_000 && sent.IsOk; count++)
        {
            sent = one.Send(piece);
        }

        Assert.Equal(new CallResult(-1, Errno.EAGAIN), sent);
    }

    [Fact]
    public void Calls_OnNoSocket_AreToldAsSuch()
    {
        Assert.Equal(Errno.EBADF, StreamSocket.None.Receive(new byte[1]).Errno);
        Assert.Equal(Errno.EBADF, StreamSocket.None.Send("x"u8).Errno);
        Assert.Equal(Errno.EBADF, StreamSocket.None.TryAccept(out StreamSocket accepted, out _));
        Assert.Equal(Errno.EBADF, StreamSocket.None.PendingError());
        Assert.Equal(Errno.EBADF, StreamSocket.None.SetNoDelay());
        Assert.Equal(StreamSocket.None, accepted);
        Assert.Equal(default, StreamSocket.None.LocalAddress());
    }

    [Fact]
    public void Apply_ASettingThatTheKernelRefuses_NamesTheFirstAndAppliesTheOthers()
    {
        StreamSocket listener = Listen(AnyPort);
        StreamSocket client = Connect(listener.LocalAddress().ToEndPoint()!);

        AppliedOptions applied = client.Apply(new StreamSocketOptions { KeepAliveIdleSeconds = 0, KeepAliveProbes = -1, SendBufferBytes = 1 << 16 });
        AppliedOptions ofUnix = Pair().One.Apply(new StreamSocketOptions { QuickAck = true });

        Assert.Equal(new AppliedOptions(5, Errno.EINVAL, "TCP_KEEPIDLE", 0), applied);
        Assert.Equal((2, Errno.None, null), (ofUnix.Calls, ofUnix.Errno, ofUnix.Name));
    }

    private StreamSocket Listen(EndPoint endpoint)
    {
        Assert.Equal(Errno.None, StreamSocket.TryListen(endpoint, 16, sharePort: false, out StreamSocket socket));
        _open.Add(socket);
        return socket;
    }

    private StreamSocket Connect(IPEndPoint endpoint, IPEndPoint? source = null)
    {
        Errno errno = StreamSocket.TryConnect(endpoint, source, out StreamSocket socket);
        Assert.Equal(Errno.None, errno == Errno.EINPROGRESS ? Decide(socket) : errno);
        _open.Add(socket);
        return socket;
    }

    private StreamSocket Accept(StreamSocket listener, out PeerAddress remote)
    {
        WaitFor(listener, EpollEvents.In);
        Assert.Equal(Errno.None, listener.TryAccept(out StreamSocket socket, out remote));
        _open.Add(socket);
        return socket;
    }

    private (StreamSocket One, StreamSocket Other) Pair()
    {
        Assert.Equal(Errno.None, StreamSocket.TryPair(out StreamSocket one, out StreamSocket other));
        _open.AddRange([one, other]);
        return (one, other);
    }

    private static Errno Decide(StreamSocket socket)
    {
        WaitFor(socket, EpollEvents.Out);
        return socket.PendingError();
    }

    private static void WaitFor(StreamSocket socket, EpollEvents events)
    {
        using Epoll epoll = new(1);
        Assert.Equal(Errno.None, epoll.Add(socket.Descriptor, events, 0));
        Assert.Equal(1, epoll.Wait(30_000));
    }
}
