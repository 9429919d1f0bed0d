using Peregrine.Linux.Sockets;

namespace Peregrine.Net;

/// <summary>Sizes, limits and times of a loop. Checked once, when the loop is made, all errors at once.</summary>
public sealed record EventLoopOptions
{
    /// <summary>How to talk to the kernel. Default <see cref="NetBackend.Auto"/>.</summary>
    public NetBackend Backend { get; init; }

    /// <summary>Buffer memory taken and touched at the start, in bytes; 64 KiB or more. Default 1,024 pages of 4 KiB.</summary>
    public long PoolBytes { get; init; } = 4 << 20;

    /// <summary>Most buffer memory, in bytes; at least 64 KiB, at most 4 GiB, a multiple of 4,096. Costs memory only when used.
    /// Default 256 MiB.</summary>
    public long PoolBytesMax { get; init; } = 256 << 20;

    /// <summary>The longest frame: what a handler may leave unconsumed, and the largest contiguous reservation, in bytes; 4 KiB to 2 MiB.
    /// Default 64 KiB.</summary>
    public int FrameBytesMax { get; init; } = 64 << 10;

    /// <summary>The most that one read takes, in bytes; 4 KiB to 1 MiB. Default 64 KiB.</summary>
    public int ReceiveBytes { get; init; } = 64 << 10;

    /// <summary>Most connections at a time; above it a new one is closed at once and counted. 1 or more. Default 10,000.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Output that may be pending on one connection, in bytes; at least <see cref="FrameBytesMax"/>. A write beyond it is refused.
    /// Default 4 MiB.</summary>
    public int OutputBytesMax { get; init; } = 4 << 20;

    /// <summary>Pending output at which <see cref="OutputPolicy"/> acts, in bytes; 0 is the same as <see cref="OutputBytesMax"/>.
    /// Default 0.</summary>
    public int OutputHighWaterBytes { get; init; }

    /// <summary>Pending output at which reading goes on and <see cref="IConnectionHandler.OnWritable"/> comes;
    /// 0 is half of the high-water mark. Default 0.</summary>
    public int OutputLowWaterBytes { get; init; }

    /// <summary>What happens at the high-water mark. Default <see cref="OverflowPolicy.PauseReading"/>.</summary>
    public OverflowPolicy OutputPolicy { get; init; }

    /// <summary>Ends a connection on which nothing came or went for so long, in milliseconds; 0 is never. Default 0.</summary>
    public int IdleTimeoutMs { get; init; }

    /// <summary>Ends a connection that is not established, or whose TLS handshake is not done, in milliseconds; 0 is never. Default 10,000.</summary>
    public int HandshakeTimeoutMs { get; init; } = 10_000;

    /// <summary>Ends a connection whose begun frame, or TLS record, is not complete after so long, in milliseconds: against peers that drip bytes.
    /// Time in which we do not read, as the peer takes no output, does not count. 0 is never. Default 0.</summary>
    public int FrameTimeoutMs { get; init; }

    /// <summary>How long accepting pauses when the process has no descriptor left, in milliseconds; 1 or more. Default 100.</summary>
    public int AcceptPauseMs { get; init; } = 100;

    /// <summary>
    /// Descriptors of the process that connections never take, for files and pipes: a connection that would take one is closed at once,
    /// and accepting pauses.
    /// 0 or more; at most an eighth of what the process may open is kept. Default 64.
    /// </summary>
    public int DescriptorReserve { get; init; } = 64;

    /// <summary>Posts of other threads that may wait, a power of two, 64 or more. Default 8,192.</summary>
    public int PostsMax { get; init; } = 8_192;

    /// <summary>A call of a handler, of a posted task, or for a batch of datagrams, longer than this is counted and told to the log,
    /// in microseconds; 0 is never. Default 10,000.</summary>
    public int SlowHandlerUs { get; init; } = 10_000;

    /// <summary>Closes a plain connection whose first bytes are a TLS ClientHello, with a line in the log. Default true.</summary>
    public bool RefuseTlsOnPlain { get; init; } = true;

    /// <summary>Settings of every socket. What the kernel refuses is told to the log once, and the connections go on without it.</summary>
    public StreamSocketOptions Socket { get; init; } = StreamSocketOptions.Default;

