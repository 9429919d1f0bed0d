using System.Net;
using System.Net.Sockets;

namespace Peregrine.Linux.Sockets;

/// <summary>Settings of a stream socket. What is null stays as the kernel has it.</summary>
public sealed record StreamSocketOptions
{
    /// <summary>The defaults: no delay of small writes, all else as the kernel has it.</summary>
    public static StreamSocketOptions Default { get; } = new();

    /// <summary>Sends each write at once (TCP_NODELAY). Default true.</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>Acknowledges each segment at once (TCP_QUICKACK). The kernel clears it when we answer, so it has to be set again at every read, a
    /// system call more. Default false.</summary>
    public bool QuickAck { get; init; }

    /// <summary>Seconds of silence after which the kernel probes the peer (SO_KEEPALIVE, TCP_KEEPIDLE), 1 or more.</summary>
    public int? KeepAliveIdleSeconds { get; init; }

    /// <summary>Seconds between probes (TCP_KEEPINTVL), 1 or more.</summary>
    public int? KeepAliveIntervalSeconds { get; init; }

    /// <summary>Probes without an answer after which the connection is broken (TCP_KEEPCNT), 1 or more.</summary>
    public int? KeepAliveProbes { get; init; }

    /// <summary>The kernel's receive buffer in bytes (SO_RCVBUF); it doubles the value.</summary>
    public int? ReceiveBufferBytes { get; init; }

    /// <summary>The kernel's send buffer in bytes (SO_SNDBUF); it doubles the value.</summary>
    public int? SendBufferBytes { get; init; }

    /// <summary>Microseconds that a read may poll the network card before it waits (SO_BUSY_POLL).
    /// Above the system's limit it needs CAP_NET_ADMIN.</summary>
    public int? BusyPollUs { get; init; }
}

/// <summary>What became of settings.</summary>
/// <param name="Calls">System calls made.</param>
/// <param name="Errno">None, or why the first refused one was refused.</param>
/// <param name="Name">Its name in the kernel's headers; null without one.</param>
/// <param name="Value">What it was to be.</param>
public readonly record struct AppliedOptions(int Calls, Errno Errno, string? Name, int Value);

