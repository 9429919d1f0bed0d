using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

public class ReadmeTests
{
    [Fact]
    public void Readme_Example_TradesThreeLots()
    {
        MatchingEngine engine = new(orderCapacity: 1_000);
        MatchEventBuffer events = new();
        int instrument = engine.AddInstrument(new InstrumentTerms());
        MatchOrder sell = new() { OrderId = 1, InstrumentId = instrument, Account = -1, Side = Side.Sell, Type = OrderType.Limit,
            TimeInForce = TimeInForce.Day, Price = new Price(100), Quantity = new Quantity(5) };
        MatchOrder buy = sell with { OrderId = 2, Side = Side.Buy, Quantity = new Quantity(3) };
        engine.Submit(in sell, events);
        engine.Submit(in buy, events);

        Assert.Equal(3, engine.TradedLots);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Trading");
    }
}
