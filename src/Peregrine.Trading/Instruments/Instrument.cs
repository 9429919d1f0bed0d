using Peregrine.Primitives;

namespace Peregrine.Trading.Instruments;

/// <summary>What can be traded, and how its decimals on the wire become ticks and lots.</summary>
/// <param name="Id">Index of the instrument in the core: 0, 1, 2, ... in the order of definition; it never changes.</param>
/// <param name="Symbol">1 to 16 printable ASCII characters, unique.</param>
/// <param name="PriceDecimals">Decimals of the price unit, 0 to 9: with 2, prices are counted in 0.01.</param>
/// <param name="TickUnits">Price units in one tick, 1 or more: with 2 decimals and 5, the tick is 0.05.</param>
/// <param name="LotUnits">Shares or contracts in one lot, 1 or more.</param>
/// <param name="IsOpen">False: new and replacing orders are rejected, cancels still work.</param>
public sealed record Instrument(int Id, string Symbol, int PriceDecimals, long TickUnits, long LotUnits, bool IsOpen)
{
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

    /// <summary>The price in price units (10^-<see cref="PriceDecimals"/>), for text and reports.</summary>
    public long ToPriceUnits(Price price) => price.Ticks * TickUnits;

    /// <summary>The quantity in shares or contracts, for text and reports.</summary>
    public long ToUnits(Quantity quantity) => quantity.Lots * LotUnits;

    /// <summary>Turns a decimal (mantissa x 10^-decimals) into ticks.</summary>
    /// <returns>False when it is not a whole number of ticks or does not fit.</returns>
    public bool TryToPrice(long mantissa, int decimals, out Price price)
    {
        bool ok = TryScale(mantissa, decimals, PriceDecimals, TickUnits, out long ticks);
        price = new Price(ticks);
        return ok;
    }

    /// <summary>Turns a decimal number of units into lots.</summary>
    /// <returns>False when it is not a whole number of lots or does not fit.</returns>
    public bool TryToQuantity(long mantissa, int decimals, out Quantity quantity)
    {
        bool ok = TryScale(mantissa, decimals, 0, LotUnits, out long lots);
        quantity = new Quantity(lots);
        return ok;
    }

    private static bool TryScale(long mantissa, int decimals, int wantedDecimals, long divisor, out long result)
    {
        result = 0;
        for (; decimals > wantedDecimals; decimals--)
        {
            (mantissa, long rest) = Math.DivRem(mantissa, 10);
            if (rest != 0)
            {
                return false;
            }
        }

        for (; decimals < wantedDecimals; decimals++)
        {
            if (mantissa is > long.MaxValue / 10 or < long.MinValue / 10)
            {
                return false;
            }

            mantissa *= 10;
        }

        (result, long remainder) = Math.DivRem(mantissa, divisor);
        return remainder == 0;
    }
}
