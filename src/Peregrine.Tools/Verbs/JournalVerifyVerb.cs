using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing.Recovery;
using Peregrine.Tools.Inspect;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine journal verify: checksums, hash chain, and what a link writes; on request the replay.</summary>
internal static class JournalVerifyVerb
{
    public static Command Create()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<string?> archive = JournalFolderArgument.CreateArchive();
        Option<bool> replay = new("--replay") { Description =
            "Carries every command out again and compares each state hash; takes as long as a start from the first record does. " +
            "Where older segments are gone it begins with the oldest snapshot that fits." };
        Option<string?> snapshots = JournalFolderArgument.CreateSnapshots();
        Option<bool> json = new("--json") { Description = "Write one JSON object." };
        Command verify = new("verify",
            "Reads every segment, checks every record and the hash chain over the batches, and tells the first bad byte.") { folder, archive, replay,
                snapshots, json };
        verify.SetAction(result =>
        {
            JournalSource source = JournalFolderArgument.Source(result, folder, archive);
            return JournalFolderArgument.Look(
                () => Run(source, result.GetValue(replay), result.GetValue(snapshots)
                    ?? JournalFolderArgument.FindSnapshots(source.Folder), result.GetValue(json)));
        });
        return verify.WithExample("peregrine journal verify data --replay");
    }

    private static int Run(JournalSource source, bool isReplaying, string snapshots, bool isJson)
    {
        JournalPosition start = source.FindStart();
        JournalCheck check;
        JournalPosition? from = null;
        if (isReplaying && start.Records > 0)
        {
            (JournalPosition At, LinkState State) point = FindBeginning(source, start, snapshots);
            from = point.At;
            check = new JournalCheck(isReplaying, start, point);
        }
        else
        {
            check = new JournalCheck(isReplaying, start);
        }

        using (check)
        {
            JournalReading found = source.Read(check, verifyChain: true);
            Console.Out.WriteLine(isJson ? ToJson(check, found, from) : ToText(check, found, from));
            return 0;
        }
    }

    // The oldest one: the more is replayed, the more is proved.
    private static (JournalPosition At, LinkState State) FindBeginning(JournalSource source, in JournalPosition start, string folder)
    {
        JournalExtent extent = JournalReader.FindExtent(source.Folder) with { Start = start };
        List<SnapshotFault> faults = [];
        (JournalPosition, LinkState)? oldest = null;
        foreach (SnapshotReader reader in SnapshotStore.Open(folder).OpenNewestFirst(extent, faults))
        {
            using (reader)
            {
                if (LinkState.TryLoad(reader, emitsOrderDeltas: false, out SnapshotFault? fault) is { } state)
                {
                    oldest = (reader.Info.Position, state);
                }
                else
                {
                    faults.Add(fault!);
                }
            }
        }

        return oldest ?? throw new CommandException(
            $"--replay: {source.Folder} starts after record {start.Records}, " +
            $"and no snapshot serves to begin with " +
            $"({(faults.Count == 0 ? $"there is none in {folder}" : string.Join("; ", faults))}); " +
            $"give the folder with the older segments by --archive, or verify without --replay");
    }

    private static string ToJson(JournalCheck check, JournalReading found, JournalPosition? from) => JsonSerializer.Serialize(new
    {
        segments = found.Segments,
        records = found.Records,
        commands = check.Commands,
        rules = check.Rules,
        stateHashes = check.StateHashes,
        provenHashes = check.ProvenHashes,
        replayedFromSnapshotAt = from?.Sequence,
        firstRecord = found.Start.Records + 1,
        lastRecord = found.End.Records,
        lastSequence = found.End.Sequence,
        link = found.End.Link.ToString(),
        tornBytes = found.TornBytes,
        tornAt = found.TornAt,
    });

    private static string ToText(JournalCheck check, JournalReading found, JournalPosition? from)
    {
        StringBuilder text = new();
        _ = text.AppendLine(CultureInfo.InvariantCulture,
            $"{found.Segments:N0} segments, {found.Records:N0} records: {check.Commands:N0} commands, {check.Rules:N0} rules, " +
            $"{check.StateHashes:N0} state hashes; last command {found.End.Sequence:N0}");
        _ = text.AppendLine(CultureInfo.InvariantCulture,
            $"hash chain whole from record {found.Start.Records + 1:N0} to {found.End.Records:N0}, link {found.End.Link}");
        if (check.ProvenHashes is { } proven)
        {
            _ = text.Append("replayed ");
            _ = from is { } at ? text.Append(CultureInfo.InvariantCulture, $"from the snapshot after command {at.Sequence:N0}, ") : text;
            _ = text.AppendLine(CultureInfo.InvariantCulture,
                $"{check.Replayed:N0} commands: {proven:N0} state hashes are those of the first run");
        }

        _ = text.Append(found.TornAt is null
            ? "whole"
            : $"whole up to a torn tail of {found.TornBytes.ToString("N0", CultureInfo.InvariantCulture)} bytes, {found.TornAt}: " +
            $"a batch that was being written; the next start cuts it");
        return text.ToString();
    }
}
