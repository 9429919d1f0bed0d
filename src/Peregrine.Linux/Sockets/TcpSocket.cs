using System.Net;
using System.Net.Sockets;

namespace Peregrine.Linux.Sockets;

/// <summary>
/// A non-blocking TCP socket by its descriptor. A plain value: whoever made it closes it once.
/// </summary>
/// <param name="Descriptor">The file descriptor; -1 is no socket.</param>
/// <remarks>Thread: any, one at a time. Allocates: no, but for what says so. Never blocks.</remarks>
public readonly unsafe record struct TcpSocket(int Descriptor)
{
    private const int SockStream = 1;
    private const int SockNonBlock = 0x800;
    private const int SockCloseOnExec = 0x80000;
    private const int MsgNoSignal = 0x4000;
    private const int LevelSocket = 1;
    private const int LevelTcp = 6;
    private const int LevelIpV6 = 41;

    /// <summary>Opens a socket that listens.</summary>
    /// <param name="endpoint">Address and port; port 0 lets the system pick one.</param>
    /// <param name="backlog">Connections that may wait to be accepted.</param>
    /// <param name="socket">The socket when the result is None.</param>
    /// <returns>None, or why not: EADDRINUSE, EACCES, EADDRNOTAVAIL, EMFILE.</returns>
    public static Errno TryListen(IPEndPoint endpoint, int backlog, out TcpSocket socket)
    {
        Errno errno = TryOpen(endpoint, out socket);
        if (errno != Errno.None)
        {
            return errno;
        }

        _ = socket.SetOption(LevelSocket, 2 /* SO_REUSEADDR */, 1);
        if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            _ = socket.SetOption(LevelIpV6, 26 /* IPV6_V6ONLY */, 1);
        }

        byte* address = stackalloc byte[SocketAddress.BytesMax];
        int length = SocketAddress.Write(endpoint, new Span<byte>(address, SocketAddress.BytesMax));

        // SAFETY: the address is on this frame and the call reads its length only.
        errno = Libc.Result(Libc.Bind(socket.Descriptor, address, (uint)length)).Errno;
        errno = errno == Errno.None ? Libc.Result(Libc.Listen(socket.Descriptor, backlog)).Errno : errno;
        if (errno != Errno.None)
        {
            socket.Close();
            socket = new TcpSocket(-1);
        }

        return errno;
    }

    /// <summary>Starts a connection.</summary>
    /// <returns>None or EINPROGRESS: the socket becomes writable when it is decided, see <see cref="PendingError"/>.</returns>
    public static Errno TryConnect(IPEndPoint endpoint, out TcpSocket socket)
    {
        Errno errno = TryOpen(endpoint, out socket);
        if (errno != Errno.None)
        {
            return errno;
        }

        byte* address = stackalloc byte[SocketAddress.BytesMax];
        int length = SocketAddress.Write(endpoint, new Span<byte>(address, SocketAddress.BytesMax));

        // SAFETY: the address is on this frame and the call reads its length only.
        errno = Libc.Result(Libc.Connect(socket.Descriptor, address, (uint)length)).Errno;
        if (errno is not (Errno.None or Errno.EINPROGRESS))
        {
            socket.Close();
            socket = new TcpSocket(-1);
        }

        return errno;
    }

    /// <summary>Takes a waiting connection.</summary>
    /// <param name="remote">Where it comes from; allocates it.</param>
    /// <param name="accepted">The connection when the result is None; non-blocking.</param>
    /// <returns>None; EAGAIN when none waits; EMFILE and ENFILE when there are no descriptors; ECONNABORTED.</returns>
    public Errno TryAccept(out TcpSocket accepted, out IPEndPoint? remote)
    {
        byte* address = stackalloc byte[SocketAddress.BytesMax];
        uint length = SocketAddress.BytesMax;

        // SAFETY: address and length are on this frame; the kernel writes at most the length given.
        CallResult result = Libc.Result(Libc.Accept4(Descriptor, address, &length, SockNonBlock | SockCloseOnExec));
        accepted = new TcpSocket((int)result.Value);
        remote = result.IsOk ? SocketAddress.Read(new ReadOnlySpan<byte>(address, SocketAddress.BytesMax)) : null;
        return result.Errno;
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes read, 0 at the end of the stream; EAGAIN when nothing is there.</returns>
    public CallResult Receive(Span<byte> buffer)
    {
        // SAFETY: the span is pinned for the call, which writes at most its length.
        fixed (byte* pointer = buffer)
        {
            return Libc.Result(Libc.Recv(Descriptor, pointer, (nuint)buffer.Length, 0));
        }
    }

    /// <summary>Hands bytes to the kernel, as many as it takes.</summary>
    /// <returns>Bytes taken; EAGAIN when its buffer is full. A closed peer is EPIPE, never a signal.</returns>
    public CallResult Send(ReadOnlySpan<byte> buffer)
    {
        // SAFETY: the span is pinned for the call, which reads at most its length.
        fixed (byte* pointer = buffer)
        {
            return Libc.Result(Libc.Send(Descriptor, pointer, (nuint)buffer.Length, MsgNoSignal));
        }
    }

    /// <summary>Sends each write at once (TCP_NODELAY).</summary>
    public Errno SetNoDelay() => SetOption(LevelTcp, 1, 1);

    /// <summary>Asks for probes of an idle peer (SO_KEEPALIVE).</summary>
    public Errno SetKeepAlive() => SetOption(LevelSocket, 9, 1);

    /// <summary>Sets the kernel's receive buffer in bytes (SO_RCVBUF).</summary>
    public Errno SetReceiveBuffer(int bytes) => SetOption(LevelSocket, 8, bytes);

    /// <summary>Sets the kernel's send buffer in bytes (SO_SNDBUF).</summary>
    public Errno SetSendBuffer(int bytes) => SetOption(LevelSocket, 7, bytes);

    /// <summary>Makes the coming close a reset instead of an orderly end (SO_LINGER 0).</summary>
    public Errno SetResetOnClose()
    {
        int* linger = stackalloc int[2] { 1, 0 };

        // SAFETY: struct linger is two ints on this frame.
        return Libc.Result(Libc.SetSockOpt(Descriptor, LevelSocket, 13, linger, 8)).Errno;
    }

    /// <summary>The error that waits on the socket, and clears it (SO_ERROR): how a connection attempt ended.</summary>
    public Errno PendingError()
    {
        int value = 0;
        uint length = sizeof(int);

        // SAFETY: value and length are on this frame.
        CallResult result = Libc.Result(Libc.GetSockOpt(Descriptor, LevelSocket, 4, &value, &length));
        return result.IsOk ? (Errno)value : result.Errno;
    }

    /// <summary>Where the socket is bound. Allocates it.</summary>
    public IPEndPoint LocalEndPoint()
    {
        byte* address = stackalloc byte[SocketAddress.BytesMax];
        uint length = SocketAddress.BytesMax;

        // SAFETY: address and length are on this frame; the kernel writes at most the length given.
        CallResult result = Libc.Result(Libc.GetSockName(Descriptor, address, &length));
        return result.IsOk ? SocketAddress.Read(new ReadOnlySpan<byte>(address, SocketAddress.BytesMax)) : throw new LinuxException("local address of a socket", result.Errno);
    }

    /// <summary>Ends our side of the stream; the peer reads the end after what was sent.</summary>
    public void ShutdownSend() => _ = Libc.Shutdown(Descriptor, 1);

    /// <summary>Gives the descriptor back.</summary>
    public void Close() => _ = Libc.Close(Descriptor);

    private static Errno TryOpen(IPEndPoint endpoint, out TcpSocket socket)
    {
        int family = endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? SocketAddress.FamilyInet6 : SocketAddress.FamilyInet;
        CallResult result = Libc.Result(Libc.Socket(family, SockStream | SockNonBlock | SockCloseOnExec, 0));
        socket = new TcpSocket((int)result.Value);
        return result.Errno;
    }

    private Errno SetOption(int level, int name, int value)
    {
        // SAFETY: the value is on this frame and the call reads 4 bytes.
        return Libc.Result(Libc.SetSockOpt(Descriptor, level, name, &value, sizeof(int))).Errno;
    }
}
