using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Documents;

/// <summary>What is logged: each event has an id of its own, in the range of its assembly, and stands in docs/observability.md.</summary>
public sealed partial class LogEventTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs/observability.md"));

    [Fact]
    public void Events_OfAllAssemblies_AreThoseOfTheDocument()
    {
        string[] expected = [.. Events().OrderBy(entry => entry.Id).Select(entry => $"| {entry.Id} | {entry.Level} | {entry.Text} |")];

        string[] rows = [.. EventRow().Matches(Document).Select(row => row.Value)];

        Assert.True(expected.Length > 30, $"{expected.Length} events were found");
        Assert.True(expected.SequenceEqual(rows), $"the table of events has to be:\n{string.Join('\n', expected)}");
    }

    [Fact]
    public void EventIds_OfAllAssemblies_AreOnceAndInTheirRange()
    {
        Dictionary<string, (int First, int Last)> ranges = RangeRow().Matches(Document).ToDictionary(
            row => row.Groups["assembly"].Value,
            row => (int.Parse(row.Groups["first"].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(row.Groups["last"].ValueSpan, CultureInfo.InvariantCulture)));

        string[] outside = [.. Events().Where(entry => !ranges.TryGetValue(entry.Assembly, out (int First, int Last) range)
            || entry.Id < range.First || entry.Id > range.Last).Select(entry => $"{entry.Id} of {entry.Assembly}")];
        int[] twice = [.. Events().GroupBy(entry => entry.Id).Where(group => group.Count() > 1).Select(group => group.Key)];

        Assert.Empty(outside);
        Assert.Empty(twice);
        Assert.Equal(ranges.Keys.Order(), Events().Select(entry => entry.Assembly).Distinct().Order());
    }

    private static IEnumerable<(string Assembly, int Id, LogLevel Level, string Text)> Events() =>
        from file in Directory.GetFiles(AppContext.BaseDirectory, "?eregrine*.dll")
        let name = Path.GetFileNameWithoutExtension(file)
        where !name.EndsWith("Tests", StringComparison.Ordinal)
        let assembly = Assembly.Load(name)
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        select (assembly.GetName().Name!, message.EventId, message.Level, message.Message);

    [GeneratedRegex(@"^\| \d{4} \| .*\|$", RegexOptions.Multiline)]
    private static partial Regex EventRow();

    [GeneratedRegex(@"^\| `?(?<assembly>[\w.]+)`? \| (?<first>\d{4}) to (?<last>\d{4}) \|", RegexOptions.Multiline)]
    private static partial Regex RangeRow();
}
