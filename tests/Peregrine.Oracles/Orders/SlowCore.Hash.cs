using System.Numerics;
using Peregrine.Trading.Orders;

namespace Peregrine.Oracles.Orders;

// The state hash, made afresh from what the slow core knows.
public sealed partial class SlowCore
{
    private readonly long[] _reportCounts = new long[(int)ReportType.PhaseChanged + 1];
    private ulong _rulesHash;
    private long _closedCount;

    /// <summary>The digest of everything: a sum of terms, one for each part.</summary>
    public ulong StateHash =>
        SlowDigest.MixTwice((ulong)_command.Sequence, (ulong)_execId) + SlowDigest.MixTwice(_rulesHash, 1) + SlowDigest.MixTwice(Engine.StateHash, 2)
        + SlowDigest.MixTwice(Sum(_orders.Values.Where(order => order.IsRemembered).Select(TermOf)), 3) + SlowDigest.MixTwice(Sum(TermsOfIds()), 4)
        + Sum(_reportCounts.Select((count, type) => SlowDigest.MixTwice((ulong)count, (ulong)type + 16)));

    private static ulong Sum(IEnumerable<ulong> terms) => terms.Aggregate(0UL, (sum, term) => unchecked(sum + term));

    private static ulong TermOf(SlowOrderState order)
    {
        ulong kind = SlowDigest.Pack([(byte)order.Side, (byte)order.Type, (byte)order.TimeInForce, (byte)order.Flags]);
        ulong identity = SlowDigest.Mix(order.Id,
            SlowDigest.Mix(SlowDigest.Pair(order.Instrument, order.Account), (uint)order.Session | (kind << 32)));
        if (order.Name.Length > 0)
        {
            (ulong low, ulong high) = SlowDigest.KeyOf(order.Session, order.Name);
            identity = SlowDigest.Mix(identity ^ low, high);
        }

        identity = order.HasExtras ? SlowDigest.Mix(identity, TermOfExtras(order)) : identity;
        byte has = (byte)((order.Name.Length > 0 ? 1 : 0) + (order.HasExtras ? 2 : 0) + (order.IsTriggered ? 4 : 0));
        ulong state = (ulong)order.ClosedOrdinal ^ SlowDigest.Pack([0, 0, 0, 0, 0, (byte)order.Status, (byte)order.Reason, has]);
        ulong filled = (Low(order.Notional) * 0x9e3779b97f4a7c15) ^ Low(order.Notional >> 64);
        ulong price = (ulong)order.Price * 0xff51afd7ed558ccd;
        return SlowDigest.Mix(identity ^ price ^ state, (ulong)order.Quantity ^ BitOperations.RotateLeft((ulong)order.Filled, 24) ^ filled);
    }

    private static ulong TermOfExtras(SlowOrderState order)
    {
        OrderAttributes its = order.Attributes;
        ulong prices = SlowDigest.Mix((ulong)its.StopPrice.Ticks, (ulong)its.OffsetTicks);
        ulong amounts = SlowDigest.Mix((ulong)its.DisplayQuantity.Lots ^ prices, (ulong)its.MinimumQuantity.Lots);
        ulong time = SlowDigest.Mix((ulong)its.ExpireTimeNs ^ amounts, (ulong)order.PeggedPrice);
        return SlowDigest.Mix(time, (uint)order.Strategy | ((ulong)order.Peg << 32) | ((ulong)order.SelfTrade << 40));
    }

    // The last ids with their numbers; of those before, the ones that working orders are called by, each once.
    private IEnumerable<ulong> TermsOfIds()
    {
        for (int index = 0; index < _used.Count; index++)
        {
            UsedId id = _used[index];
            bool isInWindow = index >= _used.Count - options.ClientOrderIdsMax;
            bool isKept = id.Order is { IsWorking: true } order && order.Name == id.Name
                && !_used.Skip(index + 1).Any(later => later.Session == id.Session && later.Name == id.Name);
            if (isInWindow || isKept)
            {
                (ulong low, ulong high) = SlowDigest.KeyOf(id.Session, id.Name);
                yield return SlowDigest.MixTwice(low ^ (isInWindow ? (ulong)index + 1 : 0), high ^ BitOperations.RotateLeft(id.OrderId, 32));
            }
        }
    }

    // In two's complement.
    private static ulong Low(BigInteger value) => (ulong)(value & ulong.MaxValue);
}
