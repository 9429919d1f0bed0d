using System.Numerics;
using System.Runtime.InteropServices;
using Peregrine.Linux.Memory;

namespace Peregrine.Trading.Orders;

/// <summary>
/// The client ids in use: exactly the last N, and those of working orders whatever their age. A ring says which is the oldest;
/// an open-addressed table finds them, with removal by shifting back.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction. Every operation is O(1) on average; the table is at most two thirds full.</remarks>
internal sealed partial class ClientOrderIdTable
{
    // How many ids ahead the memory of the one that leaves is asked for.
    private const int LeavesAhead = 4;
    private readonly Slab<Entry> _entries;
    private readonly ClientOrderKey[] _window;
    private readonly int _mask;
    private long _added;

    // The place in the window that is written next: where the oldest stands.
    private int _place;

    public ClientOrderIdTable(int windowCount, int ordersMax)
    {
        long idsMax = windowCount + (long)ordersMax + 1;
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(idsMax + (idsMax / 2), 4));
        _entries = new Slab<Entry>(size);
        _mask = size - 1;
        _window = new ClientOrderKey[windowCount];
    }

    /// <summary>A digest of all entries and their ages.</summary>
    public ulong Hash { get; private set; }

    /// <summary>How many ids are known.</summary>
    public int Count { get; private set; }

    /// <summary>Looks an id up.</summary>
    /// <param name="orderId">The order that it names; 0 for a request that was refused.</param>
    /// <param name="slot">The order's record when it was bound, or -1; the caller must check that it is still the same order.</param>
    public bool TryFind(ClientOrderKey key, out ulong orderId, out int slot)
    {
        int i = Seek(key);
        orderId = _entries[i].OrderId;
        slot = _entries[i].IsUsed ? _entries[i].Slot : -1;
        return _entries[i].IsUsed;
    }

    /// <summary>True when adding the next id would push one out of the window: <paramref name="oldest"/>.</summary>
    public bool TryGetLeaving(out ClientOrderKey oldest)
    {
        oldest = _window[_place];
        return _added >= _window.Length;
    }

    /// <summary>Asks for the memory where an id is looked up: a hint.</summary>
    public void Prefetch(ClientOrderKey key) => _entries.Prefetch((int)key.Low & _mask);

    /// <summary>Whether an id is known to name an order that works no more.</summary>
    public bool HasEnded(ClientOrderKey key) => _entries[Seek(key)].HasEnded;

    /// <summary>Lets an id leave the window.</summary>
    /// <param name="keep">True when it names a working order: it stays known until <see cref="Release"/>.</param>
    public void Leave(ClientOrderKey key, bool keep)
    {
        int i = Seek(key);
        if (!keep)
        {
            RemoveAt(i);
            return;
        }

        Hash -= HashOf(in _entries[i]);
        _entries[i].Ordinal = 0;
        Hash += HashOf(in _entries[i]);
    }

    /// <summary>Adds an id that is not known, as the newest. The caller has let the oldest leave.</summary>
    public void Add(ClientOrderKey key, ulong orderId, int slot)
    {
        _window[_place] = key;
        _place = _place + 1 == _window.Length ? 0 : _place + 1;
        _added++;
        if (_added >= _window.Length && _place + LeavesAhead < _window.Length)
        {
            Prefetch(_window[_place + LeavesAhead]);
        }

        ref Entry entry = ref _entries[Seek(key)];
        entry = new Entry { Key = key, OrderId = orderId, Slot = slot, IsUsed = true, Ordinal = _added };
        Hash += HashOf(in entry);
        Count++;
    }

    /// <summary>Hears that an id does not name a working order any more: forgets it, if it has left the window.</summary>
    public void Release(ClientOrderKey key)
    {
        int i = Seek(key);
        if (_entries[i].IsUsed && _entries[i].Ordinal == 0)
        {
            RemoveAt(i);
        }
        else
        {
            _entries[i].HasEnded = _entries[i].IsUsed;
        }
    }

    private int Seek(ClientOrderKey key)
    {
        int i = (int)key.Low & _mask;
        while (_entries[i].IsUsed && _entries[i].Key != key)
        {
            i = (i + 1) & _mask;
        }

        return i;
    }

    private void RemoveAt(int hole)
    {
        Hash -= HashOf(in _entries[hole]);
        Count--;
        for (int i = (hole + 1) & _mask; _entries[i].IsUsed; i = (i + 1) & _mask)
        {
            int home = (int)_entries[i].Key.Low & _mask;
            if (((i - home) & _mask) >= ((i - hole) & _mask))
            {
                _entries[hole] = _entries[i];
                hole = i;
            }
        }

        _entries[hole] = default;
    }

    private static ulong HashOf(in Entry entry) =>
        Digest.Mix(entry.Key.Low ^ (ulong)entry.Ordinal, entry.Key.High ^ BitOperations.RotateLeft(entry.OrderId, 32));

    // One cache line.
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Entry
    {
        public ClientOrderKey Key;
        public ulong OrderId;

        /// <summary>Its place among all ids ever added; 0 when it has left the window.</summary>
        public long Ordinal;
        public int Slot;
        public bool IsUsed;

        /// <summary>Its order is known to work no more, or to be called otherwise: it need not be looked at when the id leaves the window.</summary>
        public bool HasEnded;
    }
}
