using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>A book as a ladder: asks above, bids below, best prices in the middle; beside each price its orders, first to trade first.</summary>
internal static class BookText
{
    private const string PriceHead = "price";

    public static void Write(TextWriter output, BookPicture book)
    {
        ScriptInstrument instrument = book.Instrument;
        string last = book.LastTrade is { } price ? $", last trade {instrument.PriceText(price)}" : "";
        string indicative = book.Indicative is not { } auction ? ""
            : auction.Volume.Lots == 0 ? ", no indicative price"
            : $", indicative {instrument.QuantityText(auction.Volume)} @ {instrument.PriceText(auction.Price)}, " +
            $"surplus {instrument.QuantityText(auction.Surplus)}";
        output.WriteLine($"book {instrument.Symbol}: " +
            $"{ScriptWords.Of(ScriptWords.Phases, book.Phase)}{(book.CancelsForbidden ? ", no cancels" : "")}{last}{indicative}");
        List<Row> rows = [.. Rows(book, Side.Sell).AsEnumerable().Reverse(), .. Rows(book, Side.Buy)];
        WriteRows(output, rows);
        WriteList(output, "stops", book.Stops, book);
        WriteList(output, "parked", book.Parked, book);
        if (rows.Count + book.Stops.Count + book.Parked.Count == 0)
        {
            output.WriteLine("  empty");
        }
    }

    // One row a price; what is shown of it, and its orders.
    private static List<Row> Rows(BookPicture book, Side side)
    {
        List<Row> rows = [];
        foreach (IGrouping<(bool IsMarket, Price Price), RestingOrder> level in book.QueueOf(side)
            .GroupBy(order => (order.Type == OrderType.Market, order.Price)))
        {
            long shown = level.Sum(order => order.Shown.Lots);
            string price = level.Key.IsMarket ? "market" : book.Instrument.PriceText(level.Key.Price);
            string orders = string.Join(", ", level.Select(order => OrderText(in order, book)));
            rows.Add(new Row(side, shown == 0 ? "-" : book.Instrument.QuantityText(shown), price, orders));
        }

        return rows;
    }

    private static string OrderText(in RestingOrder order, BookPicture book)
    {
        string marks = FactText.Marks(in order, book.Instrument);
        return $"{book.Names.OrderName(order.OrderId)} {book.Instrument.QuantityText(order.Leaves)}{(marks.Length > 0 ? $" ({marks})" : "")}";
    }

    private static void WriteRows(TextWriter output, List<Row> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        int bidWidth = Width("bid", rows.Where(row => row.Side == Side.Buy).Select(row => row.Shown));
        int priceWidth = Width(PriceHead, rows.Select(row => row.Price));
        int askWidth = Width("ask", rows.Where(row => row.Side == Side.Sell).Select(row => row.Shown));
        output.WriteLine($"  {"bid".PadLeft(bidWidth)}  {PriceHead.PadLeft(priceWidth)}  {"ask".PadLeft(askWidth)}  orders");
        foreach (Row row in rows)
        {
            string bid = row.Side == Side.Buy ? row.Shown : "";
            string ask = row.Side == Side.Sell ? row.Shown : "";
            output.WriteLine($"  {bid.PadLeft(bidWidth)}  {row.Price.PadLeft(priceWidth)}  {ask.PadLeft(askWidth)}  {row.Orders}");
        }
    }

    private static int Width(string head, IEnumerable<string> texts) => texts.Select(text => text.Length).Append(head.Length).Max();

    private static void WriteList(TextWriter output, string head, IReadOnlyList<RestingOrder> orders, BookPicture book)
    {
        if (orders.Count == 0)
        {
            return;
        }

        output.WriteLine($"  {head}:");
        foreach (RestingOrder order in orders)
        {
            output.WriteLine($"    {FactText.Of(in order, book.Instrument, book.Names)}");
        }
    }

    private sealed record Row(Side Side, string Shown, string Price, string Orders);
}
