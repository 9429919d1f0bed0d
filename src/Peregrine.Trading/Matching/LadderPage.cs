using System.Runtime.CompilerServices;

namespace Peregrine.Trading.Matching;

/// <summary>
/// So many prices that follow on one another, each with the level that it has or none, and a bit for each level. Its place among the prices never
/// changes: a key's page is the key without its low bits.
/// </summary>
internal sealed class LadderPage
{
#if CHECKED
    /// <summary>Bits of a key that are its place in the page.</summary>
    public const int PlaceBits = 2;
#else
    /// <summary>Bits of a key that are its place in the page.</summary>
    public const int PlaceBits = 6;
#endif

    /// <summary>How many prices a page has.</summary>
    public const int Places = 1 << PlaceBits;

    /// <summary>The number that no key has.</summary>
    public const long NoNumber = long.MaxValue;

    /// <summary>The levels' indexes; those without a bit say nothing.</summary>
    public LevelsOfPage Levels;

    /// <summary>A bit for each price that has a level; not 0 but for a page that is free.</summary>
    public ulong Bits;

    /// <summary>The keys without their low bits.</summary>
    public long Number = NoNumber;

    /// <summary>The nearest page of worse prices that has a level, or null. Of a free page, the next free one.</summary>
    public LadderPage? Worse;

    /// <summary>The nearest page of better prices that has a level, or null.</summary>
    public LadderPage? Better;

    /// <summary>A level's index for each price of a page.</summary>
    [InlineArray(Places)]
    public struct LevelsOfPage
    {
        private int _first;
    }
}
