using Peregrine.Primitives;

namespace Peregrine.Bench.Core;

/// <summary>What reading the clock costs, so that a latency can be told from the reads around it.</summary>
internal static class ClockCost
{
    private const int Reads = 200_000;

    /// <summary>Nanoseconds between back-to-back reads: what a timed command of no work at all shows.</summary>
    public static LatencyHistogram Measure()
    {
        LatencyHistogram histogram = new();
        for (int read = 0; read < Reads; read++)
        {
            long start = Clock.MonotonicNs;
            histogram.Record(Clock.MonotonicNs - start);
        }

        return histogram;
    }
}
