using System.Text.RegularExpressions;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Hosting.Tests;

/// <summary>docs/observability.md says what there is.</summary>
public sealed partial class ObservabilityDocumentTests
{
    private static readonly string[] Suffixes = [".count", ".p50", ".p99", ".p999", ".max"];
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs/observability.md"));

    [Fact]
    public void Figures_OfTheDocument_AreThoseOfTheParts()
    {
        string[] expected = [.. CounterTests.AllCounters().Select(RowOf).Distinct()];

        string[] rows = [.. FigureRow().Matches(Document).Select(row => row.Value)];

        Assert.True(expected.SequenceEqual(rows), $"the table of figures has to be:\n{string.Join('\n', expected)}");
    }

    // A histogram's figures, and the reasons of closed connections, are one row.
    private static string RowOf(Counter counter)
    {
        const string Closed = "peregrine.net.closed.";
        string kind = counter.Kind switch { CounterKind.Total => "counter", CounterKind.Level => "up-down counter", _ => "gauge" };
        if (counter.Name.StartsWith(Closed, StringComparison.Ordinal))
        {
            return $"| `{Closed}*` | {kind} | {counter.Unit} | Connections ended, by the reason. |";
        }

        bool isHistogram = Suffixes.Any(suffix => counter.Name.EndsWith(suffix, StringComparison.Ordinal));
        return isHistogram
            ? $"| `{counter.Name[..counter.Name.LastIndexOf('.')]}.*` | histogram | ns | {counter.Description.Split(':')[0]}. |"
            : $"| `{counter.Name}` | {kind} | {counter.Unit} | {counter.Description} |";
    }

    [GeneratedRegex(@"^\| `peregrine\..*\|$", RegexOptions.Multiline)]
    private static partial Regex FigureRow();
}
