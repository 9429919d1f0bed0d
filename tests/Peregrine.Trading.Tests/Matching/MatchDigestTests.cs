using System.Numerics;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>
/// The digest of an order and of a book: every field counts, and the numbers are those of a computation of its own. The slow model takes its
/// digests from the same code, so a term that is left out there is left out on both sides.
/// </summary>
public class MatchDigestTests
{
    private static readonly RestingOrder Order = new()
    {
        OrderId = 11, Price = new Price(1_000), Leaves = new Quantity(50), Shown = new Quantity(20), PrioritySequence = 7, StopPrice = new Price(990),
            OffsetTicks = 3,
        DisplayQuantity = new Quantity(20), MinimumQuantity = new Quantity(5), ExpireTimeNs = 123_456_789, LimitPrice = new Price(995),
            InstrumentId = 2, Account = 3, Firm = 4,
        Strategy = 5, Session = 6, Side = Side.Sell, Type = OrderType.Pegged, TimeInForce = TimeInForce.GoodTillTime, Flags = OrderFlags.PostOnly,
            Peg = PegReference.Mid,
        SelfTrade = SelfTradePrevention.CancelBoth, Place = OrderPlace.Queue,
    };

    public static TheoryData<string, RestingOrder> Changed => new()
    {
        { nameof(RestingOrder.OrderId), Order with { OrderId = 12 } },
        { nameof(RestingOrder.Price), Order with { Price = new Price(1_001) } },
        { nameof(RestingOrder.Leaves), Order with { Leaves = new Quantity(51) } },
        { nameof(RestingOrder.Shown), Order with { Shown = new Quantity(21) } },
        { nameof(RestingOrder.PrioritySequence), Order with { PrioritySequence = 8 } },
        { nameof(RestingOrder.StopPrice), Order with { StopPrice = new Price(991) } },
        { nameof(RestingOrder.OffsetTicks), Order with { OffsetTicks = 4 } },
        { nameof(RestingOrder.DisplayQuantity), Order with { DisplayQuantity = new Quantity(21) } },
        { nameof(RestingOrder.MinimumQuantity), Order with { MinimumQuantity = new Quantity(6) } },
        { nameof(RestingOrder.ExpireTimeNs), Order with { ExpireTimeNs = 123_456_790 } },
        { nameof(RestingOrder.LimitPrice), Order with { LimitPrice = new Price(996) } },
        { nameof(RestingOrder.InstrumentId), Order with { InstrumentId = 3 } },
        { nameof(RestingOrder.Account), Order with { Account = 4 } },
        { nameof(RestingOrder.Firm), Order with { Firm = 5 } },
        { nameof(RestingOrder.Strategy), Order with { Strategy = 6 } },
        { nameof(RestingOrder.Session), Order with { Session = 7 } },
        { nameof(RestingOrder.Side), Order with { Side = Side.Buy } },
        { nameof(RestingOrder.Type), Order with { Type = OrderType.Limit } },
        { nameof(RestingOrder.TimeInForce), Order with { TimeInForce = TimeInForce.Day } },
        { nameof(RestingOrder.Flags), Order with { Flags = OrderFlags.None } },
        { nameof(RestingOrder.Peg), Order with { Peg = PegReference.Best } },
        { nameof(RestingOrder.SelfTrade), Order with { SelfTrade = SelfTradePrevention.CancelOldest } },
        { nameof(RestingOrder.Place), Order with { Place = OrderPlace.Parked } },
    };

    [Theory]
    [MemberData(nameof(Changed))]
    public void Order_WithOneFieldChanged_HasAnotherDigest(string field, RestingOrder other) =>
        Assert.True(MatchDigest.OfOrder(in Order) != MatchDigest.OfOrder(in other), $"{field} counts");

    [Fact]
    public void Order_OfEveryField_IsCoveredAbove() =>
        Assert.Equal(typeof(RestingOrder).GetFields().Select(field => field.Name).Where(name => name != nameof(RestingOrder.Tag)).Order(),
            Changed.Select(row => row.Data.Item1).Order());

