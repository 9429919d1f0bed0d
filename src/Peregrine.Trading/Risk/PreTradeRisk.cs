using System.Runtime.CompilerServices;
using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Risk;

/// <summary>What a rule said. Reason None is a pass; otherwise the limit and what broke it, in the rule's unit (docs/reject-reasons.md).</summary>
public readonly record struct RiskVerdict(RejectReason Reason, long LimitValue, long ObservedValue)
{
    /// <summary>Nothing against it.</summary>
    public static readonly RiskVerdict Pass;

    /// <summary>True when nothing speaks against the order.</summary>
    public bool IsPass => Reason == RejectReason.None;

    /// <summary>A reject without figures.</summary>
    public static RiskVerdict Because(RejectReason reason) => new(reason, 0, 0);
}

/// <summary>What the rules look at in an order: a new one, or one as it would be after a replace.</summary>
public struct RiskSubject
{
    public Side Side;

    /// <summary>What it is now: a stop that was triggered is a market or limit order.</summary>
    public OrderType Type;

    /// <summary>Whether <see cref="PriceTicks"/> means something: limit, stop-limit, pegged with a limit.</summary>
    public bool HasLimit;
    public long PriceTicks;

    /// <summary>Of a stop or stop-limit order.</summary>
    public long StopTicks;

    /// <summary>Of a trailing stop.</summary>
    public long OffsetTicks;
    public long Lots;

    /// <summary>Price that collars and orders without a price are held against; 0 is none.</summary>
    public long ReferenceTicks;
}

