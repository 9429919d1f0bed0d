using System.Net;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Net.Backends;
using Peregrine.Net.Memory;
using Peregrine.Net.Timing;
using Peregrine.Net.Tls;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>
/// A loop over epoll or io_uring: one thread, many connections. It reads into a buffer of its own and shows the handler the bytes where they
/// lie; only the rest of a partial frame is kept for a connection, in a lent block.
/// </summary>
/// <remarks>
/// Thread: one owner calls everything but <see cref="Wake"/> and the posts; it may be made by another thread than the one that first polls it.
/// Allocates: no, after a connection slot was first used.
/// </remarks>
public sealed partial class EventLoop : IDisposable
{
    private readonly EventCounter _wake = new();
    private readonly Backend _backend;
    private readonly Stack<int> _freeSlots = new();
    private readonly List<object?> _sources = [];
    private readonly Queue<Connection> _flushQueue = new();
    private readonly Queue<Connection> _starved = new();
    private readonly Queue<(Connection Connection, CloseReason Reason)> _closing = new();
    private readonly TimerWheel _timers;
    private Connection[] _slots = new Connection[64];
    private int _slotCount;
    private long _lastConnectionId;
    private int _wakePending;
    private int _isWaiting;
    private bool _isDisposed;

    /// <summary>Makes a loop without connections.</summary>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    public EventLoop(EventLoopOptions options)
    {
        options.Validate();
        Options = options;
        HighWaterBytes = options.HighWaterBytes;
        NowNs = Clock.MonotonicNs;
        _timers = new TimerWheel(NowNs);
        Pool = new BufferPool(options.PoolBytes, options.PoolBytesMax);
        Segments = new OutputSegments(Pool);
        _receive = new InputArea(options.ReceiveBytes);
        _posts = new PostQueue(options.PostsMax);
        _backend = BackendProbe.Choose(this, _wake.Descriptor, out string choice);
        BackendChoice = choice;
    }

    /// <summary>Sizes and limits.</summary>
    public EventLoopOptions Options { get; }

    /// <summary>What it has done.</summary>
    public LoopCounters Counters { get; } = new();

    /// <summary>How it talks to the kernel.</summary>
    public NetBackend Backend => _backend.Kind;

    /// <summary>How it talks to the kernel, and why so, for the log.</summary>
    public string BackendChoice { get; }

    /// <summary>Connections open, opening or leaving.</summary>
    public int ConnectionCount => _slotCount - _freeSlots.Count;

    /// <summary>Blocks of buffer memory lent at the moment.</summary>
    public int LentBuffers => Pool.LentCount;

    /// <summary>Buffer memory lent at the moment, in bytes.</summary>
    public long LentBytes => Pool.LentBytes;

    /// <summary>Buffer memory ever needed at a time, in bytes.</summary>
    public long PoolBytes => Pool.MadeBytes;

    /// <summary>The time of this pass, monotonic nanoseconds.</summary>
    public long NowNs { get; private set; }

    /// <summary>The last exception that a handler threw, for the log.</summary>
    public Exception? LastHandlerFault { get; private set; }

    /// <summary>Everything is being closed.</summary>
    internal bool IsDraining { get; private set; }

    /// <summary>Connections given to this loop and not closed since; read by the thread that places new ones.</summary>
    internal int PlacedCount => Volatile.Read(ref _placedCount);

    internal BufferPool Pool { get; }

    internal OutputSegments Segments { get; }

    internal int HighWaterBytes { get; }

    /// <summary>Accepts connections.</summary>
    /// <param name="endpoint">Address and port, port 0 lets the system pick one; or a Unix socket's path.</param>
    /// <param name="acceptor">Gives each connection its handler.</param>
    /// <param name="options">TLS, backlog, sharing of the port; null for the defaults.</param>
    /// <exception cref="LinuxException">The port is in use, not allowed, or the address is not this machine's.</exception>
    public Listener Listen(EndPoint endpoint, IConnectionAcceptor acceptor, ListenerOptions? options = null) =>
        Listen(endpoint, acceptor, options ?? new ListenerOptions(), null);

    internal Listener Listen(EndPoint endpoint, IConnectionAcceptor acceptor, ListenerOptions options, IPlacement? placement)
    {
        StreamSocket socket = Listener.Open(endpoint, options);
        Listener listener = new(this, socket, acceptor, endpoint, options, _sources.Count) { Placement = placement };
        _sources.Add(listener);
        Errno errno = _backend.Accept(listener);
        Check.That(errno == Errno.None, "the kernel watches a listening socket");
        return listener;
    }

