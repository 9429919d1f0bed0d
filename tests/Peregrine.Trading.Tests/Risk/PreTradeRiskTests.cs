using System.Numerics;
using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Tests.Risk;

/// <summary>Each rule just below, at and just above its limit, and with numbers that no order should have.</summary>
public class PreTradeRiskTests
{
    private const long TicksMax = 1L << 56;
    private const long UnitsMax = 1L << 40;
    private static readonly AccountLimits Off = new(0, 0, 0);

    [Theory]
    [InlineData(1, RejectReason.None, 0, 0)]
    [InlineData(UnitsMax / 10, RejectReason.None, 0, 0)]
    [InlineData(0, RejectReason.QuantityNotPositive, 1, 0)]
    [InlineData(-1, RejectReason.QuantityNotPositive, 1, -1)]
    [InlineData(long.MinValue, RejectReason.QuantityNotPositive, 1, long.MinValue)]
    [InlineData((UnitsMax / 10) + 1, RejectReason.MaxQuantity, UnitsMax / 10 * 10, ((UnitsMax / 10) + 1) * 10)]
    [InlineData(long.MaxValue, RejectReason.MaxQuantity, UnitsMax / 10 * 10, long.MaxValue)]
    public void CheckAmounts_Quantity_IsAboveNothingAndWithinWhatCanBeTold(long lots, RejectReason reason, long limit, long observed)
    {
        RiskVerdict verdict = PreTradeRisk.CheckAmounts(Limit(100, lots), Of(lot: 10));

        Assert.Equal(new RiskVerdict(reason, limit, observed), verdict);
    }

    // With a tick of 1,000 price units, 4 x 10^18 of them are fewer ticks than 2^56.
    [Theory]
    [InlineData(1, 1, RejectReason.None, 0)]
    [InlineData(1, TicksMax, RejectReason.None, 0)]
    [InlineData(1, TicksMax + 1, RejectReason.PriceOutOfRange, TicksMax)]
    [InlineData(1, long.MaxValue, RejectReason.PriceOutOfRange, TicksMax)]
    [InlineData(1_000, 4_000_000_000_000_000, RejectReason.None, 0)]
    [InlineData(1_000, 4_000_000_000_000_001, RejectReason.PriceOutOfRange, 4_000_000_000_000_000)]
    [InlineData(1_000_000_000, 4_000_000_000, RejectReason.None, 0)]
    [InlineData(1_000_000_000, 4_000_000_001, RejectReason.PriceOutOfRange, 4_000_000_000)]
    [InlineData(1, 0, RejectReason.PriceNotPositive, 1)]
    [InlineData(1, -1, RejectReason.PriceNotPositive, 1)]
    [InlineData(1, long.MinValue, RejectReason.PriceNotPositive, 1)]
    public void CheckAmounts_PriceAndStopPrice_ArePositiveAndWithinWhatCanBeTold(long tick, long ticks, RejectReason reason, long limit)
    {
        Instrument instrument = Of(tick: tick);
        RiskVerdict expected = new(reason, limit, reason == RejectReason.None ? 0 : ticks);

        Assert.Equal(expected, PreTradeRisk.CheckAmounts(Limit(ticks, 1), instrument));
        Assert.Equal(expected, PreTradeRisk.CheckAmounts(Limit(0, 1) with { Type = OrderType.Stop, HasLimit = false, StopTicks = ticks },
            instrument));
        Assert.Equal(expected, PreTradeRisk.CheckAmounts(Limit(5, 1) with { Type = OrderType.StopLimit, StopTicks = ticks }, instrument));
        Assert.Equal(expected, PreTradeRisk.CheckAmounts(Limit(ticks, 1) with { Type = OrderType.StopLimit, StopTicks = 5 }, instrument));
        Assert.True(PreTradeRisk.CheckAmounts(Limit(ticks, 1) with { Type = OrderType.Market, HasLimit = false, StopTicks = ticks },
            instrument).IsPass, "what a type has no use for is not looked at");
    }

