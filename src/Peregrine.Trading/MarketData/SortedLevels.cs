namespace Peregrine.Trading.MarketData;

/// <summary>
/// The levels of one side of one book, sorted so that the best is last: what happens near the touch moves few entries.
/// A key is the price for bids and its negation for asks, so a better price is a greater key on both sides.
/// </summary>
/// <remarks>Thread: one owner. Allocates: only when there are more levels than ever before. A level far from the touch costs a move
/// of the better ones: 12 bytes each.</remarks>
internal sealed class SortedLevels
{
#if CHECKED
    private const int InitialLevels = 2;
#else
    private const int InitialLevels = 1024;
#endif
    private const int LinearSteps = 8;
    private long[] _keys = new long[InitialLevels];
    private int[] _levels = new int[InitialLevels];

    /// <summary>How many levels there are.</summary>
    public int Count { get; private set; }

    /// <summary>The best level's index in the slab, or -1.</summary>
    public int Best => Count == 0 ? -1 : _levels[Count - 1];

    /// <summary>The level at a depth, 0 is the best.</summary>
    public int AtDepth(int depth) => _levels[Count - 1 - depth];

    /// <summary>Finds a key.</summary>
    /// <returns>Its position, or the complement of the position where it would go.</returns>
    public int Find(long key)
    {
        long[] keys = _keys;
        int high = Count - 1;
        for (int steps = 0; steps < LinearSteps && high >= 0; steps++, high--)
        {
            if (keys[high] <= key)
            {
                return keys[high] == key ? high : ~(high + 1);
            }
        }

        int low = 0;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (keys[middle] < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low < Count && keys[low] == key ? low : ~low;
    }

    /// <summary>The level at a position from <see cref="Find"/>.</summary>
    public int AtPosition(int position) => _levels[position];

    /// <summary>Puts a level at the position where it goes.</summary>
    public void Insert(int position, long key, int level)
    {
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, _keys.Length * 2);
            Array.Resize(ref _levels, _levels.Length * 2);
        }

        int moved = Count - position;
        if (moved > 0)
        {
            Array.Copy(_keys, position, _keys, position + 1, moved);
            Array.Copy(_levels, position, _levels, position + 1, moved);
        }

        _keys[position] = key;
        _levels[position] = level;
        Count++;
    }

    /// <summary>Takes a level out.</summary>
    public void RemoveAt(int position)
    {
        int moved = Count - position - 1;
        if (moved > 0)
        {
            Array.Copy(_keys, position + 1, _keys, position, moved);
            Array.Copy(_levels, position + 1, _levels, position, moved);
        }

        Count--;
    }
}
