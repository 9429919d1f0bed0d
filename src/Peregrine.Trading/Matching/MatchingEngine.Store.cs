using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

public sealed partial class MatchingEngine
{
    private const int None = -1;
    private readonly Order[] _orders;
    private readonly Level[] _levels;
    private readonly OrderIndex _index;
    private readonly List<Book> _books = [];
    private int _freeOrder;
    private int _freeLevel;
    private long _prioritySequence;
    private ulong _hash;

    private void Rest(Book book, in MatchOrder order, long leaves, MatchEventBuffer events)
    {
        int slot = _freeOrder;
        ref Order resting = ref _orders[slot];
        _freeOrder = resting.Next;
        int levelIndex = FindOrAddLevel(book, in order);
        ref Level level = ref _levels[levelIndex];
        resting.Id = order.OrderId;
        resting.Price = order.Price.Ticks;
        resting.Leaves = leaves;
        resting.PrioritySequence = ++_prioritySequence;
        resting.InstrumentId = order.InstrumentId;
        resting.Owner = order.Account;
        resting.Tag = order.Tag;
        resting.Side = order.Side;
        resting.TimeInForce = order.TimeInForce;
        resting.Level = levelIndex;
        resting.Previous = level.Tail;
        resting.Next = None;
        if (level.Tail == None)
        {
            level.Head = slot;
        }
        else
        {
            _orders[level.Tail].Next = slot;
        }

        level.Tail = slot;
        level.Count++;
        level.Quantity += leaves;
        OrderCount++;
        _index.Add(order.OrderId, slot);
        _hash += HashOf(in resting);
        EmitLevel(levelIndex, events);
    }

    /// <summary>Takes lots off an order and its level; the order stays in the queue even with none left.</summary>
    private void Reduce(int slot, long lots)
    {
        ref Order order = ref _orders[slot];
        _hash -= HashOf(in order);
        order.Leaves -= lots;
        _levels[order.Level].Quantity -= lots;
        if (order.Leaves > 0)
        {
            _hash += HashOf(in order);
        }
    }

    /// <summary>Takes a whole order out of the book and tells its level's change.</summary>
    private void Unlink(int slot, MatchEventBuffer events)
    {
        int level = _orders[slot].Level;
        Book book = _books[_orders[slot].InstrumentId];
        Reduce(slot, _orders[slot].Leaves);
        RemoveFromQueue(slot);
        EmitLevel(level, events);
        if (_levels[level].Count == 0)
        {
            FreeLevel(book, level);
        }
    }

    private void RemoveFromQueue(int slot)
    {
        ref Order order = ref _orders[slot];
        ref Level level = ref _levels[order.Level];
        Invariant.That(order.Leaves == 0, "an order leaves its queue with nothing left in the level's total");
        if (order.Previous == None)
        {
            level.Head = order.Next;
        }
        else
        {
            _orders[order.Previous].Next = order.Next;
        }

        if (order.Next == None)
        {
            level.Tail = order.Previous;
        }
        else
        {
            _orders[order.Next].Previous = order.Previous;
        }

        level.Count--;
        _index.Remove(order.Id);
        order.Id = 0;
        order.Next = _freeOrder;
        _freeOrder = slot;
        OrderCount--;
    }

    private int FindOrAddLevel(Book book, in MatchOrder order)
    {
        BookSide side = book.Own(order.Side);
        long key = KeyOf(order.Side, order.Price.Ticks);
        int position = side.Find(key);
        if (position >= 0)
        {
            return side.AtPosition(position);
        }

        // Every level holds an order, so levels cannot run out before orders do.
        int index = _freeLevel;
        ref Level level = ref _levels[index];
        _freeLevel = level.Head;
        level = new Level { Price = order.Price.Ticks, Head = None, Tail = None, InstrumentId = order.InstrumentId, Side = order.Side };
        side.Insert(~position, key, index);
        return index;
    }

    private void FreeLevel(Book book, int index)
    {
        ref Level level = ref _levels[index];
        Invariant.That(level.Quantity == 0 && level.Head == None, "a level without orders holds no quantity");
        BookSide side = book.Own(level.Side);
        side.RemoveAt(side.Find(KeyOf(level.Side, level.Price)));
        level.Head = _freeLevel;
        _freeLevel = index;
    }

    private void SetLastTrade(Book book, int instrumentId, long ticks)
    {
        _hash -= HashOfLastTrade(book, instrumentId);
        book.HasLastTrade = true;
        book.LastTradeTicks = ticks;
        _hash += HashOfLastTrade(book, instrumentId);
    }

    private static MatchOrder ToMatchOrder(in Order order) => new()
    {
        OrderId = order.Id,
        Price = new Price(order.Price),
        Quantity = new Quantity(order.Leaves),
        InstrumentId = order.InstrumentId,
        Account = order.Owner,
        Tag = order.Tag,
        Side = order.Side,
        Type = OrderType.Limit,
        TimeInForce = order.TimeInForce,
    };

    // 64 bytes: one cache line.
    private struct Order
    {
        public ulong Id;
        public long Price;
        public long Leaves;
        public long PrioritySequence;
        public int InstrumentId;
        public int Owner;
        public int Tag;
        public int Level;
        public int Previous;

        /// <summary>The next in the queue, or in the free list.</summary>
        public int Next;
        public Side Side;
        public TimeInForce TimeInForce;
    }

    private struct Level
    {
        public long Price;
        public long Quantity;

        /// <summary>The oldest order, or the next in the free list.</summary>
        public int Head;
        public int Tail;
        public int Count;
        public int InstrumentId;
        public Side Side;
    }

    private sealed class Book
    {
        private readonly BookSide _bids = new();
        private readonly BookSide _asks = new();
        public bool HasLastTrade;
        public long LastTradeTicks;

        public BookSide Own(Side side) => side == Side.Buy ? _bids : _asks;

        public BookSide Other(Side side) => side == Side.Buy ? _asks : _bids;
    }
}
