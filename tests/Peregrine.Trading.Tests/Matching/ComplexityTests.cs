using System.Numerics;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>
/// What each operation may cost (docs/matching.md, 16), counted in steps on the flows that would hurt most: turns of loops that look at orders and
/// levels without executing, cancelling or moving them, and words that directories move. Time is for benchmarks.
/// </summary>
public sealed class ComplexityTests
{
    private const long Far = 1_000_000;
    private static readonly int Many = ProofSize.Of(2_000, 100_000);

    /// <summary>A price far ahead of many levels comes and goes; then the market moves there, falls, and comes back.</summary>
    [Fact]
    public void Price_ThatRunsAwayAndComesBack_CostsWhatItAddsAndRemoves()
    {
        StepMeter meter = new(Many + 100);
        meter.RestLevels(Side.Buy, Many, from: 0, step: -1);
        for (int round = 0; round < 200; round++)
        {
            ulong ahead = meter.Rest(Side.Buy, round % 2 == 0 ? 800 : Far * round);
            meter.Cancel(ahead);
        }

        for (int round = 0; round < 200; round++)
        {
            meter.Move((ulong)(round + 1), (round % 3) * Far);
        }
    }

    /// <summary>Each step up adds a level above all and takes the lowest away.</summary>
    [Fact]
    public void Price_ThatTrends_CostsWhatItAddsAndRemoves()
    {
        StepMeter meter = new(Many + 100);
        Queue<ulong> resting = new();
        for (int turn = 0; turn < 3 * Many; turn++)
        {
            resting.Enqueue(meter.Rest(Side.Buy, turn * 7L));
            if (resting.Count > Many)
            {
                meter.Cancel(resting.Dequeue());
            }
        }
    }

    /// <summary>One order takes the whole side away; it comes again.</summary>
    [Fact]
    public void Book_ThatIsSweptAndFills_CostsWhatIsExecuted()
    {
        StepMeter meter = new(Many + 100);
        for (int round = 0; round < 3; round++)
        {
            meter.RestLevels(Side.Sell, Many, from: round * Far, step: 100);
            MatchOrder market = meter.New(Side.Buy, 0) with { Type = OrderType.Market, TimeInForce = TimeInForce.Day };
            meter.Submit(market with { Quantity = new Quantity(Many), Account = -1 });
            Assert.Equal(0, meter.Engine.OrderCount);
        }
    }

    /// <summary>As many prices as orders, taken away in any order; the oldest of a long queue first; replaces across them all.</summary>
    [Fact]
    public void Orders_OfManyLevelsOrOfOne_ComeGoAndMoveAlike()
    {
        StepMeter meter = new((2 * Many) + 100);
        ulong[] ids = meter.RestLevels(Side.Sell, Many, from: 1, step: 1_000);
        for (int i = 0; i < Many; i++)
        {
            // Each goes to the other end of all prices and back.
            meter.Move(ids[i], (Many + 1_000) * 1_000L);
            meter.Move(ids[i], 1 + (i * 1_000L));
        }

        for (int i = 0; i < Many; i++)
        {
            meter.Cancel(ids[(int)((i * 7_919L) % Many)]);
        }

        ulong[] queue = [.. Enumerable.Range(0, Many).Select(_ => meter.Rest(Side.Buy, 5))];
        foreach (ulong oldest in queue)
        {
            meter.Cancel(oldest);
        }
    }

    /// <summary>Many stops become due by one trade; others far away stay.</summary>
    [Fact]
    public void Stops_DueAtOnce_CostWhatTriggers()
    {
        StepMeter meter = new((3 * Many) + 100);
        meter.Trade(100);
        for (int i = 0; i < Many; i++)
        {
            meter.Submit(meter.New(Side.Buy, 0) with { Type = OrderType.Stop, StopPrice = new Price(200 + (i % 50)) });
            meter.Submit(meter.New(Side.Buy, 0) with { Type = OrderType.Stop, StopPrice = new Price(Far + i) });
        }

        _ = meter.Rest(Side.Sell, 300);
        meter.Submit(meter.New(Side.Buy, 300));
        Assert.True(meter.LastEvents >= 2 * Many, "all that were due triggered");
        Assert.Equal(Many, meter.Engine.OrderCount);
    }

