using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

public sealed partial class MatchingEngine
{
    private readonly List<int> _dirtyBooks = [];
    private ulong _booksHash;
    private DepthCursor _cursor;

    /// <inheritdoc/>
    public ulong StateHash
    {
        get
        {
            foreach (int id in _dirtyBooks)
            {
                Book book = _books[id];
                ulong term = TermOf(book);
                _booksHash += term - book.Term;
                book.Term = term;
                book.IsDirty = false;
            }

            _dirtyBooks.Clear();
            return _hash + _booksHash + MatchDigest.OfTime(TimeNs, InstrumentCount);
        }
    }

    /// <summary>The same digest made afresh from every order; for tests and doubt.</summary>
    public ulong ComputeStateHash()
    {
        ulong hash = MatchDigest.OfTime(TimeNs, InstrumentCount);
        for (int id = 0; id < InstrumentCount; id++)
        {
            hash += TermOf(_books[id]);
        }

        for (int slot = 0; slot < _slotsUsed; slot++)
        {
            hash += _groups.InstrumentOf(slot) == None ? 0 : MatchDigest.OfOrder(View(slot));
        }

        return Kept(hash);
    }

    /// <inheritdoc/>
    public int LevelCount(int instrumentId, Side side) => _books[instrumentId].Own(side).ShownCount;

