using System.Text.RegularExpressions;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>Starting on a damaged folder: a refusal has to name what is wrong, and the ways on that it names are taken.</summary>
internal sealed partial class DrillStart(DrillWorld world, HashSet<string> damagedPaths)
{
    private const int TriesMax = 8;

    /// <summary>What the starts said, in turn.</summary>
    public List<string> Refusals { get; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>The options that were taken in the end.</summary>
    public DrillWays Ways { get; private set; } = new();

    /// <summary>Starts, by every way that is named.</summary>
    /// <returns>Null when the start is refused for good.</returns>
    public DrillLink? Run()
    {
        for (int count = 0; count < TriesMax; count++)
        {
            if (DrillLink.TryStart(world.DataFolder, world.Setup, world.Truth, Ways, out string? refusal) is { } link)
            {
                return link;
            }

            Refusals.Add(refusal!);
            if (!NamesAThing(refusal!))
            {
                Faults.Add($"the start is refused without a name of file, session or command: {refusal}");
            }

            if (!TryTakeTheWayOn(refusal!))
            {
                return null;
            }
        }

        Faults.Add($"the start is refused by turns: {string.Join(" / ", Refusals.TakeLast(2))}");
        return null;
    }

    private bool NamesAThing(string refusal) =>
        world.Setup.CompIds.Append(world.DataFolder).Any(name => refusal.Contains(name, StringComparison.Ordinal)) || Command().IsMatch(refusal);

    private bool TryTakeTheWayOn(string refusal)
    {
        if (refusal.Contains("--accept-lost-commands", StringComparison.Ordinal) && !Ways.AcceptsLostCommands)
        {
            Ways = Ways with { AcceptsLostCommands = true };
            return true;
        }

        if (refusal.Contains("--skip-lost-reports", StringComparison.Ordinal) && !Ways.SkipsLostReports)
        {
            Ways = Ways with { SkipsLostReports = true };
            return true;
        }

        Match store = Store().Match(refusal);
        if (store.Success && refusal.Contains("delete", StringComparison.Ordinal) && File.Exists(store.Value))
        {
            File.Delete(store.Value);
            _ = damagedPaths.Add(Path.GetRelativePath(world.DataFolder, store.Value));
            return true;
        }

        return false;
    }

    [GeneratedRegex(@"\b(command|commands|sequence|record|number) \d+")]
    private static partial Regex Command();

    [GeneratedRegex(@"/\S+\.session\b")]
    private static partial Regex Store();
}
