using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Linux.Uring;

namespace Peregrine.Net.Backends;

/// <summary>What the ends of requests mean.</summary>
internal sealed partial class UringBackend
{
    private void OnCompletion(in Completion completion)
    {
        int index = (int)(completion.Data >> 8);
        switch ((Operation)(byte)completion.Data)
        {
            case Operation.Accept:
                OnAccept(completion, index);
                break;
            case Operation.Receive:
                OnReceive(completion, _loop.ConnectionAt(index));
                break;
            case Operation.Send:
                OnSend(completion, _loop.ConnectionAt(index));
                break;
            case Operation.Room:
            case Operation.Connect:
                OnReady(completion, _loop.ConnectionAt(index));
                break;
            case Operation.Wake:
                _loop.ClearWake();
                if (!completion.HasMore)
                {
                    _ring.PreparePoll(_wakeDescriptor, EpollEvents.In, again: true, Data(Operation.Wake, 0));
                }

                break;
            case Operation.Datagram:
                OnDatagram(completion, index);
                break;
            case Operation.Cancel when index > 0:
                Connection cancelled = _loop.ConnectionAt(index - 1);
                cancelled.RequestCount--;
                ReleaseWhenDone(cancelled);
                break;
            default:
                break;
        }
    }

    private void OnAccept(in Completion completion, int index)
    {
        if (_loop.SourceAt(index) is not Listener listener)
        {
            // It was accepted between our looking away and the kernel's.
            if (completion.Result >= 0)
            {
                new StreamSocket(completion.Result).Close();
            }

            return;
        }

        listener.IsArmed = completion.HasMore;
        if (completion.Result >= 0)
        {
            StreamSocket socket = new(completion.Result);
            _loop.Counters.SystemCalls++;
            _ = _loop.OnAccepted(listener, socket, socket.RemoteAddress());
        }
        else if (completion.Errno != Errno.ECANCELED && !_loop.OnAcceptFailed(listener, completion.Errno))
        {
            return;
        }

        if (!listener.IsArmed && listener.IsAccepting && completion.Errno != Errno.ECANCELED)
        {
            _ = Accept(listener);
        }
    }

    private void OnReceive(in Completion completion, Connection connection)
    {
        if (!completion.HasMore)
        {
            connection.IsReceiveArmed = false;
            connection.RequestCount--;
        }

        int buffer = completion.BufferId;
        bool isLive = connection.State is ConnectionState.Open or ConnectionState.Handshaking;
        if (isLive && completion.Result > 0)
        {
            // In order: nothing overtakes what is kept.
            if (connection.WantsInput && connection.KeptHead < 0)
            {
                _loop.OnReceived(connection, _buffers.Span(buffer, completion.Result));
                _buffers.Add(buffer);
            }
            else
            {
                KeepBuffer(connection, buffer, completion.Result);
            }
        }
        else if (buffer >= 0)
        {
            _buffers.Add(buffer);
        }

        if (isLive && completion.Result == 0 && (connection.KeptHead >= 0 || !connection.WantsInput))
        {
            connection.IsEndKept = true;
        }
        else if (isLive && completion.Result == 0)
        {
            _loop.OnInputEnded(connection);
        }
        else if (isLive && completion.Result < 0 && completion.Errno is not (Errno.ENOBUFS or Errno.ECANCELED or Errno.EINTR or Errno.EAGAIN))
        {
            _loop.OnBroken(connection, completion.Errno);
        }

        if (connection.IsReceiveArmed)
        {
            return;
        }

        if (connection.WantsInput)
        {
            // Armed again after the pass, when the buffers are back.
            QueueToArm(connection);
        }

        ReleaseWhenDone(connection);
    }

    private void OnSend(in Completion completion, Connection connection)
    {
        connection.ArmedPieces = 0;
        connection.RequestCount--;
        if (completion.Result >= 0)
        {
            _loop.OnSent(connection, completion.Result);
        }

        bool isBroken = completion.Result < 0 && completion.Errno is not (Errno.EAGAIN or Errno.EINTR);
        if (connection.IsLeaving)
        {
            // Closed by us: what the kernel takes at once still goes.
            if (completion.Result > 0 && connection.Wire.Bytes > 0 && !connection.IsAborted)
            {
                _ = Send(connection);
            }

            ReleaseWhenDone(connection);
            return;
        }

        connection.IsSocketFull |= completion.Errno == Errno.EAGAIN;
        if (isBroken)
        {
            _loop.OnBroken(connection, completion.Errno);
        }
        else if (connection.State is ConnectionState.Open or ConnectionState.Handshaking)
        {
            if (connection.PendingOutputBytes > 0)
            {
                _loop.Flush(connection);
            }
            else
            {
                _loop.AfterSend(connection);
            }
        }
    }

    private void OnReady(in Completion completion, Connection connection)
    {
        if (!completion.HasMore)
        {
            connection.IsRoomArmed = false;
            connection.RequestCount--;
        }

        if (completion.Errno != Errno.ECANCELED)
        {
            if (connection.State == ConnectionState.Connecting)
            {
                _loop.OnConnectEnded(connection, connection.Socket.PendingError());
            }
            else if (connection.State is ConnectionState.Open or ConnectionState.Handshaking)
            {
                if (connection.IsSocketFull)
                {
                    connection.IsSocketFull = false;
                    _loop.OnRoom(connection);
                }
                else if (completion.Result > 0 && ((EpollEvents)completion.Result & (EpollEvents.HangUp | EpollEvents.Error)) != 0)
                {
                    _loop.OnBroken(connection, connection.Socket.PendingError());
                }
            }
        }
        else
        {
            Update(connection);
        }

        ReleaseWhenDone(connection);
    }

    private void OnDatagram(in Completion completion, int index)
    {
        if (_loop.SourceAt(index) is not DatagramPort port || completion.Errno == Errno.ECANCELED)
        {
            return;
        }

        EpollEvents events = completion.Result < 0 ? EpollEvents.Error : (EpollEvents)completion.Result;
        port.OnReady(events);
        if (!completion.HasMore && (events & EpollEvents.Out) == 0 && _loop.SourceAt(index) is DatagramPort)
        {
            port.WatchedEvents = EpollEvents.None;
            Update(port);
        }
    }

    // At the end of the loop's life: only counts what the kernel is done with.
    private void OnEnded(in Completion completion)
    {
        int index = (int)(completion.Data >> 8);
        Operation operation = (Operation)(byte)completion.Data;
        if (operation == Operation.Accept && completion.Result >= 0)
        {
            new StreamSocket(completion.Result).Close();
            return;
        }

        Connection? connection = operation switch
        {
            Operation.Receive or Operation.Send or Operation.Room or Operation.Connect => _loop.ConnectionAt(index),
            Operation.Cancel when index > 0 => _loop.ConnectionAt(index - 1),
            _ => null,
        };
        if (connection is not null && !completion.HasMore)
        {
            connection.RequestCount--;
            ReleaseWhenDone(connection);
        }
    }

    private void ReleaseWhenDone(Connection connection)
    {
        if (connection.IsLeaving && connection.RequestCount == 0)
        {
            connection.IsLeaving = false;
            _leaving--;
            while (connection.KeptHead >= 0)
            {
                _buffers.Add(TakeKept(connection));
            }

            _loop.Release(connection);
        }
    }
}