    [Fact]
    public void Order_OfManyKinds_HasTheDigestOfAComputationOfItsOwn()
    {
        RestingOrder plain = Order with
        {
            StopPrice = default, OffsetTicks = 0, DisplayQuantity = default, MinimumQuantity = default, ExpireTimeNs = 0, LimitPrice = default,
                Peg = 0, Flags = 0, Type = OrderType.Limit,
        };
        foreach (RestingOrder order in (RestingOrder[])[Order, plain, plain with { MinimumQuantity = new Quantity(5) },
            plain with { ExpireTimeNs = -1 }, plain with { Price = new Price(-3) }])
        {
            Assert.Equal(OfOrder(order), MatchDigest.OfOrder(in order));
        }
    }

    [Fact]
    public void Book_WithOneThingChanged_HasAnotherDigest()
    {
        IndicativePrice told = new(new Price(100), new Quantity(7), -2);
        ulong[] all =
        [
            Of(told), Of(told, instrumentId: 2), Of(told, priority: 10), Of(told, phase: TradingPhase.Halted), Of(told, cancelsForbidden: true),
                Of(told, auctionEndNs: 6),
            Of(told, last: 101), Of(told, last: null), Of(told, auction: 103), Of(told, auction: null), Of(told with { Price = new Price(101) }),
            Of(told with { Volume = new Quantity(8) }), Of(told with { Surplus = 2 }), Of(told, last: 0), Of(told, auction: 0),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.NotEqual(MatchDigest.OfTime(1, 2), MatchDigest.OfTime(2, 2));
        Assert.NotEqual(MatchDigest.OfTime(1, 2), MatchDigest.OfTime(1, 3));

        static ulong Of(IndicativePrice told, int instrumentId = 1, long priority = 9, TradingPhase phase = TradingPhase.Continuous,
            bool cancelsForbidden = false, long auctionEndNs = 5, long? last = 100, long? auction = 102) =>
            MatchDigest.OfBook(instrumentId, priority, phase, cancelsForbidden, auctionEndNs, last is { } price
                ? new Price(price)
                : null, auction is { } cross ? new Price(cross) : null, told);
    }

    // The same once more, with numbers of 128 bits and sums for ors.
    private static ulong OfOrder(in RestingOrder order)
    {
        ulong kind = (ulong)order.Side + ((ulong)order.Type << 8) + ((ulong)order.TimeInForce << 16) +
            ((ulong)order.Flags << 24) + ((ulong)order.Peg << 32) + ((ulong)order.SelfTrade << 40) + ((ulong)order.Place << 48);
        ulong whose = Mix(((ulong)order.InstrumentId << 32) + (ulong)order.Account,
            (((ulong)order.Firm << 32) + (ulong)order.Strategy) ^ ((ulong)order.Session << 16));
        ulong identity = Mix(order.OrderId ^ whose, kind);
        if (order.StopPrice.Ticks != 0 || order.OffsetTicks != 0 || order.DisplayQuantity.Lots != 0 || order.MinimumQuantity.Lots != 0
            || order.ExpireTimeNs != 0 || order.LimitPrice.Ticks != 0)
        {
            ulong prices = Mix((ulong)order.StopPrice.Ticks, (ulong)order.LimitPrice.Ticks ^ ((ulong)order.OffsetTicks * 2));
            ulong amounts = Mix((ulong)order.DisplayQuantity.Lots,
                (ulong)order.MinimumQuantity.Lots ^ BitOperations.RotateLeft((ulong)order.ExpireTimeNs, 32));
            identity = Mix(identity ^ prices, amounts);
        }

        ulong place = unchecked((ulong)order.Price.Ticks * 0xff51afd7ed558ccd) ^ (ulong)order.PrioritySequence;
        return Mix(identity ^ place, unchecked((ulong)order.Leaves.Lots + BitOperations.RotateLeft((ulong)order.Shown.Lots, 40)));
    }

    private static ulong Mix(ulong left, ulong right)
    {
        UInt128 product = (UInt128)(left ^ 0x9e3779b97f4a7c15) * (right ^ 0xc4ceb9fe1a85ec53);
        return (ulong)(product >> 64) ^ (ulong)product ^ BitOperations.RotateLeft(right, 17);
    }
}
