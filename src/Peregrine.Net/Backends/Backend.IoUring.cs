using Peregrine.Linux;
using Peregrine.Linux.Files;
using Peregrine.Linux.Sockets;
using Peregrine.Linux.Uring;

namespace Peregrine.Net.Backends;

/// <summary>
/// Completions by io_uring: accepts and receives that go on until they are cancelled, receives into lent buffers, sends as requests, and
/// one system call for all of a pass.
/// </summary>
internal sealed unsafe class UringBackend : Backend
{
    private const int EntryCount = 4096;
    private const int CompletionCount = 16384;
    private const int BufferCount = 512;
    private const int BufferBytes = 16 << 10;
    private const ushort BufferGroup = 1;
    private const int VectorsMax = 16;

    // Per connection with several pieces on their way: a header and its pieces.
    private static readonly int MessageBytes = sizeof(MessageHeader) + (VectorsMax * sizeof(IoVector)) + 8;

    private readonly EventLoop _loop;
    private readonly IoUring _ring;
    private readonly BufferRing _buffers;
    private readonly int _wakeDescriptor;
    private readonly AnonymousMemory _messages;
    private readonly int _messageCount;

    // Connections to be read again: first what is kept of them in lent buffers, then by a new request.
    private readonly Queue<Connection> _toArm = new();

    // Lent buffers that came for a connection that reads nothing at the moment: for each its bytes, and the next one of the connection.
    private readonly int[] _keptBytes = new int[BufferCount];
    private readonly int[] _keptNext = new int[BufferCount];
    private int _keptCount;
    private long _entersSeen;
    private int _leaving;
    private bool _isEnabled;

    private UringBackend(EventLoop loop, IoUring ring, BufferRing buffers, int wakeDescriptor)
    {
        (_loop, _ring, _buffers, _wakeDescriptor) = (loop, ring, buffers, wakeDescriptor);
        _messageCount = loop.Options.ConnectionsMax + 64;
        _messages = new AnonymousMemory((long)_messageCount * MessageBytes, 0);
        _ring.PreparePoll(wakeDescriptor, EpollEvents.In, again: true, Data(Operation.Wake, 0));
    }

    private enum Operation
    {
        Accept = 1,
        Receive = 2,
        Send = 3,
        Room = 4,
        Cancel = 5,
        Wake = 6,
        Datagram = 7,
        Connect = 8,
    }

    public override string Description => $"io_uring, {_ring.Mode}";

    public override NetBackend Kind => NetBackend.IoUring;

    public override bool HasWork => _toArm.Count > 0;

    /// <summary>Tries to make one, and whether what it needs works here.</summary>
    public static bool TryCreate(EventLoop loop, int wakeDescriptor, out UringBackend? backend, out string reason)
    {
        backend = null;
        Errno probed = UringProbe.TryReceive(BufferGroup, out reason);
        if (probed != Errno.None)
        {
            return false;
        }

        Errno errno = IoUring.TryCreate(EntryCount, CompletionCount, out IoUring? ring);
        if (errno != Errno.None)
        {
            reason = $"io_uring_setup: {errno.Describe()}";
            return false;
        }

        errno = BufferRing.TryCreate(ring!, BufferGroup, BufferCount, BufferBytes, out BufferRing? buffers);
        if (errno != Errno.None)
        {
            ring!.Dispose();
            reason = $"no ring of lent buffers: {errno.Describe()}";
            return false;
        }

        backend = new UringBackend(loop, ring!, buffers!, wakeDescriptor);
        return true;
    }

    public override Errno Accept(Listener listener)
    {
        if (!listener.IsArmed)
        {
            listener.IsArmed = true;
            _ring.PrepareAccept(listener.Socket, Data(Operation.Accept, listener.Index));
        }

        return Errno.None;
    }

    public override void StopAccepting(Listener listener)
    {
        if (listener.IsArmed)
        {
            _ring.PrepareCancel(Data(Operation.Accept, listener.Index), Data(Operation.Cancel, 0));

            // The descriptor is closed next: the kernel must have looked it up before.
            SubmitNow();
        }
    }

    public override Errno Attach(Connection connection)
    {
        if (connection.State == ConnectionState.Connecting)
        {
            connection.RequestCount++;
            connection.IsRoomArmed = true;
            _ring.PreparePoll(connection.Socket.Descriptor, EpollEvents.Out, again: false, Data(Operation.Connect, connection.Slot));
        }
        else
        {
            Arm(connection);
        }

        return Errno.None;
    }