    /// <summary>Trailing stops that a trade does not move are not looked at; those that it moves are all that it costs.</summary>
    [Fact]
    public void TrailingStops_ThatDoNotMove_CostNothing()
    {
        StepMeter meter = new((2 * Many) + 100);
        meter.Trade(Far);
        for (int i = 0; i < Many; i++)
        {
            meter.Submit(meter.New(Side.Sell, 0) with { Type = OrderType.TrailingStop, OffsetTicks = Far });
        }

        // Far below what would move them, one at a time with a trail of its own.
        for (int round = 0; round < 200; round++)
        {
            meter.Trade(1_000 + round);
            meter.Submit(meter.New(Side.Sell, 0) with { Type = OrderType.TrailingStop, OffsetTicks = 900 });
        }

        meter.Trade(Far + 1);
        Assert.True(meter.LastEvents >= Many, "all moved");
    }

    /// <summary>Pegs that stand at their limits are looked at once for a change of the reference, whatever many others move.</summary>
    [Fact]
    public void Pegs_OfWhichSomeMove_AreLookedAtOnceForAChange()
    {
        StepMeter meter = new((2 * Many) + 100);
        ulong best = meter.Rest(Side.Buy, 10_000);
        for (int i = 0; i < Many; i++)
        {
            MatchOrder peg = meter.New(Side.Buy, i % 2 == 0 ? 0 : 5) with { Type = OrderType.Pegged, Peg = PegReference.Best, OffsetTicks = i % 100 };
            meter.Submit(i % 2 == 0 ? peg : peg with { Flags = OrderFlags.HasLimit });
        }

        for (int round = 0; round < 4; round++)
        {
            // All levels that the pegs show, and each peg, for each look at the reference.
            meter.Move(best, 10_001 + round, looks: 3L * Many);
        }

        // What changes no reference looks at none of them.
        for (int round = 0; round < 100; round++)
        {
            meter.Cancel(meter.Rest(Side.Buy, 100, looks: 200), looks: 200);
        }
    }

    /// <summary>Conditional orders out of reach are not looked at.</summary>
    [Theory]
    [InlineData(OrderFlags.AllOrNone, 0)]
    [InlineData(OrderFlags.Hidden, 50)]
    public void ConditionalOrders_OutOfReach_CostNothing(OrderFlags flags, long minimum)
    {
        StepMeter meter = new(Many + 100);
        for (int i = 0; i < Many; i++)
        {
            meter.Submit(meter.New(Side.Buy, -i) with { Flags = flags, Quantity = new Quantity(100), MinimumQuantity = new Quantity(minimum) });
        }

        for (int round = 0; round < 200; round++)
        {
            meter.Cancel(meter.Rest(Side.Sell, 10));
            meter.Trade(5, maker: Side.Sell);
        }
    }

    /// <summary>The best shown price behind many levels that show nothing.</summary>
    [Fact]
    public void BestShown_BehindHiddenLevels_IsFoundAtOnce()
    {
        StepMeter meter = new(Many + 100);
        for (int i = 0; i < Many; i++)
        {
            meter.Submit(meter.New(Side.Buy, 10 + i) with { Flags = OrderFlags.Hidden });
        }

        // The first look sorts them out, once for all.
        _ = meter.Engine.TryGetBest(0, Side.Buy, out _);
        for (int round = 0; round < 200; round++)
        {
            ulong shown = meter.Rest(Side.Buy, round % 7);
            meter.Run(() => Assert.True(meter.Engine.TryGetBest(0, Side.Buy, out Price best) && best.Ticks == round % 7));
            meter.Cancel(shown);
            meter.Run(() => Assert.False(meter.Engine.TryGetBest(0, Side.Buy, out _)));
        }
    }

