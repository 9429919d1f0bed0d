using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Net.Backends;

/// <summary>Readiness by epoll, level or edge triggered: the loop itself reads and sends.</summary>
internal sealed class EpollBackend : Backend
{
    private const int ReadyMax = 512;

    // Reads of one connection in one pass: a busy peer must not starve the others.
    private const int ReadsPerPass = 4;

    // Accepts of one pass: a storm of connections must not starve those that are there.
    private const int AcceptsPerPass = 64;
    private const int VectorsMax = 64;

    // Passes in a row with one and the same connection ready, after which a look reads from it before it asks epoll: a spinning loop with one
    // busy peer saves the epoll_wait on the way of each message.
    private const int AloneMin = 8;

    // Reads of that connection in a row without asking epoll: what else is ready waits no longer than that.
    private const int AloneReadsMax = 16;
    private const long WakeData = -1;

    private readonly EventLoop _loop;
    private readonly Epoll _epoll = new(ReadyMax);
    private readonly bool _isEdge;
    private readonly IoVector[] _vectors = GC.AllocateArray<IoVector>(VectorsMax, pinned: true);

    // Edge triggered: connections with bytes left that no event will tell of again.
    private readonly Queue<Connection> _readable = new();

    // The connection that was ready alone in the last passes that had something, and in how many of them.
    private Connection? _alone;
    private int _alonePasses;
    private int _aloneReads;

    public EpollBackend(EventLoop loop, bool isEdge, int wakeDescriptor)
    {
        _loop = loop;
        _isEdge = isEdge;
        Check.That(_epoll.Add(wakeDescriptor, EpollEvents.In, WakeData) == Errno.None, "a new epoll takes an eventfd");
    }

    public override string Description => _isEdge ? "epoll, edge triggered" : "epoll, level triggered";

    public override NetBackend Kind => _isEdge ? NetBackend.EpollEdge : NetBackend.Epoll;

    public override bool HasWork => _readable.Count > 0;

    public override Errno Accept(Listener listener) => Add(listener.Socket.Descriptor, EpollEvents.In, WakeData - 1 - listener.Index);

    public override void StopAccepting(Listener listener)
    {
        _loop.Counters.SystemCalls++;
        _ = _epoll.Remove(listener.Socket.Descriptor);
    }

    public override Errno Attach(Connection connection)
    {
        EpollEvents events = _isEdge
            ? EpollEvents.In | EpollEvents.Out | EpollEvents.PeerClosed | EpollEvents.EdgeTriggered
            : connection.State == ConnectionState.Connecting ? EpollEvents.Out : EpollEvents.In | EpollEvents.PeerClosed;
        connection.WatchedEvents = events;
        return Add(connection.Socket.Descriptor, events, connection.Slot);
    }

    public override void Update(Connection connection)
    {
        if (connection.State is not (ConnectionState.Open or ConnectionState.Handshaking))
        {
            return;
        }

        if (_isEdge)
        {
            if (connection.IsReadable && connection.WantsInput)
            {
                QueueReadable(connection);
            }

            return;
        }

        EpollEvents events = connection.WantsInput ? EpollEvents.In | EpollEvents.PeerClosed : EpollEvents.None;
        events |= connection.IsSocketFull ? EpollEvents.Out : EpollEvents.None;
        if (events != connection.WatchedEvents)
        {
            connection.WatchedEvents = events;
            _loop.Counters.SystemCalls++;
            _ = _epoll.Modify(connection.Socket.Descriptor, events, connection.Slot);
        }
    }

