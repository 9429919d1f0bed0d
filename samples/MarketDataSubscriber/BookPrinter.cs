using System.Globalization;
using Peregrine.MarketData.V1;

namespace Peregrine.Samples;

/// <summary>Books and trades as text.</summary>
/// <param name="output">Where they go.</param>
public sealed class BookPrinter(TextWriter output)
{
    private const int LevelsMax = 5;

    /// <summary>Writes the best levels, offers above bids, so that the best of both meet in the middle.</summary>
    /// <param name="instrument">Whose book it is.</param>
    /// <param name="book">Whole.</param>
    public void Print(Instrument instrument, SubscriberBook book)
    {
        output.WriteLine($"{instrument.Symbol} {DepthText(book.Depth)}, sequence {book.Sequence}");
        foreach (BookLevel level in book.Offers.Take(LevelsMax).Reverse())
        {
            PrintLevel("offer", instrument, level);
        }

        foreach (BookLevel level in book.Bids.Take(LevelsMax))
        {
            PrintLevel("bid", instrument, level);
        }
    }

    /// <summary>Writes one line for each trade.</summary>
    /// <param name="instrument">What was traded.</param>
    /// <param name="trades">Oldest first.</param>
    public void Print(Instrument instrument, IEnumerable<Trade> trades)
    {
        foreach (Trade trade in trades)
        {
            string aggressor = trade.Aggressor switch { Side.Buy => ", aggressor buys", Side.Sell => ", aggressor sells", _ => "" };
            output.WriteLine($"{instrument.Symbol} trade {trade.TradeId}: {trade.Quantity} at {PriceText(instrument, trade.Price)}{aggressor}");
        }
    }

    /// <summary>The word for a depth on the command line.</summary>
    /// <param name="depth">Any.</param>
    /// <returns>Such as "levels".</returns>
    public static string DepthText(Depth depth) => depth.ToString().ToLowerInvariant();

    private static string PriceText(Instrument instrument, long price)
    {
        decimal value = price;
        for (uint place = 0; place < instrument.PriceDecimals; place++)
        {
            value /= 10;
        }

        return value.ToString("F" + instrument.PriceDecimals, CultureInfo.InvariantCulture);
    }

    private void PrintLevel(string side, Instrument instrument, BookLevel level)
    {
        string queue = level.Orders is null ? "" : ": " + string.Join(' ', level.Orders.Select(order => $"{order.Quantity}#{order.OrderId}"));
        output.WriteLine($"  {side,-5} {PriceText(instrument, level.Price),12} {level.Quantity,10} in {level.OrderCount}{queue}");
    }
}
