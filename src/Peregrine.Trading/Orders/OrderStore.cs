using System.Numerics;
using System.Runtime.InteropServices;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>What else there is to an order.</summary>
[Flags]
internal enum RecordKind : byte
{
    Plain = 0,

    /// <summary>It has a client id.</summary>
    HasClientId = 1,

    /// <summary>Its <see cref="OrderExtras"/> mean something.</summary>
    HasExtras = 2,

    /// <summary>A stop that works as a market or limit order now.</summary>
    Triggered = 4,
}

/// <summary>What the core knows of an order beyond the book, and needs for every report of it: two cache lines.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct OrderRecord
{
    public Int128 CumulativeNotional;
    public ulong OrderId;
    public Price Price;
    public Quantity Quantity;
    public Quantity CumulativeQuantity;

    /// <summary>The part of its term of the digest that seldom changes.</summary>
    public ulong Identity;

    /// <summary>Its term of the digest.</summary>
    public ulong Term;

    /// <summary>Its place among closed orders; 0 while it works.</summary>
    public long ClosedOrdinal;
    public int InstrumentId;
    public int AccountId;
    public int SessionId;

    /// <summary>The next free record.</summary>
    public int NextFree;
    public Side Side;
    public OrderType OrderType;
    public TimeInForce TimeInForce;
    public OrderFlags Flags;
    public OrderStatus Status;
    public RejectReason Reason;
    public RecordKind Kind;

    /// <summary>Whether its client id has left the window of ids, and is known for this working order only.</summary>
    public bool IsNameAged;

    public readonly bool IsWorking => Status is OrderStatus.New or OrderStatus.PartiallyFilled;

    public readonly Quantity Leaves => IsWorking ? Quantity - CumulativeQuantity : Quantity.Zero;
}

/// <summary>What most orders do not have.</summary>
internal record struct OrderExtras
{
    public OrderAttributes Attributes;
    public Price PeggedPrice;
    public int StrategyId;
    public PegReference Peg;
    public SelfTradePrevention SelfTrade;
}

/// <summary>The client's id of an order and its key: one cache line.</summary>
internal struct OrderName
{
    public ClientOrderKey Key;
    public ClientOrderId Id;
}

/// <summary>The records of working orders and of the last closed ones, in slabs, found by slot or order id.</summary>
/// <remarks>Thread: one owner. Allocates: at construction.</remarks>
internal sealed partial class OrderStore
{
    private const int None = -1;
    private const int ClosesAhead = 4;
    private readonly Slab<OrderRecord> _records;
    private readonly OrderExtras[] _extras;
    private readonly Slab<OrderName> _names;
    private readonly OrderIndex _index;
    private readonly ClosedOrder[] _closed;
    private long _closedCount;
    private int _closedPlace;
    private int _free;

    /// <summary>So many records more than can rest and be remembered as orders can be in work.</summary>
    public OrderStore(int ordersMax, int closedMax, int inWorkMax)
    {
        _records = new Slab<OrderRecord>(ordersMax + closedMax + inWorkMax);
        _extras = new OrderExtras[_records.Length];
        _names = new Slab<OrderName>(_records.Length);
        _index = new OrderIndex(_records.Length);
        _closed = new ClosedOrder[closedMax];
        for (int i = 0; i < _records.Length; i++)
        {
            _records[i].NextFree = i + 1 < _records.Length ? i + 1 : None;
        }
    }

    /// <summary>A digest of all records.</summary>
    public ulong Hash { get; private set; }

    /// <summary>A record, where it lies. After a change call <see cref="Changed"/>;
    /// after one of what an order is called or has, <see cref="Renamed"/>.</summary>
    public ref OrderRecord this[int slot] => ref _records[slot];

    /// <summary>Only of a record with <see cref="RecordKind.HasExtras"/>.</summary>
    public ref OrderExtras Extras(int slot) => ref _extras[slot];

    /// <summary>Only of a record with <see cref="RecordKind.HasClientId"/>.</summary>
    public ref OrderName Name(int slot) => ref _names[slot];

    /// <summary>The record of an order, or -1.</summary>
    public int Find(ulong orderId) => _index.Find(orderId);

    /// <summary>Asks for the memory where an order is looked up first.</summary>
    public void Prefetch(ulong orderId) => _index.Prefetch(orderId);

    /// <summary>Asks for the memory of a record.</summary>
    public void PrefetchSlot(int slot) => _records.Prefetch(slot);

    /// <summary>Asks for the memory of an order's record and name.</summary>
    public void PrefetchRecord(ulong orderId)
    {
        int slot = _index.Find(orderId);
        if (slot != None)
        {
            _records.Prefetch(slot);
            _names.Prefetch(slot);
        }
    }

    /// <summary>Takes a free record, in whatever state it was left: the caller writes every field.
    /// It is found from <see cref="Register"/> on.</summary>
    public int Take()
    {
        int slot = _free;
        Check.That(slot >= 0, "there is a record for every order that can rest or be remembered");
        _free = _records[slot].NextFree;
        Invariant.That(_free == None || _records[_free].OrderId == 0, "a free record is no order's");
        return slot;
    }

    /// <summary>A record that was taken comes into force.</summary>
    public void Register(int slot)
    {
        Invariant.That(_records[slot].OrderId != 0 && _index.Find(_records[slot].OrderId) == None,
            "an order is registered once, by an id that is none's");
        _records[slot].Term = 0;
        _index.Add(_records[slot].OrderId, slot);
        Renamed(slot);
    }

