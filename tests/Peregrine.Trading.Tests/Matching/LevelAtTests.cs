using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>What a price shows.</summary>
public sealed class LevelAtTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TryGetLevelAt_OfEveryPrice_IsTheLevelThatTheDepthSays(int seed)
    {
        Random random = new(seed);
        MatchingEngine engine = new(64);
        MatchEventBuffer events = new();
        _ = engine.AddInstrument(new InstrumentTerms());
        for (ulong id = 1; id <= 400; id++)
        {
            Side side = (Side)random.Next(1, 3);
            MatchOrder order = new()
            {
                OrderId = id, Account = -1, Side = side, Type = OrderType.Limit, TimeInForce = TimeInForce.Day,
                Quantity = new Quantity(random.Next(1, 20)), Price = new Price(random.Next(-6, 7) + (side == Side.Buy ? -3 : 3)),
                Flags = random.Next(3) == 0 ? OrderFlags.Hidden : OrderFlags.None,
            };
            _ = engine.Submit(in order, events);
            _ = engine.Cancel((ulong)random.NextInt64((long)id) + 1, events);
            events.Clear();
            foreach (Side looked in new[] { Side.Buy, Side.Sell })
            {
                Dictionary<long, BookLevel> shown = [];
                for (int depth = 0; engine.TryGetLevel(0, looked, depth, out BookLevel level); depth++)
                {
                    shown.Add(level.Price.Ticks, level);
                }

                for (long ticks = -12; ticks <= 12; ticks++)
                {
                    bool isShown = engine.TryGetLevelAt(0, looked, new Price(ticks), out BookLevel level);

                    Assert.Equal((shown.ContainsKey(ticks), shown.GetValueOrDefault(ticks)), (isShown, level));
                }
            }
        }
    }

    [Theory]
    [InlineData(MatchingEngine.PriceTicksMax)]
    [InlineData(-MatchingEngine.PriceTicksMax)]
    public void TryGetLevelAt_AtTheEdge_FindsWhatRestsThereAndNothingBeside(long ticks)
    {
        MatchingEngine engine = new(4);
        _ = engine.AddInstrument(new InstrumentTerms());
        MatchOrder order = new()
        {
            OrderId = 1, Account = -1, Side = Side.Sell, Type = OrderType.Limit, TimeInForce = TimeInForce.Day, Quantity = new Quantity(3),
            Price = new Price(ticks),
        };
        _ = engine.Submit(in order, new MatchEventBuffer());

        Assert.True(engine.TryGetLevelAt(0, Side.Sell, new Price(ticks), out BookLevel level));
        Assert.Equal(new BookLevel(new Price(ticks), new Quantity(3), 1), level);
        Assert.False(engine.TryGetLevelAt(0, Side.Sell, new Price(-ticks), out level));
        Assert.False(engine.TryGetLevelAt(0, Side.Buy, new Price(ticks), out level));
        Assert.Equal(default, level);
    }
}
