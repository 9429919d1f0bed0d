using System.Net;
using System.Net.Sockets;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>A listening port of a loop.</summary>
/// <remarks>Thread: the loop's.</remarks>
public sealed class Listener : IDisposable, ILoopTask
{
    private readonly EventLoop _loop;
    private readonly EndPoint _endpoint;

    internal Listener(EventLoop loop, StreamSocket socket, IConnectionAcceptor acceptor, EndPoint endpoint, ListenerOptions options, int index)
    {
        _loop = loop;
        Socket = socket;
        Acceptor = acceptor;
        Options = options;
        Index = index;
        _endpoint = socket.LocalAddress().ToEndPoint() ?? endpoint;
    }

    /// <summary>Where it listens; with the port that the system picked when 0 was asked for.</summary>
    public EndPoint Address => _endpoint;

    /// <summary>Where it listens, on IP.</summary>
    /// <exception cref="InvalidOperationException">It is a Unix socket.</exception>
    public IPEndPoint LocalEndPoint => _endpoint as IPEndPoint
        ?? throw new InvalidOperationException($"{_endpoint} is a Unix socket: use {nameof(Address)}");

    internal StreamSocket Socket { get; }

    internal IConnectionAcceptor Acceptor { get; }

    internal ListenerOptions Options { get; }

    internal int Index { get; }

    /// <summary>Chooses the loop of a connection; null keeps it.</summary>
    internal IPlacement? Placement { get; init; }

    internal long PausedUntilNs { get; set; }

    /// <summary>The kernel has a request to accept (io_uring).</summary>
    internal bool IsArmed { get; set; }

    internal bool IsClosed { get; private set; }

    internal bool IsAccepting => !IsClosed && PausedUntilNs == 0;

    /// <summary>Stops accepting; connections stay. A Unix socket's file is removed.</summary>
    public void Dispose()
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        _loop.StopListening(this);

        // A request of io_uring may still hold the socket: the port is free at once nevertheless.
        Socket.ShutdownAll();
        Socket.Close();
        if (_endpoint is UnixDomainSocketEndPoint)
        {
            TryRemoveFile(_endpoint);
        }
    }

    /// <summary>A connection that this port accepted becomes one of another loop.</summary>
    void ILoopTask.Run(EventLoop loop, long argument)
    {
        StreamSocket socket = new((int)argument);
        loop.ForgetPlaced();
        loop.TakeOn(this, socket, socket.RemoteAddress());
    }

    /// <summary>Opens a listening socket, with words for why not.</summary>
    internal static StreamSocket Open(EndPoint endpoint, ListenerOptions options)
    {
        if (endpoint is UnixDomainSocketEndPoint && IsStale(endpoint))
        {
            TryRemoveFile(endpoint);
        }

        Errno errno = StreamSocket.TryListen(endpoint, options.Backlog, options.SharePort, out StreamSocket socket);
        if (errno != Errno.None)
        {
            string advice = errno switch
            {
                Errno.EADDRINUSE => "; another program listens there: stop it or choose another port",
                Errno.EADDRNOTAVAIL => "; it is no address of this machine: choose another, or 0.0.0.0 for all",
                Errno.EACCES => "; it needs a privilege (ports below 1024), or the folder may not be written",
                Errno.ENOENT => "; its folder does not exist: make it",
                _ => "",
            };
            throw new LinuxException($"cannot listen on {endpoint}{advice}", errno);
        }

        return socket;
    }

    // A socket's file outlives a killed process; nobody answers there then.
    private static bool IsStale(EndPoint endpoint)
    {
        Errno errno = StreamSocket.TryConnect(endpoint, null, out StreamSocket probe);
        if (errno == Errno.None)
        {
            probe.Close();
        }

        return errno == Errno.ECONNREFUSED;
    }

    private static void TryRemoveFile(EndPoint endpoint)
    {
        string path = endpoint.ToString()!;
        if (path.StartsWith('/') || !path.StartsWith('@'))
        {
            File.Delete(path);
        }
    }
}

/// <summary>Chooses the loop that serves a new connection.</summary>
internal interface IPlacement
{
    EventLoop Place(EventLoop acceptor, in PeerAddress remote);
}

public sealed partial class EventLoop
{
    private int _pausedListeners;
    private bool _hasToldOfRefusals;
    private bool _isShortOfDescriptors;

    internal void StopListening(Listener listener)
    {
        _backend.StopAccepting(listener);
        RemoveSource(listener.Index);
    }

