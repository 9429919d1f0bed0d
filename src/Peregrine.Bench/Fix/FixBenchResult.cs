using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>What came out of one way through the packets.</summary>
/// <param name="Stage">What was measured.</param>
/// <param name="NsPerPacket">One each round, over all packets of it.</param>
/// <param name="SingleNs">Packets timed one by one, the clock with them.</param>
/// <param name="BytesAllocated">In the worst round.</param>
internal sealed record FixBenchResult(
    string Stage, int Packets, double BytesPerPacket, IReadOnlyList<double> NsPerPacket, LatencyHistogram SingleNs, long BytesAllocated);
