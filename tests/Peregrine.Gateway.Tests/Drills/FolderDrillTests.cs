using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>
/// Data folders damaged at random: whatever was cut, aged, changed or lost, every acknowledged order and every report is with its client exactly
/// once, or the start says what is missing.
/// </summary>
public class FolderDrillTests
{
    private const int Threads = 2;

    [Fact]
    public void Folder_DamagedAtRandom_TellsEveryReportOrSaysWhatIsMissing() => Drill(1, 50);

    // Seeds that failed once. The journal's end is lost, and: a store is of an earlier day; trades come before their client is back;
    // a store is lost, and the client had begun with new numbers since.
    [Theory]
    [InlineData(665)]
    [InlineData(1693)]
    [InlineData(3067)]
    [InlineData(4662)]
    public void Folder_DamagedAsOnceBefore_TellsEveryReportOrSaysWhatIsMissing(int seed) => Drill(seed, 1);

    [Fact]
    [Trait("Size", "Long")]
    public void Folder_DamagedInManyWays_TellsEveryReportOrSaysWhatIsMissing() => Drill(51, 4_950);

    private static void Drill(int first, int count)
    {
        ConcurrentBag<DrillResult> results = [];
        DrillSeeds.Run(
            first, count, Threads,
            seed =>
            {
                DrillResult result = FolderDrill.Run(seed);
                results.Add(result);
                return result.Faults.Count == 0 ? null : result.ToString();
            },
            () => Table(results));
    }

    private static string Table(IEnumerable<DrillResult> results)
    {
        StringBuilder table = new();
        foreach (IGrouping<string, DrillResult> group in results.GroupBy(KindOf).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            int refused = group.Count(result => result.Outcome.StartsWith("refused", StringComparison.Ordinal));
            int failed = group.Count(result => result.Faults.Count > 0);
            _ = table.AppendLine(CultureInfo.InvariantCulture, $"{group.Key}: {group.Count()} seeds, {refused} refused for good, {failed} fail");
        }

        return table.ToString();
    }

    private static string KindOf(DrillResult result) =>
        result.Damages.Count == 0 ? "nothing" : string.Join(" + ", result.Damages.Select(damage => $"{damage.Kind} {damage.Part}"));
}
