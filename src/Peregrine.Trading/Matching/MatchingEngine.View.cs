using System.Numerics;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

public sealed partial class MatchingEngine
{
    /// <summary>
    /// A digest of everything that decides what happens next: each resting order with its place, the last trade prices and the
    /// priority counter. Kept up to date with each change; equal engines have equal digests.
    /// </summary>
    public ulong StateHash => _hash + Mix((ulong)_prioritySequence, (ulong)_books.Count);

    /// <summary>The same digest computed afresh by walking every queue; for tests and doubt.</summary>
    public ulong ComputeStateHash()
    {
        ulong hash = Mix((ulong)_prioritySequence, (ulong)_books.Count);
        for (int id = 0; id < _books.Count; id++)
        {
            hash += HashOfLastTrade(_books[id], id) + HashOfSide(_books[id].Own(Side.Buy)) + HashOfSide(_books[id].Own(Side.Sell));
        }

        return hash;
    }

    /// <inheritdoc/>
    public int LevelCount(int instrumentId, Side side) => _books[instrumentId].Own(side).Count;

    /// <inheritdoc/>
    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level)
    {
        BookSide levels = _books[instrumentId].Own(side);
        if ((uint)depth >= (uint)levels.Count)
        {
            level = default;
            return false;
        }

        ref Level found = ref _levels[levels.AtDepth(depth)];
        level = new BookLevel(new Price(found.Price), new Quantity(found.Quantity), found.Count);
        return true;
    }

    /// <inheritdoc/>
    public bool TryGetLastTrade(int instrumentId, out Price price)
    {
        Book book = _books[instrumentId];
        price = new Price(book.LastTradeTicks);
        return book.HasLastTrade;
    }

    /// <summary>The best price of a side.</summary>
    /// <returns>False when the side is empty.</returns>
    public bool TryGetBest(int instrumentId, Side side, out Price price)
    {
        int best = _books[instrumentId].Own(side).Best;
        price = new Price(best == None ? 0 : _levels[best].Price);
        return best != None;
    }

    /// <summary>Looks a resting order up.</summary>
    public bool TryGetOrder(ulong orderId, out RestingOrder order)
    {
        int slot = _index.Find(orderId);
        order = slot == None ? default : View(slot);
        return slot != None;
    }

    /// <summary>The order that trades next on a side: the oldest at the best price.</summary>
    public bool TryGetHead(int instrumentId, Side side, out RestingOrder order)
    {
        int best = _books[instrumentId].Own(side).Best;
        order = best == None ? default : View(_levels[best].Head);
        return best != None;
    }

    /// <summary>The orders at a price in the order in which they trade; empty when there is no such level.</summary>
    /// <remarks>Allocates: no. Valid until the next request.</remarks>
    public LevelQueue GetQueue(int instrumentId, Side side, Price price)
    {
        BookSide levels = _books[instrumentId].Own(side);
        int position = levels.Find(KeyOf(side, price.Ticks));
        return new LevelQueue(this, position < 0 ? None : _levels[levels.AtPosition(position)].Head);
    }

    private RestingOrder View(int slot)
    {
        ref Order order = ref _orders[slot];
        return new RestingOrder
        {
            OrderId = order.Id,
            InstrumentId = order.InstrumentId,
            Side = order.Side,
            Price = new Price(order.Price),
            Leaves = new Quantity(order.Leaves),
            Account = order.Owner,
            Tag = order.Tag,
            PrioritySequence = order.PrioritySequence,
        };
    }

    private ulong HashOfSide(BookSide side)
    {
        ulong hash = 0;
        for (int depth = 0; depth < side.Count; depth++)
        {
            for (int slot = _levels[side.AtDepth(depth)].Head; slot != None; slot = _orders[slot].Next)
            {
                hash += HashOf(in _orders[slot]);
            }
        }

        return hash;
    }

    private static ulong HashOf(in Order order)
    {
        ulong place = Mix(order.Id ^ ((ulong)(byte)order.Side << 60), (ulong)order.Price ^ BitOperations.RotateLeft((ulong)order.PrioritySequence, 32));
        ulong whose = ((ulong)(uint)order.InstrumentId << 32) | (uint)order.Owner;
        return Mix(place ^ whose, (ulong)order.Leaves + (ulong)order.PrioritySequence);
    }

    private static ulong HashOfLastTrade(Book book, int instrumentId) =>
        book.HasLastTrade ? Mix((ulong)instrumentId + 0x51ed2701UL, (ulong)book.LastTradeTicks) : 0;

    // The digest is a sum, so each term must be well mixed by itself: a 128-bit product folded, twice.
    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left ^ 0x9e3779b97f4a7c15UL, right ^ 0xff51afd7ed558ccdUL, out ulong low);
        high = Math.BigMul(high ^ low ^ left, 0xc4ceb9fe1a85ec53UL, out low);
        return high ^ low ^ BitOperations.RotateLeft(right, 17);
    }

    /// <summary>Walks one level's queue: <c>foreach (RestingOrder order in engine.GetQueue(...))</c>.</summary>
    public struct LevelQueue
    {
        private readonly MatchingEngine _engine;
        private int _next;

        internal LevelQueue(MatchingEngine engine, int head)
        {
            _engine = engine;
            _next = head;
            Current = default;
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
                return false;
            }

            Current = _engine.View(_next);
            _next = _engine._orders[_next].Next;
            return true;
        }
    }
}
