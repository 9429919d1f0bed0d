using System.Net;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>One TCP connection of a loop. Valid from OnOpened to OnClosed; afterwards the object serves another connection.</summary>
/// <remarks>Thread: the loop's, for every member. Allocates: no.</remarks>
public sealed class Connection
{
    private const int NoBlock = -1;
    private readonly EventLoop _loop;

    // Blocks with pending output, oldest first: a small ring of block numbers with the bytes used in each.
    private readonly int[] _outputBlocks;
    private readonly int[] _outputUsed;
    private int _outputHead;
    private int _outputCount;
    private int _outputSent;
    private bool _wasRefused;

    // A direct send waits until nothing is pending; the mark at half of the limit is too early for it.
    private bool _wantsEmpty;

    internal Connection(EventLoop loop, int slot)
    {
        _loop = loop;
        Slot = slot;
        int blocks = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(loop.Options.OutputBytesMax / loop.Options.BufferBytes) + 1);
        _outputBlocks = new int[blocks];
        _outputUsed = new int[blocks];
    }

    /// <summary>Unique in the life of the loop.</summary>
    public long Id { get; private set; }

    /// <summary>The peer.</summary>
    public IPEndPoint RemoteEndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>For the user.</summary>
    public object? Tag { get; set; }

    /// <summary>When the bytes now given to the handler were read, monotonic nanoseconds.</summary>
    public long LastReceivedNs { get; internal set; }

    /// <summary>Bytes not taken by the kernel yet.</summary>
    public int PendingOutputBytes { get; private set; }

    /// <summary>False once it is closed or closing.</summary>
    public bool IsOpen => State == ConnectionState.Open;

    internal int Slot { get; }

    internal TcpSocket Socket { get; private set; }

    internal IConnectionHandler Handler { get; private set; } = null!;

    internal ConnectionState State { get; set; }

    internal EpollEvents WatchedEvents { get; set; }

    /// <summary>The peer ended its side; output still goes.</summary>
    internal bool IsInputEnded { get; set; }

    /// <summary>The handler left a rest after a refusal: nothing is read until there is room for output again.</summary>
    internal bool IsInputPaused { get; set; }

    /// <summary>A write was refused, and OnWritable has not told that there is room again.</summary>
    internal bool WasRefused => _wasRefused || _wantsEmpty;

    /// <summary>The kernel took less than a direct send offered, and has not said since that it takes more.</summary>
    internal bool IsSocketFull { get; set; }

    /// <summary>In the loop's queue of those that wait for a buffer.</summary>
    internal bool IsStarved { get; set; }

    internal bool IsQueuedForFlush { get; set; }

    internal int RestBlock { get; set; } = NoBlock;

    internal int RestBytes { get; set; }

    /// <summary>Room for contiguous output, to be filled and then confirmed by <see cref="Advance"/> before any other call.</summary>
    /// <param name="bytes">1 to <see cref="EventLoopOptions.BufferBytes"/>.</param>
    /// <param name="span">At least that many bytes.</param>
    /// <returns>False at the high-water mark, without a buffer, or when closed: nothing is reserved. OnWritable tells when to try again.</returns>
    public bool TryReserve(int bytes, out Span<byte> span)
    {
        span = default;
        if (State != ConnectionState.Open || bytes > _loop.Options.BufferBytes)
        {
            return false;
        }

        if (PendingOutputBytes + bytes > _loop.Options.OutputBytesMax || !TryRoom(bytes))
        {
            _wasRefused = true;
            _loop.Counters.OutputRefusals++;
            return false;
        }

        int tail = Tail;
        span = _loop.Pool.Span(_outputBlocks[tail])[_outputUsed[tail]..];
        return true;
    }

    /// <summary>Confirms what was written into the reserved room; it is sent at the end of the pass.</summary>
    public void Advance(int bytes)
    {
        int tail = Tail;
        Check.That(bytes >= 0 && _outputCount > 0 && _outputUsed[tail] + bytes <= _loop.Options.BufferBytes, "what is confirmed was reserved before");
        _outputUsed[tail] += bytes;
        PendingOutputBytes += bytes;
        _loop.QueueFlush(this);
    }

    /// <summary>Appends a copy of the bytes to the output.</summary>
    /// <returns>False: nothing was written, as for <see cref="TryReserve"/>.</returns>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= _loop.Options.BufferBytes)
        {
            bool ok = TryReserve(bytes.Length, out Span<byte> span);
            if (ok)
            {
                bytes.CopyTo(span);
                Advance(bytes.Length);
            }

            return ok;
        }

        // All or nothing: a part of a message would corrupt the stream.
        int blocks = (bytes.Length + _loop.Options.BufferBytes - 1) / _loop.Options.BufferBytes;
        if (PendingOutputBytes + bytes.Length > _loop.Options.OutputBytesMax || _outputCount + blocks > _outputBlocks.Length)
        {
            _wasRefused = true;
            _loop.Counters.OutputRefusals++;
            return false;
        }

        while (bytes.Length > 0)
        {
            int part = Math.Min(bytes.Length, _loop.Options.BufferBytes);
            if (!TryWrite(bytes[..part]))
            {
                Abort();
                return false;
            }

            bytes = bytes[part..];
        }

        return true;
    }

    /// <summary>
    /// Hands bytes that stay the caller's to the kernel now, without a copy: for output that many connections share. What is pending goes
    /// before it, so nothing is taken while there is any.
    /// </summary>
    /// <returns>
    /// How many bytes the kernel took, 0 to all of them. When not all, OnWritable tells when to offer the rest; until that is gone, nothing
    /// else may be written, or the peer gets it in the middle.
    /// </returns>
    public int SendShared(ReadOnlySpan<byte> bytes)
    {
        if (State != ConnectionState.Open || IsSocketFull)
        {
            return 0;
        }

        if (PendingOutputBytes > 0)
        {
            _wantsEmpty = true;
            return 0;
        }

        CallResult result = Socket.Send(bytes);
        _loop.Counters.Sends++;
        if (!result.IsOk && result.Errno is not (Errno.EAGAIN or Errno.EINTR))
        {
            _loop.BeginClose(this, CloseReason.Reset);
            return 0;
        }

        int sent = result.IsOk ? (int)result.Value : 0;
        _loop.Counters.SentBytes += sent;
        if (sent < bytes.Length)
        {
            IsSocketFull = true;
            _wantsEmpty = true;
            _loop.Watch(this);
        }

        return sent;
    }

    /// <summary>Ends our side of the stream once what is pending is out; the peer still may send. Further writes fail at the peer.</summary>
    public void EndOutput()
    {
        if (State == ConnectionState.Open && PendingOutputBytes == 0)
        {
            Socket.ShutdownSend();
        }
    }

    /// <summary>Bounds what the kernel keeps for a peer that does not read, in bytes; the kernel doubles it for its own needs.</summary>
    public void LimitKernelOutput(int bytes) => _ = Socket.SetSendBuffer(bytes);

    /// <summary>Hands pending output to the kernel now; what it does not take follows when it can.</summary>
    public void Flush() => _loop.Flush(this);

    /// <summary>Sends what is pending, as far as the kernel takes it now, and closes; OnClosed comes at the end of the pass.</summary>
    public void Close() => _loop.BeginClose(this, CloseReason.Local);

    /// <summary>Drops what is pending and resets the connection; OnClosed comes at the end of the pass.</summary>
    public void Abort()
    {
        if (State == ConnectionState.Open)
        {
            _ = Socket.SetResetOnClose();
            DropOutput();
            _loop.BeginClose(this, CloseReason.Local);
        }
    }

    internal void Begin(long id, TcpSocket socket, IPEndPoint remote, IConnectionHandler handler, ConnectionState state)
    {
        Id = id;
        Socket = socket;
        RemoteEndPoint = remote;
        Handler = handler;
        State = state;
        WatchedEvents = EpollEvents.None;
        IsInputEnded = false;
        IsInputPaused = false;
        LastReceivedNs = 0;
        IsSocketFull = false;
        _wasRefused = false;
        _wantsEmpty = false;
    }

    /// <summary>Gives all buffers back and closes the socket.</summary>
    internal void End()
    {
        DropOutput();
        ReturnRest();
        Socket.Close();
        State = ConnectionState.Free;
        Handler = null!;
        Tag = null;
    }

    /// <summary>Sends until nothing is pending or the kernel takes no more.</summary>
    internal Errno SendPending()
    {
        while (_outputCount > 0)
        {
            int head = _outputHead & (_outputBlocks.Length - 1);
            ReadOnlySpan<byte> pending = _loop.Pool.Span(_outputBlocks[head])[_outputSent.._outputUsed[head]];
            if (pending.Length > 0)
            {
                CallResult result = Socket.Send(pending);
                _loop.Counters.Sends++;
                if (!result.IsOk)
                {
                    return result.Errno;
                }

                _outputSent += (int)result.Value;
                PendingOutputBytes -= (int)result.Value;
                _loop.Counters.SentBytes += result.Value;
                if (result.Value < pending.Length)
                {
                    return Errno.EAGAIN;
                }
            }

            ReturnHead();
        }

        return Errno.None;
    }

    /// <summary>True after a refusal, when the output is down to half of the mark; for a direct send, to nothing.</summary>
    internal bool CanWriteAgain => !IsStarved && !IsSocketFull
        && ((_wasRefused && PendingOutputBytes <= _loop.Options.OutputBytesMax / 2) || (_wantsEmpty && PendingOutputBytes == 0));

    /// <summary>True once for each time that <see cref="CanWriteAgain"/> becomes so.</summary>
    internal bool TakeWritableAgain()
    {
        bool again = CanWriteAgain;
        _wasRefused &= !again;
        _wantsEmpty &= !again;
        return again;
    }

    internal void ReturnRest()
    {
        if (RestBlock != NoBlock)
        {
            _loop.Pool.Return(RestBlock);
            RestBlock = NoBlock;
        }

        RestBytes = 0;
    }

    private int Tail => (_outputHead + _outputCount - 1) & (_outputBlocks.Length - 1);

    private bool TryRoom(int bytes)
    {
        if (_outputCount > 0 && _loop.Options.BufferBytes - _outputUsed[Tail] >= bytes)
        {
            return true;
        }

        if (_outputCount == _outputBlocks.Length)
        {
            return false;
        }

        int block = _loop.TryLend();
        if (block == NoBlock)
        {
            _loop.QueueStarved(this);
            return false;
        }

        _outputCount++;
        _outputBlocks[Tail] = block;
        _outputUsed[Tail] = 0;
        return true;
    }

    private void ReturnHead()
    {
        _loop.Pool.Return(_outputBlocks[_outputHead & (_outputBlocks.Length - 1)]);
        _outputHead++;
        _outputCount--;
        _outputSent = 0;
    }

    private void DropOutput()
    {
        while (_outputCount > 0)
        {
            ReturnHead();
        }

        PendingOutputBytes = 0;
    }
}

/// <summary>Where a connection is in its life.</summary>
internal enum ConnectionState : byte
{
    Free = 0,
    Connecting = 1,
    Open = 2,
    Closing = 3,
}
