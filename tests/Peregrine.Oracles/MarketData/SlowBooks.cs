using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Oracles.MarketData;

/// <summary>An order in the slow books.</summary>
public sealed class SlowQuote
{
    public required ulong Id { get; init; }
    public required long Quantity { get; set; }
}

/// <summary>A price, what rests there without a name, and the named orders, oldest first.</summary>
public sealed class SlowLevel
{
    public required long Price { get; init; }
    public long Anonymous { get; set; }
    public List<SlowQuote> Orders { get; } = [];
    public long Quantity => Anonymous + Orders.Sum(order => order.Quantity);
}

/// <summary>
/// Books that follow a feed, written down as plainly as possible: for each instrument and side a list of levels, each a list of orders,
/// searched from end to end each time and sorted anew after each change.
/// </summary>
public sealed class SlowBooks
{
    private readonly SortedDictionary<(int Instrument, Side Side), List<SlowLevel>> _sides = [];

    public long UnknownOrders { get; private set; }

    public long OverExecutions { get; private set; }

    public long DuplicateOrders { get; private set; }

    public long CrossedStates { get; private set; }

    public int OrderCount => _sides.Values.Sum(levels => levels.Sum(level => level.Orders.Count));

    /// <summary>The levels of a side, the best first.</summary>
    public IReadOnlyList<SlowLevel> Levels(int instrument, Side side) =>
        _sides.TryGetValue((instrument, side), out List<SlowLevel>? levels) ? levels : [];

    public BookResult Apply(in BookUpdate update)
    {
        BookResult result = update.Kind switch
        {
            BookUpdateKind.Add => Add(update.InstrumentId, update.OrderId, update.Side, update.Price, update.Quantity),
            BookUpdateKind.Execute or BookUpdateKind.Reduce or BookUpdateKind.Delete => Take(update),
            BookUpdateKind.Replace => Replace(update),
            BookUpdateKind.Modify => Modify(update),
            BookUpdateKind.Clear => Clear(update.InstrumentId),
            BookUpdateKind.Top => SetTop(update),
            _ => BookResult.Ok,
        };
        UnknownOrders += result == BookResult.UnknownOrder ? 1 : 0;
        OverExecutions += result == BookResult.OverExecution ? 1 : 0;
        DuplicateOrders += result == BookResult.DuplicateOrder ? 1 : 0;
        bool changesBook = update.Kind is BookUpdateKind.Add or BookUpdateKind.Execute or BookUpdateKind.Reduce or BookUpdateKind.Delete
            or BookUpdateKind.Replace or BookUpdateKind.Modify or BookUpdateKind.Clear or BookUpdateKind.Top;
        CrossedStates += changesBook && update.IsEventEnd && IsCrossed(update.InstrumentId) ? 1 : 0;
        return result;
    }

    public void AddAnonymous(int instrument, Side side, long price, long quantity)
    {
        if (quantity > 0)
        {
            LevelAt(instrument, side, price).Anonymous += quantity;
        }
    }

    /// <summary>The words of the digest: for each side how many levels, then for each level price, anonymous and whole quantity,
    /// and its orders.</summary>
    public ulong Digest()
    {
        ulong total = 0;
        foreach (int instrument in _sides.Keys.Select(key => key.Instrument).Distinct())
        {
            List<ulong> words = [];
            foreach (IReadOnlyList<SlowLevel> levels in (IReadOnlyList<SlowLevel>[])[Levels(instrument, Side.Buy), Levels(instrument, Side.Sell)])
            {
                words.Add((ulong)levels.Count);
                foreach (SlowLevel level in levels)
                {
                    words.AddRange([(ulong)level.Price, (ulong)level.Anonymous, (ulong)level.Quantity]);
                    words.AddRange(level.Orders.SelectMany(order => (ulong[])[order.Id, (ulong)order.Quantity]));
                }
            }

            StateHash hash = default;
            words.ForEach(word => hash.Add(word));
            total += words is [0, 0] ? 0 : hash.Value;
        }

        return total;
    }

