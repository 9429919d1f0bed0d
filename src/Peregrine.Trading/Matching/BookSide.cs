using System.Numerics;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// The levels of one side of one book by price: an array over the prices near the best one, one entry a tick, with a bit for each level; and sorted
/// blocks for what is farther away. The window follows the best price. A key is the price for bids and its negation for asks, so a better price is a
/// greater key on both sides.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction, and for far levels (<see cref="FarLevels"/>). All far keys are below the window.</remarks>
internal sealed class BookSide
{
#if CHECKED
    private const int WindowTicks = 64;
#else
    private const int WindowTicks = 1024;
#endif
    private const int None = -1;
    private const int WordBits = 64;

    // Where the best level lies after the window was moved: a quarter is left for better prices.
    private const int BestPlace = WindowTicks / 4 * 3;
    private readonly int[] _window;
    private readonly ulong[] _words;
    private readonly FarLevels _far = new();
    private readonly int _windowTicks;
    private ulong _summary;
    private long _base;

    /// <summary>Makes an empty side.</summary>
    /// <param name="hasWindow">False: every level is a far one; for stops, which come and go less often.</param>
    public BookSide(bool hasWindow)
    {
        _windowTicks = hasWindow ? WindowTicks : 0;
        _window = new int[_windowTicks];
        _words = new ulong[_windowTicks / WordBits];
        Array.Fill(_window, None);
    }

    /// <summary>The best level's index in the slab, or -1.</summary>
    public int Best { get; private set; } = None;

    /// <summary>Its key; the least number when there is none.</summary>
    public long BestKey { get; private set; } = long.MinValue;

    /// <summary>How many levels there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them show something; kept by the engine.</summary>
    public int ShownCount { get; set; }

    /// <summary>The level of a key, or -1.</summary>
    public int Find(long key)
    {
        int[] window = _window;
        ulong at = (ulong)(key - _base);
        return at < (ulong)window.Length ? window[(int)at] : FindFar(key);
    }

    /// <summary>Adds a level whose key is not in it.</summary>
    public void Add(long key, int level)
    {
        Invariant.That(Find(key) == None, "a price has one level");
        long at = key - _base;
        if ((ulong)at >= (ulong)_windowTicks && !TryMoveWindow(key))
        {
            Invariant.That(_windowTicks == 0 || key < _base, "all far keys are below the window");
            _far.Add(key, level);
        }
        else
        {
            SetWindow((int)(key - _base), level);
        }

        Count++;
        Invariant.That(Find(key) == level, "a level is found where it was added");
        if (key > BestKey)
        {
            Best = level;
            BestKey = key;
        }
    }

    /// <summary>Removes a level that is in it.</summary>
    public void Remove(long key)
    {
        Invariant.That(Find(key) != None, "a level that is removed is there");
        ulong at = (ulong)(key - _base);
        if (at < (ulong)_windowTicks)
        {
            ClearWindow((int)at);
        }
        else
        {
            _far.Remove(key);
        }

        Count--;
        Invariant.That(Count >= 0 && Find(key) == None, "a level is removed once");
        if (key == BestKey)
        {
            FindBest();
        }
    }

    /// <summary>The best level whose key is below another, or -1.</summary>
    public int NextWorse(long key, out long found)
    {
        if (Best == None || key > BestKey)
        {
            found = BestKey;
            return Best;
        }

        int place = key > _base ? HighestBelow((int)Math.Min(key - _base, _windowTicks)) : None;
        Invariant.That(place == None || _base + place < key, "a worse level has a smaller key");
        if (place != None)
        {
            found = _base + place;
            return _window[place];
        }

        return _far.Below(key, out found);
    }

    /// <summary>The worst level whose key is above another, or -1.</summary>
    public int NextBetter(long key, out long found)
    {
        found = 0;
        if (Best == None || key >= BestKey)
        {
            return None;
        }

        // Keys may be any numbers, so they are compared before they are subtracted.
        if (key < _base)
        {
            int far = _far.Above(key, out found);
            if (far != None)
            {
                return far;
            }
        }

        int place = key < _base ? LowestFrom(0) : LowestFrom((int)(key - _base + 1));
        Invariant.That(place == None || (_base + place > key && _base + place <= BestKey),
            "a better level has a greater key, and none is better than the best");
        if (place == None)
        {
            return None;
        }

        found = _base + place;
        return _window[place];
    }

