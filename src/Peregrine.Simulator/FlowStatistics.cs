namespace Peregrine.Simulator;

/// <summary>
/// What the order flow of one instrument looks like, simulated or recorded: told by the same few calls, computed in the same way.
/// </summary>
/// <remarks>Thread: one owner. Allocates: a number for each second of market time.</remarks>
public sealed class FlowStatistics
{
    private const double Second = 1e9;
    private readonly List<double> _midEachSecond = [];
    private SimTop _top;
    private bool _hasBoth;
    private long _firstNs = -1;
    private long _lastNs;
    private double _spreadSum;
    private double _spreadBpSum;
    private double _touchSum;
    private double _bothSeconds;
    private double _signProducts;
    private double _lastSign;
    private double _signSum;

    /// <summary>Orders that came to rest.</summary>
    public long Adds { get; private set; }

    /// <summary>Resting orders, or parts of them, that were taken out again.</summary>
    public long Cancels { get; private set; }

    /// <summary>Executions of resting orders.</summary>
    public long Executions { get; private set; }

    /// <summary>Lots executed.</summary>
    public decimal Volume { get; private set; }

    /// <summary>Market time in seconds.</summary>
    public double Seconds => _firstNs < 0 ? 0 : (_lastNs - _firstNs) / Second;

    /// <summary>Messages a second: adds, cancels and executions.</summary>
    public double MessagesPerSecond => (Adds + Cancels + Executions) / Math.Max(Seconds, 1e-9);

    /// <summary>Messages for each execution.</summary>
    public double OrderToTradeRatio => (Adds + Cancels + Executions) / (double)Math.Max(Executions, 1);

    /// <summary>Cancels for each add.</summary>
    public double CancelShare => Cancels / (double)Math.Max(Adds, 1);

    /// <summary>Time-weighted mean of ask minus bid in basis points of the middle.</summary>
    public double SpreadBp => _spreadBpSum / Math.Max(_bothSeconds, 1e-9);

    /// <summary>The same in ticks (or whatever unit the prices were told in).</summary>
    public double SpreadTicks => _spreadSum / Math.Max(_bothSeconds, 1e-9);

    /// <summary>Time-weighted mean quantity at the best prices, one side.</summary>
    public double TouchQuantity => _touchSum / Math.Max(_bothSeconds, 1e-9);

    /// <summary>Share of the time in which both sides had orders.</summary>
    public double TwoSidedShare => _bothSeconds / Math.Max(Seconds, 1e-9);

    /// <summary>Correlation of an aggressor's side with that of the execution before: 1 always the same, 0 independent.</summary>
    public double SignAutocorrelation
    {
        get
        {
            double mean = _signSum / Math.Max(Executions, 1);
            double covariance = (_signProducts / Math.Max(Executions - 1, 1)) - (mean * mean);
            return covariance / Math.Max(1 - (mean * mean), 1e-9);
        }
    }

    /// <summary>Deviation of the middle's logarithmic returns over some seconds, in basis points.</summary>
    public double VolatilityBp(int seconds)
    {
        double[] returns = Returns(seconds);
        double mean = returns.Length == 0 ? 0 : returns.Average();
        return returns.Length < 2 ? 0 : Math.Sqrt(returns.Sum(value => (value - mean) * (value - mean)) / (returns.Length - 1)) * 1e4;
    }

    /// <summary>Kurtosis of those returns: 3 for a normal distribution, more for fat tails.</summary>
    public double Kurtosis(int seconds)
    {
        double[] returns = Returns(seconds);
        double mean = returns.Length == 0 ? 0 : returns.Average();
        double variance = returns.Length == 0 ? 0 : returns.Sum(value => (value - mean) * (value - mean)) / returns.Length;
        return variance == 0 ? 0 : returns.Sum(value => Math.Pow(value - mean, 4)) / returns.Length / (variance * variance);
    }

    /// <summary>The best prices from here on.</summary>
    public void OnTop(long timeNs, in SimTop top)
    {
        _firstNs = _firstNs < 0 ? timeNs : _firstNs;
        if (_hasBoth)
        {
            double seconds = (timeNs - _lastNs) / Second;
            double spread = _top.Ask.Ticks - _top.Bid.Ticks;
            double mid = ((double)_top.Ask.Ticks + _top.Bid.Ticks) / 2.0;
            _spreadSum += spread * seconds;
            _spreadBpSum += spread / mid * 1e4 * seconds;
            _touchSum += ((double)_top.BidQuantity.Lots + _top.AskQuantity.Lots) / 2.0 * seconds;
            _bothSeconds += seconds;
            while (_firstNs + (_midEachSecond.Count * Second) < timeNs)
            {
                _midEachSecond.Add(mid);
            }
        }

        _lastNs = timeNs;
        _top = top;
        _hasBoth = top.HasBid && top.HasAsk;
    }

    /// <summary>An order came to rest.</summary>
    public void OnAdd() => Adds++;

    /// <summary>A resting order, or a part of it, was taken out.</summary>
    public void OnCancel() => Cancels++;

    /// <summary>A resting order was executed.</summary>
    /// <param name="aggressor">Who came; 0 when it is not known.</param>
    public void OnExecution(Side aggressor, long lots)
    {
        double sign = aggressor == Side.Buy ? 1 : -1;
        _signProducts += Executions > 0 ? sign * _lastSign : 0;
        _signSum += sign;
        _lastSign = sign;
        Executions++;
        Volume += lots;
    }

    private double[] Returns(int seconds)
    {
        List<double> returns = [];
        for (int at = seconds; at < _midEachSecond.Count; at += seconds)
        {
            returns.Add(Math.Log(_midEachSecond[at] / _midEachSecond[at - seconds]));
        }

        return [.. returns];
    }
}