    public override Errno Send(Connection connection)
    {
        while (connection.Wire.Bytes > 0)
        {
            if (connection.IsSocketFull)
            {
                return Errno.EAGAIN;
            }

            int offered;
            CallResult result;
            if (connection.Wire.Count == 1)
            {
                ReadOnlySpan<byte> piece = _loop.Segments.First(connection.Wire);
                offered = piece.Length;
                result = connection.Socket.Send(piece);
            }
            else
            {
                int count = connection.Gather(_vectors, out offered);
                result = connection.Socket.Send(_vectors.AsSpan(0, count));
            }

            _loop.Counters.Sends++;
            _loop.Counters.SystemCalls++;
            if (!result.IsOk)
            {
                connection.IsSocketFull = result.Errno == Errno.EAGAIN;
                if (result.Errno == Errno.EINTR)
                {
                    continue;
                }

                return result.Errno;
            }

            _loop.OnSent(connection, (int)result.Value);
            connection.IsSocketFull = result.Value < offered;
        }

        return Errno.None;
    }

    public override void Detach(Connection connection) => _loop.Release(connection);

    public override void Update(DatagramPort port)
    {
        EpollEvents events = EpollEvents.In | (port.IsSocketFull ? EpollEvents.Out : EpollEvents.None);
        long data = WakeData - 1 - port.Index;
        if (port.WatchedEvents == EpollEvents.None)
        {
            Check.That(Add(port.Socket.Descriptor, events, data) == Errno.None, "epoll takes a datagram socket");
        }
        else if (port.WatchedEvents != events)
        {
            _loop.Counters.SystemCalls++;
            _ = _epoll.Modify(port.Socket.Descriptor, events, data);
        }

        port.WatchedEvents = events;
    }

    public override void Detach(DatagramPort port) => _ = _epoll.Remove(port.Socket.Descriptor);

    public override int Poll(int timeoutMs)
    {
        if (timeoutMs == 0 && _alonePasses >= AloneMin && !_loop.IsBlockingRun && TryReadAlone())
        {
            return 1;
        }

        int count = _epoll.Wait(timeoutMs);
        _loop.Counters.SystemCalls++;
        _loop.OnAwake();
        if (count > 0)
        {
            NoteWhoIsReady(count);
        }

        for (int index = 0; index < count; index++)
        {
            EpollReady ready = _epoll.Ready(index);
            if (ready.Data >= 0)
            {
                OnReady(_loop.ConnectionAt((int)ready.Data), ready.Events);
            }
            else if (ready.Data == WakeData)
            {
                _loop.ClearWake();
            }
            else if (_loop.SourceAt((int)(WakeData - 1 - ready.Data)) is Listener listener)
            {
                OnAcceptable(listener);
            }
            else if (_loop.SourceAt((int)(WakeData - 1 - ready.Data)) is DatagramPort port)
            {
                port.OnReady(ready.Events);
            }
        }

        for (int left = _readable.Count; left > 0; left--)
        {
            Connection connection = _readable.Dequeue();
            connection.IsQueuedForRead = false;
            if (connection.IsReadable && connection.WantsInput)
            {
                OnReadable(connection);
                count++;
            }
        }

        return count;
    }

    public override void Dispose() => _epoll.Dispose();

    private Errno Add(int descriptor, EpollEvents events, long data)
    {
        _loop.Counters.SystemCalls++;
        return _epoll.Add(descriptor, events, data);
    }

    private void QueueReadable(Connection connection)
    {
        if (!connection.IsQueuedForRead)
        {
            connection.IsQueuedForRead = true;
            _readable.Enqueue(connection);
        }
    }