    private BookResult Add(int instrument, ulong id, Side side, long price, long quantity)
    {
        bool isDuplicate = Find(instrument, id, out _, out SlowLevel? level, out SlowQuote? order);
        if (isDuplicate)
        {
            level!.Orders.Remove(order!);
            Tidy();
        }

        if (quantity > 0)
        {
            SlowLevel at = LevelAt(instrument, side, price);
            if ((Int128)at.Quantity + quantity > long.MaxValue)
            {
                return BookResult.LevelFull;
            }

            at.Orders.Add(new SlowQuote { Id = id, Quantity = quantity });
        }

        return isDuplicate ? BookResult.DuplicateOrder : BookResult.Ok;
    }

    private BookResult SetTop(BookUpdate update)
    {
        _ = _sides.Remove((update.InstrumentId, update.Side));
        AddAnonymous(update.InstrumentId, update.Side, update.Price, update.Quantity);
        return BookResult.Ok;
    }

    private BookResult Take(BookUpdate update)
    {
        if (!Find(update.InstrumentId, update.OrderId, out _, out SlowLevel? level, out SlowQuote? order))
        {
            SlowLevel? named = Levels(update.InstrumentId, update.Side).FirstOrDefault(l => l.Price == update.Price);
            if (named is not null)
            {
                named.Anonymous = Math.Max(0, named.Anonymous - update.Quantity);
                Tidy();
            }

            return BookResult.UnknownOrder;
        }

        bool isOver = update.Kind != BookUpdateKind.Delete && update.Quantity > order!.Quantity;
        order!.Quantity = update.Kind == BookUpdateKind.Delete ? 0 : Math.Max(0, order.Quantity - update.Quantity);
        level!.Orders.RemoveAll(o => o.Quantity == 0);
        Tidy();
        return isOver ? BookResult.OverExecution : BookResult.Ok;
    }

    private BookResult Replace(BookUpdate update)
    {
        if (!Find(update.InstrumentId, update.OrderId, out Side side, out SlowLevel? level, out SlowQuote? order))
        {
            return BookResult.UnknownOrder;
        }

        level!.Orders.Remove(order!);
        Tidy();
        return Add(update.InstrumentId, update.NewOrderId, side, update.Price, update.Quantity);
    }

    private BookResult Modify(BookUpdate update)
    {
        if (!Find(update.InstrumentId, update.OrderId, out Side side, out SlowLevel? level, out SlowQuote? order))
        {
            _ = Add(update.InstrumentId, update.OrderId, update.Side, update.Price, update.Quantity);
            return BookResult.UnknownOrder;
        }

        bool keepsItsPlace = update.Side == side && update.Price == level!.Price && update.Quantity <= order!.Quantity && update.Quantity > 0;
        if (keepsItsPlace)
        {
            order!.Quantity = update.Quantity;
            return BookResult.Ok;
        }

        _ = Add(update.InstrumentId, update.OrderId, update.Side, update.Price, update.Quantity);
        return BookResult.Ok;
    }

    private BookResult Clear(int instrument)
    {
        _ = _sides.Remove((instrument, Side.Buy));
        _ = _sides.Remove((instrument, Side.Sell));
        return BookResult.Ok;
    }

    private bool Find(int instrument, ulong id, out Side side, out SlowLevel? level, out SlowQuote? order)
    {
        foreach (Side own in (Side[])[Side.Buy, Side.Sell])
        {
            foreach (SlowLevel candidate in Levels(instrument, own))
            {
                if (candidate.Orders.Find(o => o.Id == id) is { } found)
                {
                    (side, level, order) = (own, candidate, found);
                    return true;
                }
            }
        }

        (side, level, order) = (0, null, null);
        return false;
    }

    private SlowLevel LevelAt(int instrument, Side side, long price)
    {
        if (!_sides.TryGetValue((instrument, side), out List<SlowLevel>? levels))
        {
            _sides[(instrument, side)] = levels = [];
        }

        if (levels.Find(l => l.Price == price) is { } there)
        {
            return there;
        }

        SlowLevel level = new() { Price = price };
        levels.Add(level);
        levels.Sort((a, b) => side == Side.Buy ? b.Price.CompareTo(a.Price) : a.Price.CompareTo(b.Price));
        return level;
    }

    private void Tidy()
    {
        foreach (List<SlowLevel> levels in _sides.Values)
        {
            _ = levels.RemoveAll(level => level.Anonymous == 0 && level.Orders.Count == 0);
        }
    }

    private bool IsCrossed(int instrument) =>
        Levels(instrument, Side.Buy) is [var bid, ..] && Levels(instrument, Side.Sell) is [var ask, ..] && bid.Price >= ask.Price;
}
