namespace Peregrine.Primitives.Tests;

public class CounterTests
{
    [Fact]
    public void Of_AHistogram_TellsHowManyAndItsQuantiles()
    {
        LatencyHistogram histogram = new();
        for (int ns = 1; ns <= 1_000; ns++)
        {
            histogram.Record(ns);
        }

        Counter[] counters = [.. Counter.Of("peregrine.x", "A wait", histogram)];

        Assert.Equal(["peregrine.x.count", "peregrine.x.p50", "peregrine.x.p99", "peregrine.x.p999", "peregrine.x.max"],
            counters.Select(counter => counter.Name));
        Assert.Equal([1_000, histogram.Quantile(0.5), histogram.Quantile(0.99), histogram.Quantile(0.999), 1_000],
            counters.Select(counter => counter.Read()));
        Assert.Equal(["{value}", "ns", "ns", "ns", "ns"], counters.Select(counter => counter.Unit));
        Assert.Equal("A wait: 99.9 % took no longer.", counters[3].Description);
        Assert.Equal([CounterKind.Total, CounterKind.Reading, CounterKind.Reading, CounterKind.Reading, CounterKind.Reading],
            counters.Select(counter => counter.Kind));
    }
}
