using System.Runtime.CompilerServices;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

public sealed partial class MatchingEngine
{
    private const int None = -1;
    private readonly Slab<Order> _orders;
    private readonly Slab<OrderDetail> _details;
    private readonly Slab<OrderExtra> _extras;
    private readonly Slab<Level> _levels;

    // By level: how many conditional orders are in its hidden queue.
    private readonly Slab<int> _conditionalCounts;
    private readonly OrderIndex _index;
    private readonly OrderGroups _groups;
    private Book[] _books = [];
    private int _freeOrder;
    private int _freeLevel;
    private int _slotsUsed;
    private readonly Predicate<int> _shows;
    private ulong _hash;

    /// <summary>Which less common things an order is.</summary>
    [Flags]
    private enum OrderKind : ushort
    {
        Plain = 0,
        Hidden = 1,
        Iceberg = 2,

        /// <summary>Hidden with a minimum execution size, or all or none.</summary>
        Conditional = 4,
        Pegged = 8,

        /// <summary>In the expiry heap.</summary>
        Timed = 16,

        /// <summary>Its <see cref="OrderExtra"/> means something.</summary>
        HasExtra = 32,

        /// <summary>In the level of market orders.</summary>
        Market = 64,
        AllOrNone = 128,
        PostOnly = 256,
    }

    private ref Order OrderAt(int slot) => ref _orders[slot];

    private ref Level LevelAt(int level) => ref _levels[level];

    private Book BookOf(int slot) => _books[_groups.InstrumentOf(slot)];

    // A better price is a greater key on both sides, see BookSide. Without a branch, which would be mispredicted half the time: x ^ -1 is -x - 1.
    private static long KeyOf(Side side, long ticks)
    {
        long sign = (long)Side.Buy - (long)side;
        return (ticks ^ sign) - sign;
    }

    private int TakeSlot()
    {
        int slot = _freeOrder;
        Invariant.That(slot != None && _orders[slot].Id == 0, "a free slot holds no order, and there is one for every order that may rest");
        _freeOrder = _orders[slot].Next;
        _slotsUsed = Math.Max(_slotsUsed, slot + 1);
        return slot;
    }

    /// <summary>Forgets an order that is in no queue, stop side or list.</summary>
    private void Free(Book book, int slot)
    {
        ref Order order = ref OrderAt(slot);
        if ((order.Kind & OrderKind.Timed) != 0)
        {
            _expiries.Remove(slot, _details);
        }

        Invariant.That(order.Id != 0 && _index.Find(order.Id) == slot, "an order is forgotten once, and its id led to it until then");
        _index.Remove(order.Id);
        order.Id = 0;
        order.Kind = OrderKind.Plain;
        order.Place = 0;
        order.Next = _freeOrder;
        _freeOrder = slot;
        _groups.Remove(slot);
        OrderCount--;
        book.OrderCount--;
        Invariant.That(book.OrderCount >= 0 && book.OrderCount <= OrderCount,
            "a book has no more orders than the engine, and none less than none");
    }

    private int TakeLevel(long ticks, int instrumentId, Side side)
    {
        // Every level holds an order, so levels cannot run out before orders do.
        int index = _freeLevel;
        Invariant.That(index != None, "levels cannot run out before orders do: every level holds one");
        ref Level level = ref LevelAt(index);
        _freeLevel = level.Shown.Head;
        level = default;
        level.Price = ticks;
        level.Shown.Head = None;
        level.Shown.Tail = None;
        level.Hidden.Head = None;
        level.Hidden.Tail = None;
        level.InstrumentAndSide = (instrumentId << 2) | (int)side;
        return index;
    }

    private void FreeLevel(int index)
    {
        ref Level level = ref LevelAt(index);
        Invariant.That(
            level is { Quantity: 0, Reserve: 0, HiddenQuantity: 0, Shown.Count: 0, Hidden.Count: 0, ReferenceCount: 0, IsEmpty: true },
            "a level without orders holds nothing");
        level.Shown.Head = _freeLevel;
        _freeLevel = index;
    }

