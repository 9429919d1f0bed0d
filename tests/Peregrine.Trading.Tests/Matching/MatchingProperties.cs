using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>
/// What must hold whatever the rules say in detail, kept track of from nothing but the commands and the events: no lots appear or vanish, what one
/// account pays another gets, no order is passed by a later one, and the book is not crossed while it trades.
/// </summary>
internal sealed class MatchingProperties(IMatchingEngine engine)
{
    private readonly Dictionary<ulong, Account> _orders = [];
    private readonly Dictionary<int, (Int128 Lots, Int128 Cash)> _accounts = [];

    /// <summary>What an order has come to.</summary>
    private sealed record Account(int Owner, Side Side)
    {
        public long Asked { get; set; }
        public long Filled { get; set; }
        public long Gone { get; set; }
        public long Left => Asked - Filled - Gone;
    }

    /// <summary>Takes in what a command did.</summary>
    /// <returns>The rule that broke, or null.</returns>
    public string? Add(MatchCommand command, MatchEventBuffer events)
    {
        foreach (ref readonly MatchEvent match in events.Span)
        {
            string? broken = match.Type switch
            {
                MatchEventType.Accepted => Accept(command, in match),
                MatchEventType.Trade => Fill(in match),
                MatchEventType.Cancelled => Take(in match),
                MatchEventType.Replaced => Replace(in match),
                MatchEventType.Restated or MatchEventType.Triggered => HasLeaves(match.OrderId, match.Leaves),
                _ => null,
            };
            if (broken is not null)
            {
                return $"{broken}: {MatchText.Of(in match)}";
            }
        }

        Int128 lots = _accounts.Values.Aggregate(Int128.Zero, (sum, account) => sum + account.Lots);
        Int128 cash = _accounts.Values.Aggregate(Int128.Zero, (sum, account) => sum + account.Cash);
        return lots != 0 || cash != 0 ? $"{lots} lots and {cash} of cash came from nowhere" : CheckBooks();
    }

    private string? Accept(MatchCommand command, in MatchEvent match)
    {
        bool isNew = _orders.TryAdd(match.OrderId, new Account(command.Order.Account, match.Side) { Asked = match.Quantity.Lots });
        return isNew ? null : "an order is accepted that is already there";
    }

    private string? Fill(in MatchEvent match)
    {
        if (match.Quantity.Lots < 1)
        {
            return "a trade of nothing";
        }

        if (!_orders.TryGetValue(match.OrderId, out Account? first) || !_orders.TryGetValue(match.RestingOrderId, out Account? second)
            || first.Side == second.Side)
        {
            return "a trade of orders that are not there, or of one side";
        }

        Book(first, in match);
        Book(second, in match);
        return HasLeaves(match.OrderId, match.Leaves) ?? HasLeaves(match.RestingOrderId, match.RestingLeaves);
    }

    private void Book(Account order, in MatchEvent match)
    {
        order.Filled += match.Quantity.Lots;
        int sign = order.Side == Side.Buy ? 1 : -1;
        (Int128 lots, Int128 cash) = _accounts.GetValueOrDefault(order.Owner);
        _accounts[order.Owner] = (lots + (sign * (Int128)match.Quantity.Lots), cash - (sign * (Int128)match.Quantity.Lots * match.Price.Ticks));
    }

    private string? Take(in MatchEvent match)
    {
        if (_orders.TryGetValue(match.OrderId, out Account? order))
        {
            order.Gone += match.Quantity.Lots;
        }

        return HasLeaves(match.OrderId, match.Leaves);
    }

    private string? Replace(in MatchEvent match)
    {
        if (_orders.TryGetValue(match.OrderId, out Account? order))
        {
            order.Asked += match.Leaves.Lots - order.Left;
        }

        return HasLeaves(match.OrderId, match.Leaves);
    }

    private string? HasLeaves(ulong id, Quantity leaves)
    {
        if (!_orders.TryGetValue(id, out Account? order))
        {
            return "an event of an order that is not there";
        }

        if (order.Left != leaves.Lots)
        {
            return $"accepted {order.Asked} is not filled {order.Filled}, cancelled {order.Gone} and what is left";
        }

        if (order.Left == 0)
        {
            _orders.Remove(id);
        }

        return null;
    }

    private string? CheckBooks()
    {
        if (engine.OrderCount != _orders.Count)
        {
            return $"{engine.OrderCount} orders in the engine, {_orders.Count} by the events";
        }

        foreach ((ulong id, Account order) in _orders)
        {
            if (!engine.TryGetOrder(id, out RestingOrder found) || found.Leaves.Lots != order.Left)
            {
                return $"order #{id} has {found.Leaves.Lots} left, by the events {order.Left}";
            }
        }

        for (int i = 0; i < engine.InstrumentCount; i++)
        {
            bool isTwoSided = engine.TryGetLevel(i, Side.Buy, 0, out BookLevel bid) & engine.TryGetLevel(i, Side.Sell, 0, out BookLevel ask);
            if (isTwoSided && engine.GetPhase(i) == TradingPhase.Continuous && bid.Price >= ask.Price)
            {
                return $"instrument {i} shows a crossed book: {bid}, {ask}";
            }
        }

        return null;
    }
}
