using System.Net;
using System.Net.Sockets;

namespace Peregrine.Linux.Sockets;

/// <summary>A non-blocking UDP socket by its descriptor. A plain value: whoever made it closes it once.</summary>
/// <param name="Descriptor">The file descriptor; -1 is no socket.</param>
/// <remarks>Thread: any, one at a time. Allocates: no, but for <see cref="TryJoin"/>. Never blocks. Source: udp(7), ip(7), recvmmsg(2).</remarks>
public readonly unsafe record struct DatagramSocket(int Descriptor)
{
    private const int SockDatagram = 2;
    private const int MsgDontWait = 0x40;

    /// <summary>Opens a socket and binds it.</summary>
    /// <param name="endpoint">Address and port to receive at; port 0 lets the system pick one.</param>
    /// <param name="sharePort">Several sockets may bind the address: needed to receive one multicast group in several processes.</param>
    /// <param name="receiveBufferBytes">The kernel's receive buffer (SO_RCVBUF), which bounds what a burst may hold; null leaves it.</param>
    /// <param name="socket">The socket when the result is None.</param>
    public static Errno TryBind(IPEndPoint endpoint, bool sharePort, int? receiveBufferBytes, out DatagramSocket socket)
    {
        CallResult opened = Libc.Result(
            Libc.Socket(PeerAddress.FamilyOf(endpoint), SockDatagram | StreamSocket.SockNonBlock | StreamSocket.SockCloseOnExec, 0));
        socket = new DatagramSocket((int)opened.Value);
        if (!opened.IsOk)
        {
            return opened.Errno;
        }

        if (sharePort)
        {
            _ = socket.SetOption(1, 2 /* SO_REUSEADDR */, 1);
        }

        if (receiveBufferBytes is { } bytes)
        {
            _ = socket.SetOption(1, 8, bytes);
        }

        byte* address = stackalloc byte[PeerAddress.UnixBytesMax];
        int length = PeerAddress.Write(endpoint, new Span<byte>(address, PeerAddress.UnixBytesMax));

        // SAFETY: the address is on this frame and the call reads its length only.
        Errno errno = Libc.Result(Libc.Bind(socket.Descriptor, address, (uint)length)).Errno;
        if (errno != Errno.None)
        {
            socket.Close();
            socket = new DatagramSocket(-1);
        }

        return errno;
    }

    /// <summary>Receives what is sent to a multicast group.</summary>
    /// <param name="group">The group's address.</param>
    /// <param name="local">The own address whose network it comes from; null lets the system choose.
    /// For IPv6 its scope id names the interface.</param>
    /// <returns>None; ENODEV (19) when no interface has that address; EADDRINUSE when joined already.</returns>
    public Errno TryJoin(IPAddress group, IPAddress? local)
    {
        Span<byte> request = stackalloc byte[20];
        request.Clear();
        bool isV6 = group.AddressFamily == AddressFamily.InterNetworkV6;
        _ = group.TryWriteBytes(request, out int used);
        if (isV6)
        {
            _ = BitConverter.TryWriteBytes(request[used..], (uint)(local?.ScopeId ?? 0));
        }
        else
        {
            _ = (local ?? IPAddress.Any).TryWriteBytes(request[used..], out _);
        }

        // SAFETY: struct ip_mreq is 8 bytes and struct ipv6_mreq 20, both on this frame.
        fixed (byte* start = request)
        {
            return Libc.Result(Libc.SetSockOpt(Descriptor, isV6
                ? 41
                : 0, isV6 ? 20 /* IPV6_JOIN_GROUP */ : 35 /* IP_ADD_MEMBERSHIP */, (int*)start, isV6 ? 20u : 8u)).Errno;
        }
    }

    /// <summary>Sends multicast through the interface of an own address, and also to receivers on this machine.</summary>
    public Errno SetMulticastInterface(IPAddress local)
    {
        int value = 0;
        if (local.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return SetOption(41, 17 /* IPV6_MULTICAST_IF */, (int)local.ScopeId);
        }

        _ = local.TryWriteBytes(new Span<byte>(&value, 4), out _);
        return SetOption(0, 32 /* IP_MULTICAST_IF */, value);
    }

    /// <summary>Where the socket is bound.</summary>
    public PeerAddress LocalAddress() => new StreamSocket(Descriptor).LocalAddress();

    /// <summary>Receives a batch (recvmmsg).</summary>
    /// <param name="messages">Their memory must not move; <see cref="BatchedMessage.Bytes"/> and the headers are written.</param>
    /// <returns>How many datagrams came; EAGAIN when none is there.</returns>
    public CallResult Receive(Span<BatchedMessage> messages)
    {
        // SAFETY: pinned for the call; the caller vouches for what the headers point at.
        fixed (BatchedMessage* start = messages)
        {
            return Libc.Result(Libc.ReceiveMessages(Descriptor, start, (uint)messages.Length, MsgDontWait, null));
        }
    }

    /// <summary>Sends a batch (sendmmsg).</summary>
    /// <returns>How many datagrams the kernel took; EAGAIN when its buffer is full.</returns>
    public CallResult Send(Span<BatchedMessage> messages)
    {
        // SAFETY: pinned for the call; the caller vouches for what the headers point at.
        fixed (BatchedMessage* start = messages)
        {
            return Libc.Result(Libc.SendMessages(Descriptor, start, (uint)messages.Length, MsgDontWait));
        }
    }

    /// <summary>Gives the descriptor back.</summary>
    public void Close() => _ = Libc.Close(Descriptor);

    private Errno SetOption(int level, int name, int value)
    {
        // SAFETY: the value is on this frame and the call reads 4 bytes.
        return Libc.Result(Libc.SetSockOpt(Descriptor, level, name, &value, sizeof(int))).Errno;
    }
}
