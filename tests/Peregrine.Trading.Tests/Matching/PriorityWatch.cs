using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>
/// Price and time priority, seen from outside: when an order that rested has traded, nothing that stood before it in the book,
/// and may trade with anybody, is still there with the place that it had.
/// </summary>
internal sealed class PriorityWatch(IMatchingEngine engine)
{
    private readonly Dictionary<ulong, RestingOrder> _before = [];

    /// <summary>Comparisons made, so that the proof is not empty.</summary>
    public int Pairs { get; private set; }

    /// <summary>Takes in what a command did. Not for venues with a minimum for each single trade: there orders are passed over.</summary>
    /// <returns>The rule that broke, or null.</returns>
    public string? Add(MatchEventBuffer events)
    {
        string? broken = Check(events);
        foreach (ref readonly MatchEvent match in events.Span)
        {
            _before[match.OrderId] = default;
        }

        foreach (ulong id in _before.Keys.Concat(events.Span.ToArray().Select(e => e.RestingOrderId)).ToList())
        {
            _before.Remove(id);
            if (engine.TryGetOrder(id, out RestingOrder order))
            {
                _before.Add(id, order);
            }
        }

        return broken;
    }

    private string? Check(MatchEventBuffer events)
    {
        MatchEvent[] told = events.Span.ToArray();
        HashSet<ulong> changed = [.. told.Where(e => e.Type is MatchEventType.Restated or MatchEventType.Replaced or MatchEventType.Triggered)
            .Select(e => e.OrderId)];
        foreach (MatchEvent trade in told.Where(e => e.Type == MatchEventType.Trade))
        {
            ulong[] rested = trade.Side == 0 ? [trade.OrderId, trade.RestingOrderId] : [trade.RestingOrderId];
            foreach (ulong id in rested.Where(id => !changed.Contains(id) && _before.ContainsKey(id)))
            {
                RestingOrder traded = _before[id];
                foreach (RestingOrder other in _before.Values.Where(o => IsBefore(o, traded)))
                {
                    Pairs++;
                    if (engine.TryGetOrder(other.OrderId, out RestingOrder now) && now.PrioritySequence == other.PrioritySequence
                        && now.Place == OrderPlace.Queue)
                    {
                        return $"order #{id} has traded before {now}";
                    }
                }
            }
        }

        return null;
    }

    private static bool IsBefore(RestingOrder left, RestingOrder right)
    {
        bool isComparable = left.InstrumentId == right.InstrumentId && left.Side == right.Side && left.OrderId != right.OrderId
            && left.Place == OrderPlace.Queue && right.Place == OrderPlace.Queue && !IsConditional(left) && left.Type != OrderType.Pegged;
        return isComparable && Rank(left).CompareTo(Rank(right)) < 0;
    }

    private static (int Market, long Price, int Hidden, long Number) Rank(RestingOrder order) => (
        order.Type is OrderType.Market or OrderType.MarketToLimit ? 0 : 1,
        order.Side == Side.Buy ? -order.Price.Ticks : order.Price.Ticks,
        (order.Flags & (OrderFlags.Hidden | OrderFlags.AllOrNone)) == 0 ? 0 : 1,
        order.PrioritySequence);

    private static bool IsConditional(RestingOrder order) =>
        order.Flags.HasFlag(OrderFlags.AllOrNone) || (order.Flags.HasFlag(OrderFlags.Hidden) && order.MinimumQuantity.Lots > 0);
}
