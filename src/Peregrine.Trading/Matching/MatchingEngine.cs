using System.Runtime.CompilerServices;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <inheritdoc cref="IMatchingEngine"/>
/// <remarks>
/// Thread: one owner. Allocates: at construction, in <see cref="AddInstrument"/>, and while prices far from the touch or a buffer grow to a new high
/// mark. Blocks: no. Most orders are plain: limit, day, good till cancel or immediate or cancel, without attributes, in continuous trading.
/// They take a short path of their own (<see cref="Submit"/>, <see cref="Replace(ulong, Price, Quantity, MatchEventBuffer)"/>) through the same
/// books; everything else arrives by MatchingEngine.Arrive.cs.
/// </remarks>
public sealed partial class MatchingEngine : IMatchingEngine
{
    /// <summary>Prices lie within ± this many ticks, so that keys and notionals cannot overflow.</summary>
    public const long PriceTicksMax = InstrumentTerms.PriceTicksMax;

    /// <summary>Largest order in lots: with <see cref="OrderCapacityMax"/> of them in one level its total still fits.</summary>
    public const long QuantityLotsMax = 1L << 40;

    /// <summary>Largest capacity.</summary>
    public const int OrderCapacityMax = 1 << 22;

    /// <summary>Most slices that an iceberg has.</summary>
    public const int IcebergSlicesMax = 1_000;

    // Ready at once: enough for a few busy books; beyond them the ladders make their own, as far as there are levels.
    private const int PagesReady = 1_024;

    private readonly LadderPages _pages;
    private readonly ExpiryHeap _expiries;

    /// <summary>Makes an engine without instruments.</summary>
    /// <param name="orderCapacity">How many orders can rest or be parked at once, 1 to <see cref="OrderCapacityMax"/>; about 420 bytes each.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of range.</exception>
    public MatchingEngine(int orderCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orderCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orderCapacity, OrderCapacityMax);
        OrderCapacity = orderCapacity;

