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
        AssertIsInReadme("LatencyHistogram latency", "ns\");");
    }

    // The code between the two marks in this file stands in the README line by line.
    private static void AssertIsInReadme(string first, string last)
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "tests/Peregrine.Primitives.Tests/ReadmeTests.cs"));
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src/Peregrine.Primitives/README.md"));
        int start = source.IndexOf(first, StringComparison.Ordinal);
        int end = source.IndexOf(last, start, StringComparison.Ordinal) + last.Length;
        foreach (string line in source[start..end].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Contains(line, readme);
        }
    }
}