    private int FindFar(long key) => _far.Count == 0 ? None : _far.Find(key);

    private void FindBest()
    {
        if (_summary != 0)
        {
            int place = HighestBelow(_windowTicks);
            Invariant.That(place != None && _window[place] != None, "where a bit is set there is a level");
            Best = _window[place];
            BestKey = _base + place;
            return;
        }

        Best = None;
        BestKey = long.MinValue;
        if (_far.Count > 0)
        {
            BestKey = _far.GreatestKey(out int level);
            Best = level;
            Invariant.That(level != None, "the best far level is a level");
            _ = _windowTicks > 0 && MoveWindow(BestKey);
        }
    }

    // Moves the window when the key is the new best, or when the best has left the window's upper half and the key would fit again.
    private bool TryMoveWindow(long key)
    {
        if (_windowTicks == 0)
        {
            return false;
        }

        if (Best == None || key > BestKey)
        {
            return MoveWindow(key);
        }

        return BestKey - _base < WindowTicks / 2 && BestKey - key <= BestPlace && MoveWindow(BestKey);
    }

    private bool MoveWindow(long best)
    {
        while (_summary != 0)
        {
            int place = HighestBelow(_windowTicks);
            _far.Add(_base + place, _window[place]);
            ClearWindow(place);
        }

        _base = best - BestPlace;
        while (_far.Count > 0)
        {
            long key = _far.GreatestKey(out int level);
            if (key < _base)
            {
                break;
            }

            _far.Remove(key);
            SetWindow((int)(key - _base), level);
        }

        Invariant.That(_far.Count == 0 || _far.GreatestKey(out _) < _base, "all far keys are below the window");
        return true;
    }

    private void SetWindow(int place, int level)
    {
        Invariant.That(_window[place] == None && level != None, "a place in the window holds one level");
        _window[place] = level;
        uint word = (uint)place / WordBits;
        _words[word] |= 1UL << place;
        _summary |= 1UL << (int)word;
    }

    private void ClearWindow(int place)
    {
        Invariant.That(_window[place] != None && (_words[place / WordBits] >> place & 1) != 0, "a bit stands for each level in the window");
        _window[place] = None;
        uint word = (uint)place / WordBits;
        ulong left = _words[word] & ~(1UL << place);
        _words[word] = left;
        if (left == 0)
        {
            _summary &= ~(1UL << (int)word);
        }
    }

    // The highest place below another, or -1.
    private int HighestBelow(int place)
    {
        int word = place / WordBits;
        if (word < _words.Length)
        {
            ulong here = _words[word] & ((1UL << place) - 1);
            if (here != 0)
            {
                return (word * WordBits) + BitOperations.Log2(here);
            }
        }

        // Shifts count modulo 64: a window of 64 words has none above.
        ulong lower = word >= WordBits ? _summary : _summary & ((1UL << word) - 1);
        if (lower == 0)
        {
            return None;
        }

        word = BitOperations.Log2(lower);
        return (word * WordBits) + BitOperations.Log2(_words[word]);
    }

    // The lowest place at or above another, or -1.
    private int LowestFrom(int place)
    {
        int word = place / WordBits;
        if (word >= _words.Length)
        {
            return None;
        }

        ulong here = _words[word] & (ulong.MaxValue << place);
        if (here != 0)
        {
            return (word * WordBits) + BitOperations.TrailingZeroCount(here);
        }

        ulong upper = word + 1 >= WordBits ? 0 : _summary & (ulong.MaxValue << (word + 1));
        if (upper == 0)
        {
            return None;
        }

        word = BitOperations.TrailingZeroCount(upper);
        return (word * WordBits) + BitOperations.TrailingZeroCount(_words[word]);
    }
}
