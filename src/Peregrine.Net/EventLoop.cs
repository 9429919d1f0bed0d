using System.Net;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>
/// A loop over epoll, level triggered: one thread, many connections. It reads into one buffer of its own and shows the handler
/// the bytes where they lie; only the rest of a partial frame is kept for a connection, in a lent buffer.
/// </summary>
/// <remarks>Thread: one owner calls everything but <see cref="Wake"/>. Allocates: no, after a connection slot was first used, but for the address of an accepted peer.</remarks>
public sealed partial class EventLoop : IDisposable
{
    private const int ReadyMax = 512;

    // Reads of one connection in one pass: a busy peer must not starve the others.
    private const int ReadsPerPass = 4;
    private const long WakeData = -1;

    private readonly Epoll _epoll = new(ReadyMax);
    private readonly EventCounter _wake = new();
    private readonly byte[] _receive;
    private readonly List<Connection> _slots = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly List<Listener> _listeners = [];
    private readonly Queue<Connection> _flushQueue = new();
    private readonly Queue<Connection> _starved = new();
    private readonly Queue<(Connection Connection, CloseReason Reason)> _closing = new();
    private long _lastConnectionId;
    private int _wakePending;
    private bool _isDisposed;

    /// <summary>Makes a loop without connections.</summary>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    public EventLoop(EventLoopOptions options)
    {
        options.Validate();
        Options = options;
        Pool = new BufferPool(options.BufferBytes, options.BufferCountMax);
        
        // Room for the longest rest, and for one read behind it.
        _receive = GC.AllocateArray<byte>(2 * options.BufferBytes, pinned: true);
        Errno errno = _epoll.Add(_wake.Descriptor, EpollEvents.In, WakeData);
        Check.That(errno == Errno.None, "a new epoll takes an eventfd");
    }

    /// <summary>Sizes and limits.</summary>
    public EventLoopOptions Options { get; }

    /// <summary>What it has done.</summary>
    public LoopCounters Counters { get; } = new();

    /// <summary>Connections open or opening.</summary>
    public int ConnectionCount => _slots.Count - _freeSlots.Count;

    /// <summary>Pooled buffers lent at the moment.</summary>
    public int LentBuffers => Pool.LentCount;

    /// <summary>The last exception that a handler threw, for the log.</summary>
    public Exception? LastHandlerFault { get; private set; }

    internal BufferPool Pool { get; }

    /// <summary>Accepts connections.</summary>
    /// <exception cref="LinuxException">The port is in use, not allowed, or the address is not this machine's.</exception>
    public Listener Listen(IPEndPoint endpoint, IConnectionAcceptor acceptor)
    {
        Errno errno = TcpSocket.TryListen(endpoint, 1024, out TcpSocket socket);
        if (errno != Errno.None)
        {
            string advice = errno switch
            {
                Errno.EADDRINUSE => "; another program listens there: stop it or choose another port",
                Errno.EADDRNOTAVAIL => "; it is no address of this machine: choose another, or 0.0.0.0 for all",
                Errno.EACCES => "; ports below 1024 need a privilege: choose a higher one",
                _ => "",
            };
            throw new LinuxException($"cannot listen on {endpoint}{advice}", errno);
        }

        Listener listener = new(this, socket, acceptor);
        _listeners.Add(listener);
        errno = _epoll.Add(socket.Descriptor, EpollEvents.In, WakeData - _listeners.Count);
        Check.That(errno == Errno.None, "epoll takes a listening socket");
        return listener;
    }

    /// <summary>Starts a connection; OnOpened or OnClosed with <see cref="CloseReason.ConnectFailed"/> follows.</summary>
    /// <returns>None; EMFILE and the like when it could not even be started, or there are too many connections (ENOBUFS).</returns>
    public Errno TryConnect(IPEndPoint endpoint, IConnectionHandler handler, out Connection? connection)
    {
        connection = null;
        if (ConnectionCount >= Options.ConnectionsMax)
        {
            return Errno.ENOBUFS;
        }

        Errno errno = TcpSocket.TryConnect(endpoint, out TcpSocket socket);
        if (errno is not (Errno.None or Errno.EINPROGRESS))
        {
            return errno;
        }

        connection = NewConnection(socket, endpoint, handler, ConnectionState.Connecting);
        return _epoll.Add(socket.Descriptor, EpollEvents.Out, connection.Slot);
    }

    /// <summary>One pass: waits for ready descriptors, handles them, flushes outputs, ends closed connections.</summary>
    /// <param name="timeoutMs">0 looks only, -1 waits for ever.</param>
    /// <returns>How many descriptors were ready.</returns>
    public int Poll(int timeoutMs)
    {
        int count = _epoll.Wait(_closing.Count + _flushQueue.Count > 0 ? 0 : LimitToAcceptPause(timeoutMs));
        Counters.Waits++;
        for (int index = 0; index < count; index++)
        {
            EpollReady ready = _epoll.Ready(index);
            if (ready.Data >= 0)
            {
                OnReady(_slots[(int)ready.Data], ready.Events);
            }
            else if (ready.Data == WakeData)
            {
                OnWake();
            }
            else
            {
                OnAcceptable(_listeners[(int)(WakeData - ready.Data) - 1]);
            }
        }

        FlushAll();
        return count;
    }

    /// <summary>Hands the pending output of every connection to the kernel, and ends those that are closed.</summary>
    /// <remarks>What handlers write meanwhile, in OnWritable, waits for the next pass: a fast reader must not keep the loop here.</remarks>
    public void FlushAll()
    {
        for (int left = _flushQueue.Count; left > 0; left--)
        {
            Connection connection = _flushQueue.Dequeue();
            connection.IsQueuedForFlush = false;
            FlushQueued(connection);
        }

        while (_closing.TryDequeue(out (Connection Connection, CloseReason Reason) closing))
        {
            EndConnection(closing.Connection, closing.Reason);
        }

        // Last, as it is the ended connections that give most buffers back; what it closes or writes keeps the next pass from sleeping.
        RetryStarved();
    }

    /// <summary>Ends a waiting <see cref="Poll"/> at once, from any thread; a burst of calls costs one system call.</summary>
    public void Wake()
    {
        // Pairs with OnWake: whoever finds 0 signals; the loop sets 0 before it looks at what the waker left for it.
        if (Interlocked.Exchange(ref _wakePending, 1) == 0)
        {
            _wake.Signal();
        }
    }

    /// <summary>Closes everything; handlers get OnClosed with <see cref="CloseReason.LoopStopped"/>.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        FlushAll();
        foreach (Connection connection in _slots.Where(connection => connection.State != ConnectionState.Free))
        {
            EndConnection(connection, CloseReason.LoopStopped);
        }

        foreach (Listener listener in _listeners)
        {
            listener.Dispose();
        }

        _wake.Dispose();
        _epoll.Dispose();
        Pool.Dispose();
    }

    private void OnWake()
    {
        _wake.Clear();

        // A full fence, not just a release: what the loop looks at after this must not be read before the 0 is seen by wakers, or a
        // waker that found 1, and so did not signal, has left something that nobody looks at.
        _ = Interlocked.Exchange(ref _wakePending, 0);
        Counters.Wakes++;
    }
}
