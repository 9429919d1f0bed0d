using System.Numerics;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching.Sharding;

/// <summary>
/// Which shard an order id is at home in: from the moment that a new order with it is sent there until none is on its way and none rests.
/// Open addressing, linear probing, removal by shifting back: as <see cref="OrderIndex"/>, with more to remember.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction. At most half full.</remarks>
internal sealed class OrderHomes
{
    // Ids of one block lie side by side: ids come nearly in sequence, so those at work share cache lines. Blocks are spread by hashing.
    private const int BlockBits = 6;
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
        int shard = id != 0 && _homes[at].Id == id ? _homes[at].Shard : -1;
        GC.KeepAlive(this);
        return shard;
    }

    /// <summary>A new order is sent to a shard, which is the id's home already or becomes it.</summary>
    public void Send(ulong id, int shard)
    {
        int at = Seek(id);
        if (_homes[at].Id == 0)
        {
            Add(id, shard);
        }

        _homes[at].OnTheWay++;
        GC.KeepAlive(this);
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
        GC.KeepAlive(this);
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
        GC.KeepAlive(this);
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

    private void Add(ulong id, int shard)
    {
        int at = PlaceOf(id);
        for (; _homes[at].Id != 0; at = (at + 1) & _mask)
        {
            _homes[at].Passed++;
        }

        ref Home home = ref _homes[at];
        home.Id = id;
        home.Shard = (byte)shard;
        Count++;
    }

    private void RemoveIfDone(int hole)
    {
        if (_homes[hole] is not { IsThere: false, OnTheWay: 0 })
        {
            return;
        }

        for (int at = PlaceOf(_homes[hole].Id); at != hole; at = (at + 1) & _mask)
        {
            _homes[at].Passed--;
        }

        while (_homes[hole].Passed > 0)
        {
            hole = PullBack(hole);
        }

        _homes[hole] = default;
        Count--;
    }

    // Somebody behind the hole has passed over it on the way: the first such entry moves in, and leaves the next hole.
    private int PullBack(int hole)
    {
        int at = (hole + 1) & _mask;
        while (((at - PlaceOf(_homes[at].Id)) & _mask) < ((at - hole) & _mask))
        {
            at = (at + 1) & _mask;
        }

        int passed = _homes[hole].Passed;
        _homes[hole] = _homes[at] with { Passed = passed };
        for (int over = hole; over != at; over = (over + 1) & _mask)
        {
            _homes[over].Passed--;
        }

        return at;
    }

    private int PlaceOf(ulong id) =>
        ((int)(((id >> BlockBits) * 0x9e3779b97f4a7c15UL) >> _shift) << BlockBits) | ((int)id & ((1 << BlockBits) - 1));

    private struct Home
    {
        public ulong Id;

        /// <summary>How many entries lie behind this place because it was taken when they came: with none, it can be freed at once.</summary>
        public int Passed;

        // Three in one, so that four ids fit into a cache line.
        private uint _state;

        /// <summary>New orders with the id that have not arrived: fewer than 2^24, as there are never so many commands on their way.</summary>
        public int OnTheWay
        {
            readonly get => (int)(_state & 0xff_ffff);
            set => _state = (_state & ~0xff_ffffu) | (uint)value;
        }

        /// <summary>Less than 2^7.</summary>
        public byte Shard
        {
            readonly get => (byte)((_state >> 24) & 0x7f);
            set => _state = (_state & ~(0x7fu << 24)) | ((uint)value << 24);
        }

        public bool IsThere
        {
            readonly get => _state >> 31 != 0;
            set => _state = (_state & ~(1u << 31)) | (value ? 1u << 31 : 0);
        }
    }
}