    [Theory]
    [InlineData(OrderType.TrailingStop)]
    [InlineData(OrderType.Pegged)]
    public void CheckAmounts_Offset_IsNoLargerThanAPrice(OrderType type)
    {
        Instrument instrument = Of(tick: 1_000_000_000);
        RiskSubject subject = Limit(0, 1) with { Type = type, HasLimit = false, OffsetTicks = 4_000_000_000 };

        Assert.True(PreTradeRisk.CheckAmounts(subject, instrument).IsPass);
        Assert.Equal(
            new RiskVerdict(RejectReason.PriceOutOfRange, 4_000_000_000, 4_000_000_001),
            PreTradeRisk.CheckAmounts(subject with { OffsetTicks = 4_000_000_001 }, instrument));
        Assert.Equal(long.MaxValue, PreTradeRisk.CheckAmounts(subject with { OffsetTicks = long.MaxValue }, instrument).ObservedValue);
        Assert.True(PreTradeRisk.CheckAmounts(subject with { OffsetTicks = -1 }, instrument).IsPass, "the engine refuses it with its own reason");
        Assert.True(PreTradeRisk.CheckAmounts(Limit(5, 1) with { OffsetTicks = long.MaxValue }, instrument).IsPass, "a limit order has no offset");
    }

    [Theory]
    [InlineData(99, 1, 100, true)]
    [InlineData(100, 1, 100, true)]
    [InlineData(101, 1, 100, false)]
    [InlineData(2, 10, 25, true)]
    [InlineData(3, 10, 25, false)]
    [InlineData(1L << 40, 1, 0, true)]
    [InlineData(long.MaxValue, 1, long.MaxValue, true)]
    [InlineData(long.MaxValue, 2, long.MaxValue, false)]
    [InlineData(long.MaxValue, 1_000_000_000, long.MaxValue, false)]
    public void CheckMaxQuantity_AroundItsLimit_TellsUnits(long lots, long lot, long limit, bool passes)
    {
        BigInteger units = (BigInteger)lots * lot;

        RiskVerdict verdict = PreTradeRisk.CheckMaxQuantity(Limit(100, lots), Of(lot: lot), limit);

        Assert.Equal(passes ? RiskVerdict.Pass : new RiskVerdict(RejectReason.MaxQuantity, limit, Fit(units)), verdict);
    }

    // 2 decimals: 100 price units are one of the currency.
    [Theory]
    [InlineData(9_999, 1, 100, true)]
    [InlineData(10_000, 1, 100, true)]
    [InlineData(10_001, 1, 100, false)]
    [InlineData(10_099, 1, 100, false)]
    [InlineData(10_101, 1, 100, false)]
    [InlineData(5_000, 2, 100, true)]
    [InlineData(5_000, 3, 100, false)]
    [InlineData(1L << 56, 1L << 40, long.MaxValue, false)]
    [InlineData(1, 1, long.MaxValue, true)]
    [InlineData(long.MaxValue, 100, long.MaxValue, true)]
    [InlineData(long.MaxValue, 101, long.MaxValue, false)]
    [InlineData(long.MaxValue, long.MaxValue, 0, true)]
    public void CheckMaxNotional_AroundItsLimit_TellsTheCurrencyRoundedUp(long ticks, long lots, long limit, bool passes)
    {
        BigInteger notional = (BigInteger)ticks * lots;

        RiskVerdict verdict = PreTradeRisk.CheckMaxNotional(Limit(ticks, lots), Of(decimals: 2), limit);

        Assert.Equal(passes ? RiskVerdict.Pass : new RiskVerdict(RejectReason.MaxNotional, limit, Fit((notional + 99) / 100)), verdict);
    }