    /// <summary>Gets a line for what somebody should know; called on the loop's thread. Default none.</summary>
    public Action<string>? Log { get; init; }

    internal int HighWaterBytes => OutputHighWaterBytes == 0 ? OutputBytesMax : OutputHighWaterBytes;

    internal int LowWaterBytes => OutputLowWaterBytes == 0 ? HighWaterBytes / 2 : OutputLowWaterBytes;

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        Expect(Enum.IsDefined(Backend), nameof(Backend), (long)Backend, "Auto, Epoll, EpollEdge or IoUring");
        Expect(Enum.IsDefined(OutputPolicy), nameof(OutputPolicy), (long)OutputPolicy, "PauseReading, DropNewest, DropOldest or Disconnect");
        Expect(PoolBytesMax is >= 65_536 and <= 4L << 30
            && PoolBytesMax % 4096 == 0, nameof(PoolBytesMax), PoolBytesMax, "65,536 to 4 GiB, a multiple of 4,096");
        Expect(PoolBytes >= 65_536 && PoolBytes <= PoolBytesMax, nameof(PoolBytes), PoolBytes, "65,536 to PoolBytesMax");
        Expect(FrameBytesMax is >= 4096 and <= 2 << 20, nameof(FrameBytesMax), FrameBytesMax, "4,096 to 2,097,152");
        Expect(ReceiveBytes is >= 4096 and <= 1 << 20, nameof(ReceiveBytes), ReceiveBytes, "4,096 to 1,048,576");
        Expect(ConnectionsMax >= 1, nameof(ConnectionsMax), ConnectionsMax, "1 or more");
        Expect(OutputBytesMax >= FrameBytesMax, nameof(OutputBytesMax), OutputBytesMax, "at least FrameBytesMax");
        Expect(OutputHighWaterBytes >= 0
            && OutputHighWaterBytes <= OutputBytesMax, nameof(OutputHighWaterBytes), OutputHighWaterBytes, "0 to OutputBytesMax");
        Expect(OutputLowWaterBytes >= 0
            && OutputLowWaterBytes <= HighWaterBytes, nameof(OutputLowWaterBytes), OutputLowWaterBytes, "0 to OutputHighWaterBytes");
        Expect(IdleTimeoutMs >= 0, nameof(IdleTimeoutMs), IdleTimeoutMs, "0 or more");
        Expect(HandshakeTimeoutMs >= 0, nameof(HandshakeTimeoutMs), HandshakeTimeoutMs, "0 or more");
        Expect(FrameTimeoutMs >= 0, nameof(FrameTimeoutMs), FrameTimeoutMs, "0 or more");
        Expect(AcceptPauseMs >= 1, nameof(AcceptPauseMs), AcceptPauseMs, "1 or more");
        Expect(DescriptorReserve >= 0, nameof(DescriptorReserve), DescriptorReserve, "0 or more");
        Expect(PostsMax >= 64 && int.IsPow2(PostsMax), nameof(PostsMax), PostsMax, "a power of two, 64 or more");
        Expect(SlowHandlerUs >= 0, nameof(SlowHandlerUs), SlowHandlerUs, "0 or more");
        ExpectAtLeast(Socket.KeepAliveIdleSeconds, nameof(Socket.KeepAliveIdleSeconds), 1);
        ExpectAtLeast(Socket.KeepAliveIntervalSeconds, nameof(Socket.KeepAliveIntervalSeconds), 1);
        ExpectAtLeast(Socket.KeepAliveProbes, nameof(Socket.KeepAliveProbes), 1);
        ExpectAtLeast(Socket.ReceiveBufferBytes, nameof(Socket.ReceiveBufferBytes), 1);
        ExpectAtLeast(Socket.SendBufferBytes, nameof(Socket.SendBufferBytes), 1);
        ExpectAtLeast(Socket.BusyPollUs, nameof(Socket.BusyPollUs), 0);
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }

        void ExpectAtLeast(int? value, string name, int least) =>
            Expect(value is null || value >= least, $"{nameof(Socket)}.{name}", value ?? 0, $"{least} or more");

        void Expect(bool holds, string name, long value, string expected)
        {
            if (!holds)
            {
                errors.Add($"{name}: {value}, expected {expected}");
            }
        }
    }
}