    /// <summary>A record that came into force is of an order that the engine refused: as if it had never been.</summary>
    public void Withdraw(int slot)
    {
        Invariant.That(_records[slot] is { IsWorking: true, ClosedOrdinal: 0 }, "an order that is withdrawn was not closed");
        Hash -= _records[slot].Term;
        _index.Remove(_records[slot].OrderId);
        Return(slot);
    }

    /// <summary>Gives back a record that is in force no more.</summary>
    private void Return(int slot)
    {
        Invariant.That(_free != slot, "a record is given back once");
        _records[slot].OrderId = 0;
        _records[slot].NextFree = _free;
        _free = slot;
    }

    /// <summary>Takes a change of amounts, price, status or kind into the digest.</summary>
    public void Changed(int slot)
    {
        ref OrderRecord record = ref _records[slot];
        ulong term = TermOf(in record);
        Invariant.That(record.OrderId != 0, "only records of orders are in the digest");
        Hash += term - record.Term;
        record.Term = term;
    }

    /// <summary>Takes any change into the digest.</summary>
    public void Renamed(int slot)
    {
        _records[slot].Identity = IdentityOf(slot);
        Changed(slot);
    }

    /// <summary>Puts a record that works no more into the ring, before <see cref="Changed"/>; the oldest there is forgotten.</summary>
    public void Close(int slot)
    {
        Invariant.That(_records[slot] is { IsWorking: false, ClosedOrdinal: 0 }, "an order is closed once, when it works no more");
        ref ClosedOrder place = ref _closed[_closedPlace];
        if (_closedCount >= _closed.Length)
        {
            Invariant.That(_records[place.Slot].OrderId == place.OrderId && _records[place.Slot].ClosedOrdinal == _closedCount - _closed.Length + 1,
                "the closed order that is forgotten is the oldest");
            Hash -= _records[place.Slot].Term;
            _index.Remove(place.OrderId);
            Return(place.Slot);
            PrefetchOldest();
        }

        place.OrderId = _records[slot].OrderId;
        place.Slot = slot;
        _closedCount++;
        _closedPlace = _closedPlace + 1 == _closed.Length ? 0 : _closedPlace + 1;
        Invariant.That(_closedPlace == (int)(_closedCount % _closed.Length), "closed orders stand in their ring by their numbers");
        _records[slot].ClosedOrdinal = _closedCount;
    }

    // What is forgotten was last touched a whole ring ago, so it is in no near cache: it is asked for some orders before it is needed.
    private void PrefetchOldest()
    {
        int ahead = _closedPlace + ClosesAhead;
        if (ahead < _closed.Length)
        {
            _records.Prefetch(_closed[ahead].Slot);
            _names.Prefetch(_closed[ahead].Slot);
            _index.Prefetch(_closed[ahead].OrderId);
        }
    }

    private ulong IdentityOf(int slot)
    {
        ref OrderRecord record = ref _records[slot];
        ulong kind = (byte)record.Side | ((ulong)record.OrderType << 8) | ((ulong)record.TimeInForce << 16) | ((ulong)record.Flags << 24);
        ulong whose = MatchDigest.Mix(((ulong)(uint)record.InstrumentId << 32) | (uint)record.AccountId, (uint)record.SessionId | (kind << 32));
        ulong identity = MatchDigest.Mix(record.OrderId, whose);
        if ((record.Kind & RecordKind.HasClientId) != 0)
        {
            identity = MatchDigest.Mix(identity ^ _names[slot].Key.Low, _names[slot].Key.High);
        }

        return (record.Kind & RecordKind.HasExtras) != 0 ? MatchDigest.Mix(identity, HashOf(in _extras[slot])) : identity;
    }

    private static ulong HashOf(in OrderExtras extras)
    {
        ulong prices = MatchDigest.Mix((ulong)extras.Attributes.StopPrice.Ticks, (ulong)extras.Attributes.OffsetTicks);
        ulong amounts = MatchDigest.Mix((ulong)extras.Attributes.DisplayQuantity.Lots ^ prices, (ulong)extras.Attributes.MinimumQuantity.Lots);
        ulong time = MatchDigest.Mix((ulong)extras.Attributes.ExpireTimeNs ^ amounts, (ulong)extras.PeggedPrice.Ticks);
        return MatchDigest.Mix(time, (uint)extras.StrategyId | ((ulong)extras.Peg << 32) | ((ulong)extras.SelfTrade << 40));
    }

    private struct ClosedOrder
    {
        public ulong OrderId;
        public int Slot;
    }

    // Changes with every fill and replace: one product for all of it.
    private static ulong TermOf(in OrderRecord record)
    {
        ulong state = (ulong)record.ClosedOrdinal ^ ((ulong)record.Status << 40) ^ ((ulong)record.Reason << 48) ^ ((ulong)record.Kind << 56);
        ulong filled = (ulong)record.CumulativeNotional * 0x9e3779b97f4a7c15UL ^ (ulong)(record.CumulativeNotional >> 64);
        ulong price = (ulong)record.Price.Ticks * 0xff51afd7ed558ccdUL;
        return MatchDigest.Mix(
            record.Identity ^ price ^ state,
            (ulong)record.Quantity.Lots ^ BitOperations.RotateLeft((ulong)record.CumulativeQuantity.Lots, 24) ^ filled);
    }
}