    /// <inheritdoc/>
    /// <remarks>Going down from the best costs no more than one step each.</remarks>
    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level)
    {
        BookSide levels = _books[instrumentId].Own(side);
        if ((uint)depth >= (uint)levels.ShownCount)
        {
            level = default;
            return false;
        }

        DepthCursor cursor = _cursor;
        bool goesOn = cursor.Side == levels && cursor.Deltas == _books[instrumentId].Deltas && cursor.Depth <= depth;
        if (!goesOn)
        {
            cursor = new DepthCursor { Side = levels, Deltas = _books[instrumentId].Deltas, Depth = -1, Key = long.MaxValue };
        }

        int levelIndex = goesOn ? levels.Find(cursor.Key) : None;
        while (cursor.Depth < depth)
        {
            levelIndex = levels.NextWorse(cursor.Key, out cursor.Key);
            cursor.Depth += LevelAt(levelIndex).Shown.Count > 0 ? 1 : 0;
        }

        _cursor = cursor;
        ref Level found = ref LevelAt(levelIndex);
        level = new BookLevel(new Price(found.Price), new Quantity(found.Quantity), found.Shown.Count);
        return Kept(true);
    }

    /// <summary>What a price shows.</summary>
    /// <returns>False, and default, when it shows nothing.</returns>
    public bool TryGetLevelAt(int instrumentId, Side side, Price price, out BookLevel level)
    {
        int levelIndex = _books[instrumentId].Own(side).Find(KeyOf(side, price.Ticks));
        if (levelIndex == None || LevelAt(levelIndex).Shown.Count == 0)
        {
            level = default;
            return Kept(false);
        }

        ref Level found = ref LevelAt(levelIndex);
        level = new BookLevel(new Price(found.Price), new Quantity(found.Quantity), found.Shown.Count);
        return Kept(true);
    }

    /// <inheritdoc/>
    public bool TryGetLastTrade(int instrumentId, out Price price)
    {
        Book book = _books[instrumentId];
        price = new Price(book.LastTrade);
        return book.HasLastTrade;
    }

    /// <summary>The best shown price of a side.</summary>
    /// <returns>False when the side shows nothing.</returns>
    public bool TryGetBest(int instrumentId, Side side, out Price price)
    {
        bool found = TryGetBestShown(_books[instrumentId], side, referencesOnly: false, out long ticks);
        price = new Price(ticks);
        return Kept(found);
    }

    /// <inheritdoc/>
    public bool TryGetOrder(ulong orderId, out RestingOrder order)
    {
        int slot = _index.Find(orderId);
        order = slot == None ? default : View(slot);
        return Kept(slot != None);
    }

    /// <summary>The order that trades next on a side: the oldest shown one at the best shown price.</summary>
    public bool TryGetHead(int instrumentId, Side side, out RestingOrder order)
    {
        Book book = _books[instrumentId];
        bool found = TryGetBestShown(book, side, referencesOnly: false, out long ticks);
        order = found ? View(LevelAt(book.Own(side).Find(KeyOf(side, ticks))).Shown.Head) : default;
        return Kept(found);
    }

    /// <summary>The orders at a price in the order in which they trade, shown ones, then hidden ones; empty when there is no such level.</summary>
    /// <remarks>Allocates: no. Valid until the next request.</remarks>
    public LevelQueue GetQueue(int instrumentId, Side side, Price price)
    {
        int level = _books[instrumentId].Own(side).Find(KeyOf(side, price.Ticks));
        return new LevelQueue(this, level);
    }

    /// <summary>All orders of an instrument, wherever they are, in no order.</summary>
    /// <returns>How many; the span may be longer.</returns>
    /// <exception cref="ArgumentException">The target is shorter than the instrument has orders.</exception>
    public int CopyOrders(int instrumentId, Span<RestingOrder> target)
    {
        int found = 0;
        Book book = _books[instrumentId];
        foreach (int slot in _groups.Of(instrumentId))
        {
            if (found == target.Length)
            {
                throw new ArgumentException($"target holds {target.Length} orders, the instrument has {book.OrderCount}", nameof(target));
            }

            target[found++] = View(slot);
        }

        return Kept(found);
    }

    /// <summary>How many orders an instrument has, wherever they are.</summary>
    public int OrderCountOf(int instrumentId) => _books[instrumentId].OrderCount;

    /// <summary>Whether there is an order of that id with these values: fewer places in memory than a view of it needs.</summary>
    internal bool Holds(ulong orderId, int tag, Side side, int instrumentId, int session, Quantity leaves)
    {
        int slot = _index.Find(orderId);
        bool isSame = slot != None && OrderAt(slot).Tag == tag && OrderAt(slot).Side == side && OrderAt(slot).Leaves == leaves.Lots
            && _groups.InstrumentOf(slot) == instrumentId && _groups.SessionOf(slot) == session;
        return Kept(isSame);
    }

    private RestingOrder View(int slot)
    {
        ref Order order = ref OrderAt(slot);
        ref OrderDetail detail = ref _details[slot];
        OrderExtra extra = (order.Kind & OrderKind.HasExtra) != 0 ? _extras[slot] : default;
        return new RestingOrder
        {
            OrderId = order.Id,
            Price = new Price(order.Place == OrderPlace.Queue && order.Level != None ? PriceInQueue(slot) : detail.Price),
            Leaves = new Quantity(order.Leaves),
            Shown = new Quantity(order.Shown),
            PrioritySequence = order.Priority,
            StopPrice = new Price(extra.StopPrice),
            OffsetTicks = extra.OffsetTicks,
            DisplayQuantity = new Quantity(extra.Display),
            MinimumQuantity = new Quantity(extra.Minimum),
            ExpireTimeNs = detail.ExpireTimeNs,
            LimitPrice = new Price(extra.LimitPrice),
            InstrumentId = _groups.InstrumentOf(slot),
            Account = _groups.AccountOf(slot),
            Firm = detail.Firm,
            Strategy = detail.Strategy,
            Session = _groups.SessionOf(slot),
            Tag = order.Tag,
            Side = order.Side,
            Type = detail.Type,
            TimeInForce = detail.TimeInForce,
            Flags = detail.Flags,
            Peg = detail.Peg,
            SelfTrade = detail.SelfTrade,
            Place = order.Place,
        };
    }

    private long PriceInQueue(int slot) => LevelAt(OrderAt(slot).Level).Price;

    private static ulong TermOf(Book book) => MatchDigest.OfBook(
        book.InstrumentId,
        book.Priority,
        book.Phase,
        book.CancelsForbidden,
        book.AuctionEndNs,
        book.HasLastTrade ? new Price(book.LastTrade) : null,
        book.HasAuctionPrice ? new Price(book.AuctionPrice) : null,
        in book.Told);

    private void MarkDirty(Book book)
    {
        if (!book.IsDirty)
        {
            book.IsDirty = true;
            _dirtyBooks.Add(book.InstrumentId);
        }
    }

    private void SetOwners(Book book)
    {
        foreach (int slot in _groups.Of(book.InstrumentId))
        {
            OrderAt(slot).Owner = OwnerOf(book, _groups.AccountOf(slot), _details[slot].Firm, _details[slot].Strategy);
        }
    }

    // Where the last look at the levels by depth ended.
    private struct DepthCursor
    {
        public BookSide? Side;
        public long Deltas;
        public long Key;
        public int Depth;
    }

    /// <summary>Walks one level's queues: <c>foreach (RestingOrder order in engine.GetQueue(...))</c>.</summary>
    public struct LevelQueue
    {
        private readonly MatchingEngine _engine;
        private int _next;
        private int _hiddenHead = None;

        internal LevelQueue(MatchingEngine engine, int level)
        {
            _engine = engine;
            _next = None;
            Current = default;
            if (level != None)
            {
                _next = engine.LevelAt(level).Shown.Head;
                _hiddenHead = engine.Kept(engine.LevelAt(level).Hidden.Head);
            }
        }

        /// <summary>The order that the walk stands on.</summary>
        public RestingOrder Current { get; private set; }

        /// <summary>The walk itself, for foreach.</summary>
        public readonly LevelQueue GetEnumerator() => this;

        /// <summary>Goes to the next order.</summary>
        /// <returns>False behind the newest.</returns>
        public bool MoveNext()
        {
            if (_next == None)
            {
                (_next, _hiddenHead) = (_hiddenHead, None);
            }

            if (_next == None)
            {
                return false;
            }

            Current = _engine.View(_next);
            _next = _engine.OrderAt(_next).Next;
            return _engine.Kept(true);
        }
    }
}
