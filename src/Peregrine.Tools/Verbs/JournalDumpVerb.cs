using System.CommandLine;
using System.Text;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Tools.Inspect;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine journal dump: the records in words.</summary>
internal static class JournalDumpVerb
{
    public static Command Create()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<string?> archive = JournalFolderArgument.CreateArchive();
        Option<long> from = new("--from") { Description = "First command, by its sequence number; rules before it are applied, not shown.",
            DefaultValueFactory = _ => 0 };
        Option<long> to = new("--to") { Description = "Last command.", DefaultValueFactory = _ => long.MaxValue };
        Option<bool> json = new("--json") { Description = "One JSON object a line." };
        Command dump = new("dump", "Prints the records in words: commands with prices and quantities in the instrument's decimals, rules, " +
            "state hashes.") { folder, archive, from, to, json };
        dump.SetAction(result =>
        {
            if (result.GetValue(from) > result.GetValue(to))
            {
                throw new CommandException($"--from: {result.GetValue(from)} is behind --to, {result.GetValue(to)}", 2);
            }

            using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
            JournalDump dump = new(output, result.GetValue(from), result.GetValue(to), result.GetValue(json));
            try
            {
                _ = JournalFolderArgument.Look(() => JournalFolderArgument.Source(result, folder, archive).Read(dump, verifyChain: false));
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