    // 2^64 price units or shares, whose lower 64 bits are 0: a product of those would be the smallest order there is.
    [Theory]
    [InlineData(1L << 61, 8, 1, 1)]
    [InlineData(1, 1, 1L << 61, 8)]
    [InlineData(1L << 61, 8, 1L << 61, 8)]
    [InlineData(1L << 60, 8, 1, 1)]
    [InlineData(1, 1, 1L << 60, 8)]
    public void CheckMaxNotional_AFactorBeyond64Bits_IsAboveEveryLimit(long ticks, long tick, long lots, long lot)
    {
        Instrument instrument = Of(decimals: 0, tick: tick, lot: lot);

        RiskVerdict verdict = PreTradeRisk.CheckMaxNotional(Limit(ticks, lots), instrument, long.MaxValue);

        Assert.Equal(new RiskVerdict(RejectReason.MaxNotional, long.MaxValue, long.MaxValue), verdict);
    }

    [Theory]
    [InlineData(OrderType.Market, Side.Buy, 90, 7, 100, 100)]
    [InlineData(OrderType.MarketToLimit, Side.Sell, 90, 7, 100, 100)]
    [InlineData(OrderType.Pegged, Side.Buy, 90, 7, 100, 100)]
    [InlineData(OrderType.Stop, Side.Buy, 90, 7, 100, 100)]
    [InlineData(OrderType.Stop, Side.Buy, 110, 7, 100, 110)]
    [InlineData(OrderType.Stop, Side.Sell, 110, 7, 0, 110)]
    [InlineData(OrderType.TrailingStop, Side.Buy, 90, 7, 100, 107)]
    [InlineData(OrderType.TrailingStop, Side.Buy, 90, -7, 100, 100)]
    [InlineData(OrderType.TrailingStop, Side.Sell, 90, 7, 100, 100)]
    [InlineData(OrderType.Market, Side.Buy, 90, 7, 0, 0)]
    [InlineData(OrderType.TrailingStop, Side.Buy, 90, 7, 0, 0)]
    [InlineData(OrderType.Market, Side.Buy, 90, 7, -5, 0)]
    public void CheckMaxNotional_WithoutALimitPrice_TakesWhatItMayTradeAt(OrderType type, Side side, long stop, long offset, long reference,
        long priced)
    {
        RiskSubject subject = new() { Type = type, Side = side, Lots = 10, StopTicks = stop, OffsetTicks = offset, ReferenceTicks = reference,
            PriceTicks = 1_000_000 };
        RiskVerdict without = new(RejectReason.NoReferencePrice, priced * 10, 0);

        RiskVerdict at = PreTradeRisk.CheckMaxNotional(subject, Of(decimals: 0), Math.Max(priced * 10, 1));
        RiskVerdict below = PreTradeRisk.CheckMaxNotional(subject, Of(decimals: 0), Math.Max((priced * 10) - 1, 1));

        Assert.Equal(priced > 0 ? RiskVerdict.Pass : without with { LimitValue = 1 }, at);
        Assert.Equal(priced > 0 ? new RiskVerdict(RejectReason.MaxNotional, (priced * 10) - 1, priced * 10) : without with { LimitValue = 1 }, below);
    }

    [Theory]
    [InlineData(Side.Buy, 10_499, 10_000, 500, true)]
    [InlineData(Side.Buy, 10_500, 10_000, 500, true)]
    [InlineData(Side.Buy, 10_501, 10_000, 500, false)]
    [InlineData(Side.Sell, 9_501, 10_000, 500, true)]
    [InlineData(Side.Sell, 9_500, 10_000, 500, true)]
    [InlineData(Side.Sell, 9_499, 10_000, 500, false)]
    [InlineData(Side.Buy, 1, 10_000, 500, true)]
    [InlineData(Side.Sell, TicksMax, 10_000, 500, true)]
    [InlineData(Side.Buy, TicksMax, 1, 1_000_000, false)]
    [InlineData(Side.Buy, 3, 2, int.MaxValue, true)]
    [InlineData(Side.Buy, TicksMax, TicksMax, 1, true)]
    [InlineData(Side.Sell, 1, TicksMax, 9_999, false)]
    [InlineData(Side.Sell, 1, TicksMax, 10_000, true)]
    [InlineData(Side.Buy, TicksMax, 10_000, 0, true)]
    public void CheckCollar_AroundItsLimit_TellsBasisPointsRoundedUp(Side side, long ticks, long reference, int limit, bool passes)
    {
        BigInteger worse = (side == Side.Buy ? (BigInteger)ticks - reference : (BigInteger)reference - ticks) * 10_000;

        RiskVerdict verdict = PreTradeRisk.CheckCollar(Limit(ticks, 1) with { Side = side, ReferenceTicks = reference }, limit);

        Assert.Equal(passes ? RiskVerdict.Pass : new RiskVerdict(RejectReason.PriceCollar, limit, Fit((worse + reference - 1) / reference)), verdict);
    }

