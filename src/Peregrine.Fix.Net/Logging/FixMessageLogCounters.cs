using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>What became of messages for the log, for display. From any thread.</summary>
public sealed class FixMessageLogCounters : ICounterSource
{
    private long _written;
    private long _dropped;

    /// <summary>Messages written.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Messages dropped: too many waited for the disk, one was larger than half of the ring, or the disk did not take them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.fix.message_log.written", "{message}", "Messages written to the log of messages.", () => Written),
        Counter.Total("peregrine.fix.message_log.dropped", "{message}", "Messages that the log of messages had no room for, or could not write.",
            () => Dropped),
    ];

    internal void CountWritten(long count) => _ = Interlocked.Add(ref _written, count);

    internal void CountDropped(long count = 1) => _ = Interlocked.Add(ref _dropped, count);
}
