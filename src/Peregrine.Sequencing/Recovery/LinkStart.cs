using Peregrine.Journal.Snapshots;

namespace Peregrine.Sequencing.Recovery;

/// <summary>What a start began with.</summary>
public sealed record LinkStart
{
    /// <summary>The snapshot; null when the journal was replayed from its first record on.</summary>
    public SnapshotInfo? Snapshot { get; init; }

    /// <summary>Newer snapshots that were passed over, and why.</summary>
    public IReadOnlyList<SnapshotFault> Passed { get; init; } = [];

    /// <summary>Time that checking and loading the snapshot took, in nanoseconds.</summary>
    public long LoadNs { get; init; }

    /// <summary>Time that reading and carrying out the journal behind it took, in nanoseconds.</summary>
    public long ReplayNs { get; init; }

    /// <summary>Time that opening the sessions' stores, holding the files against each other, and mending took, in nanoseconds;
    /// in part within <see cref="ReplayNs"/>.</summary>
    public long CheckNs { get; init; }

    /// <summary>A session whose store lacks reports that were skipped; null as a rule.</summary>
    public string? Skipped { get; init; }
}
