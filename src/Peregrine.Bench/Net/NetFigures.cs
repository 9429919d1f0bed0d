using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

/// <summary>One load: a row of the table for every server.</summary>
/// <param name="Connections">How many are open; with <see cref="IsConnects"/>, how many at a time.</param>
/// <param name="Depth">Messages on their way on each; no limit with a rate.</param>
/// <param name="Rate">Messages/s over all connections; 0 as many as come back.</param>
/// <param name="Wait">How the server waits: spin, yield, block.</param>
/// <param name="IsConnects">Counts short-lived connections instead of messages.</param>
internal sealed record NetLoad(int Connections, int Depth, int Rate, string Wait, bool IsConnects = false);

/// <summary>One server under one load, in one round or as the median of several.</summary>
internal sealed record NetFigures(
    double PerSecond, double P50Us, double P99Us, double P999Us, double MaxUs, double ServerCpuNs, double Syscalls, double Collections,
    double AllocatedBytes)
{
    /// <summary>Share of the window in which the generator had something to do, 0 to 1; near 1 it may be the bottleneck. Null is unknown.</summary>
    public double? GeneratorBusy { get; init; }

    /// <summary>Replies were missing when the waiting for them ended.</summary>
    public bool IsOverloaded { get; init; }

    /// <summary>Figures of one measured window.</summary>
    /// <param name="latency">In nanoseconds.</param>
    /// <param name="done">Operations in the window.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="before">The server before it.</param>
    /// <param name="after">The server after it.</param>
    public static NetFigures Of(LatencyHistogram latency, long done, double seconds, EchoServerStats before, EchoServerStats after)
    {
        double each = Math.Max(done, 1);
        return new NetFigures(
            done / seconds, latency.Quantile(0.5) / 1e3, latency.Quantile(0.99) / 1e3, latency.Quantile(0.999) / 1e3, latency.Max / 1e3,
            (after.CpuNs - before.CpuNs) / each,
            (after.Syscalls - before.Syscalls) / each, after.Gcs - before.Gcs, (after.AllocatedBytes - before.AllocatedBytes) / each);
    }

    /// <summary>The median of each figure by itself.</summary>
    public static NetFigures Median(IReadOnlyList<NetFigures> rounds) => new(
        Median(rounds, round => round.PerSecond), Median(rounds, round => round.P50Us), Median(rounds, round => round.P99Us),
        Median(rounds, round => round.P999Us),
        Median(rounds, round => round.MaxUs), Median(rounds, round => round.ServerCpuNs), Median(rounds, round => round.Syscalls),
        Median(rounds, round => round.Collections),
        Median(rounds, round => round.AllocatedBytes))
    {
        GeneratorBusy = rounds.All(round => round.GeneratorBusy.HasValue) ? Median(rounds, round => round.GeneratorBusy!.Value) : null,
        IsOverloaded = rounds.Any(round => round.IsOverloaded),
    };

    /// <summary>The middle value; the mean of the two in the middle when their number is even.</summary>
    public static double Median(IReadOnlyList<NetFigures> rounds, Func<NetFigures, double> figure)
    {
        double[] sorted = [.. rounds.Select(figure).Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>A server under a load: every round, and the medians.</summary>
internal sealed record NetResult(NetLoad Load, string Server, IReadOnlyList<NetFigures> Rounds)
{
    public NetFigures Median { get; } = NetFigures.Median(Rounds);

    /// <summary>Processor time of this server for each operation, over that of the baseline under the same load; null without one.</summary>
    public static double? CpuRatio(IReadOnlyList<NetResult> results, NetResult result, string baseline)
    {
        NetResult? other = results.FirstOrDefault(other => other.Load == result.Load && other.Server == baseline);
        return other is null || other.Median.ServerCpuNs <= 0 ? null : result.Median.ServerCpuNs / other.Median.ServerCpuNs;
    }
}
