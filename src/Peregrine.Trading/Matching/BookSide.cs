using System.Numerics;
using System.Runtime.CompilerServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// The levels of one side of one book by price. A price's place is fixed, whatever the market does: its page, and its place in the page. Pages that
/// have a level hang on one another in the order of their prices; which page a price has is told by the page seen last among those of its slot, or
/// by a directory. A key is the price for bids and its negation for asks, so a better price is a greater key on both sides.
/// </summary>
/// <remarks>
/// Thread: one owner. Steps: finding, adding, removing and the next better or worse price touch a page or two; where a price's page is not at hand,
/// or comes or goes with its first or last level, the directory is asked, in steps as the logarithm of the pages. Nothing moves when the best price
/// does. Allocates: when an engine has more pages than ever before (<see cref="LadderPages"/>); never more than what is added.
/// </remarks>
internal sealed class BookSide
{
    private const int None = -1;
    private const int PlaceMask = LadderPage.Places - 1;
#if CHECKED
    private const int Slots = 4;
#else
    private const int Slots = 64;
#endif
    private static readonly LadderPage Nowhere = new();
    private readonly PageDirectory _directory;

    // By the low bits of a page's number, the one that was seen last: pages next to each other never take each other's slot.
    private readonly LadderPage[] _seen = new LadderPage[Slots];

    // The page of the best price; null in an empty side.
    private LadderPage? _top;
    private readonly LadderPages _pages;

    // The levels that show something, once there was one that does not: most sides never have any.
    private BookSide? _shown;

    /// <summary>Makes an empty side.</summary>
    /// <param name="pages">Where its pages come from, and go to.</param>
    public BookSide(LadderPages pages)
    {
        _pages = pages;
        _directory = new PageDirectory(pages);
        Array.Fill(_seen, Nowhere);
    }

    /// <summary>The best level's index in the slab, or -1.</summary>
    public int Best { get; private set; } = None;

    /// <summary>Its key; the least number when there is none.</summary>
    public long BestKey { get; private set; } = long.MinValue;

    /// <summary>How many levels there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them show something.</summary>
    public int ShownCount { get; private set; }

    /// <summary>The level of a key, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long key)
    {
        long number = key >> LadderPage.PlaceBits;
        LadderPage page = _seen[(int)number & (Slots - 1)];
        return page.Number == number ? LevelOf(page, (int)key & PlaceMask) : FindUnseen(key);
    }

    /// <summary>Adds a level whose key is not in it.</summary>
    public void Add(long key, int level)
    {
        Invariant.That(Find(key) == None && level != None, "a price has one level");
        LadderPage page = PageOf(key >> LadderPage.PlaceBits) ?? AddPage(key >> LadderPage.PlaceBits);
        int place = (int)key & PlaceMask;
        page.Levels[place] = level;
        page.Bits |= 1UL << place;
        Count++;
        Invariant.That(Find(key) == level, "a level is found where it was added");
        if (key > BestKey)
        {
            Best = level;
            BestKey = key;
        }
    }

    /// <summary>Puts another level in the place of one that is in it.</summary>
    public void Change(long key, int level)
    {
        Invariant.That(Find(key) != None && level != None, "a level that is changed is there");
        PageOf(key >> LadderPage.PlaceBits)!.Levels[(int)key & PlaceMask] = level;
        Best = key == BestKey ? level : Best;
    }

    /// <summary>Removes a level that is in it.</summary>
    public void Remove(long key)
    {
        Invariant.That(Find(key) != None, "a level that is removed is there");
        LadderPage page = PageOf(key >> LadderPage.PlaceBits)!;
        page.Bits &= ~(1UL << ((int)key & PlaceMask));
        if (page.Bits == 0)
        {
            RemovePage(page);
        }

        Count--;
        Invariant.That(Count >= 0 && Find(key) == None, "a level is removed once");
        if (key == BestKey)
        {
            (Best, BestKey) = _top is { } top ? Highest(top) : (None, long.MinValue);
            Invariant.That(BestKey < key, "what is left is worse than the best that went");
        }
    }

    /// <summary>A level shows something from now on (1), or nothing any more while it is still there (-1), or nothing of the kind (0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountShown(int change, long key, int level)
    {
        // Without a branch on the change, which comes and goes with the market.
        ShownCount += change;
        Invariant.That(ShownCount >= 0 && ShownCount <= Count && (change == 0 || Find(key) == level),
            "a side has no more levels that show something than levels, and no fewer than none");
        if (_shown is not null)
        {
            CountBeside(change, key, level);
        }
    }

    // Apart: most sides have no such.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountBeside(int change, long key, int level)
    {
        if (change > 0)
        {
            _shown!.Add(key, level);
        }
        else if (change < 0)
        {
            _shown!.Remove(key);
        }
    }

