using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>What a receiver of market data knows of one book: the levels from LevelChanged alone,
/// and the orders from the order deltas alone.</summary>
internal sealed class BookMirror
{
    private readonly SortedDictionary<long, BookLevel>[] _levels = [new(), new()];
    private readonly List<Shown>[] _orders = [[], []];
    private long _lastDelta;

    /// <summary>An order as it is shown.</summary>
    public readonly record struct Shown(ulong OrderId, long Price, long Quantity);

    /// <summary>The levels of a side, best first.</summary>
    public IEnumerable<BookLevel> Levels(Side side) => side == Side.Buy ? _levels[0].Values.Reverse() : _levels[1].Values;

    /// <summary>The shown orders of a side, best price first, and in a level in the order of their queue.</summary>
    public IEnumerable<Shown> Orders(Side side) => side == Side.Buy ? _orders[0].OrderByDescending(o => o.Price) : _orders[1].OrderBy(o => o.Price);

    /// <summary>Takes an event in.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Apply(in MatchEvent match)
    {
        long delta = match.DeltaSequence;
        if (delta != ++_lastDelta)
        {
            return $"delta number {delta}, expected {_lastDelta}";
        }

        if (match.Side is not (Side.Buy or Side.Sell))
        {
            return "it names no side";
        }

        return match.Type == MatchEventType.LevelChanged ? ApplyLevel(in match) : ApplyOrder(in match);
    }

    private string? ApplyLevel(in MatchEvent match)
    {
        SortedDictionary<long, BookLevel> levels = _levels[(int)match.Side - 1];
        if (match.Quantity.Lots == 0)
        {
            return match.OrderCount == 0 ? levels.Remove(match.Price.Ticks)
                ? null
                : "a level that was not told goes" : "a level without lots has orders";
        }

        levels[match.Price.Ticks] = new BookLevel(match.Price, match.Quantity, match.OrderCount);
        return null;
    }

    private string? ApplyOrder(in MatchEvent match)
    {
        List<Shown> orders = _orders[(int)match.Side - 1];
        ulong id = match.OrderId;
        int at = orders.FindIndex(o => o.OrderId == id);
        Shown shown = new(id, match.Price.Ticks, match.Quantity.Lots);
        switch (match.Type)
        {
            case MatchEventType.OrderAdded when at < 0:
                orders.Add(shown);
                return null;
            case MatchEventType.OrderChanged when at >= 0 && orders[at].Price == shown.Price:
                orders[at] = shown;
                return null;
            case MatchEventType.OrderRemoved when at >= 0 && orders[at] == shown:
                orders.RemoveAt(at);
                return null;
            default:
                return $"it does not fit what is shown: {(at < 0 ? "no such order" : orders[at])}";
        }
    }
}
