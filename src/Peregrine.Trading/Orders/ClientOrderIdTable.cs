using System.Numerics;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// The client ids in use: exactly the last N, the window, and those of working orders whatever their age. The window lies in a ring in the order of
/// age, so that the oldest is known and what leaves is read in sequence; behind the ring lie those that have left it.
/// An open-addressed index of eight bytes an id finds them, with removal by shifting back: a look-up of an id that is not known,
/// which most are, touches one cache line of it.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction. Every operation is O(1) on average; the index is at most two thirds full.</remarks>
internal sealed partial class ClientOrderIdTable
{
    private const int None = -1;

    // How many ids ahead the memory of the one that leaves is asked for.
    private const int LeavesAhead = 4;
    private readonly Slab<Entry> _entries;
    private readonly Slab<IndexEntry> _index;
    private readonly int _windowCount;
    private readonly int _mask;
    private long _added;

    // The place in the window that is written next: where the oldest stands.
    private int _place;
    private int _freeAged;

    public ClientOrderIdTable(int windowCount, int ordersMax)
    {
        long idsMax = windowCount + (long)ordersMax + 1;
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(idsMax + (idsMax / 2), 4));
        _entries = new Slab<Entry>((int)idsMax);
        _index = new Slab<IndexEntry>(size);
        _mask = size - 1;
        _windowCount = windowCount;
        _freeAged = windowCount;
        for (int place = windowCount; place < idsMax; place++)
        {
            _entries[place].Slot = place + 1 < idsMax ? place + 1 : None;
        }
    }

    /// <summary>A digest of all entries and their ages.</summary>
    public ulong Hash { get; private set; }

    /// <summary>How many ids are known.</summary>
    public int Count { get; private set; }

    // The window is full: the next id pushes one out.
    private bool IsFull => _added >= _windowCount;

    /// <summary>Looks an id up.</summary>
    /// <param name="orderId">The order that it names; 0 for a request that was refused.</param>
    /// <param name="slot">The order's record when it was bound, or -1; the caller must check that it is still the same order.</param>
    public bool TryFind(ClientOrderKey key, out ulong orderId, out int slot)
    {
        int place = _index[Seek(key)].Place - 1;
        orderId = place >= 0 ? _entries[place].OrderId : 0;
        slot = place >= 0 ? _entries[place].Slot : None;
        return place >= 0;
    }

    /// <summary>Asks for the memory where an id is looked up: a hint.</summary>
    public void Prefetch(ClientOrderKey key) => _index.Prefetch(HomeOf((uint)key.Low));

    /// <summary>True when adding the next id pushes one out of the window: which, and what it names.</summary>
    public bool TryGetLeaving(out ClientOrderKey key, out ulong orderId, out int slot)
    {
        ref Entry oldest = ref _entries[_place];
        (key, orderId, slot) = (oldest.Key, oldest.OrderId, oldest.Slot);
        return IsFull;
    }

    /// <summary>Asks for the memory of an id that leaves some ids later.</summary>
    /// <returns>The record that it names, for the caller to ask for, or -1.</returns>
    public int PrefetchLeaving()
    {
        int ahead = _place + LeavesAhead;
        if (!IsFull || ahead >= _windowCount)
        {
            return None;
        }

        Prefetch(_entries[ahead].Key);
        return _entries[ahead].Slot;
    }

    /// <summary>Lets the oldest id leave the window.</summary>
    /// <param name="keep">True when it names a working order: it stays known until <see cref="Release"/>.</param>
    public void Leave(bool keep)
    {
        ref Entry oldest = ref _entries[_place];
        Invariant.That(IsFull && _place == (int)(_added % _windowCount), "an id leaves a window that is full, from its oldest place");
        int at = SeekPlace((uint)oldest.Key.Low, _place);
        Hash -= HashOf(in oldest, _added - _windowCount + 1);
        if (keep)
        {
            Age(at, in oldest);
        }
        else
        {
            RemoveAt(at);
            Count--;
        }
    }

    /// <summary>Adds an id that is not known, as the newest. The caller has let the oldest leave.</summary>
    public void Add(ClientOrderKey key, ulong orderId, int slot)
    {
        ref Entry entry = ref _entries[_place];
        Invariant.That(_index[Seek(key)].Place == 0, "an id is added once");
        entry = new Entry { Key = key, OrderId = orderId, Slot = slot };
        _index[Seek(key)] = new IndexEntry { Hash = (uint)key.Low, Place = _place + 1 };
        _place = _place + 1 == _windowCount ? 0 : _place + 1;
        _added++;
        Invariant.That(_place == (int)(_added % _windowCount), "the window is written round and round");
        Hash += HashOf(in entry, _added);
        Count++;
        Invariant.That(Count > 0 && Count <= _entries.Length, "there are no more ids than places for them");
    }

    /// <summary>An id names something else from here on; nothing happens where it is known no more.</summary>
    /// <param name="orderId">As in <see cref="TryFind"/>.</param>
    /// <param name="slot">As there.</param>
    public void Bind(ClientOrderKey key, ulong orderId, int slot)
    {
        int place = _index[Seek(key)].Place - 1;
        if (place < 0)
        {
            return;
        }

        // How many were added behind it says which it was; behind the window age counts no more.
        long age = ((long)_place - 1 - place + _windowCount) % _windowCount;
        long ordinal = place < _windowCount ? _added - age : 0;
        ref Entry entry = ref _entries[place];
        Hash -= HashOf(in entry, ordinal);
        (entry.OrderId, entry.Slot) = (orderId, slot);
        Hash += HashOf(in entry, ordinal);
    }

    /// <summary>Forgets an id that has left the window, as it does not name a working order any more.</summary>
    public void Release(ClientOrderKey key)
    {
        int at = Seek(key);
        int place = _index[at].Place - 1;
        Check.That(place >= _windowCount, "an id that is released has left the window");
        Hash -= HashOf(in _entries[place], 0);
        _entries[place].Slot = _freeAged;
        _freeAged = place;
        Invariant.That(_freeAged >= _windowCount, "a place for an aged id is behind the window");
        RemoveAt(at);
        Count--;
    }

    // Behind the ring there is a place for every order that can work, and one for the order in work.
    private void Age(int at, in Entry entry)
    {
        int place = _freeAged;
        Check.That(place >= 0, "there is a place for the client id of every working order");
        _freeAged = _entries[place].Slot;
        Invariant.That(place >= _windowCount, "an id that ages moves to a place behind the window");
        _entries[place] = entry;
        _index[at] = new IndexEntry { Hash = (uint)entry.Key.Low, Place = place + 1 };
        Hash += HashOf(in entry, 0);
    }

    private int HomeOf(uint hash) => (int)hash & _mask;

    // Where an id stands in the index, or the free place where it would.
    private int Seek(ClientOrderKey key)
    {
        uint hash = (uint)key.Low;
        int at = HomeOf(hash);
        while (_index[at].Place != 0 && (_index[at].Hash != hash || _entries[_index[at].Place - 1].Key != key))
        {
            at = (at + 1) & _mask;
        }

        return at;
    }

    // As Seek, for an id whose place is known: nothing need be compared with its key.
    private int SeekPlace(uint hash, int place)
    {
        int at = HomeOf(hash);
        while (_index[at].Place != place + 1)
        {
            Invariant.That(_index[at].Place != 0, "an id of the window is in the index");
            at = (at + 1) & _mask;
        }

        return at;
    }

    private void RemoveAt(int hole)
    {
        Invariant.That(_index[hole].Place != 0, "an id is removed from the index once");
        for (int at = (hole + 1) & _mask; _index[at].Place != 0; at = (at + 1) & _mask)
        {
            if (((at - HomeOf(_index[at].Hash)) & _mask) >= ((at - hole) & _mask))
            {
                _index[hole] = _index[at];
                hole = at;
            }
        }

        _index[hole] = default;
    }

    /// <param name="ordinal">Its place among all ids ever added; 0 when it has left the window.</param>
    private static ulong HashOf(in Entry entry, long ordinal) =>
        Digest.Mix(entry.Key.Low ^ (ulong)ordinal, entry.Key.High ^ BitOperations.RotateLeft(entry.OrderId, 32));

    // 32 bytes.
    private struct Entry
    {
        public ClientOrderKey Key;
        public ulong OrderId;

        /// <summary>Of the order's record, or -1; of a free place behind the ring, the next such.</summary>
        public int Slot;
    }

    private struct IndexEntry
    {
        /// <summary>The lower half of the key's lower word: where it is at home, and whether it can be the one that is looked for.</summary>
        public uint Hash;

        /// <summary>The place of its entry, and one; 0: free.</summary>
        public int Place;
    }
}
