using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;

namespace Peregrine.Simulator.Tests;

public class ReadmeTests
{
    [Fact]
    public void Readme_Example_MeasuresAFlow()
    {
        Instrument acme = new(0, "ACME", PriceDecimals: 2, TickUnits: 1, LotUnits: 1, IsOpen: true) { ReferencePrice = new Price(23_000) };
        OfflineMarket market = new([acme], seed: 1, requestsPerSecond: 30);
        FlowStatistics flow = market.Measure(acme.Id);
        while (market.TimeNs < 600_000_000_000)
        {
            market.Step(); // one participant acts, the core answers
        }

        Console.WriteLine($"{flow.Executions} executions, spread {flow.SpreadBp:N1} bp, {flow.OrderToTradeRatio:N0} messages for each execution");

        Assert.True(flow.Executions > 10);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Simulator");
    }
}
