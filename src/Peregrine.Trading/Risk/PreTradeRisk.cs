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
/// <param name="ReferenceTicks">Price that collars and market orders are held against; 0 is none.</param>
public readonly record struct RiskSubject(Side Side, OrderType Type, long PriceTicks, long Lots, long ReferenceTicks);

/// <summary>The pre-trade rules, each a pure function of the order and its limits. Integers only; a limit of 0 is off.</summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static class PreTradeRisk
{
    private const int BasisPointsInOne = 10_000;

    private static ReadOnlySpan<long> PowersOfTen =>
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    /// <summary>All rules on amounts, in the order of docs/reject-reasons.md; the first that breaks is the verdict.</summary>
    public static RiskVerdict Check(in RiskSubject subject, Instrument instrument, AccountLimits limits)
    {
        RiskVerdict verdict = CheckAmounts(in subject, instrument);
        verdict = verdict.IsPass ? CheckMaxQuantity(in subject, instrument, limits.MaxQuantityUnits) : verdict;
        verdict = verdict.IsPass ? CheckMaxNotional(in subject, instrument, limits.MaxNotionalUnits) : verdict;
        return verdict.IsPass ? CheckCollar(in subject, limits.CollarBasisPoints) : verdict;
    }

    /// <summary>Quantity and limit price are positive and within what the engine can hold.</summary>
    /// <returns>Pass, QuantityNotPositive (lots), MaxQuantity (units), PriceNotPositive or PriceOutOfRange (ticks).</returns>
    public static RiskVerdict CheckAmounts(in RiskSubject subject, Instrument instrument)
    {
        if (subject.Lots <= 0)
        {
            return new RiskVerdict(RejectReason.QuantityNotPositive, 1, subject.Lots);
        }

        if (subject.Lots > MatchingEngine.QuantityLotsMax)
        {
            return new RiskVerdict(
                RejectReason.MaxQuantity,
                Saturate((Int128)MatchingEngine.QuantityLotsMax * instrument.LotUnits),
                Saturate((Int128)subject.Lots * instrument.LotUnits));
        }

        if (subject.Type == OrderType.Market)
        {
            return RiskVerdict.Pass;
        }

        return subject.PriceTicks switch
        {
            <= 0 => new RiskVerdict(RejectReason.PriceNotPositive, 1, subject.PriceTicks),
            > MatchingEngine.PriceTicksMax => new RiskVerdict(RejectReason.PriceOutOfRange, MatchingEngine.PriceTicksMax, subject.PriceTicks),
            _ => RiskVerdict.Pass,
        };
    }

    /// <summary>The whole order is at most so many shares or contracts.</summary>
    /// <returns>Pass or MaxQuantity, in units.</returns>
    public static RiskVerdict CheckMaxQuantity(in RiskSubject subject, Instrument instrument, long maxUnits)
    {
        if (maxUnits == 0)
        {
            return RiskVerdict.Pass;
        }

        Int128 units = (Int128)subject.Lots * instrument.LotUnits;
        return units <= maxUnits ? RiskVerdict.Pass : new RiskVerdict(RejectReason.MaxQuantity, maxUnits, Saturate(units));
    }

    /// <summary>Price x quantity of the whole order, at its limit or, for a market order, at the reference price.</summary>
    /// <returns>Pass, MaxNotional in whole units of the currency (observed rounded up), or NoReferencePrice for a market order without one.</returns>
    public static RiskVerdict CheckMaxNotional(in RiskSubject subject, Instrument instrument, long maxUnits)
    {
        if (maxUnits == 0)
        {
            return RiskVerdict.Pass;
        }

        long ticks = subject.Type == OrderType.Market ? subject.ReferenceTicks : subject.PriceTicks;
        if (ticks <= 0)
        {
            return new RiskVerdict(RejectReason.NoReferencePrice, maxUnits, 0);
        }

        Int128 price = (Int128)ticks * instrument.TickUnits;
        Int128 units = (Int128)subject.Lots * instrument.LotUnits;
        long scale = PowersOfTen[instrument.PriceDecimals];

        // Beyond 64 bits a factor alone is above every limit that can be written down, so it need not be multiplied.
        bool isBeyond = price > long.MaxValue || units > long.MaxValue;
        Int128 notional = isBeyond ? Int128.MaxValue : price * units;
        return notional <= (Int128)maxUnits * scale
            ? RiskVerdict.Pass
            : new RiskVerdict(RejectReason.MaxNotional, maxUnits, isBeyond ? long.MaxValue : Saturate((notional + (scale - 1)) / scale));
    }

    /// <summary>A limit price is at most so much worse for the client (higher to buy, lower to sell) than the reference.</summary>
    /// <returns>Pass, PriceCollar in basis points (observed rounded up), or NoReferencePrice: never guessed.</returns>
    public static RiskVerdict CheckCollar(in RiskSubject subject, int maxBasisPoints)
    {
        if (maxBasisPoints == 0 || subject.Type == OrderType.Market)
        {
            return RiskVerdict.Pass;
        }

        if (subject.ReferenceTicks <= 0)
        {
            return new RiskVerdict(RejectReason.NoReferencePrice, maxBasisPoints, 0);
        }

        Int128 worse = subject.Side == Side.Buy
            ? (Int128)subject.PriceTicks - subject.ReferenceTicks
            : (Int128)subject.ReferenceTicks - subject.PriceTicks;
        Int128 scaled = worse * BasisPointsInOne;
        return scaled <= (Int128)maxBasisPoints * subject.ReferenceTicks
            ? RiskVerdict.Pass
            : new RiskVerdict(
                RejectReason.PriceCollar, maxBasisPoints, Saturate((scaled + (subject.ReferenceTicks - 1)) / subject.ReferenceTicks));
    }

    private static long Saturate(Int128 value) => value > long.MaxValue ? long.MaxValue : value < long.MinValue ? long.MinValue : (long)value;
}
