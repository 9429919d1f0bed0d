using System.Buffers;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching.Sharding;

// The state is that of one engine, to the byte: books stand in the order of instruments, whichever shard has them.
public sealed partial class ShardedEngine
{
    /// <summary>As <see cref="MatchingEngine.Save"/>: the same bytes.</summary>
    /// <exception cref="InvalidOperationException">Commands are on their way.</exception>
    public void Save(IBufferWriter<byte> target)
    {
        RequireRest();
        new SavedBooks(StateHash, TimeNs, TradeCount, TradedLots, RejectCount, InstrumentCount, OrderCount).Write(target);
        for (int id = 0; id < InstrumentCount; id++)
        {
            BooksOf(id).SaveBook(id, target);
        }
    }

    /// <summary>As <see cref="MatchingEngine.Load"/>, of a state that any number of shards, or one engine, has saved.</summary>
    /// <exception cref="InvalidDataException">The state is not one that an engine like this can have; this engine is not to be used then.</exception>
    /// <exception cref="InvalidOperationException">Commands are on their way.</exception>
    public void Load(IStateSource source)
    {
        RequireRest();
        SavedBooks saved = SavedBooks.Read(source);
        foreach (ShardEngine shard in _shards)
        {
            shard.Books.RequireFit(in saved);
            shard.Books.Resume(saved.TimeNs);
        }

        // Counts are sums over the shards: it does not matter which one has them.
        _shards[0].Books.Resume(in saved);
        for (int id = 0; id < InstrumentCount; id++)
        {
            BooksOf(id).LoadBook(id, source);
        }

        for (int shard = 0; shard < _shards.Length; shard++)
        {
            foreach (ulong orderId in _shards[shard].Books.OrderIds())
            {
                Require(Router.TryResume(orderId, shard), $"order {orderId} twice, or more orders than {Options.OrderCapacity}");
            }
        }

        Require(OrderCount == saved.Orders, $"{OrderCount} orders in its books, {saved.Orders} announced");
        Require(StateHash == saved.Hash, $"digest {saved.Hash:x16}, but what was loaded has {StateHash:x16}");
    }

    /// <summary>As <see cref="MatchingEngine.Holds"/>.</summary>
    public bool Holds(ulong orderId, int tag, Side side, int instrumentId, int session, Quantity leaves) =>
        BooksOf(instrumentId).Holds(orderId, tag, side, instrumentId, session, leaves);

    private void RequireRest()
    {
        if (Router.InFlight > 0)
        {
            throw new InvalidOperationException($"{Router.InFlight} commands are on their way; take their results first");
        }
    }

    private static void Require(bool holds, string found)
    {
        if (!holds)
        {
            throw new InvalidDataException($"saved state of the matching engine has {found}");
        }
    }
}
