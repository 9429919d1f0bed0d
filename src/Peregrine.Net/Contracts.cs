using Peregrine.Linux.Sockets;

namespace Peregrine.Net;

/// <summary>What a connection's user does. Every call comes on the loop's own thread; none may block.</summary>
public interface IConnectionHandler
{
    /// <summary>The connection is established; with TLS, the handshake is done and the peer's certificate is known.</summary>
    void OnOpened(Connection connection)
    {
    }

    /// <summary>Bytes arrived.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="input">
    /// All bytes not consumed yet, where they lie in the loop's buffer; valid during the call only. What is left comes again together with
    /// what follows. What is left after a refused write comes again after <see cref="OnWritable"/>, and nothing is read from the peer until then.
    /// </param>
    void OnData(Connection connection, ref InputReader input);

    /// <summary>The pending output fell to the low-water mark, after a write was refused or dropped.</summary>
    void OnWritable(Connection connection)
    {
    }

    /// <summary>The peer ended its side of the stream; it may still read.</summary>
    /// <returns>True keeps our side open until we close it; false, the default, closes when what is pending is out.</returns>
    bool OnInputEnded(Connection connection) => false;

    /// <summary>The time set by <see cref="Connection.TickAfter"/> has come.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="nowNs">The loop's time, monotonic nanoseconds.</param>
    void OnTick(Connection connection, long nowNs)
    {
    }

    /// <summary>The connection is gone; called once for every <see cref="OnOpened"/>, and for an attempt that failed.</summary>
    void OnClosed(Connection connection, CloseReason reason)
    {
    }
}

/// <summary>Gives an accepted connection its handler.</summary>
public interface IConnectionAcceptor
{
    /// <summary>Called on the loop's thread. One handler may serve many connections.</summary>
    /// <param name="loop">The loop that the connection will live on.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <returns>The handler, or null to refuse the connection.</returns>
    IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote);
}

/// <summary>Work that another thread hands to a loop.</summary>
public interface ILoopTask
{
    /// <summary>Called on the loop's thread.</summary>
    /// <param name="loop">Which one.</param>
    /// <param name="argument">The number given with it.</param>
    void Run(EventLoop loop, long argument);
}

/// <summary>Why a connection ended. 0 is none.</summary>
public enum CloseReason : byte
{
    /// <summary>Closed by us.</summary>
    Local = 1,

    /// <summary>The peer ended its stream.</summary>
    Remote = 2,

    /// <summary>The peer, or the network, broke it.</summary>
    Reset = 3,

    /// <summary>The peer reads too slowly: more output is pending than allowed, and the policy is to disconnect.</summary>
    OutputOverflow = 4,

    /// <summary>The handler left more bytes unconsumed than allowed: a frame that is too large.</summary>
    InputOverflow = 5,

    /// <summary>The handler threw; the exception is in <see cref="EventLoop.LastHandlerFault"/>.</summary>
    HandlerFault = 6,

    /// <summary>The loop was disposed.</summary>
    LoopStopped = 7,

    /// <summary>The connection could not be established.</summary>
    ConnectFailed = 8,

    /// <summary>Nothing came or went for <see cref="EventLoopOptions.IdleTimeoutMs"/>.</summary>
    IdleTimeout = 9,

    /// <summary>It was not established, or its TLS handshake not done, in <see cref="EventLoopOptions.HandshakeTimeoutMs"/>.</summary>
    HandshakeTimeout = 10,

    /// <summary>A frame that was begun was not complete in <see cref="EventLoopOptions.FrameTimeoutMs"/>.</summary>
    FrameTimeout = 11,

    /// <summary>TLS failed; <see cref="Connection.CloseDetail"/> says why.</summary>
    TlsFailed = 12,

    /// <summary>The peer speaks TLS to a port without it.</summary>
    WrongProtocol = 13,

    /// <summary>No buffer was left for bytes that had arrived.</summary>
    OutOfBuffers = 14,

    /// <summary>A codec found bytes that are no frame.</summary>
    Malformed = 15,
}

/// <summary>How the loop talks to the kernel.</summary>
public enum NetBackend : byte
{
    /// <summary>io_uring when it works here, else epoll; the environment variable PEREGRINE_NET_BACKEND (epoll, epoll-et,
    /// io_uring) decides over this.</summary>
    Auto = 0,

    /// <summary>epoll, level triggered.</summary>
    Epoll = 1,

    /// <summary>epoll, edge triggered.</summary>
    EpollEdge = 2,

    /// <summary>io_uring; where it is denied, epoll takes over and the log says so.</summary>
    IoUring = 3,
}

/// <summary>What happens when a connection's pending output reaches <see cref="EventLoopOptions.OutputHighWaterBytes"/>.</summary>
public enum OverflowPolicy : byte
{
    /// <summary>Nothing is read from the peer until the output falls to the low-water mark; writes go on to
    /// <see cref="EventLoopOptions.OutputBytesMax"/>.</summary>
    PauseReading = 0,

    /// <summary>Writes are refused and counted as dropped.</summary>
    DropNewest = 1,

    /// <summary>The oldest shared buffers that nothing was sent of make room; when there are none the write is refused.</summary>
    DropOldest = 2,

    /// <summary>The connection ends with <see cref="CloseReason.OutputOverflow"/>.</summary>
    Disconnect = 3,
}
