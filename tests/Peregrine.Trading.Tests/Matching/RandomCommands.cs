using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>A stream of random commands: the same for the same mix and seed. It looks at the slow engine,
/// so that most of what it asks for is possible.</summary>
internal sealed partial class RandomCommands
{
    private const int Tries = 12;

    private readonly CommandMix _mix;
    private readonly Random _random;
    private readonly int _span;
    private readonly long _centre;
    private readonly bool _hasTicks;
    private ulong _lastId;
    private long _now;

    public RandomCommands(CommandMix mix, int seed)
    {
        _mix = mix;
        _random = new Random(seed);
        _span = Pick(mix.Spans);
        _centre = Pick(mix.Centres);
        _hasTicks = mix.HasLimits && Chance(50);
        Instruments = [.. Enumerable.Range(0, _random.Next(1, mix.InstrumentsMax + 1)).Select(_ => RandomTerms())];
    }

    /// <summary>What the play begins with.</summary>
    public IReadOnlyList<InstrumentTerms> Instruments { get; }

    public MatchCommand Next(SlowMatchingEngine slow)
    {
        bool isCareless = Chance(_mix.Careless);
        int instrument = _random.Next(Instruments.Count);
        bool isShut = slow.GetPhase(instrument) is TradingPhase.Halted or TradingPhase.Closed;
        if (isShut && Chance(15))
        {
            return RandomPhase(instrument);
        }

        if (slow.OrderCount > _mix.Crowd && Chance(60) && !slow.AreCancelsForbidden(instrument))
        {
            return new MatchCommand(CommandKind.Cancel) { OrderId = AnyOrder(slow, isCareless) };
        }

        int kind = _random.Next(_mix.Submits +
            _mix.Cancels + _mix.Reduces + _mix.Replaces + _mix.MassCancels + _mix.Phases + _mix.Times + _mix.TermChanges);
        return kind switch
        {
            _ when (kind -= _mix.Submits) < 0 =>
                Chance(4) ? RandomCross(slow, instrument, isCareless) : RandomSubmit(slow, instrument, isCareless),
            _ when (kind -= _mix.Cancels) < 0 => new MatchCommand(CommandKind.Cancel) { OrderId = AnyOrder(slow, isCareless) },
            _ when (kind -= _mix.Reduces) < 0 =>
                new MatchCommand(CommandKind.Reduce) { OrderId = AnyOrder(slow, isCareless), Lots = Lots(isCareless) },
            _ when (kind -= _mix.Replaces) < 0 => RandomReplace(slow, isCareless),
            _ when (kind -= _mix.MassCancels) < 0 => RandomMassCancel(),
            _ when (kind -= _mix.Phases) < 0 => RandomPhase(isCareless && Chance(30) ? _random.Next(-2, 5) : instrument),
            _ when (kind -= _mix.Times) < 0 => RandomTime(),
            _ => new MatchCommand(CommandKind.SetTerms) { InstrumentId = instrument, Terms = RandomTerms() },
        };
    }

    private MatchCommand RandomMassCancel() => new(Chance(30) ? CommandKind.List : CommandKind.MassCancel)
    {
        Filter = new MassCancelFilter(
            Chance(50) ? -1 : _random.Next(-2, 4),
            Chance(50) ? -1 : _random.Next(-2, _mix.Owners + 1),
            Chance(50) ? -1 : _random.Next(-2, Instruments.Count + 1),
            Chance(60) ? null : RandomSide()),
    };

    private MatchCommand RandomPhase(int instrument) => new(CommandKind.SetPhase)
    {
        InstrumentId = instrument,
        Phase = Weighted(_mix.PhaseWeights),
        CancelsForbidden = Chance(12),
    };

    private MatchCommand RandomTime()
    {
        _now += Chance(8) ? -_random.Next(5) : _random.Next(12);
        return new MatchCommand(CommandKind.AdvanceTime) { TimeNs = _now };
    }

    private InstrumentTerms RandomTerms()
    {
        bool hasLimits = _mix.HasLimits && Chance(50);
        bool hasBands = _mix.HasBands && Chance(80);
        return new InstrumentTerms
        {
            Phase = _mix.Phases > 0 && Chance(30) ? Weighted(_mix.PhaseWeights) : TradingPhase.Continuous,
            ReferencePrice = Chance(60) ? new Price(_centre + _random.Next(-2, 3)) : null,
            LowestPrice = hasLimits && Chance(80) ? new Price(_centre - _span) : null,
            HighestPrice = hasLimits && Chance(80) ? new Price(_centre + _span) : null,
            TickTable = _hasTicks ? [new TickStep(_centre - _span, _random.Next(1, 3)), new TickStep(_centre, _random.Next(1, 4))] : [],
            StaticBandBasisPoints = hasBands && Chance(60) ? BasisPoints() : 0,
            DynamicBandBasisPoints = hasBands && Chance(70) ? BasisPoints() : 0,
            InterruptionNs = _mix.HasBands && Chance(70) ? _random.Next(1, 40) : 0,
            Rules = !_mix.HasRules ? new VenueRules() : new VenueRules
            {
                Owner = Chance(50) ? OwnerScope.Account : (OwnerScope)_random.Next(4),
                SelfTrade = (SelfTradePrevention)_random.Next(1, 5),
                HiddenImprovement = Chance(_mix.Improvement) ? _random.Next(1, 4) : 0,
                CancelHiddenRests = Chance(60) ? 0 : _random.Next(1, 6),
                MinimumPerTrade = _mix.LooksAtSingleTrades && Chance(35),
                MarketWithBest = Chance(50),
                StopsByArrival = Chance(50),
            },
        };
    }

    // A band of 1 to all of the span's ticks.
    private int BasisPoints() => (int)Math.Clamp(10_000 * (long)_random.Next(1, _span + 1) / Math.Max(Math.Abs(_centre), 1), 1, 1_000_000);

    // Of one that exists, as a rule.
    private ulong AnyOrder(SlowMatchingEngine slow, bool isCareless)
    {
        if (slow.OrderCount == 0 || isCareless)
        {
            return (ulong)_random.NextInt64((long)_lastId + 3);
        }

        List<RestingOrder> orders = [.. Enumerable.Range(0, Instruments.Count).SelectMany(slow.GetOrders)];
        return Pick(orders).OrderId;
    }

    private Side RandomSide() => (Side)_random.Next(1, 3);

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    private T Weighted<T>((T Value, int Weight)[] values)
    {
        int at = _random.Next(values.Sum(v => v.Weight));
        return values.First(v => (at -= v.Weight) < 0).Value;
    }
}
