using System.Net;
using Peregrine.Cli;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

/// <summary>
/// Short-lived connections, so many at a time: connect, one message back and forth, close. Latency is from the connect to the reply.
/// </summary>
/// <remarks>Closed by a reset: an orderly close leaves the client's port in TIME_WAIT, and the ports would be gone within seconds.</remarks>
internal sealed class ConnectLoop : ClosedLoad
{
    private readonly IPEndPoint _server;
    private readonly Slot[] _slots;
    private readonly Epoll _epoll = new(512);
    private readonly EchoMessages _messages;
    private readonly byte[] _received;
    private long _done;
    private int _open;

    /// <param name="server">Where to.</param>
    /// <param name="parallel">Connections at a time.</param>
    /// <param name="sizeBytes">Bytes of the message.</param>
    public ConnectLoop(IPEndPoint server, int parallel, int sizeBytes)
    {
        ClientSockets.CheckDescriptors(parallel);
        _server = server;
        _slots = new Slot[parallel];
        _messages = new EchoMessages(sizeBytes, 1);
        _received = new byte[sizeBytes];
    }

    /// <inheritdoc/>
    public override long Done => _done;

    /// <inheritdoc/>
    protected override bool IsDrained => _open == 0;

    /// <inheritdoc/>
    public override void Dispose()
    {
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            if (_slots[slot].IsOpen)
            {
                Close(slot);
            }
        }

        _epoll.Dispose();
    }

    /// <inheritdoc/>
    protected override void Begin()
    {
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            if (!_slots[slot].IsOpen)
            {
                Connect(slot);
            }
        }
    }

    /// <inheritdoc/>
    protected override int Step(bool isDraining)
    {
        int ready = _epoll.Wait(0);
        for (int index = 0; index < ready; index++)
        {
            EpollReady entry = _epoll.Ready(index);
            int slot = (int)entry.Data;
            if (!_slots[slot].IsSent)
            {
                Send(slot);
            }
            else if (Receive(slot))
            {
                Record(_slots[slot].StartNs, Clock.MonotonicNs);
                _done++;
                Close(slot);
                if (!isDraining)
                {
                    Connect(slot);
                }
            }
        }

        return ready;
    }

    private void Connect(int slot)
    {
        long startNs = Clock.MonotonicNs;
        Errno errno = StreamSocket.TryConnect(_server, null, out StreamSocket socket);
        if (errno is not (Errno.None or Errno.EINPROGRESS))
        {
            throw new CommandException($"cannot connect to {_server}: {errno.Describe()}");
        }

        _ = socket.SetNoDelay();
        _ = socket.SetResetOnClose();
        _slots[slot] = new Slot { Socket = socket, StartNs = startNs, IsOpen = true };
        _open++;
        _ = _epoll.Add(socket.Descriptor, EpollEvents.Out, slot);
    }

    private void Send(int slot)
    {
        ref Slot state = ref _slots[slot];
        Errno errno = state.Socket.PendingError();
        CallResult result = errno == Errno.None ? state.Socket.Send(_messages.Compose(slot, 0, 1)) : new CallResult(-1, errno);
        if (result.Value != _messages.SizeBytes)
        {
            throw new CommandException($"the first message on a connection to {_server} was not sent: " +
                $"{(result.IsOk ? "no room" : result.Errno.Describe())}");
        }

        state.IsSent = true;
        _ = _epoll.Modify(state.Socket.Descriptor, EpollEvents.In, slot);
    }

    private bool Receive(int slot)
    {
        ref Slot state = ref _slots[slot];
        CallResult result = state.Socket.Receive(_received);
        if (result.Value <= 0)
        {
            return result.Errno == Errno.EAGAIN
                ? false
                : throw new CommandException($"the server ended a connection: {(result.IsOk ? "end of stream" : result.Errno.Describe())}");
        }

        long sequence = 0;
        _messages.Verify(_received.AsSpan(0, (int)result.Value), slot, ref sequence, ref state.Offset);
        return sequence == 1;
    }

    private void Close(int slot)
    {
        _slots[slot].Socket.Close();
        _slots[slot].IsOpen = false;
        _open--;
    }

    private struct Slot
    {
        public StreamSocket Socket;
        public long StartNs;
        public int Offset;
        public bool IsOpen;
        public bool IsSent;
    }
}
