using System.Net;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>A listening port of a loop.</summary>
/// <remarks>Thread: the loop's.</remarks>
public sealed class Listener : IDisposable
{
    private readonly EventLoop _loop;
    private bool _isClosed;

    internal Listener(EventLoop loop, TcpSocket socket, IConnectionAcceptor acceptor)
    {
        _loop = loop;
        Socket = socket;
        Acceptor = acceptor;
        LocalEndPoint = socket.LocalEndPoint();
    }

    /// <summary>Where it listens; with the port that the system picked when 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    internal TcpSocket Socket { get; }

    internal IConnectionAcceptor Acceptor { get; }

    internal long PausedUntilNs { get; set; }

    internal bool IsClosed => _isClosed;

    /// <summary>Stops accepting; connections stay.</summary>
    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _loop.Unwatch(this);
            Socket.Close();
        }
    }
}

public sealed partial class EventLoop
{
    // Accepts of one pass: a storm of connections must not starve those that are there.
    private const int AcceptsPerPass = 64;

    internal void Unwatch(Listener listener) => _ = _epoll.Remove(listener.Socket.Descriptor);

    private void OnAcceptable(Listener listener)
    {
        for (int accept = 0; accept < AcceptsPerPass && !listener.IsClosed; accept++)
        {
            Errno errno = listener.Socket.TryAccept(out TcpSocket socket, out IPEndPoint? remote);
            if (errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM)
            {
                PauseAccepting(listener);
                return;
            }

            if (errno == Errno.EAGAIN)
            {
                return;
            }

            if (errno != Errno.None)
            {
                continue;
            }

            IConnectionHandler? handler = ConnectionCount < Options.ConnectionsMax ? HandlerOf(listener, remote!) : null;
            if (handler is null)
            {
                Counters.Refused++;
                socket.Close();
                continue;
            }

            Connection connection = NewConnection(socket, remote!, handler, ConnectionState.Connecting);
            connection.WatchedEvents = EpollEvents.In | EpollEvents.PeerClosed;
            if (_epoll.Add(socket.Descriptor, connection.WatchedEvents, connection.Slot) != Errno.None)
            {
                // The kernel watches no more descriptors for this user.
                Counters.Refused++;
                connection.End();
                _freeSlots.Push(connection.Slot);
                continue;
            }

            Opened(connection);
        }
    }

    private IConnectionHandler? HandlerOf(Listener listener, IPEndPoint remote)
    {
        try
        {
            return listener.Acceptor.OnAccepted(this, remote);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            LastHandlerFault = fault;
            return null;
        }
    }

    // Level-triggered epoll would report the same waiting connection again and again: stop watching for a while instead.
    private void PauseAccepting(Listener listener)
    {
        Counters.AcceptPauses++;
        Unwatch(listener);
        listener.PausedUntilNs = Clock.MonotonicNs + (Options.AcceptPauseMs * 1_000_000L);
    }

    private int LimitToAcceptPause(int timeoutMs)
    {
        foreach (Listener listener in _listeners)
        {
            if (listener.PausedUntilNs == 0 || listener.IsClosed)
            {
                continue;
            }

            long leftNs = listener.PausedUntilNs - Clock.MonotonicNs;
            if (leftNs <= 0)
            {
                listener.PausedUntilNs = 0;
                _ = _epoll.Add(listener.Socket.Descriptor, EpollEvents.In, WakeData - _listeners.IndexOf(listener) - 1);
            }
            else
            {
                int leftMs = (int)(leftNs / 1_000_000) + 1;
                timeoutMs = timeoutMs < 0 ? leftMs : Math.Min(timeoutMs, leftMs);
            }
        }

        return timeoutMs;
    }
}
