using Peregrine.Linux;
using Peregrine.Linux.Files;
using Peregrine.Linux.Sockets;
using Peregrine.Linux.Uring;

namespace Peregrine.Net.Backends;

/// <summary>
/// Completions by io_uring: accepts and receives that go on until they are cancelled, receives into lent buffers, sends as requests, and
/// one system call for all of a pass.
/// </summary>
internal sealed unsafe partial class UringBackend : Backend
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
            _ring.PreparePoll(connection.Socket.Descriptor, connection.IsSocketFull
                ? EpollEvents.Out
                : EpollEvents.None, again: !connection.IsSocketFull, Data(Operation.Room, connection.Slot));
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

        connection.RequestCount++;
        _loop.Counters.Sends++;
        ulong data = Data(Operation.Send, connection.Slot);
        if (connection.Wire.Count == 1 || connection.Slot >= _messageCount)
        {
            connection.ArmedPieces = 1;
            ref Memory.OutputSegment piece = ref _loop.Segments[connection.Wire.Head];
            _ring.PrepareSend(connection.Socket, piece.Memory + piece.Start, piece.End - piece.Start, data);
            return Errno.None;
        }

        // SAFETY: the slot's part of the memory holds a header and its pieces; one send of a connection is on its way at a time.
        MessageHeader* message = (MessageHeader*)(_messages.Start + ((long)connection.Slot * MessageBytes));
        IoVector* vectors = (IoVector*)(message + 1);
        int count = connection.Gather(new Span<IoVector>(vectors, VectorsMax), out _);
        connection.ArmedPieces = count;
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
        // Every request is ended before the memory goes that it may still write to. Bounded: what does not end in time is left to the close of the
        // ring.
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
            throw new LinuxException(errno == Errno.EEXIST
                ? "a loop on io_uring is polled by one thread only, the first that does so"
                : "io_uring_enter", errno);
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

            // A port, or the loop, may be disposed by another thread when its own has ended: the close of the socket, or of the ring, does the rest.
            if (errno != Errno.EEXIST)
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
}
