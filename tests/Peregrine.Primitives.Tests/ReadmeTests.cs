namespace Peregrine.Primitives.Tests;

public class ReadmeTests
{
    [Fact]
    public void Readme_Example_LeavesTwoLots()
    {
        LatencyHistogram latency = new();
        Quantity open = new(5);
        long startNs = Clock.MonotonicNs;
        Quantity filled = Quantity.Min(open, new Quantity(3));
        Check.That(filled <= open, "no more is filled than was open");
        latency.Record(Clock.MonotonicNs - startNs);
        Console.WriteLine($"{(open - filled).Lots} lots left, p99 {latency.Quantile(0.99)} ns");

        Assert.Equal((2L, 1L), ((open - filled).Lots, latency.Count));
        ReadmeExample.AssertStandsInThisFile("Peregrine.Primitives");
    }
}
