using System.Numerics;

namespace Peregrine.Trading.Matching;

/// <summary>Order id to slot: open addressing, linear probing, removal by shifting back, so there are no tombstones to clean up.</summary>
/// <remarks>Thread: one owner. Allocates: at construction. Never more than half full.</remarks>
internal sealed class OrderIndex
{
    // Ids of one block lie side by side: ids come nearly in sequence, so those at work share cache lines. Blocks are spread by hashing.
    private const int BlockBits = 3;
    private readonly Entry[] _entries;
    private readonly int _mask;
    private readonly int _shift;

    public OrderIndex(int capacity)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity * 2L, 16));
        _entries = new Entry[size];
        _mask = size - 1;
        _shift = 64 - BitOperations.Log2((uint)size) + BlockBits;
    }

    /// <summary>The slot of an id, or -1.</summary>
    public int Find(ulong id)
    {
        Entry[] entries = _entries;
        for (int i = Home(id); ; i = (i + 1) & _mask)
        {
            ref Entry entry = ref entries[i];
            if (entry.Id == id)
            {
                return id == 0 ? -1 : entry.Slot;
            }

            if (entry.Id == 0)
            {
                return -1;
            }
        }
    }

    /// <summary>Adds an id that is not 0 and not in it.</summary>
    public void Add(ulong id, int slot)
    {
        Entry[] entries = _entries;
        int i = Home(id);
        while (entries[i].Id != 0)
        {
            i = (i + 1) & _mask;
        }

        entries[i] = new Entry { Id = id, Slot = slot };
    }

    /// <summary>Removes an id that is in it.</summary>
    public void Remove(ulong id)
    {
        Entry[] entries = _entries;
        int hole = Home(id);
        while (entries[hole].Id != id)
        {
            hole = (hole + 1) & _mask;
        }

        // Pull every later entry of the run back that may not lie behind the hole, so that probing never meets a gap.
        for (int i = (hole + 1) & _mask; entries[i].Id != 0; i = (i + 1) & _mask)
        {
            int home = Home(entries[i].Id);
            if (((i - home) & _mask) >= ((i - hole) & _mask))
            {
                entries[hole] = entries[i];
                hole = i;
            }
        }

        entries[hole] = default;
    }

    private int Home(ulong id) =>
        ((int)(((id >> BlockBits) * 0x9e3779b97f4a7c15UL) >> _shift) << BlockBits) | ((int)id & ((1 << BlockBits) - 1));

    private struct Entry
    {
        public ulong Id;
        public int Slot;
    }
}
