using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>What a loop has done. Written by the loop's thread; others may read single numbers for display.</summary>
public sealed class LoopCounters : ICounterSource
{
    private readonly long[] _closed = new long[(int)CloseReasons.Last + 1];
    private long _postRefusals;

    /// <summary>Connections established.</summary>
    public long Opened { get; internal set; }

    /// <summary>Connections refused by the acceptor, by <see cref="EventLoopOptions.ConnectionsMax"/>,
    /// <see cref="EventLoopOptions.DescriptorReserve"/> or for want of buffers.</summary>
    public long Refused { get; internal set; }

    /// <summary>Frames taken by <see cref="InputReader.Consume"/> and by codecs, and datagrams.</summary>
    public long Messages { get; internal set; }

    /// <summary>Bytes from peers, as they came over the network.</summary>
    public long ReceivedBytes { get; internal set; }

    /// <summary>Bytes to peers, as the kernel took them.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>Reads that gave bytes or the end of a stream.</summary>
    public long Receives { get; internal set; }

    /// <summary>Sends that were handed to the kernel.</summary>
    public long Sends { get; internal set; }

    /// <summary>System calls of all kinds.</summary>
    public long SystemCalls { get; internal set; }

    /// <summary>Passes of the loop.</summary>
    public long Waits { get; internal set; }

    /// <summary>Wakes by another thread.</summary>
    public long Wakes { get; internal set; }

    /// <summary>Posts of other threads that were run.</summary>
    public long Posts { get; internal set; }

    /// <summary>Posted bytes that found their connection gone, or its output full.</summary>
    public long LostPosts { get; internal set; }

    /// <summary>Posts refused, as too many waited.</summary>
    public long PostRefusals => Interlocked.Read(ref _postRefusals);

    /// <summary>Pauses of accepting for want of descriptors.</summary>
    public long AcceptPauses { get; internal set; }

    /// <summary>Writes refused for too much pending output.</summary>
    public long OutputRefusals { get; internal set; }

    /// <summary>Messages dropped by <see cref="OverflowPolicy.DropNewest"/> and <see cref="OverflowPolicy.DropOldest"/>.</summary>
    public long OutputDrops { get; internal set; }

    /// <summary>Times that reading from a peer was paused: too much output, or no buffers.</summary>
    public long ReadPauses { get; internal set; }

    /// <summary>Times that no buffer was left.</summary>
    public long PoolExhaustions { get; internal set; }

    /// <summary>Calls of handlers and posted tasks longer than <see cref="EventLoopOptions.SlowHandlerUs"/>.</summary>
    public long SlowHandlers { get; internal set; }

    /// <summary>TLS handshakes completed; of them resumed.</summary>
    public long TlsHandshakes { get; internal set; }

    /// <summary>TLS handshakes that resumed an earlier session.</summary>
    public long TlsResumptions { get; internal set; }

    /// <summary>Time in OnData, in nanoseconds.</summary>
    public LatencyHistogram HandlerTime { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.net.opened", "{connection}", "Connections established.", () => Opened),
        Counter.Total("peregrine.net.refused", "{connection}", "Connections refused.", () => Refused),
        Counter.Total("peregrine.net.messages", "{message}", "Frames and datagrams taken.", () => Messages),
        Counter.Total("peregrine.net.received", "By", "Bytes from peers.", () => ReceivedBytes),
        Counter.Total("peregrine.net.sent", "By", "Bytes to peers.", () => SentBytes),
        Counter.Total("peregrine.net.receives", "{call}", "Reads that gave bytes or the end of a stream.", () => Receives),
        Counter.Total("peregrine.net.sends", "{call}", "Sends handed to the kernel.", () => Sends),
        Counter.Total("peregrine.net.system_calls", "{call}", "System calls of all kinds.", () => SystemCalls),
        Counter.Total("peregrine.net.waits", "{pass}", "Passes of the loop.", () => Waits),
        Counter.Total("peregrine.net.wakes", "{wake}", "Wakes by another thread.", () => Wakes),
        Counter.Total("peregrine.net.posts", "{post}", "Posts of other threads that were run.", () => Posts),
        Counter.Total("peregrine.net.lost_posts", "{post}", "Posted bytes that found their connection gone, or its output full.", () => LostPosts),
        Counter.Total("peregrine.net.post_refusals", "{post}", "Posts refused, as too many waited.", () => PostRefusals),
        Counter.Total("peregrine.net.accept_pauses", "{pause}", "Pauses of accepting for want of descriptors.", () => AcceptPauses),
        Counter.Total("peregrine.net.output_refusals", "{write}", "Writes refused for too much pending output.", () => OutputRefusals),
        Counter.Total("peregrine.net.output_drops", "{message}", "Messages dropped for too much pending output.", () => OutputDrops),
        Counter.Total("peregrine.net.read_pauses", "{pause}", "Times that reading from a peer was paused.", () => ReadPauses),
        Counter.Total("peregrine.net.pool_exhaustions", "{time}", "Times that no buffer was left.", () => PoolExhaustions),
        Counter.Total("peregrine.net.slow_handlers", "{call}", "Calls of handlers that took too long.", () => SlowHandlers),
        Counter.Total("peregrine.net.tls.handshakes", "{handshake}", "TLS handshakes completed.", () => TlsHandshakes),
        Counter.Total("peregrine.net.tls.resumptions", "{handshake}", "TLS handshakes that resumed an earlier session.", () => TlsResumptions),
        .. Counter.Of("peregrine.net.handler_time", "Time in a handler", HandlerTime),
        .. Enum.GetValues<CloseReason>().Select(OfClosed),
    ];

    /// <summary>Connections ended for a reason.</summary>
    public long Closed(CloseReason reason) => _closed[(int)reason];

    internal void CountClosed(CloseReason reason) => _closed[(int)reason]++;

    internal void CountPostRefusal() => Interlocked.Increment(ref _postRefusals);

    // IdleTimeout is told as idle_timeout.
    private Counter OfClosed(CloseReason reason)
    {
        string name = string.Concat(reason.ToString().Select((letter, at) => char.IsUpper(letter) && at > 0
            ? $"_{char.ToLowerInvariant(letter)}"
            : $"{char.ToLowerInvariant(letter)}"));
        return Counter.Total($"peregrine.net.closed.{name}", "{connection}", $"Connections ended: {reason}.", () => Closed(reason));
    }
}