/// <summary>
/// A non-blocking stream socket, TCP or Unix, by its descriptor. A plain value: whoever made it closes it once.
/// </summary>
/// <param name="Descriptor">The file descriptor; -1 is no socket.</param>
/// <remarks>Thread: any, one at a time. Allocates: no, but for what says so. Never blocks.</remarks>
public readonly unsafe record struct StreamSocket(int Descriptor)
{
    internal const int SockNonBlock = 0x800;
    internal const int SockCloseOnExec = 0x80000;
    private const int SockStream = 1;
    private const int MsgNoSignal = 0x4000;
    private const int LevelSocket = 1;
    private const int LevelTcp = 6;
    private const int LevelIpV6 = 41;

    /// <summary>No socket.</summary>
    public static StreamSocket None => new(-1);

    /// <summary>Opens a socket that listens.</summary>
    /// <param name="endpoint">Address and port, port 0 lets the system pick one; or a Unix socket's path, which must not exist.</param>
    /// <param name="backlog">Connections that may wait to be accepted; the kernel caps it at net.core.somaxconn.</param>
    /// <param name="sharePort">Lets several sockets listen on one port, among which the kernel spreads connections (SO_REUSEPORT).</param>
    /// <param name="socket">The socket when the result is None.</param>
    /// <returns>None, or why not: EADDRINUSE, EACCES, EADDRNOTAVAIL, EMFILE.</returns>
    public static Errno TryListen(EndPoint endpoint, int backlog, bool sharePort, out StreamSocket socket)
    {
        Errno errno = TryOpen(endpoint, out socket);
        if (errno != Errno.None)
        {
            return errno;
        }

        if (endpoint.AddressFamily != AddressFamily.Unix)
        {
            _ = socket.SetOption(LevelSocket, 2 /* SO_REUSEADDR */, 1);
        }

        if (sharePort)
        {
            _ = socket.SetOption(LevelSocket, 15 /* SO_REUSEPORT */, 1);
        }

        if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            _ = socket.SetOption(LevelIpV6, 26 /* IPV6_V6ONLY */, 1);
        }

        byte* address = stackalloc byte[PeerAddress.UnixBytesMax];
        int length = PeerAddress.Write(endpoint, new Span<byte>(address, PeerAddress.UnixBytesMax));

        // SAFETY: the address is on this frame and the call reads its length only.
        errno = Libc.Result(Libc.Bind(socket.Descriptor, address, (uint)length)).Errno;
        errno = errno == Errno.None ? Libc.Result(Libc.Listen(socket.Descriptor, backlog)).Errno : errno;
        if (errno != Errno.None)
        {
            socket.Close();
            socket = None;
        }

        return errno;
    }

    /// <summary>Starts a connection.</summary>
    /// <param name="endpoint">Whom to; an IP address with a port, or a Unix socket's path.</param>
    /// <param name="source">The own address to come from, with port 0 for any; null lets the system choose.</param>
    /// <param name="socket">The socket when the result is None or EINPROGRESS.</param>
    /// <returns>None or EINPROGRESS: the socket becomes writable when it is decided, see <see cref="PendingError"/>. EAGAIN:
    /// a Unix socket's backlog is full.</returns>
    public static Errno TryConnect(EndPoint endpoint, IPEndPoint? source, out StreamSocket socket)
    {
        Errno errno = TryOpen(endpoint, out socket);
        if (errno != Errno.None)
        {
            return errno;
        }

        byte* address = stackalloc byte[PeerAddress.UnixBytesMax];
        if (source is not null)
        {
            // Many connections from one address: let the kernel choose the port when the peer is known (IP_BIND_ADDRESS_NO_PORT).
            _ = socket.SetOption(0, 24, 1);
            int sourceLength = PeerAddress.Write(source, new Span<byte>(address, PeerAddress.UnixBytesMax));

            // SAFETY: the address is on this frame and the call reads its length only.
            errno = Libc.Result(Libc.Bind(socket.Descriptor, address, (uint)sourceLength)).Errno;
        }

        if (errno == Errno.None)
        {
            int length = PeerAddress.Write(endpoint, new Span<byte>(address, PeerAddress.UnixBytesMax));

            // SAFETY: the address is on this frame and the call reads its length only.
            errno = Libc.Result(Libc.Connect(socket.Descriptor, address, (uint)length)).Errno;
        }

        if (errno is not (Errno.None or Errno.EINPROGRESS))
        {
            socket.Close();
            socket = None;
        }

        return errno;
    }

    /// <summary>Makes two Unix sockets connected to each other.</summary>
    public static Errno TryPair(out StreamSocket one, out StreamSocket other)
    {
        int* pair = stackalloc int[2] { -1, -1 };

        // SAFETY: the kernel writes two descriptors onto this frame.
        Errno errno = Libc.Result(Libc.SocketPair(PeerAddress.FamilyUnix, SockStream | SockNonBlock | SockCloseOnExec, 0, pair)).Errno;
        (one, other) = (new StreamSocket(pair[0]), new StreamSocket(pair[1]));
        return errno;
    }

    /// <summary>Takes a waiting connection.</summary>
    /// <param name="accepted">The connection when the result is None; non-blocking.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <returns>None; EAGAIN when none waits; EMFILE and ENFILE when there are no descriptors; ECONNABORTED.</returns>
    public Errno TryAccept(out StreamSocket accepted, out PeerAddress remote)
    {
        byte* address = stackalloc byte[PeerAddress.UnixBytesMax];
        uint length = PeerAddress.UnixBytesMax;

        // SAFETY: address and length are on this frame; the kernel writes at most the length given.
        CallResult result = Libc.Result(Libc.Accept4(Descriptor, address, &length, SockNonBlock | SockCloseOnExec));
        accepted = new StreamSocket((int)result.Value);
        remote = result.IsOk ? new PeerAddress(new ReadOnlySpan<byte>(address, (int)Math.Min(length, PeerAddress.BytesMax))) : default;
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

    /// <summary>Hands several pieces to the kernel in one call, as much as it takes (sendmsg).</summary>
    /// <param name="pieces">Where they lie; at most 1,024 (IOV_MAX). The memory must not move during the call.</param>
    /// <returns>Bytes taken, as for a single piece.</returns>
    public CallResult Send(ReadOnlySpan<IoVector> pieces)
    {
        // SAFETY: header and array live on this frame or are pinned for the call; the caller vouches for the pieces.
        fixed (IoVector* vectors = pieces)
        {
            MessageHeader header = new() { Vectors = vectors, VectorCount = (nuint)pieces.Length };
            return Libc.Result(Libc.SendMessage(Descriptor, &header, MsgNoSignal));
        }
    }

    /// <summary>Applies settings; one that the kernel refuses is left out.</summary>
    /// <returns>How many system calls it took, and which was refused first. That a Unix socket has no settings of TCP is no refusal.</returns>
    public AppliedOptions Apply(StreamSocketOptions options)
    {
        bool isKeptAlive = (options.KeepAliveIdleSeconds ?? options.KeepAliveIntervalSeconds ?? options.KeepAliveProbes) is not null;
        ReadOnlySpan<(int? Value, int Level, int Number, string Name)> settings =
        [
            (options.NoDelay ? 1 : null, LevelTcp, 1, "TCP_NODELAY"),
            (options.QuickAck ? 1 : null, LevelTcp, 12, "TCP_QUICKACK"),
            (isKeptAlive ? 1 : null, LevelSocket, 9, "SO_KEEPALIVE"),
            (options.KeepAliveIdleSeconds, LevelTcp, 4, "TCP_KEEPIDLE"),
            (options.KeepAliveIntervalSeconds, LevelTcp, 5, "TCP_KEEPINTVL"),
            (options.KeepAliveProbes, LevelTcp, 6, "TCP_KEEPCNT"),
            (options.ReceiveBufferBytes, LevelSocket, 8, "SO_RCVBUF"),
            (options.SendBufferBytes, LevelSocket, 7, "SO_SNDBUF"),
            (options.BusyPollUs, LevelSocket, 46, "SO_BUSY_POLL"),
        ];
        AppliedOptions applied = default;
        foreach ((int? value, int level, int number, string name) in settings)
        {
            if (value is not { } given)
            {
                continue;
            }

            Errno errno = SetOption(level, number, given);
            bool isRefused = errno != Errno.None && !(level == LevelTcp && errno == Errno.EOPNOTSUPP);
            applied = isRefused && applied.Errno == Errno.None
                ? new AppliedOptions(applied.Calls + 1, errno, name, given)
                : applied with { Calls = applied.Calls + 1 };
        }

        return applied;
    }

    /// <summary>Acknowledges what was just read, and the next segments, at once (TCP_QUICKACK), until the kernel thinks otherwise.</summary>
    public Errno SetQuickAck() => SetOption(LevelTcp, 12, 1);

    /// <summary>Sends each write at once (TCP_NODELAY); a Unix socket does so anyway.</summary>
    public Errno SetNoDelay() => SetOption(LevelTcp, 1, 1);

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

    /// <summary>Where the socket is bound.</summary>
    public PeerAddress LocalAddress() => Address(isPeer: false);

    /// <summary>Whom it is connected to; empty when it no longer is.</summary>
    public PeerAddress RemoteAddress() => Address(isPeer: true);

    /// <summary>Ends our side of the stream; the peer reads the end after what was sent.</summary>
    public void ShutdownSend() => _ = Libc.Shutdown(Descriptor, 1);

    /// <summary>Ends both sides, or listening, whoever else holds the socket.</summary>
    public void ShutdownAll() => _ = Libc.Shutdown(Descriptor, 2);

    /// <summary>Gives the descriptor back.</summary>
    public void Close() => _ = Libc.Close(Descriptor);

    private static Errno TryOpen(EndPoint endpoint, out StreamSocket socket)
    {
        CallResult result = Libc.Result(Libc.Socket(PeerAddress.FamilyOf(endpoint), SockStream | SockNonBlock | SockCloseOnExec, 0));
        socket = new StreamSocket((int)result.Value);
        return result.Errno;
    }

    private PeerAddress Address(bool isPeer)
    {
        byte* address = stackalloc byte[PeerAddress.UnixBytesMax];
        uint length = PeerAddress.UnixBytesMax;

        // SAFETY: address and length are on this frame; the kernel writes at most the length given.
        CallResult result = Libc.Result(isPeer ? Libc.GetPeerName(Descriptor, address, &length) : Libc.GetSockName(Descriptor, address, &length));
        return result.IsOk ? new PeerAddress(new ReadOnlySpan<byte>(address, (int)Math.Min(length, PeerAddress.BytesMax))) : default;
    }

    private Errno SetOption(int level, int name, int value)
    {
        // SAFETY: the value is on this frame and the call reads 4 bytes.
        return Libc.Result(Libc.SetSockOpt(Descriptor, level, name, &value, sizeof(int))).Errno;
    }
}
