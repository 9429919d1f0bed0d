using System.Net;
using Peregrine.Linux;
using Peregrine.Linux.Files;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>What a datagram port's user does. Called on the loop's thread; must not block.</summary>
public interface IDatagramHandler
{
    /// <summary>A datagram arrived.</summary>
    /// <param name="port">Where.</param>
    /// <param name="payload">Its bytes, where they lie in the port's buffer; valid during the call only.</param>
    /// <param name="from">Who sent it.</param>
    void OnDatagram(DatagramPort port, ReadOnlySpan<byte> payload, in PeerAddress from);

    /// <summary>There is room for output again, after a send was refused.</summary>
    void OnWritable(DatagramPort port)
    {
    }
}

/// <summary>Sizes of a datagram port, and the groups that it receives.</summary>
public sealed record DatagramOptions
{
    /// <summary>The longest datagram, in bytes, 64 to 65,536; a longer one is cut, dropped and counted. Default 2,048.</summary>
    public int DatagramBytesMax { get; init; } = 2048;

    /// <summary>Datagrams of one system call, 1 to 1,024; also the most that may wait to be sent. Default 64.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>The kernel's receive buffer in bytes, which bounds what a burst may hold; null leaves it.
    /// The kernel caps it at net.core.rmem_max.</summary>
    public int? ReceiveBufferBytes { get; init; }

    /// <summary>Multicast groups to receive. Default none.</summary>
    public IReadOnlyList<IPAddress> Groups { get; init; } = [];

    /// <summary>The own address whose network the groups come from and multicast leaves by; null lets the system choose.</summary>
    public IPAddress? Interface { get; init; }

    internal void Validate()
    {
        List<string> errors = [];
        if (DatagramBytesMax is < 64 or > 65_536)
        {
            errors.Add($"{nameof(DatagramBytesMax)}: {DatagramBytesMax}, expected 64 to 65,536");
        }

        if (Batch is < 1 or > 1024)
        {
            errors.Add($"{nameof(Batch)}: {Batch}, expected 1 to 1,024");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }
}

/// <summary>What a datagram port has done.</summary>
public sealed class DatagramCounters : ICounterSource
{
    /// <summary>Datagrams given to the handler.</summary>
    public long Received { get; internal set; }

    /// <summary>Datagrams that the kernel took.</summary>
    public long Sent { get; internal set; }

    /// <summary>Datagrams longer than allowed, dropped.</summary>
    public long Truncated { get; internal set; }

    /// <summary>Sends refused: the batch is full and so is the kernel's buffer.</summary>
    public long Refused { get; internal set; }

    /// <summary>Datagrams that the kernel would not send, for example as nobody listens there.</summary>
    public long SendErrors { get; internal set; }

    /// <summary>Calls of the handler that threw.</summary>
    public long Faults { get; internal set; }

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.net.datagrams.received", "{datagram}", "Datagrams given to the handler.", () => Received),
        Counter.Total("peregrine.net.datagrams.sent", "{datagram}", "Datagrams that the kernel took.", () => Sent),
        Counter.Total("peregrine.net.datagrams.truncated", "{datagram}", "Datagrams longer than allowed, dropped.", () => Truncated),
        Counter.Total("peregrine.net.datagrams.refused", "{datagram}", "Sends refused, as batch and kernel were full.", () => Refused),
        Counter.Total("peregrine.net.datagrams.send_errors", "{datagram}", "Datagrams that the kernel would not send.", () => SendErrors),
        Counter.Total("peregrine.net.datagrams.faults", "{call}", "Calls of the handler that threw.", () => Faults),
    ];
}

/// <summary>A UDP port of a loop: datagrams come and go in batches (recvmmsg, sendmmsg).</summary>
/// <remarks>Thread: the loop's. Allocates: only when made.</remarks>
public sealed unsafe class DatagramPort : IDisposable
{
    private const int TruncatedFlag = 0x20;
    private const int BatchesPerPass = 4;
    private readonly EventLoop _loop;
    private readonly IDatagramHandler _handler;
    private readonly int _bytesMax;
    private readonly AnonymousMemory _memory;
    private readonly BatchedMessage[] _incoming;
    private readonly BatchedMessage[] _outgoing;
    private int _outgoingCount;
    private bool _wasRefused;
    private bool _isClosed;