    /// <summary>What must look before it acts looks at levels inside its limit, and at orders only where the levels have enough.</summary>
    [Fact]
    public void FillOrKill_AgainstLongQueues_LooksAtLevelsFirst()
    {
        StepMeter meter = new((2 * Many) + 100);
        for (int i = 0; i < Many; i++)
        {
            _ = meter.Rest(Side.Sell, 1 + (i % 10));
        }

        meter.RestLevels(Side.Sell, Many, from: 1_000, step: 1);
        MatchOrder kill = meter.New(Side.Buy, 10) with { TimeInForce = TimeInForce.FillOrKill, Account = 5_000 };
        for (int round = 0; round < 100; round++)
        {
            meter.Submit(kill with { OrderId = meter.NextId(), Quantity = new Quantity(1) });
            meter.Submit(kill with { OrderId = meter.NextId(), Quantity = new Quantity(Many + 1) });
            meter.Submit(kill with { OrderId = meter.NextId(), Price = new Price(1_004), Quantity = new Quantity(3L * Many) });
            MatchOrder least = meter.New(Side.Buy, 3) with { Quantity = new Quantity(5 * Many), Account = 5_000 };
            meter.Submit(least with { MinimumQuantity = new Quantity(2 * Many) });
        }

        // All the levels, and no order of them.
        meter.Submit(kill with { OrderId = meter.NextId(), Price = new Price(Far), Quantity = new Quantity(3L * Many) }, looks: 2 * (Many + 20L));
    }

    /// <summary>A mass cancel finds what it ends among many orders of others, whatever it is asked by.</summary>
    [Fact]
    public void MassCancel_OfAFewAmongMany_CostsWhatItCancels()
    {
        StepMeter meter = new((2 * Many) + 100, instruments: 50);
        for (int i = 0; i < Many; i++)
        {
            meter.Submit(meter.New(Side.Buy, i % 100) with { Session = i % 10, Account = 1_000 + (i % 10), InstrumentId = i % 40 });
        }

        MassCancelFilter[] filters =
        [
            new(Session: 77), new(Account: 7_777), new(InstrumentId: 45), new(Session: 77, Side: Side.Sell), new(Session: 77, Account: 7_777),
            new(Session: 77, InstrumentId: 45), new(Account: 7_777, InstrumentId: 45, Side: Side.Sell), new(InstrumentId: 45, Side: Side.Sell),
        ];
        for (int round = 0; round < 20; round++)
        {
            foreach (MassCancelFilter filter in filters)
            {
                for (int i = 0; i < 3; i++)
                {
                    meter.Submit(meter.New(Side.Sell, 1_000) with { Session = 77, Account = 7_777, InstrumentId = 45 });
                }

                meter.Run(() => Assert.Equal(3, meter.Engine.MassCancel(in filter, meter.Events)));
                meter.Run(() => Assert.Equal(0, meter.Engine.MassCancel(in filter, meter.Events)));
            }
        }

        // All of a session, and at last all.
        meter.Run(() => Assert.Equal((Many + 9) / 10, meter.Engine.MassCancel(new MassCancelFilter(Session: 0), meter.Events)));
        meter.Run(() => Assert.Equal(Many - ((Many + 9) / 10), meter.Engine.MassCancel(new MassCancelFilter(), meter.Events)), looks: 50);
    }

    /// <summary>Many orders expire at once; a time that ends none costs nothing.</summary>
    [Fact]
    public void Expiry_OfManyAtOnce_CostsWhatExpires()
    {
        StepMeter meter = new((2 * Many) + 100, instruments: 200);
        for (int i = 0; i < Many; i++)
        {
            MatchOrder timed = meter.New(Side.Buy, i % 500) with { TimeInForce = TimeInForce.GoodTillTime, InstrumentId = i % 200 };
            meter.Submit(timed with { ExpireTimeNs = 1_000_000 });
            meter.Submit(timed with { OrderId = meter.NextId(), ExpireTimeNs = 2_000_000 + i });
        }

        for (int round = 0; round < 100; round++)
        {
            meter.Run(() => meter.Engine.AdvanceTime(1_000 + round, meter.Events));
        }

        meter.Run(() => meter.Engine.AdvanceTime(1_000_000, meter.Events));
        Assert.True(meter.LastEvents >= Many, "half of them ended");
        for (int round = 0; round < 100; round++)
        {
            meter.Run(() => meter.Engine.AdvanceTime(2_000_000 + round, meter.Events));
            Assert.Equal(2, meter.LastEvents);
        }
    }

