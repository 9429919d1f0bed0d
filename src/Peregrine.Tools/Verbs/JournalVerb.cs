using System.CommandLine;
using Peregrine.Cli;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine journal: a link's journal, while the link runs or afterwards.</summary>
internal static class JournalVerb
{
    /// <param name="others">Verbs of other assemblies below this one.</param>
    public static Command Create(IEnumerable<Command> others)
    {
        Command journal = new("journal",
            "A link's journal, also while the link writes it: looks at it (verify, dump, export, snapshots), takes a snapshot (snapshot), " +
            "lets old segments go (truncate), measures how fast one is written (bench).")
        {
            JournalVerifyVerb.Create(),
            JournalDumpVerb.Create(),
            JournalExportVerb.Create(),
            JournalSnapshotVerb.Create(),
            JournalSnapshotsVerb.Create(),
            JournalTruncateVerb.Create(),
        };
        foreach (Command other in others)
        {
            journal.Add(other);
        }

        return journal.WithExample("peregrine journal verify data");
    }
}
