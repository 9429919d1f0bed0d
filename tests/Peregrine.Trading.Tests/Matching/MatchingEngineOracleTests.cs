using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

public class MatchingEngineOracleTests
{
    private const int Instruments = 3;
    private const int Capacity = 48;

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 3)]
    [InlineData(3, 400)]
    [InlineData(4, 40)]
    public void Engine_RandomCommands_EqualsTheSlowEngineAfterEach(int seed, int priceSpan)
    {
        Random random = new(seed);
        MatchingEngine engine = new(Capacity);
        SlowEngine slow = new(Capacity, Instruments);
        MatchEventBuffer events = new(2);
        for (int i = 0; i < Instruments; i++)
        {
            engine.AddInstrument(new InstrumentTerms());
        }

        ulong lastId = 0;
        int count = ProofSize.Of(25_000, 1_250_000);
        for (int step = 0; step < count; step++)
        {
            events.Clear();
            ulong aimed = (ulong)random.NextInt64(Math.Max(0, (long)lastId - 100), (long)lastId + 2);
            int kind = random.Next(100);
            (RejectReason fast, RejectReason expected) = kind switch
            {
                < 55 => Submit(engine, slow, events, RandomOrder(random, ref lastId, priceSpan)),
                < 75 => (engine.Cancel(aimed, events), slow.Cancel(aimed)),
                _ => Replace(engine, slow, events, aimed, RandomPrice(random, priceSpan), RandomLots(random)),
            };

            string where = $"seed {seed}, span {priceSpan}, step {step}";
            Assert.True(fast == expected, $"{where}: outcome is {fast}, expected {expected}");
            CompareEvents(where, events, slow.Events);
            CompareBooks(where, engine, slow);
        }

        Assert.True(engine.TradeCount > count / 100, "the stream must trade, or it proves nothing");
        Assert.True(slow.TradedLots == engine.TradedLots, $"seed {seed}: traded lots differ");
    }

    private static (RejectReason Fast, RejectReason Expected) Submit(MatchingEngine engine, SlowEngine slow, MatchEventBuffer events, MatchOrder order) =>
        (engine.Submit(in order, events), slow.Submit(in order));

    private static (RejectReason Fast, RejectReason Expected) Replace(
        MatchingEngine engine, SlowEngine slow, MatchEventBuffer events, ulong id, long price, long lots) =>
        (engine.Replace(id, new Price(price), new Quantity(lots), events), slow.Replace(id, price, lots));

    private static MatchOrder RandomOrder(Random random, ref ulong lastId, int span) => new()
    {
        OrderId = random.Next(200) switch { 0 => 0, 1 => lastId, _ => ++lastId },
        Price = new Price(RandomPrice(random, span)),
        Quantity = new Quantity(RandomLots(random)),
        InstrumentId = random.Next(200) == 0 ? random.Next(-1, Instruments + 2) : random.Next(Instruments),
        Owner = random.Next(-1, 6),
        Tag = random.Next(),
        Side = random.Next(300) == 0 ? (Side)random.Next(4) : (Side)random.Next(1, 3),
        Type = random.Next(300) == 0 ? (OrderType)random.Next(4) : random.Next(8) == 0 ? OrderType.Market : OrderType.Limit,
        TimeInForce = random.Next(300) == 0 ? (TimeInForce)random.Next(6) : random.Next(3) > 0 ? TimeInForce.Day : (TimeInForce)random.Next(1, 5),
    };

    private static long RandomPrice(Random random, int span) => random.Next(400) switch
    {
        0 => MatchingEngine.PriceTicksMax,
        1 => -MatchingEngine.PriceTicksMax,
        2 => MatchingEngine.PriceTicksMax + 1,
        3 => long.MinValue,
        _ => random.Next(-span, span + 1),
    };

    private static long RandomLots(Random random) => random.Next(400) switch
    {
        0 => 0,
        1 => -1,
        2 => MatchingEngine.QuantityLotsMax,
        3 => MatchingEngine.QuantityLotsMax + 1,
        4 => long.MaxValue,
        _ => random.Next(1, 30),
    };

    private static void CompareEvents(string where, MatchEventBuffer fast, List<MatchEvent> expected)
    {
        Assert.True(fast.Count == expected.Count, $"{where}: {fast.Count} events, expected {expected.Count}");
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(Text(fast[i]) == Text(expected[i]), $"{where}, event {i}: {Text(fast[i])}, expected {Text(expected[i])}");
        }
    }

    private static (MatchEventType, ulong, ulong, Price, Quantity, (Quantity, Quantity, int, int, int, int, Side, RejectReason)) Text(in MatchEvent e) =>
        (e.Type, e.OrderId, e.RestingOrderId, e.Price, e.Quantity, (e.Leaves, e.RestingLeaves, e.InstrumentId, e.Tag, e.RestingTag, e.OrderCount, e.Side, e.Reason));

    private static void CompareBooks(string where, MatchingEngine engine, SlowEngine slow)
    {
        Assert.True(engine.StateHash == engine.ComputeStateHash(), $"{where}: the running state hash is not that of the state");
        Assert.True(engine.OrderCount == slow.Count, $"{where}: {engine.OrderCount} orders rest, expected {slow.Count}");
        for (int id = 0; id < Instruments; id++)
        {
            bool hasLast = engine.TryGetLastTrade(id, out Price last);
            Assert.True((hasLast ? last.Ticks : null) == slow.LastTrade[id], $"{where}: last trade of {id}");
            CompareSide(where, engine, slow, id, Side.Buy);
            CompareSide(where, engine, slow, id, Side.Sell);
            bool isTwoSided = engine.TryGetBest(id, Side.Buy, out Price bid) & engine.TryGetBest(id, Side.Sell, out Price ask);
            Assert.True(!isTwoSided || bid < ask, $"{where}: book {id} is crossed");
        }
    }

    private static void CompareSide(string where, MatchingEngine engine, SlowEngine slow, int id, Side side)
    {
        List<SlowOrder> expected = slow.Queue(id, side);
        int at = 0;
        for (int depth = 0; engine.TryGetLevel(id, side, depth, out BookLevel level); depth++)
        {
            long lots = 0;
            long priority = 0;
            int start = at;
            foreach (RestingOrder order in engine.GetQueue(id, side, level.Price))
            {
                Assert.True(at < expected.Count, $"{where}: more orders in the book than expected");
                SlowOrder want = expected[at++];
                bool isSame = order.OrderId == want.Id && order.Price.Ticks == want.Price && order.Leaves.Lots == want.Leaves
                    && order.Owner == want.Owner && order.Tag == want.Tag && order.Side == side;
                Assert.True(isSame, $"{where}: {order}, expected order {want.Id} at {want.Price} with {want.Leaves}");
                Assert.True(order.PrioritySequence > priority, $"{where}: the queue is out of order");
                Assert.True(engine.TryGetOrder(order.OrderId, out RestingOrder found) && found == order, $"{where}: lookup of {order.OrderId}");
                priority = order.PrioritySequence;
                lots += order.Leaves.Lots;
            }

            Assert.True(lots == level.Quantity.Lots && at - start == level.OrderCount, $"{where}: totals of level {level}");
        }

        Assert.True(at == expected.Count, $"{where}: {at} orders on {side} of {id}, expected {expected.Count}");
        bool hasHead = engine.TryGetHead(id, side, out RestingOrder head);
        Assert.True(hasHead == (expected.Count > 0) && (!hasHead || head.OrderId == expected[0].Id), $"{where}: head of {side} of {id}");
    }
}