    public override void Update(Connection connection)
    {
        if (connection.State is not (ConnectionState.Open or ConnectionState.Handshaking))
        {
            return;
        }

        if (connection.WantsInput)
        {
            if (!connection.IsReceiveArmed && connection.KeptHead < 0 && !connection.IsEndKept)
            {
                Arm(connection);
            }
            else if (connection.KeptHead >= 0 || connection.IsEndKept)
            {
                QueueToArm(connection);
            }
        }
        else if (connection.IsReceiveArmed && !connection.IsReceiveCancelled)
        {
            connection.IsReceiveCancelled = true;
            connection.RequestCount++;
            _ring.PrepareCancel(Data(Operation.Receive, connection.Slot), Data(Operation.Cancel, connection.Slot + 1));
        }

        WatchRoom(connection);
    }

    // For room; and for a peer's reset, which nothing else would tell of once it has ended its side and we go on.
    private void WatchRoom(Connection connection)
    {
        if (connection.IsRoomArmed)
        {
            if (connection.IsSocketFull && !connection.IsRoomWatched)
            {
                // It is armed again, for room, when this one has ended.
                connection.IsRoomWatched = true;
                connection.RequestCount++;
                _ring.PrepareCancel(Data(Operation.Room, connection.Slot), Data(Operation.Cancel, connection.Slot + 1));
            }
        }
        else if (connection.IsSocketFull || (connection.IsInputEnded && connection.IsKeptOpen))
        {
            connection.IsRoomArmed = true;
            connection.IsRoomWatched = connection.IsSocketFull;
            connection.RequestCount++;

            // A poll always tells of an ended side too, which is so from the start here: only one that goes on tells of the break behind it.
            _ring.PreparePoll(connection.Socket.Descriptor, connection.IsSocketFull ? EpollEvents.Out : EpollEvents.None, again: !connection.IsSocketFull, Data(Operation.Room, connection.Slot));
        }
    }

    public override Errno Send(Connection connection)
    {
        if (connection.IsSendArmed || connection.Wire.Bytes == 0)
        {
            return Errno.None;
        }

        if (connection.IsSocketFull)
        {
            return Errno.EAGAIN;
        }

        connection.IsSendArmed = true;
        connection.RequestCount++;
        _loop.Counters.Sends++;
        ulong data = Data(Operation.Send, connection.Slot);
        if (connection.Wire.Count == 1 || connection.Slot >= _messageCount)
        {
            ref Memory.OutputSegment piece = ref _loop.Segments[connection.Wire.Head];
            _ring.PrepareSend(connection.Socket, piece.Memory + piece.Start, piece.End - piece.Start, data);
            return Errno.None;
        }

        // SAFETY: the slot's part of the memory holds a header and its pieces; one send of a connection is on its way at a time.
        MessageHeader* message = (MessageHeader*)(_messages.Start + ((long)connection.Slot * MessageBytes));
        IoVector* vectors = (IoVector*)(message + 1);
        int count = connection.Gather(new Span<IoVector>(vectors, VectorsMax), out _);
        *message = new MessageHeader { Vectors = vectors, VectorCount = (nuint)count };
        _ring.PrepareSendMessage(connection.Socket, message, data);
        return Errno.None;
    }

    public override void Detach(Connection connection)
    {
        connection.IsLeaving = true;
        _leaving++;
        if (connection.RequestCount > 0)
        {
            if (connection.IsReceiveArmed && !connection.IsReceiveCancelled)
            {
                connection.IsReceiveCancelled = true;
                connection.RequestCount++;
                _ring.PrepareCancel(Data(Operation.Receive, connection.Slot), Data(Operation.Cancel, connection.Slot + 1));
            }

            if (connection.IsRoomArmed)
            {
                connection.RequestCount += 2;
                _ring.PrepareCancel(Data(Operation.Room, connection.Slot), Data(Operation.Cancel, connection.Slot + 1));
                _ring.PrepareCancel(Data(Operation.Connect, connection.Slot), Data(Operation.Cancel, connection.Slot + 1));
            }
        }

        ReleaseWhenDone(connection);
    }

    public override void Update(DatagramPort port)
    {
        if (port.WatchedEvents == EpollEvents.None)
        {
            port.WatchedEvents = EpollEvents.In;
            _ring.PreparePoll(port.Socket.Descriptor, EpollEvents.In, again: true, Data(Operation.Datagram, port.Index));
        }

        if (port.IsSocketFull)
        {
            _ring.PreparePoll(port.Socket.Descriptor, EpollEvents.Out, again: false, Data(Operation.Datagram, port.Index));
        }
    }

    public override void Detach(DatagramPort port)
    {
        _ring.PrepareCancel(Data(Operation.Datagram, port.Index), Data(Operation.Cancel, 0));
        SubmitNow();
    }

