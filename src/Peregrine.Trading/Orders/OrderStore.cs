using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>What the core knows of an order beyond the book.</summary>
internal struct OrderRecord
{
    public ulong OrderId;
    public Price Price;
    public Quantity Quantity;
    public Quantity CumulativeQuantity;
    public Int128 CumulativeNotional;

    /// <summary>Its place among closed orders; 0 while it works.</summary>
    public long ClosedOrdinal;
    public ClientOrderKey Key;
    public int InstrumentId;
    public int AccountId;
    public int SessionId;

    /// <summary>The next free record.</summary>
    public int NextFree;
    public Side Side;
    public OrderType OrderType;
    public TimeInForce TimeInForce;
    public OrderStatus Status;
    public RejectReason Reason;
    public ClientOrderId ClientOrderId;

    public readonly bool IsWorking => Status is OrderStatus.New or OrderStatus.PartiallyFilled;

    public readonly Quantity Leaves => IsWorking ? Quantity - CumulativeQuantity : Quantity.Zero;
}

/// <summary>The records of working orders and of the last closed ones, in a slab.</summary>
/// <remarks>Thread: one owner. Allocates: at construction.</remarks>
internal sealed class OrderStore
{
    private readonly OrderRecord[] _records;
    private readonly int[] _closed;
    private long _closedCount;
    private int _free;

    /// <summary>One record more than can rest and be remembered: the order in work.</summary>
    public OrderStore(int ordersMax, int closedMax)
    {
        _records = new OrderRecord[ordersMax + closedMax + 1];
        _closed = new int[closedMax];
        for (int i = 0; i < _records.Length; i++)
        {
            _records[i].NextFree = i + 1 < _records.Length ? i + 1 : -1;
        }
    }

    /// <summary>A digest of all records.</summary>
    public ulong Hash { get; private set; }

    /// <summary>A record, where it lies. Wrap changes in <see cref="BeginChange"/> and <see cref="EndChange"/>.</summary>
    public ref OrderRecord this[int slot] => ref _records[slot];

    /// <summary>Takes a free record, zeroed; end with <see cref="EndChange"/> once it is filled.</summary>
    public int Take()
    {
        int slot = _free;
        Check.That(slot >= 0, "there is a record for every order that can rest or be remembered");
        _free = _records[slot].NextFree;
        _records[slot] = default;
        return slot;
    }

    /// <summary>Gives back a record that never came into force, outside any change.</summary>
    public void Return(int slot)
    {
        _records[slot] = default;
        _records[slot].NextFree = _free;
        _free = slot;
    }

    public void BeginChange(int slot) => Hash -= HashOf(in _records[slot]);

    public void EndChange(int slot) => Hash += HashOf(in _records[slot]);

    /// <summary>Puts a record that works no more into the ring, within a change; the oldest there is forgotten.</summary>
    public void Close(int slot)
    {
        ref int place = ref _closed[_closedCount % _closed.Length];
        if (_closedCount >= _closed.Length)
        {
            ref OrderRecord oldest = ref _records[place];
            Hash -= HashOf(in oldest);
            oldest = default;
            oldest.NextFree = _free;
            _free = place;
        }

        place = slot;
        _closedCount++;
        _records[slot].ClosedOrdinal = _closedCount;
    }

    private static ulong HashOf(in OrderRecord record)
    {
        ulong amounts = Digest.Mix((ulong)record.Price.Ticks, (ulong)record.Quantity.Lots);
        ulong filled = Digest.Mix((ulong)record.CumulativeQuantity.Lots, (ulong)record.CumulativeNotional ^ (ulong)(record.CumulativeNotional >> 64));
        ulong whose = Digest.Mix(((ulong)(uint)record.InstrumentId << 32) | (uint)record.AccountId, (uint)record.SessionId);
        ulong kind = (byte)record.Side | ((ulong)record.OrderType << 8) | ((ulong)record.TimeInForce << 16)
            | ((ulong)record.Status << 24) | ((ulong)record.Reason << 32);
        ulong id = Digest.Mix(record.Key.Low ^ record.OrderId, record.Key.High ^ (ulong)record.ClosedOrdinal);
        return Digest.Mix(id ^ kind, Digest.Mix(amounts ^ whose, filled));
    }
}