    internal DatagramPort(EventLoop loop, DatagramSocket socket, IDatagramHandler handler, DatagramOptions options)
    {
        _loop = loop;
        _handler = handler;
        Socket = socket;
        _bytesMax = options.DatagramBytesMax;
        LocalEndPoint = socket.LocalAddress().ToEndPoint()!;

        // For each message of both batches: its bytes, its address (64 bytes), its vector (16 bytes).
        int slotBytes = _bytesMax + 64 + sizeof(IoVector);
        _memory = new AnonymousMemory(2L * options.Batch * slotBytes, 2L * options.Batch * slotBytes);
        _incoming = GC.AllocateArray<BatchedMessage>(options.Batch, pinned: true);
        _outgoing = GC.AllocateArray<BatchedMessage>(options.Batch, pinned: true);
        byte* next = _memory.Start;
        for (int index = 0; index < 2 * options.Batch; index++, next += slotBytes)
        {
            // SAFETY: each slot lies inside the memory, which lives as long as the port.
            IoVector* vector = (IoVector*)next;
            *vector = new IoVector((nint)(next + sizeof(IoVector) + 64), _bytesMax);
            MessageHeader header = new() { Name = next + sizeof(IoVector), NameLength = 64, Vectors = vector, VectorCount = 1 };
            (index < options.Batch ? _incoming : _outgoing)[index % options.Batch].Header = header;
        }
    }

    /// <summary>Where it receives; with the port that the system picked when 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>What it has done.</summary>
    public DatagramCounters Counters { get; } = new();

    internal DatagramSocket Socket { get; }

    internal int Index { get; set; }

    internal EpollEvents WatchedEvents { get; set; }

    internal bool IsSocketFull { get; set; }

    internal bool IsQueuedForFlush { get; set; }

    /// <summary>Puts a copy of a datagram into the batch that leaves at the end of the pass.</summary>
    /// <param name="payload">At most <see cref="DatagramOptions.DatagramBytesMax"/>.</param>
    /// <param name="to">Whom to.</param>
    /// <returns>False: too long, or refused as the batch and the kernel's buffer are full; OnWritable tells when to try again.</returns>
    public bool TrySend(ReadOnlySpan<byte> payload, in PeerAddress to)
    {
        if (payload.Length > _bytesMax || _isClosed)
        {
            return false;
        }

        if (_outgoingCount == _outgoing.Length)
        {
            Flush();
            if (_outgoingCount == _outgoing.Length)
            {
                Counters.Refused++;
                _wasRefused = true;
                return false;
            }
        }

        ref MessageHeader header = ref _outgoing[_outgoingCount++].Header;

        // SAFETY: the slot has bytesMax bytes for the payload and 64 for the address.
        payload.CopyTo(new Span<byte>((byte*)header.Name + 64, _bytesMax));
        to.Bytes.CopyTo(new Span<byte>(header.Name, 64));
        header.NameLength = (uint)to.LengthBytes;
        *header.Vectors = new IoVector((nint)(header.Name + 64), payload.Length);
        _loop.QueueFlush(this);
        return true;
    }

    /// <summary>Hands the waiting datagrams to the kernel now.</summary>
    public void Flush()
    {
        int done = 0;
        while (done < _outgoingCount && !IsSocketFull)
        {
            CallResult result = Socket.Send(_outgoing.AsSpan(done, _outgoingCount - done));
            _loop.Counters.SystemCalls++;
            if (result.IsOk)
            {
                done += (int)result.Value;
                Counters.Sent += result.Value;
            }
            else if (result.Errno == Errno.EAGAIN)
            {
                IsSocketFull = true;
                _loop.Update(this);
            }
            else if (result.Errno != Errno.EINTR)
            {
                // An error of one datagram, or of an earlier one that came back: it is lost, as datagrams may be; the others go on.
                Counters.SendErrors++;
                done++;
            }
        }

        Shift(done);
    }

    /// <summary>Stops receiving.</summary>
    public void Dispose()
    {
        if (!_isClosed)
        {
            Flush();
            _isClosed = true;
            _loop.Close(this);
            Socket.Close();
        }
    }

    internal void Free() => _memory.Dispose();

    internal void OnReady(EpollEvents events)
    {
        if ((events & EpollEvents.Out) != 0 && IsSocketFull)
        {
            IsSocketFull = false;
            Flush();
            _loop.Update(this);
            TellWritable();
        }

        if ((events & (EpollEvents.In | EpollEvents.Error)) != 0)
        {
            for (int batch = 0; batch < BatchesPerPass && !_isClosed && ReceiveBatch(); batch++)
            {
            }
        }
    }