    public override int Poll(int timeoutMs)
    {
        Enable();
        RearmReceives();
        if (timeoutMs != 0 || _ring.PreparedCount > 0 || _ring.HasWork)
        {
            if (_ring.ReadyCount == 0 || _ring.PreparedCount > 0)
            {
                Expect(_ring.SubmitAndWait(timeoutMs));
            }
        }

        CountEnters();
        _loop.OnAwake();
        int count = _ring.ReadyCount;
        for (int left = count; left > 0; left--)
        {
            OnCompletion(_ring.Take());
        }

        _buffers.Publish();

        return count;
    }

    public override void Submit()
    {
        if (_ring.PreparedCount > 0 && _isEnabled)
        {
            SubmitNow();
        }
    }

    public override void Dispose()
    {
        // Every request is ended before the memory goes that it may still write to. Bounded: what does not end in time is left to the close of the ring.
        if (_isEnabled)
        {
            for (int round = 0; round < 1000 && _leaving > 0 && _ring.SubmitAndWait(1) == Errno.None; round++)
            {
                for (int left = _ring.ReadyCount; left > 0; left--)
                {
                    Completion completion = _ring.Take();
                    OnEnded(completion);
                }
            }
        }

        _ring.Dispose();
        _buffers.Dispose();
        _messages.Dispose();
    }

    private static ulong Data(Operation operation, int index) => ((ulong)(uint)index << 8) | (uint)operation;

    private static void Expect(Errno errno)
    {
        if (errno != Errno.None)
        {
            throw new LinuxException(errno == Errno.EEXIST ? "a loop on io_uring is polled by one thread only, the first that does so" : "io_uring_enter", errno);
        }
    }

    private void Enable()
    {
        if (!_isEnabled)
        {
            Expect(_ring.Enable());
            _isEnabled = true;
        }
    }

    private void SubmitNow()
    {
        if (_isEnabled)
        {
            Errno errno = _ring.Submit();
            CountEnters();

            // A loop may be disposed by another thread than its own: the close of the ring ends everything then.
            if (!_loop.IsDisposed)
            {
                Expect(errno);
            }
        }
    }

    private void CountEnters()
    {
        _loop.Counters.SystemCalls += _ring.Enters - _entersSeen;
        _entersSeen = _ring.Enters;
    }

    private void Arm(Connection connection)
    {
        connection.IsReceiveArmed = true;
        connection.IsReceiveCancelled = false;
        connection.RequestCount++;
        _ring.PrepareReceive(connection.Socket, BufferGroup, Data(Operation.Receive, connection.Slot));
    }

    private void QueueToArm(Connection connection)
    {
        if (!connection.IsQueuedForRead)
        {
            connection.IsQueuedForRead = true;
            _toArm.Enqueue(connection);
        }
    }

    // Those that found no lent buffer: by now the ones of the last pass are back. And those that are read again.
    private void RearmReceives()
    {
        for (int left = _toArm.Count; left > 0; left--)
        {
            Connection connection = _toArm.Dequeue();
            connection.IsQueuedForRead = false;
            while (connection.KeptHead >= 0 && connection.WantsInput)
            {
                int buffer = TakeKept(connection);
                _loop.OnReceived(connection, _buffers.Span(buffer, _keptBytes[buffer]));
                _buffers.Add(buffer);
            }

            if (connection.WantsInput && connection.IsEndKept)
            {
                connection.IsEndKept = false;
                _loop.OnInputEnded(connection);
            }
            else if (connection.WantsInput && !connection.IsReceiveArmed)
            {
                Arm(connection);
            }
        }
    }

    // Bounded: above half of the buffers the bytes are copied, so that peers that do not read leave enough for the others.
    private void KeepBuffer(Connection connection, int buffer, int bytes)
    {
        if (_keptCount >= BufferCount / 2 && connection.KeptHead < 0)
        {
            _loop.OnReceived(connection, _buffers.Span(buffer, bytes));
            _buffers.Add(buffer);
            return;
        }

        _keptCount++;
        _keptBytes[buffer] = bytes;
        _keptNext[buffer] = -1;
        if (connection.KeptHead < 0)
        {
            connection.KeptHead = buffer;
        }
        else
        {
            _keptNext[connection.KeptTail] = buffer;
        }

        connection.KeptTail = buffer;
    }

    private int TakeKept(Connection connection)
    {
        int buffer = connection.KeptHead;
        connection.KeptHead = _keptNext[buffer];
        _keptCount--;
        return buffer;
    }

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
            _loop.OnAccepted(listener, socket, socket.RemoteAddress());
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
        connection.IsSendArmed = false;
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
