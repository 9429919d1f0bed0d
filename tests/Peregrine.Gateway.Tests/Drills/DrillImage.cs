using System.Globalization;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>What a folder was before it was damaged, and what still proves it afterwards.</summary>
internal sealed record DrillImage
{
    /// <summary>The state that an undamaged copy comes to.</summary>
    public required ulong StateHash { get; init; }

    /// <summary>The last command of an undamaged copy.</summary>
    public required long Sequence { get; init; }

    /// <summary>For each CompID, the last command of which its store holds a report.</summary>
    public required IReadOnlyDictionary<string, long> Told { get; init; }

    /// <summary>For each snapshot, from the data folder on, the command that it stands after.</summary>
    public required IReadOnlyDictionary<string, long> Snapshots { get; init; }

    /// <summary>Starts a copy of a world's folder: the truth gets what was durable and not released yet.</summary>
    public static DrillImage Take(DrillWorld world)
    {
        Dictionary<string, long> told = world.Setup.CompIds.ToDictionary(compId => compId, world.Truth.LastSequenceOf);
        string twin = world.NewFolder("twin");
        FolderImage.Take(world.DataFolder, twin);
        using DrillLink link = DrillLink.Start(twin, world.Setup, world.Truth);
        string snapshots = Path.Combine(world.DataFolder, "snapshots");
        return new DrillImage
        {
            StateHash = link.Link.StateHash,
            Sequence = link.Link.Status().Sequence,
            Told = told,
            Snapshots = !Directory.Exists(snapshots)
                ? new Dictionary<string, long>()
                : Directory.EnumerateFiles(snapshots, "*.snapshot").ToDictionary(path => Path.GetRelativePath(world.DataFolder, path), SequenceOf),
        };
    }

    /// <summary>The last command that a store or a snapshot proves which nobody touched.</summary>
    public long Proven(IReadOnlySet<string> damagedPaths) => Told.Where(told => !damagedPaths.Contains(StoreOf(told.Key))).Select(told => told.Value)
        .Concat(Snapshots.Where(snapshot => !damagedPaths.Contains(snapshot.Key)).Select(snapshot => snapshot.Value))
        .DefaultIfEmpty().Max();

    public static string StoreOf(string compId) => Path.Combine("sessions", $"{compId}.session");

    private static long SequenceOf(string snapshotPath) => long.Parse(Path.GetFileName(snapshotPath).Split('-')[0], CultureInfo.InvariantCulture);
}