    private bool ReceiveBatch()
    {
        foreach (ref BatchedMessage message in _incoming.AsSpan())
        {
            message.Header.NameLength = 64;
            message.Header.Flags = 0;
        }

        CallResult result = Socket.Receive(_incoming);
        _loop.Counters.SystemCalls++;
        long startNs = result.Value > 0 ? Clock.MonotonicNs : 0;
        for (int index = 0; index < result.Value && !_isClosed; index++)
        {
            ref BatchedMessage message = ref _incoming[index];
            if ((message.Header.Flags & TruncatedFlag) != 0)
            {
                Counters.Truncated++;
                continue;
            }

            // SAFETY: the kernel wrote that many bytes into the slot.
            PeerAddress from = new(new ReadOnlySpan<byte>(message.Header.Name, (int)Math.Min(message.Header.NameLength, 28)));
            ReadOnlySpan<byte> payload = new(message.Header.Name + 64, (int)message.Bytes);
            Counters.Received++;
            _loop.Counters.Messages++;
            _loop.Counters.ReceivedBytes += payload.Length;
            try
            {
                _handler.OnDatagram(this, payload, from);
            }
            catch (Exception fault) when (fault is not BrokenInvariantException)
            {
                NoteFault($" on a datagram from {from}", fault);
            }
        }

        // The whole batch: a look at the clock for each datagram would cost more than many a handler.
        if (result.Value > 0)
        {
            _loop.NoteTime(_handler, nameof(IDatagramHandler.OnDatagram), Clock.MonotonicNs - startNs);
        }

        return result.Value == _incoming.Length;
    }

    private void TellWritable()
    {
        if (_wasRefused && _outgoingCount < _outgoing.Length)
        {
            _wasRefused = false;
            try
            {
                _handler.OnWritable(this);
            }
            catch (Exception fault) when (fault is not BrokenInvariantException)
            {
                NoteFault($" in {nameof(IDatagramHandler.OnWritable)}", fault);
            }
        }
    }

    private void NoteFault(string where, Exception fault)
    {
        Counters.Faults++;
        _loop.Log($"{_handler.GetType().Name} threw {fault.GetType().Name}{where}: {fault.Message}");
    }

    // What was not taken goes to the front: whole slots change places, as each header points into its own.
    private void Shift(int done)
    {
        if (done == 0)
        {
            return;
        }

        for (int index = done; index < _outgoingCount; index++)
        {
            (_outgoing[index - done], _outgoing[index]) = (_outgoing[index], _outgoing[index - done]);
        }

        _outgoingCount -= done;
    }
}

public sealed partial class EventLoop
{
    private readonly Queue<DatagramPort> _portFlushQueue = new();

    /// <summary>Opens a UDP port.</summary>
    /// <param name="endpoint">Address and port to receive at; port 0 lets the system pick one. For multicast:
    /// the group's port on 0.0.0.0 or the group itself.</param>
    /// <param name="handler">Gets the datagrams.</param>
    /// <param name="options">Sizes and groups; null for the defaults.</param>
    /// <exception cref="LinuxException">The port is in use or not allowed, or a group cannot be joined.</exception>
    public DatagramPort OpenDatagrams(IPEndPoint endpoint, IDatagramHandler handler, DatagramOptions? options = null)
    {
        options ??= new DatagramOptions();
        options.Validate();
        Errno errno = DatagramSocket.TryBind(endpoint, options.Groups.Count > 0, options.ReceiveBufferBytes, out DatagramSocket socket);
        if (errno != Errno.None)
        {
            throw new LinuxException($"cannot receive datagrams at {endpoint}", errno);
        }

        foreach (IPAddress group in options.Groups)
        {
            errno = socket.TryJoin(group, options.Interface);
            if (errno != Errno.None)
            {
                socket.Close();
                throw new LinuxException($"cannot join the multicast group {group} on " +
                    $"{options.Interface?.ToString() ?? "any interface"}: is it a group (224.0.0.0 to 239.255.255.255, ff00::/8), " +
                    $"and the address one of this machine?", errno);
            }
        }

        if (options.Interface is { } local)
        {
            _ = socket.SetMulticastInterface(local);
        }

        DatagramPort port = new(this, socket, handler, options);
        port.Index = AddSource(port);
        _backend.Update(port);
        return port;
    }

    internal void QueueFlush(DatagramPort port)
    {
        if (!port.IsQueuedForFlush)
        {
            port.IsQueuedForFlush = true;
            _portFlushQueue.Enqueue(port);
        }
    }

    internal void Update(DatagramPort port) => _backend.Update(port);

    internal void Close(DatagramPort port)
    {
        _backend.Detach(port);
        RemoveSource(port.Index);
        port.Free();
    }

    private void FlushPorts()
    {
        while (_portFlushQueue.TryDequeue(out DatagramPort? port))
        {
            port.IsQueuedForFlush = false;
            port.Flush();
        }
    }
}