    private void OnReady(Connection connection, EpollEvents events)
    {
        const EpollEvents input = EpollEvents.In | EpollEvents.PeerClosed | EpollEvents.HangUp | EpollEvents.Error;
        if (connection.State == ConnectionState.Connecting)
        {
            if ((events & (EpollEvents.Out | EpollEvents.HangUp | EpollEvents.Error)) == 0)
            {
                return;
            }

            _loop.OnConnectEnded(connection, connection.Socket.PendingError());
            if (!_isEdge || (events & input) == 0)
            {
                return;
            }
        }

        if (connection.State is not (ConnectionState.Open or ConnectionState.Handshaking))
        {
            return;
        }

        if ((events & EpollEvents.Out) != 0 && connection.IsSocketFull)
        {
            connection.IsSocketFull = false;
            _loop.OnRoom(connection);
        }

        if ((events & input) == 0)
        {
            return;
        }

        connection.IsReadable = true;
        connection.IsPeerClosed |= (events & ~(EpollEvents.In | EpollEvents.Out)) != 0;
        connection.IsHungUp |= (events & (EpollEvents.HangUp | EpollEvents.Error)) != 0;
        if (connection.WantsInput)
        {
            OnReadable(connection);
        }
        else if ((events & (EpollEvents.HangUp | EpollEvents.Error)) != 0 && !connection.IsEndingOutput)
        {
            _loop.OnBroken(connection, connection.Socket.PendingError());
        }
    }

    private void NoteWhoIsReady(int count)
    {
        _aloneReads = 0;
        long data = _epoll.Ready(0).Data;
        Connection? alone = count == 1 && data >= 0 ? _loop.ConnectionAt((int)data) : null;
        _alonePasses = alone is not null && ReferenceEquals(alone, _alone) ? Math.Min(_alonePasses + 1, AloneMin) : 0;
        _alone = alone;
    }

    private bool TryReadAlone()
    {
        if (_alone is not { State: ConnectionState.Open, WantsInput: true } connection || _readable.Count > 0 || ++_aloneReads > AloneReadsMax)
        {
            _aloneReads = 0;
            return false;
        }

        _loop.OnAwake();
        long before = _loop.Counters.Receives;
        OnReadable(connection);
        bool hasRead = _loop.Counters.Receives != before || connection.State != ConnectionState.Open;
        _aloneReads -= hasRead ? 0 : 1;
        return hasRead;
    }

    private void OnReadable(Connection connection)
    {
        for (int read = 0; read < ReadsPerPass && connection.WantsInput; read++)
        {
            Span<byte> room = _loop.RoomForInput(connection);
            if (room.IsEmpty)
            {
                return;
            }

            CallResult result = connection.Socket.Receive(room);
            _loop.Counters.SystemCalls++;
            if (!result.IsOk)
            {
                if (result.Errno == Errno.EINTR)
                {
                    continue;
                }

                connection.IsReadable = false;
                if (result.Errno != Errno.EAGAIN)
                {
                    _loop.OnBroken(connection, result.Errno);
                }

                return;
            }

            if (result.Value == 0)
            {
                connection.IsReadable = false;
                _loop.OnInputEnded(connection);
                if (_isEdge && connection.IsHungUp)
                {
                    // A read gives the end that came before the break, and no event tells of the break again. Source: tcp_recvmsg, SOCK_DONE.
                    _loop.OnBroken(connection, connection.Socket.PendingError());
                }

                return;
            }

            // Less than there was room for: the kernel has no more, and an event tells of what comes next; but not of an end that was told already.
            bool isLast = result.Value < room.Length && !(_isEdge && connection.IsPeerClosed);
            connection.IsReadable = !isLast;
            _loop.OnReceivedInPlace(connection, (int)result.Value);
            if (isLast)
            {
                return;
            }
        }

        if (_isEdge && connection.IsReadable && connection.WantsInput)
        {
            QueueReadable(connection);
        }
    }

    private void OnAcceptable(Listener listener)
    {
        for (int accept = 0; accept < AcceptsPerPass && listener.IsAccepting; accept++)
        {
            Errno errno = listener.Socket.TryAccept(out StreamSocket socket, out PeerAddress remote);
            _loop.Counters.SystemCalls++;
            if (errno == Errno.EAGAIN)
            {
                return;
            }

            if (errno != Errno.None)
            {
                if (!_loop.OnAcceptFailed(listener, errno))
                {
                    return;
                }

                continue;
            }

            if (!_loop.OnAccepted(listener, socket, remote))
            {
                return;
            }
        }
    }
}
