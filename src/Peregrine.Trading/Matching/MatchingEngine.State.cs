using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Saving everything that decides what happens next, and loading it. Layout: docs/wire/core-state-v1.md.
public sealed partial class MatchingEngine
{
    private const int BookStateBytes = (10 * sizeof(long)) + (2 * sizeof(int)) + 8;
    private const int OrdersAtOnce = 16;
    private const int OrderStateBytes = (11 * sizeof(long)) + (5 * sizeof(int)) + 8;

    /// <summary>Writes the state: books, orders with their places, counters; not the terms of instruments, which are the caller's.</summary>
    /// <remarks>Allocates: what the target needs. Time: about 0.1 us an order.</remarks>
    public void Save(IBufferWriter<byte> target)
    {
        new SavedBooks(StateHash, TimeNs, TradeCount, TradedLots, RejectCount, InstrumentCount, OrderCount).Write(target);
        for (int id = 0; id < InstrumentCount; id++)
        {
            SaveBook(id, target);
        }
    }

    /// <summary>Takes over a saved state. The engine has the same instruments, with the terms that were in force, and no orders.</summary>
    /// <exception cref="InvalidDataException">The state is not one that an engine like this can have; this engine is not to be used then.</exception>
    public void Load(IStateSource source)
    {
        SavedBooks saved = SavedBooks.Read(source);
        RequireFit(in saved);
        Resume(saved.TimeNs);
        Resume(in saved);
        for (int id = 0; id < InstrumentCount; id++)
        {
            LoadBook(id, source);
        }

        Require(OrderCount == saved.Orders, $"{OrderCount} orders in its books, {saved.Orders} announced");
        Require(StateHash == saved.Hash, $"digest {saved.Hash:x16}, but what was loaded has {StateHash:x16}");
    }

    /// <summary>Writes one book.</summary>
    internal void SaveBook(int instrumentId, IBufferWriter<byte> target)
    {
        SaveBook(_books[instrumentId], target);
        GC.KeepAlive(this);
    }

    /// <summary>Takes over one book, that has no orders.</summary>
    /// <exception cref="InvalidDataException">It is not one that an engine like this can have.</exception>
    internal void LoadBook(int instrumentId, IStateSource source) => LoadBook(_books[instrumentId], source);

    /// <summary>Whether what is saved can be of an engine like this, before any of it is taken.</summary>
    /// <exception cref="InvalidDataException">It cannot.</exception>
    internal void RequireFit(in SavedBooks saved)
    {
        Check.That(OrderCount == 0, "state is loaded into an engine without orders");
        Require(saved.Instruments == InstrumentCount, $"{saved.Instruments} instruments, this engine has {InstrumentCount}");
        Require(saved.Orders >= 0 && saved.Orders <= OrderCapacity, $"{saved.Orders} orders, this engine takes 0 to {OrderCapacity}");
    }

    /// <summary>Goes on at a time, before books are loaded.</summary>
    internal void Resume(long timeNs)
    {
        TimeNs = timeNs;
        _nextAuctionEndNs = long.MaxValue;
    }

    /// <summary>Goes on from counts.</summary>
    internal void Resume(in SavedBooks saved) =>
        (TradeCount, TradedLots, RejectCount) = (saved.TradeCount, saved.TradedLots, saved.RejectCount);

    /// <summary>The ids of all orders.</summary>
    internal IEnumerable<ulong> OrderIds()
    {
        for (int slot = 0; slot < _slotsUsed; slot++)
        {
            if (_groups.InstrumentOf(slot) != None)
            {
                yield return OrderAt(slot).Id;
            }
        }
    }

    private void SaveBook(Book book, IBufferWriter<byte> target)
    {
        StateWriter writer = new(target, BookStateBytes);
        writer.Write(book.Priority);
        writer.Write(book.Deltas);
        writer.Write(book.LastTrade);
        writer.Write(book.AuctionEndNs);
        writer.Write(book.AuctionPrice);
        writer.Write(book.Told.Price.Ticks);
        writer.Write(book.Told.Volume.Lots);
        writer.Write(book.Told.Surplus);
        writer.Write(book.ReferenceBid);
        writer.Write(book.ReferenceAsk);
        writer.Write(book.InstrumentId);
        writer.Write(book.OrderCount);
        writer.Write((byte)book.Phase);
        writer.Write(book.CancelsForbidden);
        writer.Write(book.HasLastTrade);
        writer.Write(book.HasAuctionPrice);
        writer.Write(book.HasReferenceBid);
        writer.Write(book.HasReferenceAsk);
        writer.Write(book.PegsNeedLook);
        writer.Write((byte)0);
        writer.Complete();
        SaveSide(book, Side.Buy, target);
        SaveSide(book, Side.Sell, target);
        SaveStops(book.Stops(Side.Buy), target);
        SaveStops(book.Stops(Side.Sell), target);
        SaveList(in book.Parked, target);
        SaveList(in book.Pegs, target);
    }