    /// <summary>A phase looks at the orders of its own instrument once, an auction at the levels that cross.</summary>
    [Fact]
    public void Phase_OfOneInstrument_DoesNotLookAtOthers()
    {
        StepMeter meter = new((2 * Many) + 100, instruments: 2);
        for (int i = 0; i < Many; i++)
        {
            meter.Submit(meter.New(Side.Buy, -i) with { InstrumentId = 1 });
        }

        for (int round = 0; round < 20; round++)
        {
            meter.Run(() => meter.Engine.SetPhase(0, TradingPhase.OpeningAuction, false, meter.Events));
            for (int i = 0; i < 5; i++)
            {
                meter.Submit(meter.New(Side.Buy, 100 + i) with { TimeInForce = TimeInForce.Day }, looks: 100);
                meter.Submit(meter.New(Side.Sell, 102 - i) with { TimeInForce = TimeInForce.Day }, looks: 100);
            }

            meter.Run(() => meter.Engine.SetPhase(0, TradingPhase.Continuous, false, meter.Events), looks: 100);
            meter.Run(() => meter.Engine.SetPhase(0, TradingPhase.Closed, false, meter.Events), looks: 20);
        }

        // Many levels behind those that cross cost an auction nothing.
        Assert.Equal(Many, meter.Engine.OrderCount);
        meter.Run(() => meter.Engine.SetPhase(1, TradingPhase.OpeningAuction, false, meter.Events), looks: 2L * Many);
        for (int round = 0; round < 20; round++)
        {
            meter.Submit(meter.New(Side.Sell, -round) with { InstrumentId = 1 }, looks: 200);
        }
    }
}

/// <summary>An engine whose every call is held against its bound: events told, a logarithm, and what the caller allows for looks.</summary>
internal sealed class StepMeter
{
    private const int PerCall = 40;
    private const int PerEvent = 8;
#if CHECKED
    private const int KeysOfBlock = 2;
#else
    private const int KeysOfBlock = 32;
#endif
    private readonly int _log;
    private ulong _lastId;

    public StepMeter(int orders, int instruments = 1)
    {
        Engine = new MatchingEngine(orders);
        _log = BitOperations.Log2((uint)orders) + 1;
        for (int i = 0; i < instruments; i++)
        {
            _ = Engine.AddInstrument(new InstrumentTerms());
        }
    }

    public MatchingEngine Engine { get; }

    public MatchEventBuffer Events { get; } = new();

    public int LastEvents { get; private set; }

    public ulong NextId() => ++_lastId;

    public MatchOrder New(Side side, long ticks) => new()
    {
        OrderId = NextId(),
        Side = side,
        Price = new Price(ticks),
        Quantity = new Quantity(1),
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.GoodTillCancel,
        Account = (int)(_lastId % 1_000),
        Firm = -1,
        Strategy = -1,
    };

    public ulong Rest(Side side, long ticks, long looks = 0)
    {
        MatchOrder order = New(side, ticks);
        Submit(order, looks);
        return order.OrderId;
    }

    public ulong[] RestLevels(Side side, int count, long from, long step) =>
        [.. Enumerable.Range(0, count).Select(i => Rest(side, from + (i * step)))];

    /// <summary>One lot at a price, by two orders that come for it.</summary>
    public void Trade(long ticks, Side maker = Side.Sell)
    {
        _ = Rest(maker, ticks);
        _ = Rest(maker.Opposite(), ticks);
    }

    public void Submit(MatchOrder order, long looks = 0) =>
        Run(() => Assert.Equal(RejectReason.None, Engine.Submit(in order, Events)), looks);

    public void Cancel(ulong orderId, long looks = 0) => Run(() => Assert.Equal(RejectReason.None, Engine.Cancel(orderId, Events)), looks);

    public void Move(ulong orderId, long ticks, long looks = 0) =>
        Run(() => Assert.Equal(RejectReason.None, Engine.Move(orderId, new Price(ticks), Events)), looks);

    public void Run(Action call, long looks = 0)
    {
        Events.Clear();
        long before = Engine.StepCount;
        call();
        long steps = Engine.StepCount - before;
        LastEvents = Events.Count;

        // A block of a directory, and once in many new pages a word for each block.
        long directory = 256 + (2 * Engine.OrderCapacity / KeysOfBlock);
        long bound = PerCall + (PerEvent * (long)LastEvents) + (4 * _log) + directory + looks;
        Assert.True(steps <= bound, $"{steps} steps for {LastEvents} events, at most {bound} were due; {Engine.OrderCount} orders");
    }
}