    /// <summary>Puts an order at the back of the shown or hidden queue of a level. Leaves, Shown, Kind and Priority of the order are set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(int slot, ref Order order, int levelIndex, ref Level level)
    {
        order.Level = levelIndex;
        Invariant.That(order.Leaves > 0 && order.Shown >= 0 && order.Shown <= order.Leaves,
            "an order in a queue has something left and shows no more than that");
        if ((order.Kind & OrderKind.Hidden) != 0)
        {
            Invariant.That(order.Shown == 0, "a hidden order shows nothing");
            AddLast(ref level.Hidden, slot, ref order);
            if ((order.Kind & OrderKind.Conditional) != 0)
            {
                CountConditional(levelIndex, in level);
            }
            else
            {
                level.HiddenQuantity += order.Leaves;
            }

            return;
        }

        AddLast(ref level.Shown, slot, ref order);
        level.Quantity += order.Shown;
        if (order.Kind == OrderKind.Plain)
        {
            level.ReferenceCount++;
            return;
        }

        level.Reserve += order.Leaves - order.Shown;
        level.ReferenceCount += (order.Kind & OrderKind.Pegged) != 0 ? 0 : 1;
    }

    /// <summary>Takes an order with all that it has left out of its queue; the level stays, be it empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Detach(int slot, ref Level level)
    {
        ref Order order = ref OrderAt(slot);
        if ((order.Kind & OrderKind.Hidden) != 0)
        {
            DetachHidden(ref order, ref level);
            return;
        }

        Unlink(ref level.Shown, in order);
        level.Quantity -= order.Shown;
        Invariant.That(level.Quantity >= 0 && (level.Shown.Count > 0 || level.Quantity == 0),
            "a level shows what its orders show, and nothing without one");
        if (order.Kind == OrderKind.Plain)
        {
            level.ReferenceCount--;
            return;
        }

        level.Reserve -= order.Leaves - order.Shown;
        level.ReferenceCount -= (order.Kind & OrderKind.Pegged) != 0 ? 0 : 1;
        Invariant.That(level.Reserve >= 0 && level.ReferenceCount >= 0 && level.ReferenceCount <= level.Shown.Count,
            "what a level holds back, and whom pegs may follow, are parts of its shown orders");
    }

    private void DetachHidden(ref Order order, ref Level level)
    {
        Unlink(ref level.Hidden, in order);
        if ((order.Kind & OrderKind.Conditional) != 0)
        {
            UncountConditional(order.Level, in level);
        }
        else
        {
            level.HiddenQuantity -= order.Leaves;
        }

        Invariant.That(level.HiddenQuantity >= 0 && (level.Hidden.Count > 0 || level.HiddenQuantity == 0),
            "a level hides what its hidden orders have, and nothing without one");
    }

