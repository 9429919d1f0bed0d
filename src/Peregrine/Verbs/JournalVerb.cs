using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Inspect;
using Peregrine.Journal;

namespace Peregrine.Verbs;

/// <summary>peregrine journal: looks at a link's journal without changing it, while the link runs or afterwards.</summary>
internal static class JournalVerb
{
    public static Command Create()
    {
        Command journal = new("journal", "Looks at a link's journal, also while the link writes it: verify, dump, export; and measures how fast one is written: bench.") { CreateVerify(), CreateDump(), JournalExportVerb.Create(), BenchJournalVerb.Create("bench", "journal bench") };
        return journal.WithExample("peregrine journal verify data");
    }

    private static Command CreateVerify()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<bool> replay = new("--replay") { Description = "Carries every command out again and compares each state hash; takes as long as a start does." };
        Option<bool> json = new("--json") { Description = "Write one JSON object." };
        Command verify = new("verify", "Reads every segment, checks every record, and tells the first bad byte.") { folder, replay, json };
        verify.SetAction(result =>
        {
            JournalCheck check = new(result.GetValue(replay));
            JournalRecovery found = JournalFolderArgument.Read(JournalFolderArgument.Find(result.GetRequiredValue(folder)), check);
            if (result.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(new
                {
                    segments = found.Segments,
                    records = found.Records,
                    commands = check.Commands,
                    rules = check.Rules,
                    stateHashes = check.StateHashes,
                    provenHashes = check.ProvenHashes,
                    lastSequence = found.LastSequence,
                    tornBytes = found.TornBytes,
                    tornAt = found.TornAt,
                }));
                return 0;
            }

            StringBuilder text = new();
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"{found.Segments:N0} segments, {found.Records:N0} records: {check.Commands:N0} commands, {check.Rules:N0} rules, {check.StateHashes:N0} state hashes; last command {found.LastSequence:N0}");
            if (check.ProvenHashes is { } proven)
            {
                _ = text.AppendLine(CultureInfo.InvariantCulture, $"replayed: {proven:N0} state hashes are those of the first run");
            }

            _ = text.Append(found.TornAt is null ? "whole" : $"whole up to a torn tail of {found.TornBytes.ToString("N0", CultureInfo.InvariantCulture)} bytes, {found.TornAt}: a batch that was being written; the next start cuts it");
            Console.Out.WriteLine(text);
            return 0;
        });
        return verify.WithExample("peregrine journal verify data --replay");
    }

    private static Command CreateDump()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<long> from = new("--from") { Description = "First command, by its sequence number; rules before it are applied, not shown.", DefaultValueFactory = _ => 0 };
        Option<long> to = new("--to") { Description = "Last command.", DefaultValueFactory = _ => long.MaxValue };
        Option<bool> json = new("--json") { Description = "One JSON object a line." };
        Command dump = new("dump", "Prints the records in words: commands with prices and quantities in the instrument's decimals, rules, state hashes.") { folder, from, to, json };
        dump.SetAction(result =>
        {
            if (result.GetValue(from) > result.GetValue(to))
            {
                throw new CommandException($"--from: {result.GetValue(from)} is behind --to, {result.GetValue(to)}", 2);
            }

            using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
            try
            {
                _ = JournalFolderArgument.Read(JournalFolderArgument.Find(result.GetRequiredValue(folder)), new JournalDump(output, result.GetValue(from), result.GetValue(to), result.GetValue(json)));
            }
            catch (IOException exception) when (exception is not JournalException)
            {
                // Whoever read the output, such as head, has seen enough.
            }

            return 0;
        });
        return dump.WithExample("peregrine journal dump data --from 1000 --to 1010");
    }
}