    /// <summary>Starts a connection; OnOpened or OnClosed with <see cref="CloseReason.ConnectFailed"/> follows.</summary>
    /// <param name="endpoint">Whom to.</param>
    /// <param name="handler">What to do with it.</param>
    /// <param name="connection">The connection when the result is None; not open yet.</param>
    /// <param name="options">TLS and the own address; null for the defaults.</param>
    /// <returns>None; EMFILE and the like when it could not even be started, or there are too many connections (ENOBUFS).</returns>
    public Errno TryConnect(EndPoint endpoint, IConnectionHandler handler, out Connection? connection, ConnectOptions? options = null)
    {
        connection = null;
        if (ConnectionCount >= Options.ConnectionsMax)
        {
            return Errno.ENOBUFS;
        }

        Errno errno = StreamSocket.TryConnect(endpoint, options?.Source, out StreamSocket socket);
        Counters.SystemCalls += 2;
        if (errno is not (Errno.None or Errno.EINPROGRESS))
        {
            return errno;
        }

        PeerAddress remote = endpoint is IPEndPoint ip ? new PeerAddress(ip) : default;
        Connection made = NewConnection(socket, remote, handler, ConnectionState.Connecting, isOutgoing: true);
        if (options?.Tls is { } tls)
        {
            made.Tls = TlsChannel.ForClient(tls, options);
        }

        errno = _backend.Attach(made);
        if (errno != Errno.None)
        {
            made.State = ConnectionState.Closing;
            Release(made);
            return errno;
        }

        ScheduleLimits(made);
        connection = made;
        return Errno.None;
    }

    /// <summary>One pass: waits for something to happen, handles it, flushes outputs, ends closed connections.</summary>
    /// <param name="timeoutMs">0 looks only, -1 waits for ever.</param>
    /// <returns>How many things happened; 0 after a time-out.</returns>
    public int Poll(int timeoutMs)
    {
        int count = PollOnce(timeoutMs);
        _backend.Submit();
        return count;
    }

    /// <summary>Hands the pending output of every connection to the kernel, and ends those that are closed.</summary>
    /// <remarks>What handlers write meanwhile, in OnWritable, waits for the next pass: a fast reader must not keep the loop here.</remarks>
    public void FlushAll()
    {
        FlushQueues();
        _backend.Submit();
    }

    /// <summary>Ends a waiting <see cref="Poll"/> at once, from any thread; a burst of calls costs one system call,
    /// and none while the loop is busy.</summary>
    public void Wake()
    {
        // Pairs with PollOnce, which says that it waits, then looks for a wake; both sides with a full fence between, so that one of the two
        // sees the other. Who finds 1 leaves the signal to whoever set it.
        if (Interlocked.Exchange(ref _wakePending, 1) == 0 && Volatile.Read(ref _isWaiting) != 0)
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
        for (int slot = 0; slot < _slotCount; slot++)
        {
            Connection connection = _slots[slot];
            if (connection.State is not (ConnectionState.Free or ConnectionState.Closing))
            {
                connection.State = ConnectionState.Closing;
                EndConnection(connection, CloseReason.LoopStopped);
            }
        }

        foreach (object? source in _sources.ToArray())
        {
            (source as IDisposable)?.Dispose();
        }

        // First the kernel's side: afterwards it uses none of the memory that goes now.
        _backend.Dispose();
        for (int slot = 0; slot < _slotCount; slot++)
        {
            if (_slots[slot].State != ConnectionState.Free)
            {
                _slots[slot].End();
            }
        }

        DropPosts();
        _wake.Dispose();
        _receive.Dispose();
        _plain?.Dispose();
        _postBuffers?.Dispose();
        Pool.Dispose();
    }

    internal Connection ConnectionAt(int slot) => _slots[slot];

    internal object? SourceAt(int index) => _sources[index];

    internal int AddSource(object source)
    {
        _sources.Add(source);
        return _sources.Count - 1;
    }

    internal void RemoveSource(int index) => _sources[index] = null;

    /// <summary>The backend has waited.</summary>
    internal void OnAwake()
    {
        Volatile.Write(ref _isWaiting, 0);
        NowNs = Clock.MonotonicNs;
    }

    internal void ClearWake()
    {
        Counters.SystemCalls++;
        _wake.Clear();
    }

    internal void Log(string line) => Options.Log?.Invoke(line);

    // A pass without the last hand-over: the next wait does that as well.
    private int PollOnce(int timeoutMs)
    {
        timeoutMs = _closing.Count + _flushQueue.Count > 0 || _backend.HasWork ? 0 : LimitToTimers(timeoutMs);
        if (timeoutMs != 0)
        {
            _ = Interlocked.Exchange(ref _isWaiting, 1);
            if (Volatile.Read(ref _wakePending) != 0)
            {
                timeoutMs = 0;
            }
        }

        Counters.Waits++;
        int count = _backend.Poll(timeoutMs);
        if (Volatile.Read(ref _wakePending) != 0)
        {
            // A full fence: what is looked at after this must not be read before the 0 is seen by wakers, or a waker that found 1, and so
            // did not signal, has left something that nobody looks at.
            _ = Interlocked.Exchange(ref _wakePending, 0);
            Counters.Wakes++;
            count++;
            RunPosts();
        }

        RunTimers();
        FlushQueues();
        return count;
    }

    private void FlushQueues()
    {
        for (int left = _flushQueue.Count; left > 0; left--)
        {
            Connection connection = _flushQueue.Dequeue();
            connection.IsQueuedForFlush = false;
            FlushQueued(connection);
        }

        FlushPorts();
        while (_closing.TryDequeue(out (Connection Connection, CloseReason Reason) closing))
        {
            EndConnection(closing.Connection, closing.Reason);
        }

        // Last, as it is the ended connections that give most buffers back; what it closes or writes keeps the next pass from sleeping.
        RetryStarved();
    }
}
