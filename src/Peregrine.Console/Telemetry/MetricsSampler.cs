using Peregrine.Api;
using Peregrine.Distribution;
using Peregrine.Gateway;
using Peregrine.Primitives;
using Peregrine.Sequencing.Hops;

namespace Peregrine.Telemetry;

/// <summary>Once a second: rates, latency quantiles of that second, pauses and hiccups; the last quarter of an hour is kept.</summary>
internal sealed class MetricsSampler : IDisposable
{
    private const int PointsKept = 900;
    private const int IntervalMs = 1_000;
    private readonly OrderLink _link;
    private readonly MarketDataServer _server;
    private readonly HiccupMeter _hiccups = new();
    private readonly Lock _lock = new();
    private readonly Queue<MetricsPoint> _points = new();
    private readonly HopSeries[] _series;
    private readonly Timer _timer;
    private long _lastNs;
    private long _sequence;
    private long _trades;
    private long _updates;
    private double _pauseMs;
    private int _collections;
    private long _count;

    public MetricsSampler(OrderLink link, MarketDataServer server)
    {
        _link = link;
        _server = server;
        _series = [new HopSeries(link.Hops.Total), .. Enumerable.Range(0, HopStatistics.HopNames.Count)
            .Select(hop => new HopSeries(link.Hops.Hop(hop)))];
        _ = Sample();
        _timer = new Timer(_ => Add(), null, IntervalMs, IntervalMs);
    }

    /// <summary>All points.</summary>
    public MetricsView View()
    {
        lock (_lock)
        {
            return new MetricsView(HopStatistics.HopNames, [.. _points]);
        }
    }

    /// <summary>Points after a mark.</summary>
    public List<MetricsPoint> PointsAfter(long after, out long mark)
    {
        lock (_lock)
        {
            mark = _count;
            return [.. _points.TakeLast((int)Math.Min(_points.Count, _count - after))];
        }
    }

    public void Dispose()
    {
        using ManualResetEvent done = new(initialState: false);
        if (_timer.Dispose(done))
        {
            _ = done.WaitOne();
        }

        _hiccups.Dispose();
    }

    private void Add()
    {
        lock (_lock)
        {
            _points.Enqueue(Sample());
            _count++;
            if (_points.Count > PointsKept)
            {
                _ = _points.Dequeue();
            }
        }
    }

    private MetricsPoint Sample()
    {
        long nowNs = Clock.MonotonicNs;
        LinkStatus status = _link.Status();
        double seconds = Math.Max(nowNs - _lastNs, 1) / 1e9;
        double pauseMs = GC.GetTotalPauseDuration().TotalMilliseconds;
        int collections = GC.CollectionCount(0);
        long updates = _server.Published.Changes;
        foreach (HopSeries hop in _series)
        {
            hop.Step();
        }

        LatencyHistogram total = _series[0].Second;
        bool hasAny = total.Count > 0;
        MetricsPoint point = new(
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            Math.Round((status.Sequence - _sequence) / seconds, 1), Math.Round((status.Trades - _trades) / seconds, 1),
            Math.Round((updates - _updates) / seconds, 1),
            hasAny ? Us(total, 0.5) : null, hasAny ? Us(total, 0.99) : null, hasAny ? Us(total, 0.999) : null, hasAny ? Us(total, 1) : null,
            Math.Round(pauseMs - _pauseMs, 3), collections - _collections, Math.Round(_hiccups.TakeWorstNs() / 1e6, 3),
            [.. _series.Skip(1).Select(hop => Us(hop.Second, 0.5))], [.. _series.Skip(1).Select(hop => Us(hop.Second, 0.99))]);
        (_lastNs, _sequence, _trades, _updates, _pauseMs, _collections) = (nowNs, status.Sequence, status.Trades, updates, pauseMs, collections);
        return point;
    }

    private static double Us(LatencyHistogram histogram, double fraction) => Math.Round(histogram.Quantile(fraction) / 1e3, 2);

    /// <summary>One histogram of the link, second by second.</summary>
    private sealed class HopSeries(LatencyHistogram source)
    {
        private LatencyHistogram _now = new();
        private LatencyHistogram _before = new();

        public LatencyHistogram Second { get; } = new();

        public void Step()
        {
            (_now, _before) = (_before, _now);
            _now.Clear();
            source.AddTo(_now);
            Second.SetDifference(_now, _before);
        }
    }
}
