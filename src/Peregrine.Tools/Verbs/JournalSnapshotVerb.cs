using System.CommandLine;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Linux;
using Peregrine.Sequencing.Snapshots;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine journal snapshot: takes one, of a link that runs or of one that does not.</summary>
internal static class JournalSnapshotVerb
{
    public static Command Create()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<string?> snapshots = JournalFolderArgument.CreateSnapshots();
        Option<int> keep = new("--keep") { Description = "How many good snapshots stay; older ones go.", DefaultValueFactory = _ => 2 };
        Option<long> pin = new("--pin") { Description =
            "The newest good snapshot up to this command stays too: a running link names the first one of which it has not sent every report.",
            DefaultValueFactory = _ => long.MaxValue };
        Option<bool> json = new("--json") { Description = "Write one JSON object." };
        Command snapshot = new("snapshot",
            "Takes a snapshot: begins with the newest one, carries out again what the journal holds behind it, and saves. " +
            "Also while the link writes, without asking it for anything; at the lowest processor priority.") { folder, snapshots, keep, pin, json };
        snapshot.SetAction(result =>
        {
            int count = result.GetValue(keep) is int number and >= 2 and <= 100
                ? number
                : throw new CommandException($"--keep: {result.GetValue(keep)}, expected 2 to 100", 2);
            string journal = JournalFolderArgument.Find(result.GetRequiredValue(folder));
            SnapshotRequest request = new(journal, result.GetValue(snapshots)
                ?? JournalFolderArgument.FindSnapshots(journal), count) { PinnedSequence = result.GetValue(pin) };
            return JournalFolderArgument.Look(() => Run(request, result.GetValue(json)));
        });
        return snapshot.WithExample("peregrine journal snapshot data");
    }

    private static int Run(SnapshotRequest request, bool isJson)
    {
        // A refusal costs time, not truth: the snapshot is the same.
        _ = CpuShare.TryLowerAllThreads();
        SnapshotOutcome outcome = Snapshotter.Take(request);
        Console.Out.WriteLine(isJson ? ToJson(outcome) : outcome.ToString());
        foreach (Journal.Snapshots.SnapshotFault fault in outcome.Passed)
        {
            Console.Error.WriteLine($"peregrine: snapshot passed over: {fault}");
        }

        return 0;
    }

    private static string ToJson(SnapshotOutcome outcome) => JsonSerializer.Serialize(new
    {
        path = outcome.Info?.Path,
        records = outcome.Position.Records,
        sequence = outcome.Position.Sequence,
        bytes = outcome.Bytes,
        begunWith = outcome.BasePath,
        commands = outcome.Commands,
        provenHashes = outcome.ProvenHashes,
        stateHash = outcome.StateHash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
        passed = outcome.Passed.Select(fault => new { path = fault.Path, offset = fault.Offset, reason = fault.Reason }),
        text = outcome.ToString(),
    });
}
