using System.Numerics;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching.Sharding;

// What there is in all shards together.
public sealed partial class ShardedEngine
{
    /// <inheritdoc/>
    public int OrderCount => Router.OrderCount;

    /// <inheritdoc/>
    public int InstrumentCount => Router.InstrumentCount;

    /// <summary>As <see cref="MatchingEngine.TimeNs"/>.</summary>
    public long TimeNs => _shards[0].Books.TimeNs;

    /// <inheritdoc/>
    /// <remarks>Like one engine's it may be too early, though not always by as much.</remarks>
    public long NextDueNs
    {
        get
        {
            long due = long.MaxValue;
            foreach (ShardEngine shard in _shards)
            {
                due = Math.Min(due, shard.Books.NextDueNs);
            }

            return due;
        }
    }

    /// <inheritdoc/>
    public ulong StateHash => OfAll(Sum(static books => books.StateHash));

    /// <summary>As <see cref="MatchingEngine.TradeCount"/>.</summary>
    public long TradeCount => Sum(static books => books.TradeCount);

    /// <summary>As <see cref="MatchingEngine.TradedLots"/>.</summary>
    public Int128 TradedLots => Sum(static books => books.TradedLots);

    /// <summary>As <see cref="MatchingEngine.RejectCount"/>.</summary>
    public long RejectCount => Sum(static books => books.RejectCount);

    /// <summary>As <see cref="MatchingEngine.ComputeStateHash"/>.</summary>
    public ulong ComputeStateHash() => OfAll(Sum(static books => books.ComputeStateHash()));

    private T Sum<T>(Func<MatchingEngine, T> part)
        where T : struct, INumberBase<T>
    {
        T sum = T.Zero;
        foreach (ShardEngine shard in _shards)
        {
            sum += part(shard.Books);
        }

        return sum;
    }

    /// <summary>The engine that has an instrument's book, for what only <see cref="MatchingEngine"/> shows.</summary>
    public MatchingEngine BooksOf(int instrumentId) => _shards[Router.ShardOf(instrumentId)].Books;

    /// <inheritdoc/>
    public TradingPhase GetPhase(int instrumentId) => BooksOf(instrumentId).GetPhase(instrumentId);

    /// <inheritdoc/>
    public IndicativePrice GetIndicative(int instrumentId) => BooksOf(instrumentId).GetIndicative(instrumentId);

    /// <inheritdoc/>
    public int LevelCount(int instrumentId, Side side) => BooksOf(instrumentId).LevelCount(instrumentId, side);

    /// <inheritdoc/>
    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level) => BooksOf(instrumentId)
        .TryGetLevel(instrumentId, side, depth, out level);

    /// <inheritdoc/>
    public bool TryGetLastTrade(int instrumentId, out Price price) => BooksOf(instrumentId).TryGetLastTrade(instrumentId, out price);

    /// <inheritdoc/>
    public bool TryGetOrder(ulong orderId, out RestingOrder order)
    {
        foreach (ShardEngine shard in _shards)
        {
            if (shard.Books.TryGetOrder(orderId, out order))
            {
                return true;
            }
        }

        order = default;
        return false;
    }

    // Each shard's digest counts the time and its empty books; one engine has the one once, and no such books.
    private ulong OfAll(ulong sum) => sum - _termsElsewhere - ((ulong)(_shards.Length - 1) * MatchDigest.OfTime(TimeNs, InstrumentCount));
}
