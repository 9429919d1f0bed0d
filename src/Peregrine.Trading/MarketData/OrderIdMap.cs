namespace Peregrine.Trading.MarketData;

/// <summary>
/// From order id and instrument to a slot: open addressing, linear probing, removal by shifting back, at most half full. It grows by
/// doubling, as nobody can say how many orders a recorded day has.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when it grows.</remarks>
internal sealed class OrderIdMap
{
#if CHECKED
    private const int InitialEntries = 4;
#else
    private const int InitialEntries = 8192;
#endif
    private const int Empty = -1;
    private Entry[] _entries = NewEntries(InitialEntries);

    public int Count { get; private set; }

    /// <summary>The slot, or -1.</summary>
    public int Find(ulong id, int instrumentId) => Find(id, instrumentId, out _);

    /// <summary>The slot, or -1.</summary>
    /// <param name="position">For <see cref="RemoveAt"/>; good until something is added or removed.</param>
    public int Find(ulong id, int instrumentId, out int position)
    {
        position = Position(id, instrumentId);
        return _entries[position].Slot;
    }

    /// <summary>Adds an id that is not there.</summary>
    public void Add(ulong id, int instrumentId, int slot)
    {
        if ((Count + 1) * 2 > _entries.Length)
        {
            Grow();
        }

        _entries[Position(id, instrumentId)] = new Entry { Id = id, InstrumentId = instrumentId, Slot = slot };
        Count++;
    }

    /// <summary>Removes the id that was found at a position.</summary>
    public void RemoveAt(int position)
    {
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        int hole = position;
        entries[hole].Slot = Empty;
        Count--;

        // Whoever would have stood at or before the hole moves into it, so that no search ends too early.
        for (int at = (hole + 1) & mask; entries[at].Slot != Empty; at = (at + 1) & mask)
        {
            int home = Home(entries[at].Id, entries[at].InstrumentId, mask);
            if (((at - home) & mask) >= ((at - hole) & mask))
            {
                entries[hole] = entries[at];
                entries[at].Slot = Empty;
                hole = at;
            }
        }
    }

    private int Position(ulong id, int instrumentId)
    {
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        int at = Home(id, instrumentId, mask);
        while (true)
        {
            ref Entry entry = ref entries[at];
            if (entry.Slot == Empty || (entry.Id == id && entry.InstrumentId == instrumentId))
            {
                return at;
            }

            at = (at + 1) & mask;
        }
    }

    private static int Home(ulong id, int instrumentId, int mask)
    {
        ulong hash = (id ^ ((ulong)(uint)instrumentId << 40)) * 0x9e3779b97f4a7c15UL;
        return (int)(hash >> 32) & mask;
    }

    private void Grow()
    {
        Entry[] old = _entries;
        _entries = NewEntries(old.Length * 2);
        foreach (Entry entry in old)
        {
            if (entry.Slot != Empty)
            {
                _entries[Position(entry.Id, entry.InstrumentId)] = entry;
            }
        }
    }

    private static Entry[] NewEntries(int count)
    {
        Entry[] entries = new Entry[count];
        Array.Fill(entries, new Entry { Slot = Empty });
        return entries;
    }

    private struct Entry
    {
        public ulong Id;
        public int InstrumentId;
        public int Slot;
    }
}
