using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Tools.Inspect;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine journal snapshots: which there are, and whether a start could use them.</summary>
internal static class JournalSnapshotsVerb
{
    public static Command Create()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<string?> snapshots = JournalFolderArgument.CreateSnapshots();
        Option<bool> json = new("--json") { Description = "Write one JSON object." };
        Command list = new("snapshots",
            "Lists the snapshots of a journal, the newest first; reads each whole and tells the first bad byte, " +
            "or why the journal does not go on from it.") { folder, snapshots, json };
        list.SetAction(result =>
        {
            string journal = JournalFolderArgument.Find(result.GetRequiredValue(folder));
            SnapshotStore store = SnapshotStore.Open(result.GetValue(snapshots) ?? JournalFolderArgument.FindSnapshots(journal));
            return JournalFolderArgument.Look(() => Run(journal, store, result.GetValue(json)));
        });
        return list.WithExample("peregrine journal snapshots data");
    }

    private static int Run(string journal, SnapshotStore store, bool isJson)
    {
        JournalExtent extent = JournalReader.FindExtent(journal);
        List<SnapshotFault> faults = [];
        IReadOnlyList<SnapshotInfo> good = store.FindGood(extent, faults);
        if (isJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                folder = store.Folder,
                journal = new { firstRecord = extent.Start.Records + 1, lastRecord = extent.End.Records, lastSequence = extent.End.Sequence },
                good = good.Select(snapshot => new
                {
                    path = snapshot.Path,
                    bytes = new FileInfo(snapshot.Path).Length,
                    records = snapshot.Position.Records,
                    sequence = snapshot.Position.Sequence,
                    link = snapshot.Position.Link.ToString(),
                    time = JournalText.Time(snapshot.TimeNs),
                    schema = snapshot.Schema,
                    recordsBehind = extent.End.Records - snapshot.Position.Records,
                }),
                bad = faults.Select(fault => new { path = fault.Path, offset = fault.Offset, reason = fault.Reason }),
            }));
        }
        else
        {
            WriteText(extent, store, good, faults);
        }

        return faults.Count == 0 ? 0 : throw new CommandException(
            $"{faults.Count} of {good.Count + faults.Count} snapshots cannot be used: {faults[0]}");
    }

    private static void WriteText(in JournalExtent extent, SnapshotStore store, IReadOnlyList<SnapshotInfo> good, List<SnapshotFault> faults)
    {
        foreach (SnapshotInfo snapshot in good)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"good {Path.GetFileName(snapshot.Path)}: {JournalText.Time(snapshot.TimeNs)}, " +
                $"command {snapshot.Position.Sequence:N0}, record {snapshot.Position.Records:N0}, " +
                $"{new FileInfo(snapshot.Path).Length:N0} bytes, schema {snapshot.Schema}; " +
                $"{extent.End.Records - snapshot.Position.Records:N0} records to replay behind it"));
        }

        foreach (SnapshotFault fault in faults)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"bad  {Path.GetFileName(fault.Path)}: at byte {fault.Offset:N0}: {fault.Reason}"));
        }

        if (good.Count + faults.Count == 0)
        {
            Console.Out.WriteLine($"no snapshots in {store.Folder}");
        }
    }
}