    /// <summary>A connection waits no more: it is here.</summary>
    /// <returns>False: accepting pauses.</returns>
    internal bool OnAccepted(Listener listener, StreamSocket socket, in PeerAddress remote)
    {
        // The kernel gives the lowest number that is free: all below this one are in use. The limit can be changed from outside at any time.
        long limit = DescriptorLimit.Current;
        long reserve = Math.Min(Options.DescriptorReserve, limit / 8);
        if (socket.Descriptor >= limit - reserve)
        {
            Refuse(socket);
            Pause(listener, $"{socket.Descriptor:N0} descriptors are in use, and the last {reserve:N0} before EMFILE are kept for files");
            return false;
        }

        // As many again must be free before it counts as over: one connection that goes and one that comes are no two turns.
        if (_isShortOfDescriptors && socket.Descriptor < limit - (2 * reserve))
        {
            _isShortOfDescriptors = false;
            Log($"accepting on {listener.Address} goes on: there are descriptors again");
        }

        EventLoop target = listener.Placement?.Place(this, remote) ?? this;
        if (!ReferenceEquals(target, this))
        {
            if (!target.TryPostAccepted(listener, socket))
            {
                TellOfRefusals(listener, "too many wait to be handed over to another loop", nameof(EventLoopOptions.PostsMax), Options.PostsMax);
                Refuse(socket);
            }

            return true;
        }

        TakeOn(listener, socket, remote);
        return true;
    }

    internal void ForgetPlaced() => Interlocked.Decrement(ref _placedCount);

    /// <summary>A connection that this loop, or another one, accepted becomes one of this loop.</summary>
    internal void TakeOn(Listener listener, StreamSocket socket, in PeerAddress remote)
    {
        if (ConnectionCount >= Options.ConnectionsMax)
        {
            TellOfRefusals(listener, "this loop has as many as it may", nameof(EventLoopOptions.ConnectionsMax), Options.ConnectionsMax);
            Refuse(socket);
        }
        else if (!HasRoomForConnections)
        {
            OnPoolExhausted();
            Refuse(socket);
        }
        else if (HandlerOf(listener.Acceptor, remote) is { } handler)
        {
            Adopt(socket, remote, handler, listener.Options.Tls);
        }
        else
        {
            Refuse(socket);
        }
    }

    // Once: a storm of connections must not become a storm of lines. The counter goes on.
    private void TellOfRefusals(Listener listener, string why, string option, int value)
    {
        if (!_hasToldOfRefusals)
        {
            _hasToldOfRefusals = true;
            Log($"new connections to {listener.Address} are closed at once: {why} ({option} is {value:N0}); further ones are only counted");
        }
    }

    private void Refuse(StreamSocket socket)
    {
        Counters.Refused++;
        Counters.SystemCalls++;
        socket.Close();
    }

    /// <summary>Accepting failed.</summary>
    /// <returns>False: it pauses.</returns>
    internal bool OnAcceptFailed(Listener listener, Errno errno)
    {
        if (errno is not (Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM))
        {
            return true;
        }

        Pause(listener, errno.Describe());
        return false;
    }

    // The kernel would tell of the same waiting connection again and again: look away for a while instead. One line a turn, not one a pause.
    private void Pause(Listener listener, string why)
    {
        Counters.AcceptPauses++;
        if (!_isShortOfDescriptors)
        {
            _isShortOfDescriptors = true;
            Log($"accepting on {listener.Address} pauses for {Options.AcceptPauseMs} ms each time: {why} (descriptors allowed: " +
                $"{DescriptorLimit.Current:N0}, hard limit {DescriptorLimit.Hard:N0}); connections that are open stay");
        }

        if (listener.PausedUntilNs == 0)
        {
            _backend.StopAccepting(listener);
            listener.PausedUntilNs = Clock.MonotonicNs + (Options.AcceptPauseMs * 1_000_000L);
            _pausedListeners++;
        }
    }

    private bool HasRoomForConnections => Pool.FreePages > Pool.ReservedPages / 2;

    private void ResumeListeners()
    {
        foreach (object? source in _sources)
        {
            if (source is Listener { PausedUntilNs: > 0 } listener && NowNs >= listener.PausedUntilNs)
            {
                listener.PausedUntilNs = 0;
                _pausedListeners--;
                if (!listener.IsClosed)
                {
                    _ = _backend.Accept(listener);
                }
            }
        }
    }

    private IConnectionHandler? HandlerOf(IConnectionAcceptor acceptor, in PeerAddress remote)
    {
        try
        {
            return acceptor.OnAccepted(this, remote);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            NoteFault($"connection from {remote} closed: ", acceptor, fault);
            return null;
        }
    }
}
