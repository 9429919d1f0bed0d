using System.Numerics;
using System.Runtime.CompilerServices;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>Order id to slot: open addressing, linear probing, removal by shifting back, so there are no tombstones to clean up.</summary>
/// <remarks>Thread: one owner. Allocates: at construction. Half full when all orders rest; one more is on its way now and then.</remarks>
internal sealed class OrderIndex
{
    // Ids of one block lie side by side: ids come nearly in sequence, so those at work share cache lines. Blocks are spread by hashing.
    private const int BlockBits = 6;
    private readonly Slab<Entry> _entries;
    private readonly int _mask;
    private readonly int _shift;

    public OrderIndex(int capacity)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity * 2L, 2 << BlockBits));
        _entries = new Slab<Entry>(size);
        _entries.Span.Fill(new Entry { Slot = -1 });
        _mask = size - 1;
        _shift = 64 - BitOperations.Log2((uint)size) + BlockBits;
    }

    /// <summary>The slot of an id, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong id)
    {
        int home = Home(id);
        ref Entry entry = ref _entries[home];
        return entry.Id == id || entry.Id == 0 ? entry.Slot : FindBehind(home, id);
    }

    /// <summary>Asks for the memory where an id is looked up first.</summary>
    public void Prefetch(ulong id) => _entries.Prefetch(Home(id));

    /// <summary>Adds an id that is not 0 and not in it.</summary>
    public void Add(ulong id, int slot)
    {
        Invariant.That(id != 0 && slot >= 0, "an id is not 0, and leads to an order");
        int i = Home(id);
        ref Entry entry = ref _entries[i];
        while (entry.Id != 0)
        {
            Invariant.That(entry.Id != id, "an id is in the index once");
            entry.Passed++;
            i = (i + 1) & _mask;
            entry = ref _entries[i];
        }

        entry.Id = id;
        entry.Slot = slot;
    }

    /// <summary>Removes an id that is in it.</summary>
    public void Remove(ulong id)
    {
        int hole = Home(id);
        ref Entry entry = ref _entries[hole];
        while (entry.Id != id)
        {
            Invariant.That(entry.Id != 0 && entry.Passed > 0,
                "an id that is removed stands behind those that it passed, and no free place is between");
            entry.Passed--;
            hole = (hole + 1) & _mask;
            entry = ref _entries[hole];
        }

        while (entry.Passed > 0)
        {
            hole = PullBack(hole);
            entry = ref _entries[hole];
        }

        Invariant.That(entry.Passed == 0, "a place becomes free when nobody stands behind it for its sake");
        entry.Id = 0;
        entry.Slot = -1;
    }

    private int FindBehind(int home, ulong id)
    {
        while (true)
        {
            home = (home + 1) & _mask;
            ref Entry entry = ref _entries[home];
            if (entry.Id == id || entry.Id == 0)
            {
                return entry.Slot;
            }
        }
    }

    // Somebody behind the hole has passed over it on the way: the first such entry moves in, and leaves the next hole.
    private int PullBack(int hole)
    {
        int i = (hole + 1) & _mask;
        while (((i - Home(_entries[i].Id)) & _mask) < ((i - hole) & _mask))
        {
            i = (i + 1) & _mask;
        }

        Invariant.That(_entries[i].Id != 0, "whoever passed a place stands behind it");
        _entries[hole].Id = _entries[i].Id;
        _entries[hole].Slot = _entries[i].Slot;
        for (int passed = hole; passed != i; passed = (passed + 1) & _mask)
        {
            _entries[passed].Passed--;
            Invariant.That(_entries[passed].Passed >= 0, "nobody is passed by fewer than none");
        }

        return i;
    }

    private int Home(ulong id) =>
        ((int)(((id >> BlockBits) * 0x9e3779b97f4a7c15UL) >> _shift) << BlockBits) | ((int)id & ((1 << BlockBits) - 1));

    private struct Entry
    {
        /// <summary>0: free.</summary>
        public ulong Id;

        /// <summary>-1 in a free entry.</summary>
        public int Slot;

        /// <summary>How many entries lie behind this place because it was taken when they came: with none, it can be freed at once.</summary>
        public int Passed;
    }
}
