using Peregrine.Primitives;
using Peregrine.Trading.Instruments;

namespace Peregrine.Match;

/// <summary>An instrument of a script: how its decimals become ticks and lots, and back.</summary>
internal sealed class ScriptInstrument(Instrument instrument, VenueProfile profile)
{
    public int Id => instrument.Id;

    public string Symbol => instrument.Symbol;

    public VenueProfile Profile => profile;

    public string TickText => PriceText(new Price(1));

    /// <summary>Reads a price.</summary>
    /// <exception cref="ScriptFault">It is no number, or no whole number of ticks.</exception>
    public Price ParsePrice(string text, string what = "a price") =>
        !ScriptDecimal.TryParse(text, out long mantissa, out int decimals) ? throw new ScriptFault($"found '{text}', expected {what} such as {TickText}")
        : instrument.TryToPrice(mantissa, decimals, out Price price) ? price
        : throw new ScriptFault($"{what} '{text}' is no whole number of ticks of {TickText}; choose another price, or define the instrument with a finer tick");

    /// <summary>Reads a quantity.</summary>
    /// <exception cref="ScriptFault">It is no number, or no whole number of lots.</exception>
    public Quantity ParseQuantity(string text, string what = "a quantity") =>
        !ScriptDecimal.TryParse(text, out long mantissa, out int decimals) ? throw new ScriptFault($"found '{text}', expected {what}")
        : instrument.TryToQuantity(mantissa, decimals, out Quantity quantity) ? quantity
        : throw new ScriptFault($"{what} '{text}' is no whole number of lots of {instrument.LotUnits}; choose another quantity, or define the instrument with a smaller lot");

    public string PriceText(Price price) => ScriptDecimal.Format((Int128)price.Ticks * instrument.TickUnits, instrument.PriceDecimals);

    public string QuantityText(long lots) => ScriptDecimal.Format((Int128)lots * instrument.LotUnits, 0);

    public string QuantityText(Quantity quantity) => QuantityText(quantity.Lots);
}
