using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>The free pages of all ladders of an engine: a page that is empty goes back, and serves any other side or book next.</summary>
/// <param name="ready">How many pages there are at once; beyond, one is made where more are in use than ever before.</param>
/// <remarks>Thread: one owner.</remarks>
internal sealed class LadderPages(int ready)
{
    private LadderPage? _free = Chain(ready);

    /// <summary>Pages made beyond those of the beginning.</summary>
    public int MadeCount { get; private set; }

    /// <summary>How often a directory of these ladders was asked or changed: tests hold it against what was done.</summary>
    public long DirectorySteps { get; set; }

    /// <summary>Words that directories have moved to make or close a gap.</summary>
    public long WordsMoved { get; set; }

    /// <summary>A page that nobody uses; its bits are 0.</summary>
    public LadderPage Take()
    {
        if (_free is not { } page)
        {
            MadeCount++;
            return new LadderPage();
        }

        Invariant.That(page.Bits == 0 && page.Number == LadderPage.NoNumber, "a free page is nobody's");
        (_free, page.Worse) = (page.Worse, null);
        return page;
    }

    /// <summary>Gives a page back.</summary>
    public void Return(LadderPage page)
    {
        Invariant.That(page.Bits == 0, "a page that goes back has no level");
        (page.Number, page.Better, page.Worse) = (LadderPage.NoNumber, null, _free);
        _free = page;
    }

    private static LadderPage? Chain(int count)
    {
        LadderPage? first = null;
        for (int made = 0; made < count; made++)
        {
            first = new LadderPage { Worse = first };
        }

        return first;
    }
}
