using Peregrine.Journal;

namespace Peregrine.Sequencing.Snapshots;

/// <summary>When a running link has snapshots taken, and what then stays of its journal. Plain values, checked when the link starts.</summary>
public sealed record SnapshotOptions
{
    /// <summary>A snapshot after so many commands; 0 for never by their number.</summary>
    public long EveryCommands { get; init; } = 5_000_000;

    /// <summary>A snapshot after so many minutes in which there were commands; 0 for never by the time.</summary>
    public int EveryMinutes { get; init; } = 60;

    /// <summary>How many good snapshots stay; 2 or more, as one may turn out damaged.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>What of the journal may go behind the oldest snapshot kept; null for nothing.</summary>
    public JournalRetentionOptions? Retention { get; init; }

    /// <summary>
    /// Takes a snapshot; called on the keeper's thread. Null takes it in this process, with a core's worth of memory and its collections.
    /// What it throws is told and changes nothing. The token ends with the link.
    /// </summary>
    public Func<SnapshotRequest, CancellationToken, SnapshotTaken>? Take { get; init; }

    /// <summary>Finds every error at once.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (EveryCommands < 0 || EveryMinutes < 0)
        {
            yield return $"snapshots: every {EveryCommands} commands, every {EveryMinutes} minutes; expected 0 or more";
        }

        if (Keep < 2)
        {
            yield return $"snapshots: {Keep} to keep, expected 2 or more";
        }
    }
}

/// <summary>A snapshot that was taken.</summary>
/// <param name="Sequence">The last command in it.</param>
/// <param name="Text">What to log.</param>
public readonly record struct SnapshotTaken(long Sequence, string Text);