    private void SaveSide(Book book, Side side, IBufferWriter<byte> target)
    {
        int market = book.MarketLevel(side);
        if (market != None)
        {
            SaveQueue(LevelAt(market).Shown.Head, target);
        }

        BookSide levels = book.Own(side);
        int levelIndex = levels.Best;
        for (long key = levels.BestKey; levelIndex != None; levelIndex = levels.NextWorse(key, out key))
        {
            SaveQueue(LevelAt(levelIndex).Shown.Head, target);
            SaveQueue(LevelAt(levelIndex).Hidden.Head, target);
        }
    }

    private void SaveStops(BookSide stops, IBufferWriter<byte> target)
    {
        int levelIndex = stops.Best;
        for (long key = stops.BestKey; levelIndex != None; levelIndex = stops.NextWorse(key, out key))
        {
            SaveQueue(LevelAt(levelIndex).Hidden.Head, target);
        }
    }

    private void SaveQueue(int head, IBufferWriter<byte> target)
    {
        for (int slot = head; slot != None; slot = OrderAt(slot).Next)
        {
            SaveOrder(slot, target);
        }
    }

    // Of a list only those that are in no queue: the others were saved there.
    private void SaveList(in SpecialList list, IBufferWriter<byte> target)
    {
        for (int slot = list.Head; slot != None; slot = _details[slot].NextSpecial)
        {
            if (OrderAt(slot).Place == OrderPlace.Parked)
            {
                SaveOrder(slot, target);
            }
        }
    }

    private void SaveOrder(int slot, IBufferWriter<byte> target)
    {
        RestingOrder order = View(slot);
        StateWriter writer = new(target, OrderStateBytes);
        writer.Write((long)order.OrderId);
        writer.Write(order.Price.Ticks);
        writer.Write(order.Leaves.Lots);
        writer.Write(order.Shown.Lots);
        writer.Write(order.PrioritySequence);
        writer.Write(order.StopPrice.Ticks);
        writer.Write(order.OffsetTicks);
        writer.Write(order.DisplayQuantity.Lots);
        writer.Write(order.MinimumQuantity.Lots);
        writer.Write(order.ExpireTimeNs);
        writer.Write(order.LimitPrice.Ticks);
        writer.Write(order.Account);
        writer.Write(order.Firm);
        writer.Write(order.Strategy);
        writer.Write(order.Session);
        writer.Write(order.Tag);
        writer.Write((byte)order.Side);
        writer.Write((byte)order.Type);
        writer.Write((byte)order.TimeInForce);
        writer.Write((byte)order.Flags);
        writer.Write((byte)order.Peg);
        writer.Write((byte)order.SelfTrade);
        writer.Write((byte)order.Place);
        writer.Write((byte)0);
        writer.Complete();
    }

    private void LoadBook(Book book, IStateSource source)
    {
        Span<byte> bytes = stackalloc byte[BookStateBytes];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        book.Priority = reader.ReadInt64();
        book.Deltas = reader.ReadInt64();
        book.LastTrade = reader.ReadInt64();
        book.AuctionEndNs = reader.ReadInt64();
        book.AuctionPrice = reader.ReadInt64();
        book.Told = new IndicativePrice(new Price(reader.ReadInt64()), new Quantity(reader.ReadInt64()), reader.ReadInt64());
        book.ReferenceBid = reader.ReadInt64();
        book.ReferenceAsk = reader.ReadInt64();
        int id = reader.ReadInt32();
        int orders = reader.ReadInt32();
        book.Phase = (TradingPhase)reader.ReadByte();
        book.CancelsForbidden = reader.ReadBool();
        book.HasLastTrade = reader.ReadBool();
        book.HasAuctionPrice = reader.ReadBool();
        book.HasReferenceBid = reader.ReadBool();
        book.HasReferenceAsk = reader.ReadBool();
        book.PegsNeedLook = reader.ReadBool();
        Require(id == book.InstrumentId, $"instrument {id}, expected {book.InstrumentId}");
        Require(TradingPhases.IsKnown(book.Phase), $"phase {(byte)book.Phase} of instrument {id}, expected 1 to 7");
        Require(orders >= 0 && orders <= OrderCapacity - OrderCount, $"{orders} orders of instrument {id}, room for {OrderCapacity - OrderCount}");
        LoadOrders(book, orders, source);
        LinkSpecials(book);
        book.Refresh();
        MarkDirty(book);
        if (book.AuctionEndNs != 0)
        {
            _nextAuctionEndNs = Math.Min(_nextAuctionEndNs, book.AuctionEndNs);
        }
    }

