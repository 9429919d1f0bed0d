using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>The prices that one instrument's book shows, from the engine's events: what prices are held against until the first trade.</summary>
/// <remarks>Thread: the core's. Allocates: as the pages do.</remarks>
internal sealed class ShownPrices(LadderPages pages)
{
    private readonly BookSide[] _sides = [new(pages), new(pages)];

    /// <summary>Takes over a <see cref="MatchEventType.LevelChanged"/>.</summary>
    public void Apply(in MatchEvent level)
    {
        Invariant.That(level.Type == MatchEventType.LevelChanged, "prices that are shown come from changes of levels");
        Apply(level.Side, level.Price, level.OrderCount > 0);
    }

    /// <summary>A price is shown from now on, or not any more; it may have been before.</summary>
    public void Apply(Side side, Price price, bool isShown)
    {
        BookSide levels = _sides[(int)side - 1];
        long key = side == Side.Buy ? price.Ticks : -price.Ticks;
        bool wasShown = levels.Find(key) >= 0;
        if (isShown && !wasShown)
        {
            levels.Add(key, 0);
        }
        else if (!isShown && wasShown)
        {
            levels.Remove(key);
        }
    }

    /// <summary>The best of a side.</summary>
    /// <returns>False when it shows nothing.</returns>
    public bool TryGetBest(Side side, out Price price)
    {
        BookSide levels = _sides[(int)side - 1];
        price = new Price(side == Side.Buy ? levels.BestKey : -levels.BestKey);
        return levels.Best >= 0;
    }
}
