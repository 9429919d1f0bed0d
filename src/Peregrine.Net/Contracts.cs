using System.Net;

namespace Peregrine.Net;

/// <summary>What a connection's user does. Every call comes on the loop's own thread; none may block.</summary>
public interface IConnectionHandler
{
    /// <summary>The connection is established.</summary>
    void OnOpened(Connection connection);

    /// <summary>Bytes arrived.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="data">All bytes not consumed yet, where they lie in the loop's buffer; valid during the call only.</param>
    /// <returns>
    /// How many bytes, from the front, are done with; the rest comes again together with what follows. A rest that is left after a refused
    /// write comes again after <see cref="OnWritable"/>, and nothing is read from the peer until then.
    /// </returns>
    int OnData(Connection connection, ReadOnlySpan<byte> data);

    /// <summary>The pending output fell to the low-water mark, after a reservation was refused.</summary>
    void OnWritable(Connection connection);

    /// <summary>The connection is gone; called once for every <see cref="OnOpened"/>, and for an attempt that failed.</summary>
    void OnClosed(Connection connection, CloseReason reason);
}

/// <summary>Gives an accepted connection its handler.</summary>
public interface IConnectionAcceptor
{
    /// <summary>Called on the loop's thread.</summary>
    /// <returns>The handler, or null to refuse the connection.</returns>
    IConnectionHandler? OnAccepted(EventLoop loop, IPEndPoint remote);
}

/// <summary>Why a connection ended. 0 is none.</summary>
public enum CloseReason : byte
{
    /// <summary>Closed by us.</summary>
    Local = 1,

    /// <summary>The peer ended its stream.</summary>
    Remote = 2,

    /// <summary>The peer, or the network, broke it.</summary>
    Reset = 3,

    /// <summary>The peer reads too slowly: more output is pending than allowed, or no buffer was left for it.</summary>
    OutputOverflow = 4,

    /// <summary>The handler left more bytes unconsumed than allowed: a frame that is too large.</summary>
    InputOverflow = 5,

    /// <summary>The handler threw; the exception is in <see cref="EventLoop.LastHandlerFault"/>.</summary>
    HandlerFault = 6,

    /// <summary>The loop was disposed.</summary>
    LoopStopped = 7,

    /// <summary>The connection could not be established.</summary>
    ConnectFailed = 8,
}

/// <summary>Sizes and limits of a loop.</summary>
public sealed record EventLoopOptions
{
    /// <summary>Size of a pooled buffer in bytes: the largest contiguous reservation, the most that one read takes, and the longest unconsumed rest; 4,096 to 1 MiB, a multiple of 4,096.</summary>
    public int BufferBytes { get; init; } = 64 << 10;

    /// <summary>Most pooled buffers, over all connections; 16 or more.</summary>
    public int BufferCountMax { get; init; } = 4096;

    /// <summary>Most connections at a time; above it a new one is closed at once and counted. 1 or more.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Output that may be pending on one connection, in bytes; at least <see cref="BufferBytes"/>.</summary>
    public int OutputBytesMax { get; init; } = 4 << 20;

    /// <summary>How long accepting pauses when the process has no descriptor left, in milliseconds; 1 or more.</summary>
    public int AcceptPauseMs { get; init; } = 100;

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        Expect(BufferBytes is >= 4096 and <= 1 << 20 && BufferBytes % 4096 == 0, nameof(BufferBytes), BufferBytes, "4,096 to 1,048,576, a multiple of 4,096");
        Expect(BufferCountMax >= 16, nameof(BufferCountMax), BufferCountMax, "16 or more");
        Expect(ConnectionsMax >= 1, nameof(ConnectionsMax), ConnectionsMax, "1 or more");
        Expect(OutputBytesMax >= BufferBytes, nameof(OutputBytesMax), OutputBytesMax, "at least BufferBytes");
        Expect(AcceptPauseMs >= 1, nameof(AcceptPauseMs), AcceptPauseMs, "1 or more");
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }

        void Expect(bool holds, string name, int value, string expected)
        {
            if (!holds)
            {
                errors.Add($"{name}: {value}, expected {expected}");
            }
        }
    }
}

/// <summary>What a loop has done. Written by the loop's thread; others may read for display.</summary>
public sealed class LoopCounters
{
    private readonly long[] _closed = new long[(int)CloseReason.ConnectFailed + 1];

    public long Opened { get; internal set; }

    /// <summary>Connections refused by the acceptor or by <see cref="EventLoopOptions.ConnectionsMax"/>.</summary>
    public long Refused { get; internal set; }

    public long ReceivedBytes { get; internal set; }

    public long SentBytes { get; internal set; }

    public long Receives { get; internal set; }

    public long Sends { get; internal set; }

    public long Waits { get; internal set; }

    /// <summary>Wakes by another thread.</summary>
    public long Wakes { get; internal set; }

    /// <summary>Pauses of accepting for want of descriptors.</summary>
    public long AcceptPauses { get; internal set; }

    /// <summary>Reservations refused for too much pending output.</summary>
    public long OutputRefusals { get; internal set; }

    /// <summary>Times that no pooled buffer was left.</summary>
    public long PoolExhaustions { get; internal set; }

    /// <summary>Connections ended for a reason.</summary>
    public long Closed(CloseReason reason) => _closed[(int)reason];

    internal void CountClosed(CloseReason reason) => _closed[(int)reason]++;
}