    // Some at a time: where their ids go in the index is asked for before the first of them needs it. An order begins with its id.
    private void LoadOrders(Book book, int orders, IStateSource source)
    {
        Span<byte> block = stackalloc byte[OrdersAtOnce * OrderStateBytes];
        for (int left = orders; left > 0; left -= OrdersAtOnce)
        {
            block = block[..(Math.Min(left, OrdersAtOnce) * OrderStateBytes)];
            source.ReadExactly(block);
            for (int at = 0; at < block.Length; at += OrderStateBytes)
            {
                _index.Prefetch(BinaryPrimitives.ReadUInt64LittleEndian(block[at..]));
            }

            for (int at = 0; at < block.Length; at += OrderStateBytes)
            {
                LoadOrder(book, block.Slice(at, OrderStateBytes));
            }
        }
    }

    private void LoadOrder(Book book, ReadOnlySpan<byte> bytes)
    {
        StateReader reader = new(bytes);
        RestingOrder order = new()
        {
            OrderId = (ulong)reader.ReadInt64(),
            Price = new Price(reader.ReadInt64()),
            Leaves = new Quantity(reader.ReadInt64()),
            Shown = new Quantity(reader.ReadInt64()),
            PrioritySequence = reader.ReadInt64(),
            StopPrice = new Price(reader.ReadInt64()),
            OffsetTicks = reader.ReadInt64(),
            DisplayQuantity = new Quantity(reader.ReadInt64()),
            MinimumQuantity = new Quantity(reader.ReadInt64()),
            ExpireTimeNs = reader.ReadInt64(),
            LimitPrice = new Price(reader.ReadInt64()),
            InstrumentId = book.InstrumentId,
            Account = reader.ReadInt32(),
            Firm = reader.ReadInt32(),
            Strategy = reader.ReadInt32(),
            Session = reader.ReadInt32(),
            Tag = reader.ReadInt32(),
            Side = (Side)reader.ReadByte(),
            Type = (OrderType)reader.ReadByte(),
            TimeInForce = (TimeInForce)reader.ReadByte(),
            Flags = (OrderFlags)reader.ReadByte(),
            Peg = (PegReference)reader.ReadByte(),
            SelfTrade = (SelfTradePrevention)reader.ReadByte(),
            Place = (OrderPlace)reader.ReadByte(),
        };
        RequireOrder(book, in order);
        int slot = FillLoaded(book, in order);
        PutLoaded(book, slot, in order);
        _hash += TermOf(slot);
    }

    private void RequireOrder(Book book, in RestingOrder order)
    {
        bool isKnown = order.Side is Side.Buy or Side.Sell
            && OrderTypes.IsKnown(order.Type) && TimesInForce.IsKnown(order.TimeInForce)
            && OrderPlaces.IsKnown(order.Place)
            && order.OrderId != 0 && _index.Find(order.OrderId) == None;
        bool isInRange = order.Leaves.Lots is > 0 and <= QuantityLotsMax
            && order.Shown.Lots >= 0 && order.Shown <= order.Leaves
            && order.DisplayQuantity.Lots is >= 0 and <= QuantityLotsMax && order.MinimumQuantity.Lots is >= 0 and <= QuantityLotsMax
            && IsInRange(order.Price.Ticks) && order.PrioritySequence > 0 && order.PrioritySequence <= book.Priority
            && order.StopPrice.Ticks is >= -2 * PriceTicksMax and <= 2 * PriceTicksMax;
        Require(isKnown && isInRange, $"order {order.OrderId} of instrument {book.InstrumentId} with values that no order has");
    }

