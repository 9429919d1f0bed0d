using Peregrine.Distribution.Transports;
using Peregrine.Distribution.Wire;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>One instrument in one form: what changed is encoded once, for all who subscribed to that.</summary>
/// <remarks>Thread: the market data server's. Allocates: when made.</remarks>
internal sealed class BookFeed
{
    private readonly ServedBooks _books;
    private readonly InstrumentChanges _changes;
    private readonly Level[] _told;
    private readonly int[] _toldCounts = new int[2];

    /// <summary>Makes one that begins at the book as it is now.</summary>
    public BookFeed(InstrumentChanges changes, BookForm form, ServedBooks books)
    {
        (_changes, Form, _books) = (changes, form, books);
        _told = new Level[form.Depth * 2];
        Follow();
    }

    /// <summary>Its form.</summary>
    public BookForm Form { get; }

    /// <summary>The instrument.</summary>
    public InstrumentChanges Instrument => _changes;

    /// <summary>Who is told.</summary>
    public List<BookSubscription> Subscriptions { get; } = [];

    /// <summary>Whether this pass has anything for it.</summary>
    public bool IsTouched => (Form.HasTrades && _changes.Trades.Length > 0) || (_changes.IsCleared && HasBook) || TouchesBook();

    /// <summary>Whether this pass is told by a snapshot.</summary>
    public bool NeedsSnapshot => Form.IsRefreshed || (_changes.IsCleared && HasBook);

    private bool HasBook => (Form.Types & (EntryTypes.Bids | EntryTypes.Offers)) != 0;

    /// <summary>Encodes what changed in this pass, as entries of a MarketDataIncrementalRefresh.</summary>
    public void EncodeChanges(EntryBuffer target)
    {
        EncodeTrades(target);
        if (Form.IsByOrder)
        {
            EncodeOrders(target);
        }
        else if (Form.Depth > 0)
        {
            EncodeTop(target, Side.Buy);
            EncodeTop(target, Side.Sell);
        }
        else
        {
            EncodeLevels(target);
        }
    }

    /// <summary>Encodes the trades of this pass alone.</summary>
    public void EncodeTrades(EntryBuffer target)
    {
        foreach (ref readonly TradeEntry trade in Form.HasTrades ? _changes.Trades : default)
        {
            EncodeTrade(target, in trade, isChange: true);
        }
    }

    /// <summary>Encodes the book as it is, as entries of a MarketDataSnapshotFullRefresh.</summary>
    public void EncodeSnapshot(EntryBuffer target)
    {
        EncodeSide(target, Side.Buy);
        EncodeSide(target, Side.Sell);
        TradeEntry last = Form.HasTrades ? _books.LastTradeOf(_changes.InstrumentId) : default;
        if (last.TradeId > 0)
        {
            EncodeTrade(target, in last, isChange: false);
        }
    }

