using System.Net;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class EventLoop
{
    internal int TryLend()
    {
        int block = Pool.TryLend();
        if (block < 0)
        {
            Counters.PoolExhaustions++;
        }

        return block;
    }

    internal void QueueFlush(Connection connection)
    {
        if (!connection.IsQueuedForFlush)
        {
            connection.IsQueuedForFlush = true;
            _flushQueue.Enqueue(connection);
        }
    }

    /// <summary>Sends what the kernel takes. OnWritable never comes from inside of it, so that a handler may call it.</summary>
    internal void Flush(Connection connection)
    {
        if (connection.State != ConnectionState.Open)
        {
            return;
        }

        Errno errno = connection.SendPending();
        if (errno is not (Errno.None or Errno.EAGAIN or Errno.EINTR))
        {
            BeginClose(connection, CloseReason.Reset);
            return;
        }

        if (connection.IsInputEnded && connection.PendingOutputBytes == 0)
        {
            BeginClose(connection, CloseReason.Remote);
            return;
        }

        Watch(connection);
        if (connection.CanWriteAgain)
        {
            QueueFlush(connection);
        }
    }

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
        if (connection.State is ConnectionState.Open or ConnectionState.Connecting)
        {
            if (reason == CloseReason.Local && connection.State == ConnectionState.Open)
            {
                _ = connection.SendPending();
            }

            connection.State = ConnectionState.Closing;
            _closing.Enqueue((connection, reason));
        }
    }

    private void FlushQueued(Connection connection)
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

        Guard(connection, static (handler, connection) => handler.OnWritable(connection));
        if (connection.IsInputPaused && connection.State == ConnectionState.Open)
        {
            connection.IsInputPaused = false;
            int restBytes = connection.RestBytes;
            Pool.Span(connection.RestBlock)[..restBytes].CopyTo(_receive);
            Deliver(connection, _receive.AsSpan(0, restBytes));
            if (connection.State == ConnectionState.Open)
            {
                Watch(connection);
            }
        }
    }

    // Buffers come back when output is sent or a connection ends, both before this in a pass.
    private void RetryStarved()
    {
        for (int left = _starved.Count; left > 0 && Pool.AvailableCount > 0; left--)
        {
            Connection connection = _starved.Dequeue();
            connection.IsStarved = false;
            TellWritable(connection);
        }
    }

    // What epoll shall tell about a connection, as its state is now.
    internal void Watch(Connection connection)
    {
        EpollEvents events = connection.IsInputEnded || connection.IsInputPaused ? EpollEvents.None : EpollEvents.In | EpollEvents.PeerClosed;
        events |= connection.PendingOutputBytes > 0 || connection.IsSocketFull ? EpollEvents.Out : EpollEvents.None;
        if (events != connection.WatchedEvents)
        {
            connection.WatchedEvents = events;
            _ = _epoll.Modify(connection.Socket.Descriptor, events, connection.Slot);
        }
    }

    private Connection NewConnection(TcpSocket socket, IPEndPoint remote, IConnectionHandler handler, ConnectionState state)
    {
        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _slots.Count;
            _slots.Add(new Connection(this, slot));
        }

        _ = socket.SetNoDelay();
        _slots[slot].Begin(++_lastConnectionId, socket, remote, handler, state);
        return _slots[slot];
    }

    private void EndConnection(Connection connection, CloseReason reason)
    {
        Counters.CountClosed(reason);
        IConnectionHandler handler = connection.Handler;
        connection.State = ConnectionState.Closing;
        try
        {
            handler.OnClosed(connection, reason);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            LastHandlerFault = fault;
        }

        connection.End();
        _freeSlots.Push(connection.Slot);
    }

    private void OnReady(Connection connection, EpollEvents events)
    {
        switch (connection.State)
        {
            case ConnectionState.Connecting:
                OnConnected(connection);
                break;
            case ConnectionState.Open:
                if ((events & EpollEvents.Out) != 0)
                {
                    connection.IsSocketFull = false;
                    FlushQueued(connection);
                }

                if ((events & (EpollEvents.In | EpollEvents.PeerClosed | EpollEvents.HangUp | EpollEvents.Error)) != 0 && !connection.IsInputEnded && !connection.IsInputPaused)
                {
                    OnReadable(connection);
                }
                else if ((events & (EpollEvents.HangUp | EpollEvents.Error)) != 0)
                {
                    BeginClose(connection, CloseReason.Reset);
                }

                break;
            default:
                break;
        }
    }

    private void OnConnected(Connection connection)
    {
        Errno errno = connection.Socket.PendingError();
        if (errno != Errno.None)
        {
            BeginClose(connection, CloseReason.ConnectFailed);
            return;
        }

        Watch(connection);
        Opened(connection);
    }

    private void Opened(Connection connection)
    {
        connection.State = ConnectionState.Open;
        Counters.Opened++;
        Guard(connection, static (handler, connection) => handler.OnOpened(connection));
    }

    private void OnReadable(Connection connection)
    {
        for (int read = 0; read < ReadsPerPass && connection.State == ConnectionState.Open && !connection.IsInputPaused; read++)
        {
            // The unconsumed rest goes in front, so that the handler sees one piece; it is at most one pooled buffer.
            int restBytes = connection.RestBytes;
            if (restBytes > 0)
            {
                Pool.Span(connection.RestBlock)[..restBytes].CopyTo(_receive);
            }

            Span<byte> room = _receive.AsSpan(restBytes, Options.BufferBytes);
            CallResult result = connection.Socket.Receive(room);
            Counters.Receives++;
            if (!result.IsOk)
            {
                if (result.Errno is not (Errno.EAGAIN or Errno.EINTR))
                {
                    BeginClose(connection, CloseReason.Reset);
                }

                return;
            }

            if (result.Value == 0)
            {
                // The peer may have ended its side only, and still wait for our answer: close when that is out.
                connection.IsInputEnded = true;
                Flush(connection);
                return;
            }

            Counters.ReceivedBytes += result.Value;
            connection.LastReceivedNs = Clock.MonotonicNs;
            Deliver(connection, _receive.AsSpan(0, restBytes + (int)result.Value));
            if (result.Value < room.Length)
            {
                return;
            }
        }
    }

    private void Deliver(Connection connection, ReadOnlySpan<byte> data)
    {
        int consumed;
        try
        {
            consumed = connection.Handler.OnData(connection, data);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            Fault(connection, fault);
            return;
        }

        Check.That(consumed >= 0 && consumed <= data.Length, "a handler consumes no more than it was given");
        ReadOnlySpan<byte> rest = data[consumed..];
        if (rest.Length == 0 || connection.State != ConnectionState.Open)
        {
            connection.ReturnRest();
            return;
        }

        if (rest.Length > Options.BufferBytes)
        {
            BeginClose(connection, CloseReason.InputOverflow);
            return;
        }

        if (connection.RestBlock < 0)
        {
            connection.RestBlock = TryLend();
            if (connection.RestBlock < 0)
            {
                BeginClose(connection, CloseReason.OutputOverflow);
                return;
            }
        }

        rest.CopyTo(Pool.Span(connection.RestBlock));
        connection.RestBytes = rest.Length;
        if (connection.WasRefused)
        {
            connection.IsInputPaused = true;
            Watch(connection);
        }
    }

    private void Guard(Connection connection, Action<IConnectionHandler, Connection> call)
    {
        try
        {
            call(connection.Handler, connection);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            Fault(connection, fault);
        }
    }

    private void Fault(Connection connection, Exception fault)
    {
        LastHandlerFault = fault;
        BeginClose(connection, CloseReason.HandlerFault);
    }
}
