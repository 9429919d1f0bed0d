using System.Numerics;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching.Sharding;

/// <summary>
/// Which shard an order id is at home in: from the moment that a new order with it is sent there until none is on its way and none rests. Open addressing,
/// linear probing, removal by shifting back.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction. At most half full.</remarks>
internal sealed class OrderHomes
{
    // Four ids side by side share a cache line.
    private const int BlockBits = 2;
    private readonly Slab<Home> _homes;
    private readonly int _mask;
    private readonly int _shift;

    /// <param name="capacity">How many ids there can be.</param>
    public OrderHomes(int capacity)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity * 2L, 2 << BlockBits));
        _homes = new Slab<Home>(size);
        _mask = size - 1;
        _shift = 64 - BitOperations.Log2((uint)size) + BlockBits;
    }

    /// <summary>How many orders rest or are parked, in all shards together.</summary>
    public int OrderCount { get; private set; }

    /// <summary>How many ids are in it.</summary>
    public int Count { get; private set; }

    /// <summary>The shard of an id, or -1.</summary>
    public int Find(ulong id)
    {
        int at = Seek(id);
        return id != 0 && _homes[at].Id == id ? _homes[at].Shard : -1;
    }

    /// <summary>A new order is sent to a shard, which is the id's home already or becomes it.</summary>
    public void Send(ulong id, int shard)
    {
        ref Home home = ref _homes[Seek(id)];
        if (home.Id == 0)
        {
            home = new Home { Id = id, Shard = (short)shard };
            Count++;
        }

        home.OnTheWay++;
    }

    /// <summary>A new order that was sent has arrived.</summary>
    public void Arrive(ulong id, bool isAccepted)
    {
        int at = Seek(id);
        ref Home home = ref _homes[at];
        Check.That(home.Id == id && !(isAccepted && home.IsThere), "an order is accepted where it was sent to, once");
        home.OnTheWay--;
        if (isAccepted)
        {
            home.IsThere = true;
            OrderCount++;
        }

        RemoveIfDone(at);
    }

    /// <summary>An order has ended.</summary>
    public void End(ulong id)
    {
        int at = Seek(id);
        ref Home home = ref _homes[at];
        Check.That(home.Id == id && home.IsThere, "an order that ends was accepted");
        home.IsThere = false;
        OrderCount--;
        RemoveIfDone(at);
    }

    // The place of an id, or the free one where it would go.
    private int Seek(ulong id)
    {
        int at = PlaceOf(id);
        while (_homes[at].Id != id && _homes[at].Id != 0)
        {
            at = (at + 1) & _mask;
        }

        return at;
    }

    private void RemoveIfDone(int hole)
    {
        if (_homes[hole] is not { IsThere: false, OnTheWay: 0 })
        {
            return;
        }

        // Whoever lies behind the hole and was on the way to it, or to a place before it, moves in.
        for (int at = (hole + 1) & _mask; _homes[at].Id != 0; at = (at + 1) & _mask)
        {
            if (((at - PlaceOf(_homes[at].Id)) & _mask) >= ((at - hole) & _mask))
            {
                _homes[hole] = _homes[at];
                hole = at;
            }
        }

        _homes[hole] = default;
        Count--;
    }

    private int PlaceOf(ulong id) =>
        ((int)(((id >> BlockBits) * 0x9e3779b97f4a7c15UL) >> _shift) << BlockBits) | ((int)id & ((1 << BlockBits) - 1));

    private struct Home
    {
        public ulong Id;
        public int OnTheWay;
        public short Shard;
        public bool IsThere;
    }
}
