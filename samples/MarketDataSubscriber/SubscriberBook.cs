using Peregrine.MarketData.V1;

namespace Peregrine.Samples;

/// <summary>The book of one instrument at one depth, made from its frames.</summary>
/// <remarks>Plain on purpose: a sorted dictionary of levels for each side, a list of orders for each level. Thread: one.</remarks>
public sealed class SubscriberBook
{
    private readonly SortedDictionary<long, BookLevel> _bids = new(Comparer<long>.Create((left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<long, BookLevel> _offers = [];
    private readonly Dictionary<ulong, BookOrder> _orders = [];
    private bool _isInSnapshot;

    /// <summary>An empty book, which waits for its first snapshot.</summary>
    /// <param name="depth">The depth of the subscription.</param>
    public SubscriberBook(Depth depth) => Depth = depth;

    /// <summary>The depth of the subscription.</summary>
    public Depth Depth { get; }

    /// <summary>The sequence number that the book is at.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>False before the first snapshot, and between the parts of one: the book is not to be used then.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The levels to buy, from the best on.</summary>
    public IReadOnlyCollection<BookLevel> Bids => _bids.Values;

    /// <summary>The levels to sell, from the best on.</summary>
    public IReadOnlyCollection<BookLevel> Offers => _offers.Values;

    /// <summary>The last trade that was told; null when none was. At the depth of trades only.</summary>
    public Trade? LastTrade { get; private set; }

    /// <summary>Takes one part of a snapshot.</summary>
    /// <param name="snapshot">Of this instrument and depth.</param>
    /// <exception cref="SubscriberException">A part is missing, or an order is there twice.</exception>
    public void Apply(Snapshot snapshot)
    {
        if (snapshot.IsFirst)
        {
            Clear();
            LastTrade = null;
            IsWhole = false;
            Sequence = snapshot.Sequence;
            _isInSnapshot = true;
        }

        if (!_isInSnapshot || snapshot.Sequence != Sequence)
        {
            throw Fault(snapshot.Sequence, "a part of a snapshot whose first part did not come");
        }

        SetLevels(snapshot.Levels, snapshot.Sequence);
        foreach (Order order in snapshot.Orders)
        {
            AddOrder(new BookOrder(order.OrderId, IsBuy(order.Side, snapshot.Sequence), order.Price, order.Quantity), snapshot.Sequence);
        }

        LastTrade = snapshot.Trades.LastOrDefault() ?? LastTrade;
        IsWhole = snapshot.IsLast;
        _isInSnapshot = !snapshot.IsLast;
    }

    /// <summary>Takes what changed since the last frame, and compares digests when the server sent its own.</summary>
    /// <param name="increment">Of this instrument and depth.</param>
    /// <exception cref="SubscriberException">
    /// It does not follow what the book is at, changes an order that is not there, or leads to another digest; the message has the sequence.
    /// </exception>
    public void Apply(Increment increment)
    {
        if (!IsWhole)
        {
            throw Fault(increment.Sequence, _isInSnapshot ? "an increment between the parts of a snapshot" : "an increment before any snapshot");
        }

        if (increment.PreviousSequence != Sequence)
        {
            throw Fault(increment.Sequence, $"a gap: the increment follows {increment.PreviousSequence}, the book is at {Sequence}");
        }

        SetLevels(increment.Levels, increment.Sequence);
        foreach (OrderChange change in increment.Changes)
        {
            Apply(change, increment.Sequence);
        }

        LastTrade = increment.Trades.LastOrDefault() ?? LastTrade;
        Sequence = increment.Sequence;
        if (increment.Digest != 0 && Depth is Depth.Levels or Depth.Orders && increment.Digest != Digest())
        {
            throw Fault(Sequence, $"the digest of this book is {Digest():x16}, that of the server's {increment.Digest:x16}");
        }
    }

    /// <summary>The digest of the book as it is.</summary>
    /// <returns>What a server that holds the same levels, or the same queues of orders, computes.</returns>
    public ulong Digest()
    {
        BookDigest digest = default;
        foreach (SortedDictionary<long, BookLevel> side in new[] { _bids, _offers })
        {
            digest.Add(side.Count);
            foreach (BookLevel level in side.Values)
            {
                AddLevel(ref digest, level);
            }
        }

        return digest.Value;
    }

    private static void AddLevel(ref BookDigest digest, BookLevel level)
    {
        digest.Add(level.Price);
        if (level.Orders is null)
        {
            digest.Add(level.Quantity);
            digest.Add(level.OrderCount);
            return;
        }

        digest.Add(level.Orders.Count);
        foreach (BookOrder order in level.Orders)
        {
            digest.Add(order.OrderId);
            digest.Add(order.Quantity);
        }
    }

    private void SetLevels(IEnumerable<Level> levels, ulong sequence)
    {
        foreach (Level level in levels)
        {
            SortedDictionary<long, BookLevel> side = LevelsOf(IsBuy(level.Side, sequence));
            if (Depth == Depth.Best)
            {
                // The only level of its side: whatever was there before is not the best any more.
                side.Clear();
            }

            if (level.Quantity == 0)
            {
                side.Remove(level.Price);
            }
            else
            {
                side[level.Price] = new BookLevel(level.Price, level.Quantity, level.OrderCount);
            }
        }
    }

    private void Apply(OrderChange change, ulong sequence)
    {
        switch (change.Kind)
        {
            case OrderChangeKind.Add:
                AddOrder(new BookOrder(change.OrderId, IsBuy(change.Side, sequence), change.Price, change.Quantity), sequence);
                break;
            // An execution names the price of the trade; which order it was, and where that rests, says the id.
            case OrderChangeKind.Execute or OrderChangeKind.Reduce:
                TakeFrom(Find(change.OrderId, sequence), change.Quantity, sequence);
                break;
            case OrderChangeKind.Delete:
                BookOrder order = Find(change.OrderId, sequence);
                TakeFrom(order, order.Quantity, sequence);
                break;
            case OrderChangeKind.Clear:
                Clear();
                break;
            case OrderChangeKind.Trade:
                break;
            default:
                throw Fault(sequence, $"an unknown kind of change: {change.Kind}");
        }
    }

    private void AddOrder(BookOrder order, ulong sequence)
    {
        if (!_orders.TryAdd(order.OrderId, order))
        {
            throw Fault(sequence, $"order {order.OrderId} is added, but it is in the book already");
        }

        SortedDictionary<long, BookLevel> side = LevelsOf(order.IsBuy);
        if (!side.TryGetValue(order.Price, out BookLevel? level))
        {
            side[order.Price] = level = new BookLevel(order.Price);
        }

        level.Orders!.Add(order);
    }

    private BookOrder Find(ulong orderId, ulong sequence) =>
        _orders.TryGetValue(orderId, out BookOrder? order) ? order : throw Fault(sequence, $"order {orderId} is changed, but it is not in the book");

    // The order keeps its place while something is left of it; an empty level is no level.
    private void TakeFrom(BookOrder order, ulong quantity, ulong sequence)
    {
        if (quantity > order.Quantity)
        {
            throw Fault(sequence, $"{quantity} is taken from order {order.OrderId}, which has {order.Quantity} left");
        }

        SortedDictionary<long, BookLevel> side = LevelsOf(order.IsBuy);
        List<BookOrder> queue = side[order.Price].Orders!;
        int place = queue.IndexOf(order);
        if (quantity < order.Quantity)
        {
            queue[place] = _orders[order.OrderId] = order with { Quantity = order.Quantity - quantity };
            return;
        }

        _orders.Remove(order.OrderId);
        queue.RemoveAt(place);
        if (queue.Count == 0)
        {
            side.Remove(order.Price);
        }
    }

    private void Clear()
    {
        _bids.Clear();
        _offers.Clear();
        _orders.Clear();
    }

    private SortedDictionary<long, BookLevel> LevelsOf(bool isBuy) => isBuy ? _bids : _offers;

    private static bool IsBuy(Side side, ulong sequence) =>
        side is Side.Buy or Side.Sell ? side == Side.Buy : throw Fault(sequence, $"an unknown side: {side}");

    private static SubscriberException Fault(ulong sequence, string what) => new($"sequence {sequence}: {what}");
}
