namespace Peregrine.Simulator;

/// <summary>
/// One instrument as the simulation has it: the hidden fair price that news moves, and what everybody can see.
/// </summary>
/// <remarks>
/// The fair price is a random walk of its logarithm; its volatility is itself a mean-reverting random walk, which gives quiet and busy
/// times and fat tails. It is drawn back a little to the reference, so that it stays near it for a day.
/// </remarks>
internal sealed class SimMarket(SimInstrument instrument)
{
    // Per square root of a second, measured so that a minute moves as the recorded hour does: docs/simulator.md.
    private const double Volatility = 0.000086;
    private const double VolatilityOfVolatility = 0.05;
    private const double VolatilityReversionPerSecond = 0.01;
    private const double PriceReversionPerSecond = 0.0001;
    private const double FastEmaSeconds = 5;
    private const double SlowEmaSeconds = 30;

    private double _logPrice;
    private double _logVolatility;
    private long _lastNs;
    private long _lastTradeNs;

    public SimInstrument Instrument { get; } = instrument;

    public SimTop Top { get; set; }

    /// <summary>The hidden price in ticks.</summary>
    public double Fair { get; private set; } = instrument.ReferenceTicks;

    /// <summary>How far fast and slow averages of trade prices are apart, as a fraction of the price.</summary>
    public double Trend => SlowEma == 0 ? 0 : (FastEma - SlowEma) / SlowEma;

    /// <summary>One basis point of the price in ticks.</summary>
    public double BasisPointTicks => Fair / 10_000;

    private double FastEma { get; set; }

    private double SlowEma { get; set; }

    /// <summary>The middle of the book; the fair price while a side is empty.</summary>
    public double Mid => Top is { HasBid: true, HasAsk: true } ? (Top.Bid.Ticks + Top.Ask.Ticks) / 2.0 : Fair;

    /// <summary>Lets time pass.</summary>
    public void MoveTo(long nowNs, SeededRandom random)
    {
        double seconds = Math.Min((nowNs - _lastNs) / 1e9, 1);
        _lastNs = nowNs;
        double root = Math.Sqrt(seconds);
        _logVolatility += (-_logVolatility * VolatilityReversionPerSecond * seconds) + (VolatilityOfVolatility * root * random.Normal());
        _logVolatility = Math.Clamp(_logVolatility, -1.5, 1.5);
        _logPrice += (-_logPrice * PriceReversionPerSecond * seconds) + (Volatility * Math.Exp(_logVolatility) * root * random.Normal());
        _logPrice = Math.Clamp(_logPrice, -0.05, 0.05);
        Fair = Instrument.ReferenceTicks * Math.Exp(_logPrice);
    }

    /// <summary>Everybody sees a trade.</summary>
    public void OnTrade(long ticks, long nowNs)
    {
        double seconds = _lastTradeNs == 0 ? 1e9 : (nowNs - _lastTradeNs) / 1e9;
        _lastTradeNs = nowNs;
        FastEma += (ticks - FastEma) * (1 - Math.Exp(-seconds / FastEmaSeconds));
        SlowEma += (ticks - SlowEma) * (1 - Math.Exp(-seconds / SlowEmaSeconds));
    }
}
