using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Instruments;

/// <summary>What became of a decimal that was turned into ticks or lots.</summary>
public enum ScaleStatus : byte
{
    Ok = 0,

    /// <summary>Between two ticks or lots.</summary>
    OffGrid = 1,

    /// <summary>More ticks or lots than 64 bits count.</summary>
    TooLarge = 2,
}

/// <summary>What can be traded, and how its decimals on the wire become ticks and lots.</summary>
/// <param name="Id">Index of the instrument in the core: 0, 1, 2, ... in the order of definition; it never changes.</param>
/// <param name="Symbol">1 to 16 printable ASCII characters, unique.</param>
/// <param name="PriceDecimals">Decimals of the price unit, 0 to 9: with 2, prices are counted in 0.01.</param>
/// <param name="TickUnits">Price units in one tick, 1 or more: with 2 decimals and 5, the tick is 0.05.</param>
/// <param name="LotUnits">Shares or contracts in one lot, 1 or more.</param>
/// <param name="IsOpen">False: new and replacing orders are rejected, cancels still work.</param>
public sealed record Instrument(int Id, string Symbol, int PriceDecimals, long TickUnits, long LotUnits, bool IsOpen)
{
    /// <summary>
    /// Prices of orders lie within ± this many price units, 10^-<see cref="PriceDecimals"/>:
    /// a price and an offset from it still fit 64 bits together, so that what goes over a wire in 64 bits is what the engine has.
    /// </summary>
    public const long PriceUnitsMax = 4_000_000_000_000_000_000;

    /// <summary>Largest order in shares or contracts: the total of a level with as many orders as an engine can hold still fits 64 bits.</summary>
    public const long QuantityUnitsMax = MatchingEngine.QuantityLotsMax;

    /// <summary>What the matching engine must know: the day's prices, steps, bands and rules. Prices are ticks.</summary>
    public InstrumentTerms Terms { get; init; } = new();

    /// <summary>Three capital letters (ISO 4217), or empty when nobody needs to know.</summary>
    public string Currency { get; init; } = "";

    /// <summary>
    /// The price that risk rules hold an order against while there is neither a trade nor an opposite price, such as
    /// yesterday's close; 0 ticks is none. It is that of the terms.
    /// </summary>
    public Price ReferencePrice
    {
        get => Terms.ReferencePrice ?? default;
        init => Terms = Terms with { ReferencePrice = value.Ticks == 0 ? null : value };
    }

    /// <summary>The highest price of an order, in ticks: at most <see cref="InstrumentTerms.PriceTicksMax"/>,
    /// and <see cref="PriceUnitsMax"/> price units.</summary>
    public long PriceTicksMax => Math.Min(InstrumentTerms.PriceTicksMax, PriceUnitsMax / TickUnits);

    /// <summary>The largest order, in lots: those of <see cref="QuantityUnitsMax"/> shares or contracts.</summary>
    public long QuantityLotsMax => QuantityUnitsMax / LotUnits;

    /// <summary>The price in price units (10^-<see cref="PriceDecimals"/>), for text and reports. Exact for every price,
    /// also one that was refused.</summary>
    public Int128 ToPriceUnits(Price price) => Math.BigMul(price.Ticks, TickUnits);

    /// <summary>The quantity in shares or contracts, for text and reports. Exact for every quantity, also one that was refused.</summary>
    public Int128 ToUnits(Quantity quantity) => Math.BigMul(quantity.Lots, LotUnits);

    /// <summary>The average price of fills, in units of 10^-(<see cref="PriceDecimals"/> + <paramref name="extraDecimals"/>),
    /// cut off towards 0.</summary>
    /// <param name="notional">Sum of price x quantity, in ticks x lots:
    /// with the largest price and quantity of an order its price units have 103 bits.</param>
    /// <param name="filled">1 lot or more.</param>
    /// <param name="extraDecimals">0 to 9.</param>
    public Int128 AveragePriceUnits(Int128 notional, Quantity filled, int extraDecimals)
    {
        // The rest is below 2^40, so that it can be scaled where the whole could not.
        (Int128 whole, Int128 rest) = Int128.DivRem(notional * TickUnits, filled.Lots);
        long scale = PowersOfTen.Of(extraDecimals);
        return (whole * scale) + (rest * scale / filled.Lots);
    }

    /// <summary>Turns a decimal (mantissa x 10^-decimals) into ticks.</summary>
    /// <returns>Ok; OffGrid when it is not a whole number of ticks; TooLarge when the ticks do not fit 64 bits.</returns>
    public ScaleStatus TryToPrice(long mantissa, int decimals, out Price price)
    {
        ScaleStatus status = TryScale(mantissa, decimals, PriceDecimals, TickUnits, out long ticks);
        price = new Price(ticks);
        return status;
    }

    /// <summary>Turns a decimal number of units into lots.</summary>
    /// <returns>Ok; OffGrid when it is not a whole number of lots; TooLarge when the lots do not fit 64 bits.</returns>
    public ScaleStatus TryToQuantity(long mantissa, int decimals, out Quantity quantity)
    {
        ScaleStatus status = TryScale(mantissa, decimals, 0, LotUnits, out long lots);
        quantity = new Quantity(lots);
        return status;
    }

    private static ScaleStatus TryScale(long mantissa, int decimals, int wantedDecimals, long divisor, out long result)
    {
        // 128 bits hold every mantissa with every scale there is, so only what comes out can be too large.
        Int128 units = mantissa;
        result = 0;
        for (; decimals > wantedDecimals; decimals--)
        {
            (units, Int128 rest) = Int128.DivRem(units, 10);
            if (rest != 0)
            {
                return ScaleStatus.OffGrid;
            }
        }

        units *= PowersOfTen.Of(wantedDecimals - decimals);
        if (units >= long.MinValue && units <= long.MaxValue)
        {
            // Nearly all of them.
            (long quotient, long over) = Math.DivRem((long)units, divisor);
            result = over == 0 ? quotient : 0;
            return over == 0 ? ScaleStatus.Ok : ScaleStatus.OffGrid;
        }

        (Int128 count, Int128 remainder) = Int128.DivRem(units, divisor);
        if (remainder != 0)
        {
            return ScaleStatus.OffGrid;
        }

        bool fits = count >= long.MinValue && count <= long.MaxValue;
        result = fits ? (long)count : 0;
        return fits ? ScaleStatus.Ok : ScaleStatus.TooLarge;
    }
}
