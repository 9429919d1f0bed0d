using System.Numerics;
using Peregrine.Primitives;
using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Tests.Instruments;

/// <summary>Decimals, ticks, lots and their products at the ends of every scale, held against big integers.</summary>
public class InstrumentScaleTests
{
    private static readonly long[] Steps = [1, 2, 3, 5, 7, 25, 100, 1_000, 55_555, 999_999_999, 1_000_000_000];
    private static readonly long[] Counts = [0, 1, -1, 99, 1L << 40, 1L << 56, -(1L << 56), long.MaxValue - 1, long.MaxValue, -long.MaxValue,
        long.MinValue];

    public static TheoryData<int> Decimals => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Theory]
    [MemberData(nameof(Decimals))]
    public void ToUnits_AnyCount_IsTheExactProduct(int decimals)
    {
        foreach (long step in Steps)
        {
            Instrument instrument = new(0, "TEST", decimals, step, step, IsOpen: true);
            foreach (long count in Counts)
            {
                Assert.Equal((BigInteger)count * step, instrument.ToPriceUnits(new Price(count)));
                Assert.Equal((BigInteger)count * step, instrument.ToUnits(new Quantity(count)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Decimals))]
    public void LargestAmounts_OfEveryScale_FitWhereTheyAreTold(int decimals)
    {
        foreach (long step in Steps)
        {
            Instrument instrument = new(0, "TEST", decimals, step, step, IsOpen: true);
            BigInteger price = (BigInteger)instrument.ToPriceUnits(new Price(instrument.PriceTicksMax));
            BigInteger quantity = (BigInteger)instrument.ToUnits(new Quantity(instrument.QuantityLotsMax));

            Assert.True(price + price <= long.MaxValue, $"tick {step}: a price and an offset fit 64 bits");
            Assert.True(price + step > Instrument.PriceUnitsMax
                || instrument.PriceTicksMax == InstrumentTerms.PriceTicksMax, $"tick {step}: one tick more would be too much");
            Assert.True(quantity << 22 <= long.MaxValue, $"lot {step}: a level with as many orders as there can be fits 64 bits");
            Assert.True(quantity + step > 1L << 40 && instrument.QuantityLotsMax >= 1_000, $"lot {step}: one lot more would be too much");
        }
    }

    [Theory]
    [MemberData(nameof(Decimals))]
    public void TryToPrice_AnyDecimal_IsTheExactQuotientOrSaysWhyNot(int wanted)
    {
        foreach (long step in Steps)
        {
            Instrument instrument = new(0, "TEST", wanted, step, step, IsOpen: true);
            for (int decimals = 0; decimals <= 18; decimals++)
            {
                foreach (long mantissa in (long[])[.. Counts, 100, 1_000_000_000_000_000_000, 4_000_000_000 * step, 999_999_999_999_999_999, -12_500])
                {
                    Assert.Equal(Expected(mantissa, decimals, wanted, step, out long ticks),
                        instrument.TryToPrice(mantissa, decimals, out Price price));
                    Assert.Equal(ticks, price.Ticks);
                    Assert.Equal(Expected(mantissa, decimals, 0, step, out long lots),
                        instrument.TryToQuantity(mantissa, decimals, out Quantity quantity));
                    Assert.Equal(lots, quantity.Lots);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Decimals))]
    public void AveragePriceUnits_OfTheLargestAndOfManyFills_IsTheExactQuotient(int decimals)
    {
        Random random = new(decimals);
        foreach (long step in Steps)
        {
            Instrument instrument = new(0, "TEST", decimals, step, step, IsOpen: true);
            Int128 notional = 0;
            long filled = 0;
            for (int fill = 0; fill < 60; fill++)
            {
                // All but the last few at the largest price; together never more than the largest order.
                long lots = Math.Max(1, Math.Min(instrument.QuantityLotsMax / 64, random.NextInt64(1, 1L << 40)));
                long ticks = fill < 50 ? instrument.PriceTicksMax : random.NextInt64(1, instrument.PriceTicksMax);
                notional += Math.BigMul(ticks, lots);
                filled += lots;
                for (int extra = 0; extra <= 9; extra++)
                {
                    BigInteger expected = (BigInteger)notional * step * BigInteger.Pow(10, extra) / filled;
                    Assert.Equal(expected, instrument.AveragePriceUnits(notional, new Quantity(filled), extra));
                    Assert.Equal(-expected, instrument.AveragePriceUnits(-notional, new Quantity(filled), extra));
                }
            }

            Int128 largest = Math.BigMul(instrument.PriceTicksMax, instrument.QuantityLotsMax);
            Assert.Equal(
                (BigInteger)instrument.PriceTicksMax * step * 1_000_000_000,
                instrument.AveragePriceUnits(largest, new Quantity(instrument.QuantityLotsMax), 9));
        }
    }

    private static ScaleStatus Expected(long mantissa, int decimals, int wanted, long step, out long count)
    {
        BigInteger above = mantissa * BigInteger.Pow(10, wanted);
        BigInteger below = BigInteger.Pow(10, decimals) * step;
        BigInteger whole = BigInteger.DivRem(above, below, out BigInteger rest);
        bool fits = whole >= long.MinValue && whole <= long.MaxValue;
        count = rest.IsZero && fits ? (long)whole : 0;
        return !rest.IsZero ? ScaleStatus.OffGrid : fits ? ScaleStatus.Ok : ScaleStatus.TooLarge;
    }
}
