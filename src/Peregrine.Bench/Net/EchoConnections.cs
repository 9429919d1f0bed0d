using Peregrine.Cli;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;

namespace Peregrine.Bench.Net;

/// <summary>
/// The generator's half of an echo: connections that owe the server messages, send what the kernel takes, and verify every byte that
/// comes back. When a message is due, and what its latency is, is the caller's.
/// </summary>
/// <remarks>Thread: one owner. Allocates: only when made.</remarks>
internal sealed class EchoConnections : IDisposable
{
    private const int ReadyMax = 512;
    private const int ReceiveBytes = 65_536;
    private const int SendBytesMax = 65_536;

    private readonly ClientSockets _sockets;
    private readonly StreamSocket[] _raw;
    private readonly State[] _states;
    private readonly Epoll _epoll = new(ReadyMax);
    private CallResult _alone;
    private readonly EchoMessages _messages;
    private readonly byte[] _received = GC.AllocateArray<byte>(ReceiveBytes, pinned: true);
    private bool _isDisposed;

    /// <param name="sockets">Connected; closed with this.</param>
    /// <param name="sizeBytes">Bytes of a message.</param>
    /// <param name="batchMax">Most messages in one send.</param>
    public EchoConnections(ClientSockets sockets, int sizeBytes, int batchMax)
    {
        _sockets = sockets;
        _messages = new EchoMessages(sizeBytes, Math.Clamp(SendBytesMax / sizeBytes, 1, batchMax));
        _states = new State[sockets.Count];
        _raw = new StreamSocket[sockets.Count];
        for (int index = 0; index < _raw.Length; index++)
        {
            _raw[index] = sockets[index];
            Errno errno = _epoll.Add(_raw[index].Descriptor, EpollEvents.In, index);
            if (errno != Errno.None)
            {
                throw new LinuxException("epoll_ctl", errno);
            }
        }
    }

    public int Count => _raw.Length;

    /// <summary>Messages owed so far, sent or not.</summary>
    public long Owed { get; private set; }

    /// <summary>Messages that came back whole and right.</summary>
    public long Returned { get; private set; }

    /// <summary>The sequence number the next message of a connection gets.</summary>
    public long NextSequence(int connection) => _states[connection].Owed;

    /// <summary>The sequence number of the reply that comes next.</summary>
    public long NextReply(int connection) => _states[connection].Returned;

    /// <summary>Owes the server more messages; <see cref="Flush"/> sends them.</summary>
    public void Owe(int connection, int count)
    {
        _states[connection].Owed += count;
        Owed += count;
    }

    /// <summary>Sends what is owed, as far as the kernel takes it; the rest follows when there is room.</summary>
    public void Flush(int connection)
    {
        ref State state = ref _states[connection];
        int sizeBytes = _messages.SizeBytes;
        while (state.Sent < state.Owed)
        {
            int count = (int)Math.Min(state.Owed - state.Sent, _messages.Batch);
            ReadOnlySpan<byte> bytes = _messages.Compose(connection, state.Sent, count)[state.SentOffset..];
            CallResult result = _raw[connection].Send(bytes);
            if (!result.IsOk)
            {
                WaitForRoom(connection, ref state, result.Errno);
                return;
            }

            long offset = state.SentOffset + result.Value;
            state.Sent += offset / sizeBytes;
            state.SentOffset = (int)(offset % sizeBytes);
        }

        if (state.IsWaitingForRoom)
        {
            state.IsWaitingForRoom = false;
            _ = _epoll.Modify(_raw[connection].Descriptor, EpollEvents.In, connection);
        }
    }

    /// <summary>Looks which connections have something to do, without waiting. One alone is just read: a spinning client does no more.</summary>
    public int Poll()
    {
        if (_raw.Length > 1)
        {
            return _epoll.Wait(0);
        }

        if (_states[0].IsWaitingForRoom)
        {
            Flush(0);
        }

        _alone = _raw[0].Receive(_received);
        return _alone.Errno == Errno.EAGAIN ? 0 : 1;
    }

    /// <summary>Handles one of them: sends what found room, reads once.</summary>
    /// <param name="ready">0 to what <see cref="Poll"/> gave.</param>
    /// <param name="connection">Which one it is.</param>
    /// <returns>How many replies became whole, from <see cref="NextReply"/> minus this many on.</returns>
    public int Handle(int ready, out int connection)
    {
        if (_raw.Length == 1)
        {
            connection = 0;
            return OnReceived(0, _alone);
        }

        EpollReady entry = _epoll.Ready(ready);
        connection = (int)entry.Data;
        if ((entry.Events & EpollEvents.Out) != 0)
        {
            Flush(connection);
        }

        return (entry.Events & ~EpollEvents.Out) != 0 ? Receive(connection) : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A descriptor closed twice may be another's by then.
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _epoll.Dispose();
        _sockets.Dispose();
    }

    private int Receive(int connection) => OnReceived(connection, _raw[connection].Receive(_received));

    private int OnReceived(int connection, CallResult result)
    {
        if (result.Value <= 0)
        {
            return result.Errno == Errno.EAGAIN ? 0 : throw Ended(connection, result);
        }

        ref State state = ref _states[connection];
        long before = state.Returned;
        _messages.Verify(_received.AsSpan(0, (int)result.Value), connection, ref state.Returned, ref state.ReturnedOffset);
        if (state.Returned > state.Sent)
        {
            throw new CommandException($"the echo is wrong: connection {connection} got back {state.Returned} messages and sent {state.Sent}");
        }

        int count = (int)(state.Returned - before);
        Returned += count;
        return count;
    }

    private void WaitForRoom(int connection, ref State state, Errno errno)
    {
        if (errno != Errno.EAGAIN)
        {
            throw Ended(connection, new CallResult(-1, errno));
        }

        if (!state.IsWaitingForRoom)
        {
            state.IsWaitingForRoom = true;
            _ = _epoll.Modify(_raw[connection].Descriptor, EpollEvents.In | EpollEvents.Out, connection);
        }
    }

    private static CommandException Ended(int connection, CallResult result) =>
        new($"the server ended connection {connection}: {(result.IsOk ? "end of stream" : result.Errno.Describe())}");

    private struct State
    {
        public long Owed;
        public long Sent;
        public long Returned;
        public int SentOffset;
        public int ReturnedOffset;
        public bool IsWaitingForRoom;
    }
}
