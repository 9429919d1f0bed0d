using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>An order as a feed's book has it.</summary>
public readonly record struct QueuedOrder(ulong OrderId, long Quantity);

/// <summary>Walks through levels and their queues.</summary>
public sealed partial class MarketBooks
{
    /// <summary>How many levels a side has.</summary>
    public int LevelCount(int instrumentId, Side side) => FindBook(instrumentId)?.Own(side).Count ?? 0;

    /// <summary>How many known orders a level has; 0 when there is no such level.</summary>
    /// <param name="depth">0 is the best.</param>
    public int OrderCountAt(int instrumentId, Side side, int depth)
    {
        SortedLevels? levels = FindBook(instrumentId)?.Own(side);
        return levels is not null && (uint)depth < (uint)levels.Count ? _levels[levels.AtDepth(depth)].OrderCount : 0;
    }

    /// <summary>The level at a price.</summary>
    /// <returns>False, and zeros, when there is none.</returns>
    public bool TryGetLevelAt(int instrumentId, Side side, long price, out long quantity, out int orderCount)
    {
        SortedLevels? levels = FindBook(instrumentId)?.Own(side);
        int position = levels?.Find(KeyOf(side, price)) ?? None;
        bool isThere = position >= 0;
        quantity = isThere ? _levels[levels!.AtPosition(position)].Quantity : 0;
        orderCount = isThere ? _levels[levels!.AtPosition(position)].OrderCount : 0;
        return isThere;
    }

    /// <summary>Quantity of a level that no known order stands for; it came before every known order of the level.</summary>
    /// <param name="depth">0 is the best.</param>
    public long AnonymousAt(int instrumentId, Side side, int depth)
    {
        SortedLevels? levels = FindBook(instrumentId)?.Own(side);
        return levels is not null && (uint)depth < (uint)levels.Count ? _levels[levels.AtDepth(depth)].Anonymous : 0;
    }

    /// <summary>The known orders of a level, oldest first; empty when there is no such level.</summary>
    /// <param name="depth">0 is the best.</param>
    /// <remarks>Allocates: no. Valid until the next update.</remarks>
    public LevelQueue QueueAt(int instrumentId, Side side, int depth)
    {
        SortedLevels? levels = FindBook(instrumentId)?.Own(side);
        return new LevelQueue(this, levels is not null && (uint)depth < (uint)levels.Count ? _levels[levels.AtDepth(depth)].Head : None);
    }

    /// <summary>Walks one level's queue: <c>foreach (QueuedOrder order in books.QueueAt(...))</c>.</summary>
    public struct LevelQueue
    {
        private readonly MarketBooks _books;
        private int _next;

        internal LevelQueue(MarketBooks books, int head)
        {
            _books = books;
            _next = head;
            Current = default;
        }

        /// <summary>The order that the walk stands on.</summary>
        public QueuedOrder Current { get; private set; }

        /// <summary>The walk itself, for foreach.</summary>
        public readonly LevelQueue GetEnumerator() => this;

        /// <summary>Goes to the next order.</summary>
        /// <returns>False behind the newest.</returns>
        public bool MoveNext()
        {
            if (_next < 0)
            {
                return false;
            }

            ref readonly BookOrder order = ref _books._orders[_next];
            Current = new QueuedOrder(order.Id, order.Quantity);
            _next = order.Next;
            return true;
        }
    }
}
