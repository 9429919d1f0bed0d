namespace Peregrine.Api;

/// <summary>Figures of one second. Latencies are microseconds from wire to wire of the commands of that second; null without any.</summary>
/// <param name="HiccupMs">The longest that a thread which only wanted to sleep was late.</param>
/// <param name="HopP50Us">One figure for each of <see cref="MetricsView.HopNames"/>.</param>
public sealed record MetricsPoint(
    long Time, double OrdersPerSecond, double TradesPerSecond, double UpdatesPerSecond, double? P50Us, double? P99Us, double? P999Us, double? MaxUs,
    double GcPauseMs, int GcCount, double HiccupMs, IReadOnlyList<double> HopP50Us, IReadOnlyList<double> HopP99Us);

/// <summary>The last minutes, oldest first, one point a second.</summary>
public sealed record MetricsView(IReadOnlyList<string> HopNames, IReadOnlyList<MetricsPoint> Points);
