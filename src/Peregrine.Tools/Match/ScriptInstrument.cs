using Peregrine.Primitives;
using Peregrine.Trading.Instruments;

namespace Peregrine.Tools.Match;

/// <summary>An instrument of a script: how its decimals become ticks and lots, and back.</summary>
internal sealed class ScriptInstrument(Instrument instrument, VenueProfile profile)
{
    public int Id => instrument.Id;

    public string Symbol => instrument.Symbol;

    public VenueProfile Profile => profile;

    public string TickText => PriceText(new Price(1));

    /// <summary>Reads a price.</summary>
    /// <exception cref="ScriptFault">It is no number, no whole number of ticks, or more of them than can be counted.</exception>
    public Price ParsePrice(string text, string what = "a price")
    {
        (long mantissa, int decimals) = Parse(text, $"{what} such as {TickText}");
        return instrument.TryToPrice(mantissa, decimals, out Price price) switch
        {
            ScaleStatus.Ok => price,
            ScaleStatus.TooLarge => throw new ScriptFault(
                $"{what} '{text}' is more than {long.MaxValue} ticks of {TickText}; choose a lower price, " +
                $"or define the instrument with a coarser tick"),
            _ => throw new ScriptFault($"{what} '{text}' is no whole number of ticks of {TickText}; choose another price, " +
                $"or define the instrument with a finer tick"),
        };
    }

    /// <summary>Reads a quantity.</summary>
    /// <exception cref="ScriptFault">It is no number, or no whole number of lots.</exception>
    public Quantity ParseQuantity(string text, string what = "a quantity")
    {
        (long mantissa, int decimals) = Parse(text, what);
        return instrument.TryToQuantity(mantissa, decimals, out Quantity quantity) == ScaleStatus.Ok
            ? quantity
            : throw new ScriptFault($"{what} '{text}' is no whole number of lots of {instrument.LotUnits}; choose another quantity, " +
                $"or define the instrument with a smaller lot");
    }

    public string PriceText(Price price) => ScriptDecimal.Format(instrument.ToPriceUnits(price), instrument.PriceDecimals);

    public string QuantityText(long lots) => ScriptDecimal.Format(instrument.ToUnits(new Quantity(lots)), 0);

    public string QuantityText(Quantity quantity) => QuantityText(quantity.Lots);

    private static (long Mantissa, int Decimals) Parse(string text, string expected) =>
        ScriptDecimal.TryParse(text, out long mantissa, out int decimals)
        ? (mantissa, decimals)
        : throw new ScriptFault($"found '{text}', expected {expected}");
}
