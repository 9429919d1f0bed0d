using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Net.Tls;
using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class EventLoop
{
    private int _placedCount;
    private bool _hasToldOfOptions;

    internal nint TryLend(int order, bool isInput)
    {
        nint block = Pool.TryLend(order, isInput);
        if (block == 0)
        {
            OnPoolExhausted();
        }

        return block;
    }

    internal void OnPoolExhausted()
    {
        if (Counters.PoolExhaustions++ == 0)
        {
            Log($"the buffer pool is used up: {Pool.LentBytes:N0} of at most {Options.PoolBytesMax:N0} bytes are lent; " +
                $"reading pauses and new connections are refused until some come back ({nameof(EventLoopOptions.PoolBytesMax)})");
        }
    }

    internal void QueueFlush(Connection connection)
    {
        if (ReferenceEquals(connection, _delivering))
        {
            _hasDeliveringWritten = true;
        }
        else if (!connection.IsQueuedForFlush)
        {
            connection.IsQueuedForFlush = true;
            _flushQueue.Enqueue(connection);
        }
    }

    /// <summary>Sends what the kernel takes. OnWritable never comes from inside of it, so that a handler may call it.</summary>
    internal void Flush(Connection connection)
    {
        if (connection.State is not (ConnectionState.Open or ConnectionState.Handshaking))
        {
            return;
        }

        Errno errno = SendAll(connection);
        if (errno is not (Errno.None or Errno.EAGAIN))
        {
            OnBroken(connection, errno);
            return;
        }

        AfterSend(connection);
    }

    /// <summary>The kernel took bytes.</summary>
    internal void OnSent(Connection connection, int bytes)
    {
        Segments.Consume(ref connection.Wire, bytes);
        Counters.SentBytes += bytes;
        connection.LastActivityNs = NowNs;
    }

    /// <summary>The kernel has room again.</summary>
    internal void OnRoom(Connection connection) => FlushQueued(connection);

    internal void Update(Connection connection) => _backend.Update(connection);

    /// <summary>The connection was refused a buffer: it hears of the next one that is free.</summary>
    internal void QueueStarved(Connection connection)
    {
        if (!connection.IsStarved)
        {
            connection.IsStarved = true;
            _starved.Enqueue(connection);
        }
    }

    internal void BeginClose(Connection connection, CloseReason reason)
    {
        if (connection.State is ConnectionState.Open or ConnectionState.Connecting or ConnectionState.Handshaking)
        {
            if (reason is CloseReason.Local or CloseReason.Remote && connection.State == ConnectionState.Open)
            {
                connection.Tls?.SendCloseNotify();
                _ = SendAll(connection);
            }

            connection.State = ConnectionState.Closing;
            _closing.Enqueue((connection, reason));
        }
    }

    internal void Abort(Connection connection, CloseReason reason)
    {
        if (connection.State is ConnectionState.Open or ConnectionState.Connecting or ConnectionState.Handshaking)
        {
            _ = connection.Socket.SetResetOnClose();
            Counters.SystemCalls++;
            connection.IsAborted = true;
            connection.State = ConnectionState.Closing;
            _closing.Enqueue((connection, reason));
        }
    }

    internal void Fail(Connection connection, CloseReason reason, string detail)
    {
        if (connection.State is ConnectionState.Open or ConnectionState.Connecting or ConnectionState.Handshaking)
        {
            connection.CloseDetail = detail;
            Log($"connection {(connection.IsOutgoing ? "to" : "from")} {connection.Remote} closed, {reason}: {detail}");
            Abort(connection, reason);
        }
    }

    internal void CloseWhenSent(Connection connection, int deadlineMs)
    {
        if (connection.State != ConnectionState.Open)
        {
            connection.Close();
            return;
        }

        connection.IsEndingOutput = true;
        connection.CloseByNs = NowNs + (deadlineMs * 1_000_000L);
        Schedule(connection, connection.CloseByNs);
        Flush(connection);
        _backend.Update(connection);
    }

    /// <summary>The peer ended its side. It may still wait for our answer: close when that is out, unless the handler goes on.</summary>
    internal void OnInputEnded(Connection connection)
    {
        if (connection.IsInputEnded || connection.State is not (ConnectionState.Open or ConnectionState.Handshaking))
        {
            return;
        }

        connection.IsInputEnded = true;
        if (connection.State == ConnectionState.Handshaking)
        {
            Fail(connection, CloseReason.TlsFailed, "the peer ended the connection in the middle of the TLS handshake");
            return;
        }

        Guard(connection, nameof(IConnectionHandler.OnInputEnded),
            static (handler, connection) => connection.IsKeptOpen = handler.OnInputEnded(connection));
        Flush(connection);
        _backend.Update(connection);
    }

    internal void OnBroken(Connection connection, Errno errno)
    {
        connection.CloseErrno = errno;
        BeginClose(connection, connection.State == ConnectionState.Connecting ? CloseReason.ConnectFailed : CloseReason.Reset);
    }

    internal void OnConnectEnded(Connection connection, Errno errno)
    {
        if (errno != Errno.None)
        {
            connection.CloseErrno = errno;
            BeginClose(connection, CloseReason.ConnectFailed);
            return;
        }

        Established(connection);
        _backend.Update(connection);
    }

    internal void Adopt(StreamSocket socket, in PeerAddress remote, IConnectionHandler handler, TlsCredentials? tls)
    {
        Connection connection = NewConnection(socket, remote, handler, tls is null
            ? ConnectionState.Open
            : ConnectionState.Handshaking, isOutgoing: false);
        if (tls is not null)
        {
            connection.Tls = TlsChannel.ForServer(tls);
        }

        if (_backend.Attach(connection) != Errno.None)
        {
            // The kernel watches no more descriptors for this user.
            Counters.Refused++;
            connection.State = ConnectionState.Closing;
            Release(connection);
            return;
        }

        Established(connection);
    }

    /// <summary>The kernel is done with a closed connection.</summary>
    internal void Release(Connection connection)
    {
        connection.End();
        Counters.SystemCalls++;
        _timers.Set(connection.Slot, long.MaxValue);
        _ = connection.IsOutgoing ? 0 : Interlocked.Decrement(ref _placedCount);
        _freeSlots.Push(connection.Slot);
    }

    internal void Opened(Connection connection)
    {
        connection.State = ConnectionState.Open;
        Counters.Opened++;
        ScheduleLimits(connection);
        Guard(connection, nameof(IConnectionHandler.OnOpened), static (handler, connection) => handler.OnOpened(connection));
    }

    private void Established(Connection connection)
    {
        if (connection.Tls is null)
        {
            Opened(connection);
            return;
        }

        connection.State = ConnectionState.Handshaking;
        ScheduleLimits(connection);
        ContinueHandshake(connection);
    }

    private Errno SendAll(Connection connection)
    {
        while (true)
        {
            Encrypt(connection);
            int before = connection.PendingOutputBytes;
            Errno errno = _backend.Send(connection);
            if (errno != Errno.None || connection.Tls is null || connection.Output.Bytes == 0 || connection.PendingOutputBytes == before)
            {
                return errno;
            }
        }
    }

    /// <summary>What follows from less being pending.</summary>
    internal void AfterSend(Connection connection)
    {
        if (connection.IsOutputEnded && !connection.IsOutputShut)
        {
            ShutOutput(connection);
        }

        int pending = connection.PendingOutputBytes;
        if (pending == 0 && !connection.IsSendArmed)
        {
            if (connection.IsInputEnded && (!connection.IsKeptOpen || connection.IsOutputShut))
            {
                BeginClose(connection, CloseReason.Remote);
                return;
            }

            if (connection.IsEndingOutput)
            {
                BeginClose(connection, CloseReason.Local);
                return;
            }
        }

        if (connection.IsInputHeld && pending <= Options.LowWaterBytes)
        {
            connection.IsInputHeld = false;
            RestartFrame(connection);
        }

        _backend.Update(connection);
        if (connection.CanWriteAgain)
        {
            QueueFlush(connection);
        }
    }

    // Over TLS our end is told twice: to TLS, which needs what is pending to be out, and, when that is out too, to TCP.
    private void ShutOutput(Connection connection)
    {
        if (connection.PendingOutputBytes > 0 || connection.IsSendArmed)
        {
            return;
        }

        connection.Tls?.SendCloseNotify();
        Errno errno = SendAll(connection);
        if (errno is not (Errno.None or Errno.EAGAIN))
        {
            OnBroken(connection, errno);
        }
        else if (connection.PendingOutputBytes == 0 && !connection.IsSendArmed)
        {
            connection.IsOutputShut = true;
            connection.Socket.ShutdownSend();
            Counters.SystemCalls++;
        }
    }

    internal void FlushQueued(Connection connection)
    {
        Flush(connection);
        TellWritable(connection);
    }

    private void TellWritable(Connection connection)
    {
        if (connection.State != ConnectionState.Open || !connection.TakeWritableAgain())
        {
            return;
        }

        Guard(connection, nameof(IConnectionHandler.OnWritable), static (handler, connection) => handler.OnWritable(connection));
        if (connection.IsInputPaused && !connection.WasRefused)
        {
            ResumeInput(connection);
        }
    }

    // Buffers come back when output is sent or a connection ends, both before this in a pass.
    private void RetryStarved()
    {
        for (int left = _starved.Count; left > 0 && Pool.FreePages > Pool.ReservedPages; left--)
        {
            Connection connection = _starved.Dequeue();
            connection.IsStarved = false;
            if (connection.IsInputStarved)
            {
                connection.IsInputStarved = false;
                _backend.Update(connection);
            }

            TellWritable(connection);
        }
    }

    private Connection NewConnection(StreamSocket socket, in PeerAddress remote, IConnectionHandler handler, ConnectionState state, bool isOutgoing)
    {
        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _slotCount++;
            if (slot == _slots.Length)
            {
                Array.Resize(ref _slots, slot * 2);
            }

            _slots[slot] = new Connection(this, slot);
        }

        ApplyOptions(socket);
        _ = isOutgoing ? 0 : Interlocked.Increment(ref _placedCount);
        _slots[slot].Begin(++_lastConnectionId, socket, remote, handler, state, isOutgoing);
        return _slots[slot];
    }

    private void ApplyOptions(StreamSocket socket)
    {
        AppliedOptions applied = socket.Apply(Options.Socket);
        Counters.SystemCalls += applied.Calls;
        if (applied.Errno != Errno.None && !_hasToldOfOptions)
        {
            _hasToldOfOptions = true;
            Log($"the kernel refuses to set {applied.Name} to {applied.Value}: {applied.Errno.Describe()}; the connections go on without it");
        }
    }

    private void EndConnection(Connection connection, CloseReason reason)
    {
        Counters.CountClosed(reason);
        long startNs = Clock.MonotonicNs;
        try
        {
            connection.Handler.OnClosed(connection, reason);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            NoteFault($"connection {(connection.IsOutgoing ? "to" : "from")} {connection.Remote}, closed as {reason}: ", connection.Handler, fault);
        }

        NoteTime(connection.Handler, nameof(IConnectionHandler.OnClosed), Clock.MonotonicNs - startNs);

        if (reason is not (CloseReason.Local or CloseReason.Remote))
        {
            connection.IsAborted = true;
        }

        _backend.Detach(connection);
    }
}
