using System.Numerics;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles;

/// <summary>
/// The digests of docs/wire/core-state-v1.md once more, from their description alone: nothing here is shared with the code that is tested,
/// so that a term which is left out there is missed here.
/// </summary>
internal static class SlowDigest
{
    private const ulong Golden = 0x9e3779b97f4a7c15;
    private const ulong First = 0xff51afd7ed558ccd;
    private const ulong Second = 0xc4ceb9fe1a85ec53;

    /// <summary>How books and orders mix two words.</summary>
    public static ulong Mix(ulong left, ulong right) => Fold(left ^ Golden, right ^ Second) ^ BitOperations.RotateLeft(right, 17);

    /// <summary>How the core mixes two words.</summary>
    public static ulong MixTwice(ulong left, ulong right) =>
        Fold(Fold(left ^ Golden, right ^ First) ^ left, Second) ^ BitOperations.RotateLeft(right, 17);

    /// <summary>The digest of bytes in their order, each a word.</summary>
    public static ulong OfBytes(IEnumerable<byte> bytes)
    {
        ulong value = 0;
        foreach (byte one in bytes)
        {
            ulong word = one;
            word = (word ^ (word >> 33)) * First;
            word = (word ^ (word >> 33)) * Second;
            value = (value ^ word ^ (word >> 33)) * Golden;
            value ^= value >> 29;
        }

        return value;
    }

    /// <summary>The two words that stand for a client's id in a session.</summary>
    public static (ulong Low, ulong High) KeyOf(int session, string name)
    {
        byte[] bytes = new byte[48];
        bytes[0] = (byte)name.Length;
        for (int index = 0; index < name.Length; index++)
        {
            bytes[index + 1] = (byte)name[index];
        }

        ulong low = (uint)session;
        ulong high = ~low;
        for (int at = 0; at < name.Length + 1; at += 8)
        {
            ulong word = 0;
            for (int index = 7; index >= 0; index--)
            {
                word = (word << 8) | bytes[at + index];
            }

            (low, high) = (MixTwice(low, word), MixTwice(word + 0x51ed270b7a1f9e37, high));
        }

        return (low, high);
    }

    /// <summary>The term of an order in the books.</summary>
    public static ulong OfOrder(in RestingOrder order)
    {
        ulong kind = Pack([(byte)order.Side, (byte)order.Type, (byte)order.TimeInForce, (byte)order.Flags, (byte)order.Peg, (byte)order.SelfTrade,
            (byte)order.Place]);
        ulong owner = Mix(Pair(order.InstrumentId, order.Account), Pair(order.Firm, order.Strategy) ^ ((ulong)(uint)order.Session << 16));
        ulong identity = Mix(order.OrderId ^ owner, kind);
        (long stop, long limit, long offset) = (order.StopPrice.Ticks, order.LimitPrice.Ticks, order.OffsetTicks);
        (long display, long minimum, long expiry) = (order.DisplayQuantity.Lots, order.MinimumQuantity.Lots, order.ExpireTimeNs);
        if (((long[])[stop, limit, offset, display, minimum, expiry]).Any(value => value != 0))
        {
            ulong prices = Mix((ulong)stop, (ulong)limit ^ ((ulong)offset << 1));
            identity = Mix(identity ^ prices, Mix((ulong)display, (ulong)minimum ^ BitOperations.RotateLeft((ulong)expiry, 32)));
        }

        ulong place = ((ulong)order.Price.Ticks * First) ^ (ulong)order.PrioritySequence;
        return Mix(identity ^ place, (ulong)order.Leaves.Lots + BitOperations.RotateLeft((ulong)order.Shown.Lots, 40));
    }

    /// <summary>The term of a book apart from its orders.</summary>
    public static ulong OfBook(int id, long priority, TradingPhase phase, bool cancelsForbidden, long auctionEnd, long? lastTrade, long? auctionPrice,
        IndicativePrice told)
    {
        ulong state = (byte)phase + (cancelsForbidden ? 256UL : 0) + (lastTrade is null ? 0 : 512UL) + (auctionPrice is null ? 0 : 1024UL);
        ulong prices = Mix((ulong)(lastTrade ?? 0), (ulong)(auctionPrice ?? 0) ^ (state << 20));
        ulong shown = Mix((ulong)told.Price.Ticks, (ulong)told.Volume.Lots ^ BitOperations.RotateLeft((ulong)told.Surplus, 32));
        return Mix((ulong)id ^ BitOperations.RotateLeft((ulong)priority, 32) ^ prices, (ulong)auctionEnd ^ shown);
    }

    /// <summary>The first byte lowest.</summary>
    public static ulong Pack(byte[] bytes) => bytes.Reverse().Aggregate(0UL, (word, one) => (word << 8) | one);

    public static ulong Pair(int high, int low) => ((ulong)(uint)high << 32) | (uint)low;

    private static ulong Fold(ulong left, ulong right)
    {
        UInt128 product = (UInt128)left * right;
        return (ulong)(product >> 64) ^ (ulong)product;
    }
}