    [Fact]
    public void CheckCollar_ReferenceOfAType_IsItsOwn()
    {
        RiskSubject far = Limit(200, 1) with { ReferenceTicks = 100, StopTicks = 199 };

        Assert.Equal(RejectReason.PriceCollar, PreTradeRisk.CheckCollar(far, 500).Reason);
        Assert.True(PreTradeRisk.CheckCollar(far with { Type = OrderType.StopLimit }, 500).IsPass,
            "a stop-limit order is held against its stop price");
        Assert.True(PreTradeRisk.CheckCollar(far with { Type = OrderType.Pegged }, 500).IsPass, "a pegged order follows the market");
        Assert.True(PreTradeRisk.CheckCollar(far with { Type = OrderType.Market, HasLimit = false }, 500).IsPass,
            "a market order has no limit price");
        Assert.Equal(new RiskVerdict(RejectReason.NoReferencePrice, 500, 0), PreTradeRisk.CheckCollar(far with { ReferenceTicks = 0 }, 500));
        Assert.Equal(new RiskVerdict(RejectReason.NoReferencePrice, 500, 0), PreTradeRisk.CheckCollar(far with { ReferenceTicks = -100 }, 500));
        Assert.Equal(new RiskVerdict(RejectReason.NoReferencePrice, 500, 0),
            PreTradeRisk.CheckCollar(far with { Type = OrderType.StopLimit, StopTicks = 0 }, 500));
    }

    [Fact]
    public void Check_AllRulesBroken_TellsThemInTheirOrder()
    {
        AccountLimits tight = new(MaxQuantityUnits: 10, MaxNotionalUnits: 1_000, CollarBasisPoints: 100);
        RiskSubject subject = Limit(200, 11) with { ReferenceTicks = 100 };
        Instrument instrument = Of(decimals: 0);

        Assert.Equal(RejectReason.QuantityNotPositive, PreTradeRisk.Check(subject with { Lots = 0, PriceTicks = 0 }, instrument, tight).Reason);
        Assert.Equal(RejectReason.PriceNotPositive, PreTradeRisk.Check(subject with { PriceTicks = 0 }, instrument, tight).Reason);
        Assert.Equal(new RiskVerdict(RejectReason.MaxQuantity, 10, 11), PreTradeRisk.Check(subject, instrument, tight));
        Assert.Equal(new RiskVerdict(RejectReason.MaxNotional, 1_000, 2_000), PreTradeRisk.Check(subject with { Lots = 10 }, instrument, tight));
        Assert.Equal(new RiskVerdict(RejectReason.PriceCollar, 100, 10_000), PreTradeRisk.Check(subject with { Lots = 5 }, instrument, tight));
        Assert.Equal(RiskVerdict.Pass, PreTradeRisk.Check(subject with { Lots = 5, PriceTicks = 101 }, instrument, tight));
        Assert.Equal(RiskVerdict.Pass, PreTradeRisk.Check(subject, instrument, Off));
    }

