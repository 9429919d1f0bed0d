using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>What became of breaches, for display. From any thread.</summary>
public sealed class FixAuditCounters : ICounterSource
{
    private long _written;
    private long _dropped;

    /// <summary>Records written.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Breaches without a record: too many in a second, or the disk did not take them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.fix.audit.records", "{record}", "Records of messages that breached a boundary.", () => Written),
        Counter.Total("peregrine.fix.audit.dropped", "{record}", "Breaches without a record: too many in a second, or not written.",
            () => Dropped),
    ];

    internal void CountWritten() => _ = Interlocked.Increment(ref _written);

    internal void CountDropped() => _ = Interlocked.Increment(ref _dropped);
}