/// <summary>The pre-trade rules, each a pure function of the order and its limits. Integers only; a limit of 0 is off.</summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static class PreTradeRisk
{
    private const int BasisPointsInOne = 10_000;
    private const long SmallMax = 1L << 31;

    /// <summary>All rules on amounts, in the order of docs/reject-reasons.md; the first that breaks is the verdict.</summary>
    public static RiskVerdict Check(in RiskSubject subject, Instrument instrument, AccountLimits limits) =>
        IsClearlyGood(in subject, instrument, limits) ? RiskVerdict.Pass : CheckEach(in subject, instrument, limits);

    private static RiskVerdict CheckEach(in RiskSubject subject, Instrument instrument, AccountLimits limits)
    {
        RiskVerdict verdict = CheckAmounts(in subject, instrument);
        verdict = verdict.IsPass ? CheckMaxQuantity(in subject, instrument, limits.MaxQuantityUnits) : verdict;
        verdict = verdict.IsPass ? CheckMaxNotional(in subject, instrument, limits.MaxNotionalUnits) : verdict;
        return verdict.IsPass ? CheckCollar(in subject, limits.CollarBasisPoints) : verdict;
    }

    // Most orders are small limit orders that break nothing: the same rules in one go. False says only that each must be looked at.
    private static bool IsClearlyGood(in RiskSubject subject, Instrument instrument, AccountLimits limits)
    {
        long lots = subject.Lots;
        long ticks = subject.PriceTicks;
        bool isSmall = subject.Type == OrderType.Limit && subject.HasLimit && (ulong)(lots - 1) < SmallMax && (ulong)(ticks - 1) < SmallMax;
        if (!isSmall)
        {
            return false;
        }

        // A lot and a tick are at most 10^9 units, so both products have 61 bits at most: the price is below the largest there is.
        long units = lots * instrument.LotUnits;
        if (units > Instrument.QuantityUnitsMax || (limits.MaxQuantityUnits != 0 && units > limits.MaxQuantityUnits))
        {
            return false;
        }

        if (limits.MaxNotionalUnits != 0)
        {
            ulong high = Math.BigMul((ulong)(ticks * instrument.TickUnits), (ulong)units, out ulong low);
            ulong limitHigh = Math.BigMul((ulong)limits.MaxNotionalUnits, (ulong)PowersOfTen.Of(instrument.PriceDecimals), out ulong limitLow);
            if (high > limitHigh || (high == limitHigh && low > limitLow))
            {
                return false;
            }
        }

        long reference = subject.ReferenceTicks;
        long worse = subject.Side == Side.Buy ? ticks - reference : reference - ticks;
        return limits.CollarBasisPoints == 0
            || (reference > 0 && worse <= 0)
            || (reference is > 0 and < SmallMax && worse * BasisPointsInOne <= limits.CollarBasisPoints * reference);
    }

    /// <summary>
    /// Quantity, limit price and stop price are positive, and like a peg's or trail's offset within what can be held and told of them
    /// (<see cref="Instrument.PriceTicksMax"/>, <see cref="Instrument.QuantityLotsMax"/>).
    /// </summary>
    /// <returns>Pass, QuantityNotPositive (lots), MaxQuantity (units, observed at most <see cref="long.MaxValue"/>),
    /// PriceNotPositive or PriceOutOfRange (ticks).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RiskVerdict CheckAmounts(in RiskSubject subject, Instrument instrument)
    {
        if (subject.Lots <= 0)
        {
            return new RiskVerdict(RejectReason.QuantityNotPositive, 1, subject.Lots);
        }

        if (subject.Lots > instrument.QuantityLotsMax)
        {
            Quantity most = new(instrument.QuantityLotsMax);
            return new RiskVerdict(RejectReason.MaxQuantity, (long)instrument.ToUnits(most),
                Saturate(instrument.ToUnits(new Quantity(subject.Lots))));
        }

        long ticksMax = instrument.PriceTicksMax;
        RiskVerdict verdict = subject.HasLimit ? CheckPrice(subject.PriceTicks, ticksMax) : RiskVerdict.Pass;
        bool hasStop = OrderTypes.Has(subject.Type, OrderTraits.NamedStop);
        verdict = hasStop && verdict.IsPass ? CheckPrice(subject.StopTicks, ticksMax) : verdict;

        // That an offset has the right sign is the engine's rule.
        bool isFar = OrderTypes.Has(subject.Type, OrderTraits.Offset) && subject.OffsetTicks > ticksMax;
        return isFar && verdict.IsPass ? new RiskVerdict(RejectReason.PriceOutOfRange, ticksMax, subject.OffsetTicks) : verdict;
    }

    /// <summary>The whole order is at most so many shares or contracts.</summary>
    /// <returns>Pass or MaxQuantity, in units.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RiskVerdict CheckMaxQuantity(in RiskSubject subject, Instrument instrument, long maxUnits)
    {
        if (maxUnits == 0)
        {
            return RiskVerdict.Pass;
        }

        UInt128 units = Multiply(subject.Lots, instrument.LotUnits);
        return units <= (ulong)maxUnits ? RiskVerdict.Pass : new RiskVerdict(RejectReason.MaxQuantity, maxUnits, Saturate((Int128)units));
    }

    /// <summary>
    /// Price x quantity of the whole order: at its limit; a stop at the higher of where it stands and the reference; anything else at the reference.
    /// </summary>
    /// <returns>Pass, MaxNotional in whole units of the currency (observed rounded up),
    /// or NoReferencePrice for an order without a price of its own.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RiskVerdict CheckMaxNotional(in RiskSubject subject, Instrument instrument, long maxUnits)
    {
        if (maxUnits == 0)
        {
            return RiskVerdict.Pass;
        }

        long ticks = subject.HasLimit ? subject.PriceTicks : PriceWithoutLimit(in subject);
        if (ticks <= 0)
        {
            return new RiskVerdict(RejectReason.NoReferencePrice, maxUnits, 0);
        }

        UInt128 price = Multiply(ticks, instrument.TickUnits);
        UInt128 units = Multiply(subject.Lots, instrument.LotUnits);
        long scale = PowersOfTen.Of(instrument.PriceDecimals);

        // Beyond 64 bits a factor alone is above every limit that can be written down, so it need not be multiplied.
        bool isBeyond = price > long.MaxValue || units > long.MaxValue;
        UInt128 notional = isBeyond ? UInt128.MaxValue : Multiply((long)price, (long)units);
        return notional <= Multiply(maxUnits, scale)
            ? RiskVerdict.Pass
            : new RiskVerdict(RejectReason.MaxNotional, maxUnits, isBeyond
                ? long.MaxValue
                : Saturate((Int128)((notional + (ulong)(scale - 1)) / (ulong)scale)));
    }

    /// <summary>
    /// A limit price is at most so much worse for the client (higher to buy, lower to sell) than the reference; that of a stop-limit order than its
    /// stop price, which the market will have reached. Pegged orders follow the market and need none.
    /// </summary>
    /// <returns>Pass, PriceCollar in basis points (observed rounded up), or NoReferencePrice: never guessed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RiskVerdict CheckCollar(in RiskSubject subject, int maxBasisPoints)
    {
        if (maxBasisPoints == 0 || !subject.HasLimit || OrderTypes.Has(subject.Type, OrderTraits.Peg))
        {
            return RiskVerdict.Pass;
        }

        long reference = subject.Type == OrderType.StopLimit ? subject.StopTicks : subject.ReferenceTicks;
        if (reference <= 0)
        {
            return new RiskVerdict(RejectReason.NoReferencePrice, maxBasisPoints, 0);
        }

        // Both are prices of orders or trades, so the difference fits.
        long worse = subject.Side == Side.Buy ? subject.PriceTicks - reference : reference - subject.PriceTicks;
        if (worse <= 0)
        {
            return RiskVerdict.Pass;
        }

        UInt128 scaled = Multiply(worse, BasisPointsInOne);
        return scaled <= Multiply(maxBasisPoints, reference)
            ? RiskVerdict.Pass
            : new RiskVerdict(RejectReason.PriceCollar, maxBasisPoints, Saturate((Int128)((scaled + (ulong)(reference - 1)) / (ulong)reference)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RiskVerdict CheckPrice(long ticks, long ticksMax) =>
        ticks <= 0 ? new RiskVerdict(RejectReason.PriceNotPositive, 1, ticks)
        : ticks > ticksMax ? new RiskVerdict(RejectReason.PriceOutOfRange, ticksMax, ticks)
        : RiskVerdict.Pass;

    // A stop may be reached already, so the dearer of the two prices counts. A sell that trails stays below the market.
    private static long PriceWithoutLimit(in RiskSubject subject) => subject.Type switch
    {
        OrderType.Stop => Math.Max(subject.StopTicks, subject.ReferenceTicks),
        OrderType.TrailingStop when subject.Side == Side.Buy && subject.ReferenceTicks > 0 =>
            subject.ReferenceTicks + Math.Clamp(subject.OffsetTicks, 0, MatchingEngine.PriceTicksMax),
        _ => subject.ReferenceTicks,
    };

    // Of two numbers that are not negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Multiply(long left, long right)
    {
        ulong high = Math.BigMul((ulong)left, (ulong)right, out ulong low);
        return new UInt128(high, low);
    }

    private static long Saturate(Int128 value) => value > long.MaxValue || value < 0 ? long.MaxValue : (long)value;
}
