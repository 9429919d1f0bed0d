using Peregrine.Primitives;
using Peregrine.Sequencing.Sharding;
using Peregrine.Testing;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>Bounds, outcomes and costs of shards on threads.</summary>
public class ShardedMatchingTests
{
    private const int Instruments = 3;
    private const int Orders = 200;

    [Fact]
    public void TrySend_AsManyOnTheirWayAsMayBe_IsFullUntilOneIsTaken()
    {
        using ShardedMatching matching = Make(inFlightMax: 2);
        _ = matching.TrySend(ShardCommand.Submit(Order(1, 0)));
        _ = matching.TrySend(ShardCommand.Submit(Order(2, 1)));

        Assert.Equal(RouteStatus.Full, matching.TrySend(ShardCommand.Cancel(1)));
        Assert.Equal((1, 2), (matching.FullCount, matching.InFlight));
        matching.Take(out int result);
        Assert.Equal((int)RejectReason.None, result);
        Assert.Equal(RouteStatus.Sent, matching.TrySend(ShardCommand.Cancel(1)));
    }

    [Fact]
    public void TrySend_IdOnItsWayToAnotherShard_WaitsForResults()
    {
        using ShardedMatching matching = Make();
        _ = matching.TrySend(ShardCommand.Submit(Order(1, 0)));

        Assert.Equal(RouteStatus.Waits, matching.TrySend(ShardCommand.Submit(Order(1, 1))));
        Assert.Equal(1, matching.WaitsCount);
        matching.Take(out _);
        Assert.Equal(RouteStatus.Sent, matching.TrySend(ShardCommand.Submit(Order(1, 1))));
        matching.Take(out int result);
        Assert.Equal((int)RejectReason.DuplicateOrderId, result);
        Assert.Equal(1UL, matching.Events[0].OrderId);
    }

    [Fact]
    public void AtRest_CommandsOnTheirWay_Throws()
    {
        using ShardedMatching matching = Make();
        _ = matching.TrySend(ShardCommand.Submit(Order(1, 0)));

        _ = Assert.Throws<InvalidOperationException>(() => matching.AtRest);
        matching.Take(out _);
        Assert.Equal(1, matching.AtRest.OrderCount);
    }

    [Fact]
    public void Take_NothingOnItsWay_Throws()
    {
        using ShardedMatching matching = Make();

        Assert.False(matching.TryTake(out _));
        _ = Assert.Throws<InvalidOperationException>(() => matching.Take(out _));
    }

    [Fact]
    public void Shard_EventsAreNotTaken_WaitsAndLosesNone()
    {
        using ShardedMatching matching = Make(eventsMax: 2);
        Fill(matching);
        long waits = matching.ShardWaits;

        _ = matching.TrySend(ShardCommand.MassCancel(new MassCancelFilter()));
        WaitUntilAShardWaits(matching, waits);
        matching.Take(out int cancelled);

        Assert.Equal(Orders, cancelled);
        Assert.Equal(Orders, matching.Events.ToArray().Count(e => e.Type == MatchEventType.Cancelled));
    }

    [Fact]
    public void Dispose_ShardsWaitForRoom_Ends()
    {
        ShardedMatching matching = Make(eventsMax: 2);
        Fill(matching);
        long waits = matching.ShardWaits;
        _ = matching.TrySend(ShardCommand.MassCancel(new MassCancelFilter()));
        WaitUntilAShardWaits(matching, waits);

        matching.Dispose();

        Assert.Equal(1, matching.InFlight);
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        ShardedMatchingOptions options = new() { Sharding = new ShardingOptions { Shards = 65 }, EventsMax = 3, FirstCore = 1024 };

        ArgumentException thrown = Assert.Throws<ArgumentException>(() => new ShardedMatching(options));

        Assert.All(["Shards is 65", "EventsMax is 3", "FirstCore is 1024"],
            fault => Assert.Contains(fault, thrown.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Commands_Warm_AllocateNothingOnAnyThread()
    {
        const int Windows = 6;
        using ShardedMatching matching = Make(inFlightMax: 32);
        List<long> byShards = [];

        void Play()
        {
            for (ulong id = 1; id <= 3_000; id++)
            {
                MatchOrder order = Order(id, (int)(id % Instruments)) with { Side = (Side)(1 + (id / Instruments % 2)),
                    Price = new Price(100 + (int)(id % 5)) };
                Send(matching, ShardCommand.Submit(in order));
                Send(matching, ShardCommand.Cancel(id - 7));
            }

            Send(matching, ShardCommand.MassCancel(new MassCancelFilter()));
            TakeAll(matching);
        }

        Play();
        Allocation.AssertNone(Play);
        for (int window = 0; window < Windows; window++)
        {
            Play();
            byShards.Add(matching.AllocatedBytes());
        }

        Assert.True(matching.AtRest.TradeCount > 0);
        Assert.True(byShards.Zip(byShards.Skip(1)).Any(pair => pair.First == pair.Second),
            $"allocated so far, after each window: {string.Join(", ", byShards)}");
    }

    private static void Send(ShardedMatching matching, ShardCommand command)
    {
        while (matching.TrySend(command) != RouteStatus.Sent)
        {
            matching.Take(out _);
        }
    }

    private static void TakeAll(ShardedMatching matching)
    {
        while (matching.InFlight > 0)
        {
            matching.Take(out _);
        }
    }

    private static void Fill(ShardedMatching matching)
    {
        for (ulong id = 1; id <= Orders; id++)
        {
            Send(matching, ShardCommand.Submit(Order(id, (int)(id % Instruments))));
        }

        TakeAll(matching);
    }

    // Ends: nobody takes the events for which there is no room.
    private static void WaitUntilAShardWaits(ShardedMatching matching, long before)
    {
        matching.Flush();
        while (matching.ShardWaits == before)
        {
            _ = Thread.Yield();
        }
    }

    private static ShardedMatching Make(int inFlightMax = 16, int eventsMax = 256)
    {
        ShardedMatching matching = new(new ShardedMatchingOptions
        {
            Sharding = new ShardingOptions { Shards = 2, OrderCapacity = 1_000, InFlightMax = inFlightMax },
            EventsMax = eventsMax,
            Wait = WaitStrategy.Block,
        });
        for (int i = 0; i < Instruments; i++)
        {
            _ = matching.AtRest.AddInstrument(new InstrumentTerms());
        }

        return matching;
    }

    private static MatchOrder Order(ulong id, int instrument) => new()
    {
        OrderId = id, InstrumentId = instrument, Account = -1, Side = Side.Buy, Type = OrderType.Limit, TimeInForce = TimeInForce.Day,
            Price = new Price(100), Quantity = new Quantity(5),
    };
}
