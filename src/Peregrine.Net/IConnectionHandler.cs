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
