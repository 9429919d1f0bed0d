using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// The digest of books: a sum over the orders, the books and the time, so that each change costs one term. What is summed stands here once, for the
/// engine, which keeps the sum up to date, and for whoever wants to make it afresh.
/// </summary>
/// <remarks>Thread: any. Allocates: no. No defence against somebody who looks for collisions; nobody outside chooses these values freely.</remarks>
public static class MatchDigest
{
    /// <summary>The term of one order.</summary>
    public static ulong OfOrder(in RestingOrder order) =>
        OfPlace(OfIdentity(in order), order.Price.Ticks, order.Leaves.Lots, order.Shown.Lots, order.PrioritySequence);

    /// <summary>What of an order changes only when it is replaced or changes its kind.</summary>
    public static ulong OfIdentity(in RestingOrder order)
    {
        ulong kind = (byte)order.Side | ((ulong)order.Type << 8) | ((ulong)order.TimeInForce << 16) | ((ulong)order.Flags << 24)
            | ((ulong)order.Peg << 32) | ((ulong)order.SelfTrade << 40) | ((ulong)order.Place << 48);
        ulong identity = OfOwner(order.OrderId, order.InstrumentId, order.Account, order.Firm, order.Strategy, order.Session, kind);
        bool isPlain = order.StopPrice.Ticks == 0 && order.OffsetTicks == 0 && order.DisplayQuantity.Lots == 0 && order.MinimumQuantity.Lots == 0
            && order.ExpireTimeNs == 0 && order.LimitPrice.Ticks == 0;
        if (isPlain)
        {
            return identity;
        }

        ulong prices = Mix((ulong)order.StopPrice.Ticks, (ulong)order.LimitPrice.Ticks ^ ((ulong)order.OffsetTicks << 1));
        ulong amounts = Mix((ulong)order.DisplayQuantity.Lots,
            (ulong)order.MinimumQuantity.Lots ^ BitOperations.RotateLeft((ulong)order.ExpireTimeNs, 32));
        return Mix(identity ^ prices, amounts);
    }

    /// <summary>As <see cref="OfIdentity"/>, for a limit order without attributes in a queue.</summary>
    internal static ulong OfPlainIdentity(in MatchOrder order)
    {
        ulong kind = (byte)order.Side | ((ulong)order.Type << 8) | ((ulong)order.TimeInForce << 16) | ((ulong)order.SelfTrade << 40)
            | ((ulong)OrderPlace.Queue << 48);
        return OfOwner(order.OrderId, order.InstrumentId, order.Account, order.Firm, order.Strategy, order.Session, kind);
    }

    /// <summary>The term of an order from its identity and what changes often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfPlace(ulong identity, long priceTicks, long leaves, long shown, long prioritySequence)
    {
        ulong place = (ulong)priceTicks * 0xff51afd7ed558ccdUL ^ (ulong)prioritySequence;
        return Mix(identity ^ place, (ulong)leaves + BitOperations.RotateLeft((ulong)shown, 40));
    }

    /// <summary>The term of one book apart from its orders.</summary>
    /// <param name="prioritySequence">The last priority number given.</param>
    /// <param name="auctionEndNs">When a volatility auction ends by itself; 0 when it does not.</param>
    /// <param name="lastTrade">The last trade price, or null.</param>
    /// <param name="auctionPrice">The last auction price, or null.</param>
    public static ulong OfBook(
        int instrumentId, long prioritySequence, TradingPhase phase, bool cancelsForbidden, long auctionEndNs, Price? lastTrade, Price? auctionPrice,
        in IndicativePrice told)
    {
        ulong state = (byte)phase | (cancelsForbidden ? 0x100UL : 0) | (lastTrade is null ? 0 : 0x200UL) | (auctionPrice is null ? 0 : 0x400UL);
        ulong prices = Mix((ulong)(lastTrade?.Ticks ?? 0), (ulong)(auctionPrice?.Ticks ?? 0) ^ state << 20);
        ulong shown = Mix((ulong)told.Price.Ticks, (ulong)told.Volume.Lots ^ BitOperations.RotateLeft((ulong)told.Surplus, 32));
        return Mix((ulong)(uint)instrumentId ^ BitOperations.RotateLeft((ulong)prioritySequence, 32) ^ prices, (ulong)auctionEndNs ^ shown);
    }

    /// <summary>The term of the time that the engine has come to, and of how many books there are.</summary>
    public static ulong OfTime(long timeNs, int books) => Mix((ulong)timeNs, (ulong)books);

    // The digest is a sum, so each term must be well mixed by itself: a 128-bit product, folded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mix(ulong left, ulong right)
    {
        return Fold(left ^ 0x9e3779b97f4a7c15UL, right ^ 0xc4ceb9fe1a85ec53UL) ^ BitOperations.RotateLeft(right, 17);
    }

    // Both halves of the product. Math.BigMul gives the lower one by way of memory, which costs more than multiplying twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Fold(ulong left, ulong right)
    {
        ulong high = Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(left, right) : Math.BigMul(left, right, out _);
        return high ^ (left * right);
    }

    private static ulong OfOwner(ulong orderId, int instrumentId, int account, int firm, int strategy, int session, ulong kind)
    {
        ulong whose = Mix(Pair(instrumentId, account), Pair(firm, strategy) ^ ((ulong)(uint)session << 16));
        return Mix(orderId ^ whose, kind);
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
