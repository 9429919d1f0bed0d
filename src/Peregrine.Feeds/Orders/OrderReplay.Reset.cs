using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.MarketData;
using Peregrine.Trading.Matching;

namespace Peregrine.Feeds.Orders;

/// <summary>Giving the core a book that it did not make itself.</summary>
public sealed partial class OrderReplay
{
    /// <summary>Quantity that no known order stands for rests as one order for each level.</summary>
    public void Seed(MarketBooks books, int instrumentId)
    {
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            for (int depth = 0; depth < books.LevelCount(instrumentId, side); depth++)
            {
                _ = books.TryGetLevel(instrumentId, side, depth, out long price, out _);
                SubmitAnonymous(instrumentId, side, price, books.AnonymousAt(instrumentId, side, depth));
            }
        }
    }

    /// <summary>After a difference: when following, the core gets the feed's book again, order by order, oldest first.</summary>
    /// <param name="books">The feed's books after the message.</param>
    public void Reset(MarketBooks books, int instrumentId)
    {
        if (!isFollowing)
        {
            return;
        }

        Resets++;
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            while (_engine.TryGetHead(EngineId(instrumentId), side, out RestingOrder order))
            {
                _ = _engine.Cancel(order.OrderId, _events);
                _events.Clear();
            }
        }

        Fill(books, instrumentId, Side.Buy);
        Fill(books, instrumentId, Side.Sell);
        _events.Clear();
    }

    private void Fill(MarketBooks books, int instrumentId, Side side)
    {
        for (int depth = 0; depth < books.LevelCount(instrumentId, side); depth++)
        {
            _ = books.TryGetLevel(instrumentId, side, depth, out long price, out _);
            SubmitAnonymous(instrumentId, side, price, books.AnonymousAt(instrumentId, side, depth));
            foreach (QueuedOrder order in books.QueueAt(instrumentId, side, depth))
            {
                _ = Submit(instrumentId, order.OrderId, side, price, order.Quantity, TimeInForce.Day);
            }

            _events.Clear();
        }
    }

    private void SubmitAnonymous(int instrumentId, Side side, long price, long quantity)
    {
        if (quantity > 0)
        {
            _anonymous[(instrumentId, side, price)] = _nextAnonymousId;
            _ = Submit(instrumentId, _nextAnonymousId++, side, price, quantity, TimeInForce.Day);
        }
    }
}