    private int FillLoaded(Book book, in RestingOrder order)
    {
        int slot = TakeSlot();
        ref Order filled = ref OrderAt(slot);
        filled.Id = order.OrderId;
        filled.Leaves = order.Leaves.Lots;
        filled.Shown = order.Shown.Lots;
        filled.Priority = order.PrioritySequence;
        filled.Identity = MatchDigest.OfIdentity(in order);
        filled.Owner = OwnerOf(book, order.Account, order.Firm, order.Strategy);
        filled.Tag = order.Tag;
        filled.Side = order.Side;
        filled.Place = order.Place;
        bool hasExtra = OrderTypes.Has(order.Type, OrderTraits.Stop | OrderTraits.Peg)
            || (order.DisplayQuantity.Lots | order.MinimumQuantity.Lots) != 0;
        filled.Kind = (hasExtra ? OrderKind.HasExtra
            : OrderKind.Plain) | (order.TimeInForce == TimeInForce.GoodTillTime ? OrderKind.Timed : OrderKind.Plain);
        _extras[slot] = new OrderExtra
        {
            StopPrice = order.StopPrice.Ticks,
            OffsetTicks = order.OffsetTicks,
            Display = order.DisplayQuantity.Lots,
            Minimum = order.MinimumQuantity.Lots,
            LimitPrice = order.LimitPrice.Ticks,
        };
        _details[slot] = new OrderDetail
        {
            Price = order.Price.Ticks,
            ExpireTimeNs = order.ExpireTimeNs,
            Firm = order.Firm,
            Strategy = order.Strategy,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Flags = order.Flags,
            Peg = order.Peg,
            SelfTrade = order.SelfTrade,
        };
        _groups.Add(slot, book.InstrumentId, order.Side, order.Session, order.Account);
        _index.Add(order.OrderId, slot);
        OrderCount++;
        book.OrderCount++;
        if ((filled.Kind & OrderKind.Timed) != 0)
        {
            _expiries.Add(slot, _details);
        }

        return slot;
    }

    /// <summary>Puts a loaded order behind those of its queue that were loaded before.</summary>
    private void PutLoaded(Book book, int slot, in RestingOrder order)
    {
        ref Order loaded = ref OrderAt(slot);
        loaded.Kind = KindOf(slot);
        bool isShown = order.Place == OrderPlace.Queue && (loaded.Kind & (OrderKind.Hidden | OrderKind.Market)) == 0;
        Require(isShown == (loaded.Shown > 0),
            $"order {order.OrderId} shows {loaded.Shown}, {(isShown ? "expected something" : "expected nothing")}");
        switch (order.Place)
        {
            case OrderPlace.Queue when (loaded.Kind & OrderKind.Market) != 0:
                ref int market = ref book.MarketLevel(order.Side);
                market = market == None ? TakeLevel(0, book.InstrumentId, order.Side) : market;
                RequireBehind(LevelAt(market).Shown.Tail, in order);
                Append(slot, ref loaded, market, ref LevelAt(market));
                break;
            case OrderPlace.Queue:
                int level = FindOrAddLevel(book.Own(order.Side), book, order.Side, order.Price.Ticks, KeyOf(order.Side, order.Price.Ticks));
                RequireBehind((loaded.Kind & OrderKind.Hidden) != 0 ? LevelAt(level).Hidden.Tail : LevelAt(level).Shown.Tail, in order);
                Append(slot, ref loaded, level, ref LevelAt(level));
                if ((loaded.Kind & OrderKind.Hidden) == 0 && LevelAt(level).Shown.Count == 1)
                {
                    book.Own(order.Side).CountShown(1, KeyOf(order.Side, order.Price.Ticks), level);
                }

                break;
            case OrderPlace.Stop:
                loaded.Kind &= ~OrderKind.Market;
                loaded.Level = FindOrAddLevel(
                    book.Stops(order.Side), book, order.Side, order.StopPrice.Ticks, StopKeyOf(order.Side, order.StopPrice.Ticks));
                RequireBehind(LevelAt(loaded.Level).Hidden.Tail, in order);
                InsertByPriority(slot, ref loaded, ref LevelAt(loaded.Level));
                book.StopCount++;
                if (order.Type == OrderType.TrailingStop)
                {
                    AddTrailing(book, slot);
                }

                break;
            default:
                loaded.Kind &= ~OrderKind.Market;
                break;
        }
    }

    // Orders of a queue are saved in their order, which is that of their numbers.
    private void RequireBehind(int tail, in RestingOrder order) => Require(tail == None || OrderAt(tail).Priority < order.PrioritySequence,
        $"order {order.OrderId} with number {order.PrioritySequence} behind one with number {(tail == None ? 0 : OrderAt(tail).Priority)}");

    /// <summary>The lists of a book, each in the order of priority numbers.</summary>
    private void LinkSpecials(Book book)
    {
        foreach (int slot in CollectOf(book, Sieve.Listed))
        {
            if ((OrderAt(slot).Kind & OrderKind.Pegged) != 0)
            {
                AddLast(ref book.Pegs, slot);
            }
            else
            {
                AddLast(ref book.Parked, slot);
            }
        }

        book.NextPeg = book.Pegs.Head;
    }

    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText found)
    {
        if (!holds)
        {
            throw new InvalidDataException($"saved state of the matching engine has {found.Take()}");
        }
    }
}
