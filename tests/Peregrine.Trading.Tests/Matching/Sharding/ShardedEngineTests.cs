using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Trading.Tests.Matching.Sharding;

/// <summary>What no shard can know alone, one rule at a time; and what it costs.</summary>
public class ShardedEngineTests
{
    private readonly MatchEventBuffer _events = new();

    [Fact]
    public void Submit_IdOfAnOrderInAnotherShard_IsRefusedAsDuplicateWithItsId()
    {
        ShardedEngine engine = Make(shards: 2);
        _ = engine.Submit(Order(7, instrument: 0), _events);
        _events.Clear();

        RejectReason reason = engine.Submit(Order(7, instrument: 1), _events);

        Assert.Equal(RejectReason.DuplicateOrderId, reason);
        Assert.Equal((1, MatchEventType.Rejected, 7UL, 1), (_events.Count, _events[0].Type, _events[0].OrderId, _events[0].InstrumentId));
    }

    [Fact]
    public void Submit_IdOfAnOrderThatEndedInAnotherShard_IsTaken()
    {
        ShardedEngine engine = Make(shards: 2);
        _ = engine.Submit(Order(7, instrument: 0), _events);
        _ = engine.Cancel(7, _events);

        Assert.Equal(RejectReason.None, engine.Submit(Order(7, instrument: 1), _events));
        Assert.Equal(RejectReason.None, engine.Cancel(7, _events));
        Assert.Equal(0, engine.OrderCount);
    }

    [Fact]
    public void Submit_OtherShardsHoldAllOrders_IsRefusedUntilOneEnds()
    {
        ShardedEngine engine = Make(shards: 3, capacity: 2);
        _ = engine.Submit(Order(1, instrument: 0), _events);
        _ = engine.Submit(Order(2, instrument: 1), _events);

        Assert.Equal(RejectReason.OrderCapacity, engine.Submit(Order(3, instrument: 2), _events));
        Assert.Equal(RejectReason.None, engine.Submit(Order(3, instrument: 2) with { TimeInForce = TimeInForce.ImmediateOrCancel }, _events));
        Assert.Equal(RejectReason.None, engine.Cancel(1, _events));
        Assert.Equal(RejectReason.None, engine.Submit(Order(3, instrument: 2), _events));
    }

    [Fact]
    public void SetPhase_NoPhase_ThrowsAndNothingIsOnItsWay()
    {
        ShardedEngine engine = Make(shards: 2);

        _ = Assert.Throws<ArgumentException>(() => engine.SetPhase(0, (TradingPhase)9, cancelsForbidden: false, _events));
        Assert.Equal(0, engine.Router.InFlight);
        Assert.Equal(RejectReason.UnknownInstrument, engine.SetPhase(99, (TradingPhase)9, cancelsForbidden: false, _events));
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        ArgumentException thrown = Assert.Throws<ArgumentException>(
            () => new ShardedEngine(new ShardingOptions { Shards = 0, OrderCapacity = 0, InFlightMax = 0 }));

        Assert.All(["Shards", "OrderCapacity", "InFlightMax"], name => Assert.Contains(name, thrown.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Route_CommandThatDependsOnOthersOnTheirWay_Waits()
    {
        ShardedEngine engine = new(new ShardingOptions { Shards = 2, OrderCapacity = 2, InFlightMax = 3 });
        _ = engine.AddInstrument(new InstrumentTerms());
        _ = engine.AddInstrument(new InstrumentTerms());
        ShardCommand first = ShardCommand.Submit(Order(1, instrument: 0));
        ShardCommand sameId = ShardCommand.Submit(Order(1, instrument: 1));
        ShardCommand other = ShardCommand.Submit(Order(2, instrument: 1));
        ShardCommand last = ShardCommand.Submit(Order(3, instrument: 1));
        ShardCommand cancel = ShardCommand.Cancel(1);

        Assert.Equal(RouteStatus.Sent, engine.Router.Route(ref first, out _));
        Assert.Equal(RouteStatus.Waits, engine.Router.Route(ref sameId, out _));
        Assert.Equal(RouteStatus.Sent, engine.Router.Route(ref other, out _));
        Assert.Equal(RouteStatus.Waits, engine.Router.Route(ref last, out _));
        Assert.Equal(RouteStatus.Sent, engine.Router.Route(ref cancel, out int shard));
        Assert.Equal(0, shard);
        Assert.Equal(RouteStatus.Full, engine.Router.Route(ref cancel, out _));
    }

    [Fact]
    public void Commands_Warm_AllocateNothing()
    {
        ShardedEngine engine = Make(shards: 3);
        long now = 0;
        void Play()
        {
            for (ulong id = 1; id <= 3_000; id++)
            {
                _events.Clear();
                MatchOrder order = Order(id, (int)(id % 3)) with { Side = (Side)(1 + (id / 3 % 2)), Price = new Price(100 + (int)(id % 5)) };
                _ = engine.Submit(in order, _events);
                _ = engine.Cancel(id - 7, _events);
                engine.AdvanceTime(++now, _events);
            }

            _events.Clear();
            _ = engine.MassCancel(new MassCancelFilter(), _events);
        }

        Play();
        Allocation.AssertNone(Play);
        Assert.True(engine.TradeCount > 0);
    }

    private static ShardedEngine Make(int shards, int capacity = 100)
    {
        ShardedEngine engine = new(new ShardingOptions { Shards = shards, OrderCapacity = capacity });
        for (int i = 0; i < 3; i++)
        {
            _ = engine.AddInstrument(new InstrumentTerms());
        }

        return engine;
    }

    private static MatchOrder Order(ulong id, int instrument) => new()
    {
        OrderId = id, InstrumentId = instrument, Account = -1, Side = Side.Buy, Type = OrderType.Limit, TimeInForce = TimeInForce.Day,
            Price = new Price(100), Quantity = new Quantity(5),
    };
}