    /// <summary>Goes on from the book as it is now: it was told by a snapshot.</summary>
    public void Follow()
    {
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            Span<Level> told = ToldOf(side);
            int count = Form.Has(side) ? ReadTop(side, told) : 0;
            _toldCounts[PlaceOf(side)] = count;
        }
    }

    private static int PlaceOf(Side side) => side == Side.Buy ? 0 : 1;

    private Span<Level> ToldOf(Side side) => _told.AsSpan(PlaceOf(side) * Form.Depth, Form.Depth);

    private bool TouchesBook()
    {
        foreach (ref readonly TouchedLevel level in _changes.Levels)
        {
            if (Form.Has(level.Side))
            {
                return true;
            }
        }

        return false;
    }

    private int ReadTop(Side side, Span<Level> levels)
    {
        int count = 0;
        while (count < levels.Length
            && _books.TryGetLevel(_changes.InstrumentId, side, count, out long price, out long quantity, out int orders))
        {
            levels[count++] = new Level(price, quantity, orders);
        }

        return count;
    }

    private void EncodeLevels(EntryBuffer target)
    {
        foreach (ref readonly TouchedLevel touched in _changes.Levels)
        {
            if (!Form.Has(touched.Side))
            {
                continue;
            }

            bool isThere = _books.TryGetLevelAt(_changes.InstrumentId, touched.Side, touched.Price, out long quantity, out int orders);
            if (isThere || touched.WasThere)
            {
                EncodeLevel(target, touched.Side, new Level(touched.Price, quantity, orders), !isThere ? '2' : touched.WasThere ? '1' : '0');
            }
        }
    }

    // Both lists are sorted from the best on: a walk over the two finds what left, what came and what changed.
    private void EncodeTop(EntryBuffer target, Side side)
    {
        if (!Form.Has(side))
        {
            return;
        }

        Span<Level> told = ToldOf(side);
        ref int toldCount = ref _toldCounts[PlaceOf(side)];
        Span<Level> now = stackalloc Level[Form.Depth];
        int count = ReadTop(side, now);
        for (int before = 0, after = 0; before < toldCount || after < count;)
        {
            int order = before == toldCount ? 1 : after == count ? -1 : Compare(side, told[before].Price, now[after].Price);
            if (order < 0)
            {
                EncodeLevel(target, side, told[before++], '2');
            }
            else if (order > 0)
            {
                EncodeLevel(target, side, now[after++], '0');
            }
            else
            {
                if (told[before] != now[after])
                {
                    EncodeLevel(target, side, now[after], '1');
                }

                before++;
                after++;
            }
        }

        now[..count].CopyTo(told);
        toldCount = count;
    }

    private static int Compare(Side side, long left, long right) => side == Side.Buy ? right.CompareTo(left) : left.CompareTo(right);

    private void EncodeOrders(EntryBuffer target)
    {
        foreach (ref readonly TouchedOrder order in _changes.Orders)
        {
            if (Form.Has(order.Side) && target.TryBeginEntry())
            {
                target.Add("279="u8, order.IsNew ? '0' : order.Left > 0 ? '1' : '2');
                target.Add("269="u8, order.Side == Side.Buy ? '0' : '1');
                target.Add("278="u8, order.OrderId);
                target.Add("55="u8, _changes.Symbol);
                target.Add("270="u8, order.Price, _changes.Decimals);
                if (order.Left > 0)
                {
                    target.Add("271="u8, order.Left, 0);
                }

                target.Add("37="u8, order.OrderId);
            }
        }
    }

    private void EncodeLevel(EntryBuffer target, Side side, in Level level, char action)
    {
        if (!target.TryBeginEntry())
        {
            return;
        }

        target.Add("279="u8, action);
        target.Add("269="u8, side == Side.Buy ? '0' : '1');
        target.Add("55="u8, _changes.Symbol);
        AddLevel(target, level, isWhole: action != '2');
    }

    private void AddLevel(EntryBuffer target, in Level level, bool isWhole)
    {
        target.Add("270="u8, level.Price, _changes.Decimals);
        if (isWhole)
        {
            target.Add("271="u8, level.Quantity, 0);
            target.Add("346="u8, level.Orders, 0);
        }
    }

    private void EncodeSide(EntryBuffer target, Side side)
    {
        int levels = Form.Has(side) ? _books.LevelCount(_changes.InstrumentId, side) : 0;
        levels = Form.Depth > 0 ? Math.Min(levels, Form.Depth) : levels;
        for (int depth = 0; depth < levels && !target.IsFull; depth++)
        {
            _ = _books.TryGetLevel(_changes.InstrumentId, side, depth, out long price, out long quantity, out int orders);
            if (Form.IsByOrder)
            {
                EncodeQueue(target, side, depth, price);
            }
            else if (target.TryBeginEntry())
            {
                target.Add("269="u8, side == Side.Buy ? '0' : '1');
                AddLevel(target, new Level(price, quantity, orders), isWhole: true);
            }
        }
    }

    private void EncodeQueue(EntryBuffer target, Side side, int depth, long price)
    {
        foreach (Trading.MarketData.QueuedOrder order in _books.QueueAt(_changes.InstrumentId, side, depth))
        {
            if (!target.TryBeginEntry())
            {
                return;
            }

            target.Add("269="u8, side == Side.Buy ? '0' : '1');
            target.Add("270="u8, price, _changes.Decimals);
            target.Add("271="u8, order.Quantity, 0);
            target.Add("37="u8, order.OrderId);
        }
    }

    private void EncodeTrade(EntryBuffer target, in TradeEntry trade, bool isChange)
    {
        if (!target.TryBeginEntry())
        {
            return;
        }

        if (isChange)
        {
            target.Add("279="u8, '0');
        }

        target.Add("269="u8, '2');
        if (isChange)
        {
            target.Add("278="u8, trade.TradeId, 0);
            target.Add("55="u8, _changes.Symbol);
        }

        target.Add("270="u8, trade.Price, _changes.Decimals);
        target.Add("271="u8, trade.Quantity, 0);
        target.AddDateAndTime(trade.TimeNs);
    }

    private readonly record struct Level(long Price, long Quantity, int Orders);
}
