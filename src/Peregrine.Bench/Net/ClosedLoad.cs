using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

/// <summary>A load that starts something new when something is done: what is common to all of them.</summary>
internal abstract class ClosedLoad : ILoadGenerator
{
    private long _windowNs = long.MaxValue;
    private long _idleNs;

    /// <inheritdoc/>
    public LatencyHistogram Latency { get; } = new();

    /// <inheritdoc/>
    public abstract long Done { get; }

    /// <inheritdoc/>
    public long? IdleNs => _idleNs;

    /// <summary>Nothing is on its way.</summary>
    protected abstract bool IsDrained { get; }

    /// <inheritdoc/>
    public void Run(TimeSpan length)
    {
        long untilNs = Until(length);
        Begin();
        for (long nowNs = Clock.MonotonicNs; nowNs < untilNs;)
        {
            bool isIdle = Step(isDraining: false) == 0;
            long thenNs = Clock.MonotonicNs;
            _idleNs += isIdle ? thenNs - nowNs : 0;
            nowNs = thenNs;
        }
    }

    /// <inheritdoc/>
    public void BeginWindow()
    {
        Latency.Clear();
        _windowNs = Clock.MonotonicNs;
    }

    /// <inheritdoc/>
    public void EndWindow(TimeSpan longest) => _windowNs = long.MaxValue;

    /// <inheritdoc/>
    public bool Drain(TimeSpan longest)
    {
        long untilNs = Until(longest);
        while (!IsDrained && Clock.MonotonicNs < untilNs)
        {
            _ = Step(isDraining: true);
        }

        return IsDrained;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Starts what is not under way yet.</summary>
    protected abstract void Begin();

    /// <summary>Takes what has come back, and starts as much anew unless it is draining.</summary>
    /// <returns>How many connections had something; 0 is idle.</returns>
    protected abstract int Step(bool isDraining);

    /// <summary>Counts a latency that began in the window.</summary>
    protected void Record(long startNs, long nowNs)
    {
        if (startNs >= _windowNs)
        {
            Latency.Record(nowNs - startNs);
        }
    }

    private static long Until(TimeSpan length) => Clock.MonotonicNs + (long)(length.TotalSeconds * 1e9);
}
