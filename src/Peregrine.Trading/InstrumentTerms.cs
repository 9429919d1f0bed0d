using Peregrine.Primitives;

namespace Peregrine.Trading;

/// <summary>From a price on, prices are multiples of a number of ticks.</summary>
/// <param name="FromTicks">The lowest price that it holds for; the first step of a table holds below it too.</param>
/// <param name="StepTicks">1 or more.</param>
public readonly record struct TickStep(long FromTicks, long StepTicks);

/// <summary>What a venue decides one way or another; docs/matching.md says what each does.</summary>
public sealed record VenueRules
{
    /// <summary>Whose orders never trade with each other.</summary>
    public OwnerScope Owner { get; init; } = OwnerScope.Account;

    /// <summary>What happens when they would, for orders that do not say.</summary>
    public SelfTradePrevention SelfTrade { get; init; } = SelfTradePrevention.CancelNewest;

    /// <summary>A hidden order left after a trade with fewer lots than this, or than its minimum, is cancelled; 0: neither is.</summary>
    public long CancelHiddenRests { get; init; }

    /// <summary>
    /// More than 0: a resting hidden order whose price reaches the best shown price of the arriving order's own side trades so many ticks better than
    /// that price, from the arriving order's view worse; where its limit does not allow that, the hidden order is passed over.
    /// </summary>
    public long HiddenImprovement { get; init; }

    /// <summary>Whether each single trade must reach the minimum execution size of both sides.</summary>
    public bool MinimumPerTrade { get; init; }

    /// <summary>
    /// True: in an uncross, market orders stand with the best limit orders of their side, by priority number. False: before all limit orders.
    /// </summary>
    public bool MarketWithBest { get; init; }

    /// <summary>
    /// True: of stops that are due together, the one with the smallest priority number comes first. False: buys first,
    /// and of a side the one whose stop price the market reached first.
    /// </summary>
    public bool StopsByArrival { get; init; }
}

/// <summary>What the engine must know of an instrument. Prices are ticks.</summary>
public sealed record InstrumentTerms
{
    /// <summary>Prices lie within ± this many ticks, so that keys and notionals cannot overflow.</summary>
    public const long PriceTicksMax = 1L << 56;

    /// <summary>The phase that it starts in; ignored when terms change.</summary>
    public TradingPhase Phase { get; init; } = TradingPhase.Continuous;

    /// <summary>Yesterday's close or the like; null when there is none.</summary>
    public Price? ReferencePrice { get; init; }

    /// <summary>
    /// What pegged orders are priced within, ± so many ticks; 1 to <see cref="PriceTicksMax"/>. Not part of rules that are written down:
    /// who puts an instrument in force derives it from the scale (<see cref="Instruments.Instrument.PriceTicksMax"/>).
    /// </summary>
    public long PegTicksMax { get; init; } = PriceTicksMax;

    /// <summary>Lowest price of an order; null for none.</summary>
    public Price? LowestPrice { get; init; }

    /// <summary>Highest price of an order; null for none.</summary>
    public Price? HighestPrice { get; init; }

    /// <summary>Steps by ascending price; empty: every tick is a price.</summary>
    public IReadOnlyList<TickStep> TickTable { get; init; } = [];

    /// <summary>Band around the last auction price or the reference price, in 1/10,000; 0 is none.</summary>
    public int StaticBandBasisPoints { get; init; }

    /// <summary>Band around the last trade price or the reference price, in 1/10,000; 0 is none.</summary>
    public int DynamicBandBasisPoints { get; init; }

    /// <summary>How long a volatility auction lasts, in nanoseconds; 0: until it is told to end.</summary>
    public long InterruptionNs { get; init; }

    /// <summary>The venue's rules.</summary>
    public VenueRules Rules { get; init; } = new();

    /// <summary>Finds every fault.</summary>
    /// <returns>One line each; empty when the terms are good.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        Require(faults, TradingPhases.IsKnown(Phase), $"Phase is {(byte)Phase}, expected 1 to 7");
        Require(faults, StaticBandBasisPoints is >= 0 and <= 1_000_000, $"StaticBandBasisPoints is {StaticBandBasisPoints}, expected 0 to 1,000,000");
        Require(faults, DynamicBandBasisPoints is >= 0 and <= 1_000_000,
            $"DynamicBandBasisPoints is {DynamicBandBasisPoints}, expected 0 to 1,000,000");
        Require(faults, PegTicksMax is >= 1 and <= PriceTicksMax, $"PegTicksMax is {PegTicksMax}, expected 1 to 2^56");
        Require(faults, InterruptionNs >= 0, $"InterruptionNs is {InterruptionNs}, expected 0 or more");
        Require(faults, Rules.CancelHiddenRests >= 0, $"CancelHiddenRests is {Rules.CancelHiddenRests}, expected 0 or more");
        Require(faults, Rules.HiddenImprovement is >= 0 and <= PriceTicksMax, $"HiddenImprovement is {Rules.HiddenImprovement}, expected 0 to 2^56");
        Require(faults, Rules.Owner <= OwnerScopes.Last, $"Owner is {(byte)Rules.Owner}, expected 0 to 3");
        Require(
            faults,
            Rules.SelfTrade is >= SelfTradePrevention.CancelNewest and <= SelfTradePreventions.Last,
            $"SelfTrade is {(byte)Rules.SelfTrade}, expected 1 to 4");
        Require(faults, !(LowestPrice > HighestPrice), $"LowestPrice is {LowestPrice?.Ticks}, above HighestPrice {HighestPrice?.Ticks}");
        RequireRange(faults, nameof(ReferencePrice), ReferencePrice);
        RequireRange(faults, nameof(LowestPrice), LowestPrice);
        RequireRange(faults, nameof(HighestPrice), HighestPrice);
        for (int i = 0; i < TickTable.Count; i++)
        {
            Require(faults, TickTable[i].StepTicks >= 1, $"TickTable[{i}] has a step of {TickTable[i].StepTicks} ticks, expected 1 or more");
            Require(faults, i == 0 || TickTable[i].FromTicks > TickTable[i - 1].FromTicks,
                $"TickTable[{i}] starts at {TickTable[i].FromTicks}, not above the step before");
        }

        return faults;
    }

    private static void Require(List<string> faults, bool holds, string fault)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }

    private static void RequireRange(List<string> faults, string name, Price? price) => Require(
        faults,
        price is null || Math.Abs((decimal)price.Value.Ticks) <= PriceTicksMax,
        $"{name} is {price?.Ticks}, expected within ±2^56 ticks");
}