    /// <summary>The levels that show something, best first as the others: this side itself while all of them do.</summary>
    /// <param name="shows">Whether a level shows something: asked for each, the first time that one does not.</param>
    /// <remarks>Allocates: the first time.</remarks>
    public BookSide Shown(Predicate<int> shows)
    {
        if (ShownCount == Count)
        {
            return this;
        }

        if (_shown is null)
        {
            _shown = new BookSide(_pages);
            int level = Best;
            for (long key = BestKey; level != None; level = NextWorse(key, out key))
            {
                if (shows(level))
                {
                    _shown.Add(key, level);
                }
            }
        }

        Invariant.That(_shown.Count == ShownCount, "levels that show something are counted and kept alike");
        return _shown;
    }

    /// <summary>The best level whose key is below another, or -1.</summary>
    public int NextWorse(long key, out long found)
    {
        if (Best == None || key > BestKey)
        {
            found = BestKey;
            return Best;
        }

        long number = key >> LadderPage.PlaceBits;
        LadderPage? page = PageOf(number) ?? PageBelow(number);
        if (page is not null && page.Number == number)
        {
            ulong worse = page.Bits & ((1UL << ((int)key & PlaceMask)) - 1);
            if (worse != 0)
            {
                int place = BitOperations.Log2(worse);
                found = (number << LadderPage.PlaceBits) | (uint)place;
                Invariant.That(found < key, "a worse level has a smaller key");
                return page.Levels[place];
            }

            page = page.Worse;
        }

        found = 0;
        if (page is null)
        {
            return None;
        }

        (int level, found) = Highest(page);
        Invariant.That(found < key, "a worse level has a smaller key");
        return level;
    }

    /// <summary>The worst level whose key is above another, or -1.</summary>
    public int NextBetter(long key, out long found)
    {
        found = 0;
        if (Best == None || key >= BestKey)
        {
            return None;
        }

        // There is one: the best.
        long number = key >> LadderPage.PlaceBits;
        LadderPage? page = PageOf(number);
        if (page is not null)
        {
            // Two shifts: one by 64 would be none.
            ulong better = page.Bits & (ulong.MaxValue << ((int)key & PlaceMask) << 1);
            if (better != 0)
            {
                return Found(page, better, key, out found);
            }

            page = page.Better;
        }
        else
        {
            LadderPage? below = PageBelow(number);
            page = below is null ? _directory.First : below.Better;
        }

        return Found(page!, page!.Bits, key, out found);
    }

    private int Found(LadderPage page, ulong bits, long key, out long found)
    {
        int place = BitOperations.TrailingZeroCount(bits);
        found = (page.Number << LadderPage.PlaceBits) | (uint)place;
        Invariant.That(found > key && found <= BestKey, "a better level has a greater key, and none is better than the best");
        return page.Levels[place];
    }

    private static int LevelOf(LadderPage page, int place) => (page.Bits >> place & 1) != 0 ? page.Levels[place] : None;

    private static (int Level, long Key) Highest(LadderPage page)
    {
        Invariant.That(page.Bits != 0, "a page that hangs with the others has a level");
        int place = BitOperations.Log2(page.Bits);
        return (page.Levels[place], (page.Number << LadderPage.PlaceBits) | (uint)place);
    }

    private int FindUnseen(long key) => PageOf(key >> LadderPage.PlaceBits) is { } page ? LevelOf(page, (int)key & PlaceMask) : None;

    // The page of a number, or null where none of its prices has a level.
    private LadderPage? PageOf(long number)
    {
        LadderPage seen = _seen[(int)number & (Slots - 1)];
        if (seen.Number == number)
        {
            return seen;
        }

        // Most that are not seen are better than all, or there are none.
        if (_top is null || number > _top.Number)
        {
            return null;
        }

        _pages.DirectorySteps++;
        LadderPage? page = _directory.Find(number);
        Invariant.That(page is null || page.Number == number, "the directory knows a page by its number");
        if (page is not null)
        {
            _seen[(int)number & (Slots - 1)] = page;
        }

        return page;
    }

    private LadderPage? PageBelow(long number)
    {
        _pages.DirectorySteps++;
        return _directory.AtOrBelow(number);
    }

    private LadderPage AddPage(long number)
    {
        LadderPage page = _pages.Take();
        page.Number = number;
        LadderPage? worse = _top is null || number > _top.Number ? _top : PageBelow(number);
        LadderPage? better = worse is null ? _directory.First : worse.Better;
        (page.Worse, page.Better) = (worse, better);
        Invariant.That((worse is null || worse.Number < number) && (better is null || better.Number > number),
            "pages hang in the order of their prices");
        if (worse is not null)
        {
            worse.Better = page;
        }

        if (better is not null)
        {
            better.Worse = page;
        }
        else
        {
            _top = page;
        }

        _pages.DirectorySteps++;
        _directory.Add(page);
        _seen[(int)number & (Slots - 1)] = page;
        return page;
    }

    private void RemovePage(LadderPage page)
    {
        _pages.DirectorySteps++;
        _directory.Remove(page.Number);
        if (page.Worse is { } worse)
        {
            worse.Better = page.Better;
        }

        if (page.Better is { } better)
        {
            better.Worse = page.Worse;
        }
        else
        {
            _top = page.Worse;
        }

        int slot = (int)page.Number & (Slots - 1);
        if (ReferenceEquals(_seen[slot], page))
        {
            _seen[slot] = Nowhere;
        }

        _pages.Return(page);
    }
}