    // Most orders are passed by one look at all rules together: it must never pass what a rule refuses.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Check_AnyOrderAroundTheLimits_IsWhatTheRulesSayOneByOne(int seed)
    {
        Random random = new(seed);
        Dictionary<RejectReason, int> seen = [];
        for (int round = 0; round < 40_000; round++)
        {
            Instrument instrument = Of(random.Next(10), Near(random, 1, 1_000_000_000), Near(random, 1, 1_000_000_000));
            RiskSubject subject = new()
            {
                Side = (Side)random.Next(1, 3),
                Type = random.Next(3) > 0 ? OrderType.Limit : (OrderType)random.Next(1, 8),
                PriceTicks = Near(random, random.Next(-1, 2), instrument.PriceTicksMax + 1),
                StopTicks = Near(random, random.Next(-1, 2), instrument.PriceTicksMax + 1),
                OffsetTicks = Near(random, 0, instrument.PriceTicksMax + 1),
                Lots = Near(random, random.Next(-1, 2), instrument.QuantityLotsMax + 1),
            };
            subject.HasLimit = subject.Type is OrderType.Limit or OrderType.StopLimit || (subject.Type == OrderType.Pegged && random.Next(2) == 0);
            subject.ReferenceTicks = random.Next(4) == 0
                ? random.Next(-1, 2)
                : Math.Clamp(subject.PriceTicks, 1, instrument.PriceTicksMax) + random.Next(-2, 3);
            AccountLimits limits = LimitsAround(random, in subject, instrument);

            RiskVerdict expected = PreTradeRisk.CheckAmounts(in subject, instrument);
            expected = expected.IsPass ? PreTradeRisk.CheckMaxQuantity(in subject, instrument, limits.MaxQuantityUnits) : expected;
            expected = expected.IsPass ? PreTradeRisk.CheckMaxNotional(in subject, instrument, limits.MaxNotionalUnits) : expected;
            expected = expected.IsPass ? PreTradeRisk.CheckCollar(in subject, limits.CollarBasisPoints) : expected;

            Assert.True(expected == PreTradeRisk.Check(in subject, instrument, limits), $"seed {seed}, round {round}: {expected}");
            seen[expected.Reason] = seen.GetValueOrDefault(expected.Reason) + 1;
        }

        Assert.All(
            (RejectReason[])[RejectReason.None, RejectReason.MaxQuantity, RejectReason.MaxNotional, RejectReason.PriceCollar,
                RejectReason.NoReferencePrice, RejectReason.PriceOutOfRange],
            reason => Assert.True(seen.GetValueOrDefault(reason) > 50, $"seed {seed}: {reason} was seen {seen.GetValueOrDefault(reason)} times"));
    }

    // Off, or within a unit of what the order has.
    private static AccountLimits LimitsAround(Random random, in RiskSubject subject, Instrument instrument)
    {
        BigInteger units = (BigInteger)subject.Lots * instrument.LotUnits;
        BigInteger currency = units * subject.PriceTicks * instrument.TickUnits / BigInteger.Pow(10, instrument.PriceDecimals);
        long quantity = random.Next(3) == 0 ? 0 : Fit(BigInteger.Max(units + random.Next(-1, 2), 1));
        long notional = random.Next(3) == 0 ? 0 : Fit(BigInteger.Max(currency + random.Next(-1, 2), 1));
        return new AccountLimits(quantity, notional, random.Next(3) == 0 ? 0 : random.Next(1, 10_000));
    }

    // A number at one of the ends, at a power of two, or between, each as likely.
    private static long Near(Random random, long least, long most) => random.Next(4) switch
    {
        0 => least,
        1 => most - random.Next(2),
        2 => Math.Clamp((1L << random.Next(62)) + random.Next(-1, 2), least, most),
        _ => random.NextInt64(least, most),
    };

    private static RiskSubject Limit(long ticks, long lots) =>
        new() { Side = Side.Buy, Type = OrderType.Limit, HasLimit = true, PriceTicks = ticks, Lots = lots };

    private static Instrument Of(int decimals = 2, long tick = 1, long lot = 1) => new(0, "TEST", decimals, tick, lot, IsOpen: true);

    private static long Fit(BigInteger value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
