using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Publishing;

/// <summary>The digest that increments carry now and then, so that a subscriber can check its own book.
/// docs/wire/marketdata-v1.md has it in words.</summary>
public static class BookDigest
{
    /// <summary>The digest of one book, at a depth that has levels or orders; never 0.</summary>
    /// <remarks>Walks the book. Allocates: no.</remarks>
    public static ulong Of(MarketBooks books, int instrumentId, Depth depth)
    {
        StateHash hash = default;
        AddSide(ref hash, books, instrumentId, Side.Buy, depth);
        AddSide(ref hash, books, instrumentId, Side.Sell, depth);
        return hash.Value == 0 ? 1 : hash.Value;
    }

    private static void AddSide(ref StateHash hash, MarketBooks books, int instrumentId, Side side, Depth depth)
    {
        int levels = books.LevelCount(instrumentId, side);
        hash.Add(levels);
        for (int level = 0; level < levels; level++)
        {
            _ = books.TryGetLevel(instrumentId, side, level, out long price, out long quantity);
            hash.Add(price);
            if (depth != Depth.Orders)
            {
                hash.Add(quantity);
                hash.Add(books.OrderCountAt(instrumentId, side, level));
                continue;
            }

            hash.Add(books.OrderCountAt(instrumentId, side, level));
            foreach (QueuedOrder order in books.QueueAt(instrumentId, side, level))
            {
                hash.Add(order.OrderId);
                hash.Add(order.Quantity);
            }
        }
    }
}
