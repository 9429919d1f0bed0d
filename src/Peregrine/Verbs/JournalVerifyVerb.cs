using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Inspect;
using Peregrine.Journal;

namespace Peregrine.Verbs;

/// <summary>peregrine journal verify: checksums, hash chain, and what a link writes; on request the replay.</summary>
internal static class JournalVerifyVerb
{
    public static Command Create()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<string?> archive = JournalFolderArgument.CreateArchive();
        Option<bool> replay = new("--replay") { Description = "Carries every command out again and compares each state hash; takes as long as a start does. Needs the journal from its first record on." };
        Option<bool> json = new("--json") { Description = "Write one JSON object." };
        Command verify = new("verify", "Reads every segment, checks every record and the hash chain over the batches, and tells the first bad byte.") { folder, archive, replay, json };
        verify.SetAction(result =>
        {
            JournalSource source = JournalFolderArgument.Source(result, folder, archive);
            return JournalFolderArgument.Look(() => Run(source, result.GetValue(replay), result.GetValue(json)));
        });
        return verify.WithExample("peregrine journal verify data --replay");
    }

    private static int Run(JournalSource source, bool isReplaying, bool isJson)
    {
        JournalPosition start = source.FindStart();
        if (isReplaying && start.Records > 0)
        {
            throw new CommandException($"--replay: {source.Folder} starts after record {start.Records}, and a replay needs all from the first on; give the folder with the older segments by --archive, or verify without --replay");
        }

        JournalCheck check = new(isReplaying, start.Sequence);
        JournalReading found = source.Read(check, verifyChain: true);
        Console.Out.WriteLine(isJson ? ToJson(check, found) : ToText(check, found));
        return 0;
    }

    private static string ToJson(JournalCheck check, JournalReading found) => JsonSerializer.Serialize(new
    {
        segments = found.Segments,
        records = found.Records,
        commands = check.Commands,
        rules = check.Rules,
        stateHashes = check.StateHashes,
        provenHashes = check.ProvenHashes,
        firstRecord = found.Start.Records + 1,
        lastRecord = found.End.Records,
        lastSequence = found.End.Sequence,
        link = found.End.Link.ToString(),
        tornBytes = found.TornBytes,
        tornAt = found.TornAt,
    });

    private static string ToText(JournalCheck check, JournalReading found)
    {
        StringBuilder text = new();
        _ = text.AppendLine(CultureInfo.InvariantCulture, $"{found.Segments:N0} segments, {found.Records:N0} records: {check.Commands:N0} commands, {check.Rules:N0} rules, {check.StateHashes:N0} state hashes; last command {found.End.Sequence:N0}");
        _ = text.AppendLine(CultureInfo.InvariantCulture, $"hash chain whole from record {found.Start.Records + 1:N0} to {found.End.Records:N0}, link {found.End.Link}");
        if (check.ProvenHashes is { } proven)
        {
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"replayed: {proven:N0} state hashes are those of the first run");
        }

        _ = text.Append(found.TornAt is null ? "whole" : $"whole up to a torn tail of {found.TornBytes.ToString("N0", CultureInfo.InvariantCulture)} bytes, {found.TornAt}: a batch that was being written; the next start cuts it");
        return text.ToString();
    }
}
