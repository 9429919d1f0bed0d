using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>What an update met in the books.</summary>
public enum BookResult : byte
{
    Ok = 0,

    /// <summary>It names an order that is not in the book; anonymous quantity of its level was taken where the feed names price and side.</summary>
    UnknownOrder = 1,

    /// <summary>It takes more than the order has; the order is gone.</summary>
    OverExecution = 2,

    /// <summary>It adds an order under an id that is in the book; the old one was taken out first.</summary>
    DuplicateOrder = 3,

    /// <summary>It adds an order with which its level would have more than 64 bits hold; it does not rest.</summary>
    LevelFull = 4,
}

/// <summary>
/// Order books that follow a feed: orders by id (L3), levels (L2), best bid and offer. They never match; what the feed says is done, and
/// what cannot be done is counted.
/// </summary>
/// <remarks>Thread: one owner. Allocates: only when there are more orders, levels or instruments than ever before.</remarks>
public sealed partial class MarketBooks
{
#if CHECKED
    private const int InitialOrders = 2;
    private const int InitialLevels = 2;
#else
    private const int InitialOrders = 4096;
    private const int InitialLevels = 1024;
#endif
    private const int None = -1;
    private readonly Dictionary<int, Book> _books = [];
    private readonly OrderIdMap _index = new();
    private BookOrder[] _orders = new BookOrder[InitialOrders];
    private Level[] _levels = new Level[InitialLevels];
    private int _freeOrder = None;
    private int _freeLevel = None;
    private int _orderEnd;
    private int _levelEnd;
    private Book? _lastBook;

    /// <summary>Orders resting in all books.</summary>
    public int OrderCount => _index.Count;

    /// <summary>Updates that named an order not in the book.</summary>
    public long UnknownOrders { get; private set; }

    /// <summary>Executions and cancels of more than the order had.</summary>
    public long OverExecutions { get; private set; }

    /// <summary>Adds under an id that was in the book.</summary>
    public long DuplicateOrders { get; private set; }

    /// <summary>Orders that do not rest because 64 bits do not hold their level with them.</summary>
    public long FullLevels { get; private set; }

    /// <summary>Messages after which a bid was at or above an offer, at the end of an event.</summary>
    public long CrossedStates { get; private set; }

    /// <summary>Applies one update.</summary>
    public BookResult Apply(in BookUpdate update)
    {
        BookResult result = update.Kind switch
        {
            BookUpdateKind.Add => AddOrder(update.InstrumentId, update.OrderId, update.Side, update.Price, update.Quantity),
            BookUpdateKind.Execute or BookUpdateKind.Reduce => Take(update, update.Quantity),
            BookUpdateKind.Delete => Take(update, long.MaxValue),
            BookUpdateKind.Replace => ReplaceOrder(update),
            BookUpdateKind.Modify => ModifyOrder(update),
            BookUpdateKind.Clear => ClearBook(update.InstrumentId),
            BookUpdateKind.Top => SetTop(update),
            _ => BookResult.Ok,
        };
        switch (result)
        {
            case BookResult.UnknownOrder:
                UnknownOrders++;
                break;
            case BookResult.OverExecution:
                OverExecutions++;
                break;
            case BookResult.DuplicateOrder:
                DuplicateOrders++;
                break;
            case BookResult.LevelFull:
                FullLevels++;
                break;
            default:
                break;
        }

        if (update.IsEventEnd && update.Kind is (>= BookUpdateKind.Add and <= BookUpdateKind.Clear) or BookUpdateKind.Top
            && IsCrossed(update.InstrumentId))
        {
            CrossedStates++;
        }

        return result;
    }

    /// <summary>Adds quantity to a level that no known order stands for: the rest of a snapshot. A quantity of 0 or less adds nothing.</summary>
    public void AddAnonymous(int instrumentId, Side side, long price, long quantity)
    {
        if (quantity <= 0)
        {
            return;
        }

        int level = LevelAt(BookOf(instrumentId), side, price);
        _levels[level].Anonymous += quantity;
        _levels[level].Quantity += quantity;
    }

    /// <summary>The best level of a side.</summary>
    /// <returns>False when the side is empty.</returns>
    public bool TryGetBest(int instrumentId, Side side, out long price, out long quantity) =>
        TryGetLevel(instrumentId, side, 0, out price, out quantity);

    /// <summary>The level at a depth; 0 is the best.</summary>
    public bool TryGetLevel(int instrumentId, Side side, int depth, out long price, out long quantity)
    {
        price = 0;
        quantity = 0;
        if (FindBook(instrumentId)?.Own(side) is not { } levels || (uint)depth >= (uint)levels.Count)
        {
            return false;
        }

        ref readonly Level level = ref _levels[levels.AtDepth(depth)];
        price = level.Price;
        quantity = level.Quantity;
        return true;
    }