    // So that those of a price that has come within reach are found, and no others looked at.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountConditional(int levelIndex, in Level level)
    {
        Book book = _books[level.InstrumentId];
        book.ConditionalCount++;
        if (_conditionalCounts[levelIndex]++ == 0)
        {
            book.Conditionals(level.Side).Add(KeyOf(level.Side, level.Price), levelIndex);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void UncountConditional(int levelIndex, in Level level)
    {
        Book book = _books[level.InstrumentId];
        book.ConditionalCount--;
        Invariant.That(book.ConditionalCount >= 0 && _conditionalCounts[levelIndex] > 0, "a conditional order is counted once, where it is");
        if (--_conditionalCounts[levelIndex] == 0)
        {
            book.Conditionals(level.Side).Remove(KeyOf(level.Side, level.Price));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddLast(ref OrderQueue queue, int slot, ref Order order)
    {
        Invariant.That((queue.Tail == None) == (queue.Count == 0), "a queue has a tail as long as it has orders");
        Invariant.That(queue.Tail == None || OrderAt(queue.Tail).Priority < order.Priority,
            "orders of a queue stand in the order of their numbers");
        order.Next = None;
        order.Previous = queue.Tail;
        if (queue.Tail == None)
        {
            queue.Head = slot;
        }
        else
        {
            OrderAt(queue.Tail).Next = slot;
        }

        queue.Tail = slot;
        queue.Count++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unlink(ref OrderQueue queue, in Order order)
    {
        Invariant.That(queue.Count > 0 && (order.Previous == None || OrderAt(order.Previous).Next == SlotIn(in queue, in order)),
            "the order before one in a queue leads to it");
        Invariant.That(order.Next == None || OrderAt(order.Next).Previous == SlotIn(in queue, in order),
            "the order behind one in a queue leads back to it");
        if (order.Previous == None)
        {
            queue.Head = order.Next;
        }
        else
        {
            OrderAt(order.Previous).Next = order.Next;
        }

        if (order.Next == None)
        {
            queue.Tail = order.Previous;
        }
        else
        {
            OrderAt(order.Next).Previous = order.Previous;
        }

        queue.Count--;
        Invariant.That((queue.Count == 0) == (queue.Head == None) && (queue.Count == 0) == (queue.Tail == None),
            "a queue without orders has neither head nor tail");
    }

    // Where an order of a queue lies, by its neighbour: for the checks of hot loops only.
    private int SlotIn(in OrderQueue queue, in Order order) => order.Previous == None ? queue.Head : OrderAt(order.Previous).Next;

    // 64 bytes: what matching and changes of the book touch.
    private struct Order
    {
        public ulong Id;
        public long Leaves;

        /// <summary>What of it is shown: all, an iceberg's slice, 0 when hidden, parked or a market order.</summary>
        public long Shown;
        public long Priority;

        /// <summary>Its part of the digest that seldom changes (<see cref="MatchDigest.OfIdentity"/>).</summary>
        public ulong Identity;

        /// <summary>For self-trade prevention, or -1.</summary>
        public int Owner;

        /// <summary>The level of its queue or stop.</summary>
        public int Level;
        public int Previous;

        /// <summary>The next in the queue, or in the free list.</summary>
        public int Next;
        public int Tag;
        public OrderKind Kind;
        public Side Side;
        public OrderPlace Place;
    }

    // What is needed when an order is looked at or changed. 48 bytes.
    private struct OrderDetail
    {
        /// <summary>Its limit price where it is in no queue of the book; in a queue that of the level counts.</summary>
        public long Price;
        public long ExpireTimeNs;
        public int Firm;
        public int Strategy;

        /// <summary>Links of the list that it is in, see <see cref="SpecialList"/>.</summary>
        public int PreviousSpecial;
        public int NextSpecial;

        /// <summary>Place in the expiry heap.</summary>
        public int HeapIndex;
        public OrderType Type;
        public TimeInForce TimeInForce;
        public OrderFlags Flags;
        public PegReference Peg;
        public SelfTradePrevention SelfTrade;
    }

    // What most orders do not have. 40 bytes.
    private struct OrderExtra
    {
        public long StopPrice;
        public long OffsetTicks;
        public long Display;
        public long Minimum;
        public long LimitPrice;
    }

    // 64 bytes.
    private struct Level
    {
        public long Price;

        /// <summary>What is shown.</summary>
        public long Quantity;

        /// <summary>What icebergs of the shown queue hold back.</summary>
        public long Reserve;

        /// <summary>What hidden orders without a minimum have.</summary>
        public long HiddenQuantity;

        /// <summary>Shown orders; of a free level its head is the next in the free list.</summary>
        public OrderQueue Shown;
        public OrderQueue Hidden;

        /// <summary>Shown orders that pegs may follow: those that are not pegged themselves.</summary>
        public int ReferenceCount;
        public int InstrumentAndSide;

        public readonly int InstrumentId => InstrumentAndSide >> 2;

        public readonly Side Side => (Side)(InstrumentAndSide & 3);

        public readonly bool IsEmpty => Shown.Head == None && Hidden.Head == None;
    }

    // Oldest first, by the links of its orders.
    private struct OrderQueue
    {
        public int Head;
        public int Tail;
        public int Count;
    }
}