        // One more than can rest: the order on its way.
        int slots = orderCapacity + 1;
        _pages = new LadderPages(Math.Min(slots, PagesReady));
        _orders = new Slab<Order>(slots);
        _details = new Slab<OrderDetail>(slots);
        _extras = new Slab<OrderExtra>(slots);
        _levels = new Slab<Level>(slots);
        _shows = level => LevelAt(level).Shown.Count > 0;
        _conditionalCounts = new Slab<int>(slots);
        _groups = new OrderGroups(slots);
        _sortKeys = new long[slots];
        _sortSlots = new int[slots];
        _index = new OrderIndex(orderCapacity);
        _expiries = new ExpiryHeap(slots);
        for (int i = 0; i < slots; i++)
        {
            _orders[i].Next = i + 1 < slots ? i + 1 : None;
            _levels[i].Shown.Head = i + 1 < slots ? i + 1 : None;
        }
    }

    /// <summary>Whether what orders show is told order by order (<see cref="MatchEventType.OrderAdded"/> and the like).</summary>
    public bool EmitsOrderDeltas { get; init; }

    /// <summary>Whether changes of an instrument's levels are told (<see cref="MatchEventType.LevelChanged"/>); as they are until this says
    /// otherwise. Books, other events and digests do not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such instrument.</exception>
    public void TellLevels(int instrumentId, bool tells)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)instrumentId, (uint)InstrumentCount, nameof(instrumentId));
        _books[instrumentId].IsSilentOnLevels = !tells;
    }

    /// <summary>How many orders can rest or be parked. As one shard of several, less for a command, when the others hold the rest
    /// (<see cref="Sharding.ShardEngine"/>).</summary>
    public int OrderCapacity { get; internal set; }

    /// <inheritdoc/>
    public int OrderCount { get; private set; }

    /// <inheritdoc/>
    public int InstrumentCount { get; private set; }

    /// <summary>The time that it has come to, Unix nanoseconds.</summary>
    public long TimeNs { get; private set; }

    /// <summary>Trades so far.</summary>
    public long TradeCount { get; private set; }

    /// <summary>Lots traded so far.</summary>
    public Int128 TradedLots { get; private set; }

    /// <summary>Turns of loops that look at orders or levels without executing, cancelling or moving them, so far: tests hold it against what was
    /// done.</summary>
    internal long LookSteps { get; private set; }

    /// <summary>The same with the groups and orders that mass cancels and phases have looked at, and what directories of pages did.</summary>
    internal long StepCount => LookSteps + _groups.Steps + _pages.DirectorySteps + _pages.WordsMoved;

    /// <summary>Requests refused so far.</summary>
    public long RejectCount { get; private set; }

    /// <inheritdoc/>
    public int AddInstrument(InstrumentTerms terms)
    {
        CheckTerms(terms);
        int id = InstrumentCount++;
        if (id == _books.Length)
        {
            Array.Resize(ref _books, Math.Max(4, id * 2));
        }

        Book book = new(id, terms, _pages);
        book.Use(terms);
        SetAuctionEnd(book);
        _books[id] = book;
        _groups.AddInstrument(id);
        _ = _touched.EnsureCapacity(InstrumentCount);
        MarkDirty(book);
        return id;
    }

    /// <inheritdoc/>
    public void SetTerms(int instrumentId, InstrumentTerms terms)
    {
        CheckTerms(terms);
        if ((uint)instrumentId >= (uint)InstrumentCount)
        {
            throw new ArgumentException($"instrument {instrumentId} is unknown, expected 0 to {InstrumentCount - 1}", nameof(instrumentId));
        }

        Book book = _books[instrumentId];
        bool isOtherOwner = book.Rules.Owner != terms.Rules.Owner;
        book.Use(terms);
        if (isOtherOwner)
        {
            SetOwners(book);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public RejectReason Submit(in MatchOrder order, MatchEventBuffer events) => Kept(TakeNew(in order, events));

    /// <inheritdoc/>
    public RejectReason Cancel(ulong orderId, MatchEventBuffer events) => Kept(TakeCancel(orderId, events));

    /// <inheritdoc/>
    public RejectReason Reduce(ulong orderId, Quantity lots, MatchEventBuffer events) => Kept(TakeReduction(orderId, lots, events));

    /// <inheritdoc/>
    public RejectReason Replace(in MatchReplace replace, MatchEventBuffer events) =>
        Kept(ReplaceAny(_index.Find(replace.OrderId), in replace, events));

    /// <summary>As <see cref="Replace(in MatchReplace, MatchEventBuffer)"/> for what is changed most: price and leaves of a limit order.</summary>
    public RejectReason Replace(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events) =>
        Kept(TakeReplacement(orderId, price, leaves, events));

    /// <summary>Gives a limit order another price; it keeps what it has left.</summary>
    /// <inheritdoc cref="Replace(in MatchReplace, MatchEventBuffer)" path="/returns"/>
    public RejectReason Move(ulong orderId, Price price, MatchEventBuffer events) => Kept(TakeMove(orderId, price, events));

    /// <summary>
    /// Asks for the memory that a command about an order, or a new order with the id, looks at first. A hint, for callers that know the commands to
    /// come: some commands ahead, waiting for memory goes on beside the work.
    /// </summary>
    public void Prefetch(ulong orderId) => _index.Prefetch(orderId);

    /// <summary>As <see cref="Prefetch"/>, some commands later: asks for the memory of the order that is found there.</summary>
    public void PrefetchOrder(ulong orderId)
    {
        int slot = _index.Find(orderId);
        if (slot != None)
        {
            _orders.Prefetch(slot);
        }

        GC.KeepAlive(this);
    }

    // Slabs are this engine's memory, and a reference into one does not keep the engine from being collected: whatever looks into them ends with
    // this.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Kept<T>(T result)
    {
        GC.KeepAlive(this);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason TakeNew(in MatchOrder order, MatchEventBuffer events)
    {
        if ((uint)order.InstrumentId >= (uint)InstrumentCount)
        {
            return RefuseNew(in order, RejectReason.UnknownInstrument, events);
        }

        Book book = _books[order.InstrumentId];
        if (!book.IsPlain || !IsPlain(in order))
        {
            return SubmitAny(book, in order, events);
        }

        bool canRest = order.TimeInForce != TimeInForce.ImmediateOrCancel;
        if (_index.Find(order.OrderId) != None)
        {
            return RefuseNew(in order, RejectReason.DuplicateOrderId, events);
        }

        if (canRest && OrderCount == OrderCapacity)
        {
            return RefuseNew(in order, RejectReason.OrderCapacity, events);
        }

        long ticks = order.Price.Ticks;
        long leaves = order.Quantity.Lots;
        EmitOrder(ref events.Next(), MatchEventType.Accepted, in order, ticks, leaves, leaves, RejectReason.None);
        RejectReason stop = RejectReason.None;
        if (Crosses(book, order.Side, ticks))
        {
            stop = MatchPlain(book, in order, out leaves, events);
        }

        if (leaves > 0)
        {
            if (canRest && stop == RejectReason.None)
            {
                RestPlain(book, in order, leaves, events);
            }
            else
            {
                stop = stop == RejectReason.None ? RejectReason.NoLiquidity : stop;
                EmitOrder(ref events.Next(), MatchEventType.Cancelled, in order, ticks, leaves, 0, stop);
            }
        }

        if (book.Watches)
        {
            RunFollowUps(book, events);
        }

        return RejectReason.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason TakeCancel(ulong orderId, MatchEventBuffer events)
    {
        int slot = _index.Find(orderId);
        if (slot == None)
        {
            return Refuse(orderId, slot, RejectReason.UnknownOrder, events);
        }

        ref Order order = ref OrderAt(slot);
        if (order.Kind == OrderKind.Plain && order.Place == OrderPlace.Queue)
        {
            ref Level level = ref LevelAt(order.Level);
            Book plain = _books[level.InstrumentId];
            if (plain.IsPlain)
            {
                EmitSlot(ref events.Next(), MatchEventType.Cancelled, in order, plain.InstrumentId, level.Price, order.Leaves, 0, RejectReason.None);
                LeaveLevel(plain, slot, order.Level, ref level, events);
                Free(plain, slot);
                if (plain.Watches)
                {
                    RunFollowUps(plain, events);
                }

                return RejectReason.None;
            }
        }

        Book book = BookOf(slot);
        if (book.CancelsForbidden)
        {
            return Refuse(orderId, slot, RejectReason.CancelForbidden, events);
        }

        CancelWhole(book, slot, RejectReason.None, events);
        CentreBands(book);
        EndCommand(book, events);
        return RejectReason.None;
    }

    private RejectReason TakeReduction(ulong orderId, Quantity lots, MatchEventBuffer events)
    {
        int slot = _index.Find(orderId);
        RejectReason reason = slot == None ? RejectReason.UnknownOrder
            : lots.Lots <= 0 ? RejectReason.QuantityNotPositive
            : BookOf(slot).CancelsForbidden ? RejectReason.CancelForbidden
            : RejectReason.None;
        if (reason != RejectReason.None)
        {
            return Refuse(orderId, slot, reason, events);
        }

        Book book = BookOf(slot);
        CentreBands(book);
        if (lots.Lots >= OrderAt(slot).Leaves)
        {
            CancelWhole(book, slot, RejectReason.None, events);
        }
        else
        {
            CancelPart(book, slot, lots.Lots, RejectReason.None, events);
        }

        EndCommand(book, events);
        return RejectReason.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason TakeReplacement(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events)
    {
        int slot = _index.Find(orderId);
        if (slot != None && leaves.Lots is > 0 and <= QuantityLotsMax && price.Ticks is >= -PriceTicksMax and <= PriceTicksMax
            && IsPlainInQueue(slot))
        {
            ReplacePlain(slot, price.Ticks, leaves.Lots, events);
            return RejectReason.None;
        }

        MatchReplace replace = new() { OrderId = orderId, Price = price, Leaves = leaves, Fields = ReplaceFields.Price | ReplaceFields.Leaves };
        return ReplaceAny(slot, in replace, events);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason TakeMove(ulong orderId, Price price, MatchEventBuffer events)
    {
        int slot = _index.Find(orderId);
        if (slot != None && price.Ticks is >= -PriceTicksMax and <= PriceTicksMax && IsPlainInQueue(slot))
        {
            ReplacePlain(slot, price.Ticks, OrderAt(slot).Leaves, events);
            return RejectReason.None;
        }

        MatchReplace replace = new() { OrderId = orderId, Price = price, Fields = ReplaceFields.Price };
        return ReplaceAny(slot, in replace, events);
    }

    private static void CheckTerms(InstrumentTerms terms)
    {
        IReadOnlyList<string> faults = terms.Validate();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(terms));
        }
    }

    private static bool IsPlain(in MatchOrder order) =>
        order.Type == OrderType.Limit
        && order.TimeInForce is >= TimeInForce.Day and <= TimeInForce.ImmediateOrCancel
        && order.Side is Side.Buy or Side.Sell
        && (order.DisplayQuantity.Lots | order.MinimumQuantity.Lots | (byte)order.Flags | (byte)order.Peg) == 0
        && (ulong)(order.Quantity.Lots - 1) < QuantityLotsMax
        && (ulong)(order.Price.Ticks + PriceTicksMax) <= 2 * PriceTicksMax
        && order.OrderId != 0
        && order.SelfTrade <= SelfTradePreventions.Last;

    private bool IsPlainInQueue(int slot)
    {
        ref Order order = ref OrderAt(slot);
        return order.Kind == OrderKind.Plain && order.Place == OrderPlace.Queue && _books[LevelAt(order.Level).InstrumentId].IsPlain;
    }

    // Apart from its caller, which most orders leave without having crossed: an order on its way takes registers and a good deal of the stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason MatchPlain(Book book, in MatchOrder order, out long leaves, MatchEventBuffer events)
    {
        Aggressor arriving = new(in order, OwnerOf(book, order.Account, order.Firm, order.Strategy), ModeOf(book, order.SelfTrade));
        RejectReason stop = Match(book, ref arriving, events);
        leaves = arriving.Leaves;
        return stop;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason MatchPlain(Book book, int slot, long ticks, ref long leaves, MatchEventBuffer events)
    {
        Aggressor arriving = new(in OrderAt(slot), ticks, leaves, ModeOf(book, _details[slot].SelfTrade));
        RejectReason stop = Match(book, ref arriving, events);
        leaves = arriving.Leaves;
        return stop;
    }

    private void ReplacePlain(int slot, long ticks, long leaves, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        int levelIndex = order.Level;
        ref Level level = ref LevelAt(levelIndex);
        Book book = _books[level.InstrumentId];
        EmitSlot(ref events.Next(), MatchEventType.Replaced, in order, book.InstrumentId, ticks, leaves, leaves, RejectReason.None);
        if (level.Price == ticks && leaves <= order.Leaves)
        {
            if (leaves < order.Leaves)
            {
                TakeOff(slot, ref order, ref level, order.Leaves - leaves, events);
                EmitLevel(book, levelIndex, events);
            }
        }
        else
        {
            LeaveLevel(book, slot, levelIndex, ref level, events);
            ArrivePlain(book, slot, ticks, leaves, events);
        }

        if (book.Watches)
        {
            RunFollowUps(book, events);
        }
    }

    private void ArrivePlain(Book book, int slot, long ticks, long leaves, MatchEventBuffer events)
    {
        ref Order order = ref OrderAt(slot);
        RejectReason stop = RejectReason.None;
        if (Crosses(book, order.Side, ticks))
        {
            stop = MatchPlain(book, slot, ticks, ref leaves, events);
        }

        if (leaves > 0 && stop == RejectReason.None)
        {
            order.Leaves = leaves;
            order.Shown = leaves;
            EnterLevel(book, slot, ref order, ticks, events);
            return;
        }

        if (leaves > 0)
        {
            EmitSlot(ref events.Next(), MatchEventType.Cancelled, slot, ticks, leaves, 0, stop);
        }

        Free(book, slot);
    }

    private static bool Crosses(Book book, Side side, long ticks)
    {
        // Without a level on the other side its best key is less than any price's.
        return book.Other(side).BestKey >= -KeyOf(side, ticks);
    }

    private RejectReason Refuse(ulong orderId, int slot, RejectReason reason, MatchEventBuffer events)
    {
        RejectCount++;
        ref MatchEvent rejected = ref events.Add();
        rejected.Type = MatchEventType.Rejected;
        rejected.OrderId = orderId;
        rejected.InstrumentId = slot == None ? None : _groups.InstrumentOf(slot);
        rejected.Tag = slot == None ? 0 : OrderAt(slot).Tag;
        rejected.Side = slot == None ? 0 : OrderAt(slot).Side;
        rejected.Reason = reason;
        return reason;
    }

    private RejectReason RefuseNew(in MatchOrder order, RejectReason reason, MatchEventBuffer events)
    {
        RejectCount++;
        EmitOrder(ref events.Next(), MatchEventType.Rejected, in order, order.Price.Ticks, order.Quantity.Lots, 0, reason);
        return reason;
    }
}