    /// <summary>Whether 64 bits hold a level's total with another order of a quantity; see <see cref="BookResult.LevelFull"/>.</summary>
    public bool HasRoom(int instrumentId, Side side, long price, long quantity) => QuantityAt(instrumentId, side, price) <= long.MaxValue - quantity;

    /// <summary>The quantity at a price; 0 when there is no level.</summary>
    public long QuantityAt(int instrumentId, Side side, long price)
    {
        SortedLevels? levels = FindBook(instrumentId)?.Own(side);
        int position = levels?.Find(KeyOf(side, price)) ?? None;
        return position < 0 ? 0 : _levels[levels!.AtPosition(position)].Quantity;
    }

    /// <summary>The order at the head of the best level.</summary>
    /// <param name="anonymous">Quantity of the level that came before every known order.</param>
    /// <returns>False when the side is empty or its best level has no known order.</returns>
    public bool TryGetHead(int instrumentId, Side side, out ulong orderId, out long anonymous)
    {
        int best = FindBook(instrumentId)?.Own(side).Best ?? None;
        anonymous = best >= 0 ? _levels[best].Anonymous : 0;
        int head = best >= 0 ? _levels[best].Head : None;
        orderId = head >= 0 ? _orders[head].Id : 0;
        return head >= 0;
    }

    /// <summary>An order in the book.</summary>
    public bool TryGetOrder(int instrumentId, ulong orderId, out Side side, out long price, out long quantity)
    {
        int slot = _index.Find(orderId, instrumentId);
        bool isThere = slot >= 0;
        side = isThere ? _orders[slot].Side : 0;
        price = isThere ? _orders[slot].Price : 0;
        quantity = isThere ? _orders[slot].Quantity : 0;
        return isThere;
    }

    /// <summary>
    /// A digest of all that rests: for each side of each book how many levels, then from the best on the level's price, its anonymous and
    /// its whole quantity, and its orders in the order of the queue by id and quantity. With the count and the whole quantity no two books
    /// have the same words. Neither the instruments' numbers nor the way there count.
    /// </summary>
    /// <param name="priceFactor">What prices are multiplied by, so that feeds with other units of price can be compared.</param>
    public ulong Digest(long priceFactor = 1)
    {
        ulong total = 0;
        foreach (Book book in _books.Values)
        {
            StateHash hash = default;
            AddSide(ref hash, book.Bids, priceFactor);
            AddSide(ref hash, book.Asks, priceFactor);
            total += book.Bids.Count + book.Asks.Count > 0 ? hash.Value : 0;
        }

        return total;
    }

    private void AddSide(ref StateHash hash, SortedLevels levels, long priceFactor)
    {
        hash.Add((ulong)levels.Count);
        for (int depth = 0; depth < levels.Count; depth++)
        {
            ref readonly Level level = ref _levels[levels.AtDepth(depth)];
            hash.Add(level.Price * priceFactor);
            hash.Add(level.Anonymous);
            hash.Add(level.Quantity);
            for (int slot = level.Head; slot >= 0; slot = _orders[slot].Next)
            {
                hash.Add(_orders[slot].Id);
                hash.Add(_orders[slot].Quantity);
            }
        }
    }

    private bool IsCrossed(int instrumentId)
    {
        return FindBook(instrumentId) is { } book && book.Bids.Count > 0 && book.Asks.Count > 0
            && _levels[book.Bids.Best].Price >= _levels[book.Asks.Best].Price;
    }

    // Only what rests makes a book: questions and updates about an instrument without one leave no trace.
    private Book BookOf(int instrumentId)
    {
        if (FindBook(instrumentId) is { } there)
        {
            return there;
        }

        Book book = new(instrumentId);
        _books.Add(instrumentId, book);
        _lastBook = book;
        return book;
    }

    // Feeds come in runs of one instrument: the last book is looked at first.
    private Book? FindBook(int instrumentId)
    {
        if (_lastBook is { } last && last.InstrumentId == instrumentId)
        {
            return last;
        }

        if (_books.TryGetValue(instrumentId, out Book? book))
        {
            _lastBook = book;
        }

        return book;
    }

    // The complement turns the order around like the negation does, but has an answer for long.MinValue too.
    private static long KeyOf(Side side, long price) => side == Side.Buy ? price : ~price;

    private struct BookOrder
    {
        public ulong Id;
        public long Price;
        public long Quantity;
        public int Next;
        public int Previous;
        public int Level;
        public int InstrumentId;
        public Side Side;
    }

    private struct Level
    {
        public long Price;

        /// <summary>All of it, the anonymous part included.</summary>
        public long Quantity;
        public long Anonymous;
        public int Head;
        public int Tail;

        /// <summary>Known orders in the queue.</summary>
        public int OrderCount;
    }

    private sealed class Book(int instrumentId)
    {
        public int InstrumentId { get; } = instrumentId;

        public SortedLevels Bids { get; } = new();

        public SortedLevels Asks { get; } = new();

        public SortedLevels Own(Side side) => side == Side.Buy ? Bids : Asks;
    }
}
