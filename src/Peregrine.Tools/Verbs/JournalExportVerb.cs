using System.CommandLine;
using Peregrine.Cli;
using Peregrine.Tools.Inspect;
using Peregrine.Tools.Inspect.Export;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine journal export: the commands of a journal as a table for other programs.</summary>
internal static class JournalExportVerb
{
    public static Command Create()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Argument<string> output = new("OUT") { Description = "The file to write; it gets its name when it is whole." };
        Option<string?> archive = JournalFolderArgument.CreateArchive();
        Option<string?> format = new("--format") { Description = "parquet or csv. [default: by the ending of OUT]" };
        Option<long> from = new("--from") { Description = "First command, by its sequence number.", DefaultValueFactory = _ => 0 };
        Option<long> to = new("--to") { Description = "Last command.", DefaultValueFactory = _ => long.MaxValue };
        Option<string> types = new("--types") { Description = $"Only commands of these types, with commas: {string.Join(", ", Words())}.",
            DefaultValueFactory = _ => "" };
        Command export = new("export",
            "Writes every command, one a row, as Parquet or CSV: time, session, account, instrument, side, price, quantity, ids; " +
            "rules are applied, not written.") { folder, output, archive, format, from, to, types };
        export.SetAction(result =>
        {
            ExportSelection selection = new(result.GetValue(from), result.GetValue(to), Types(result.GetRequiredValue(types)));
            if (selection.From > selection.To)
            {
                throw new CommandException($"--from: {selection.From} is behind --to, {selection.To}", 2);
            }

            string kind = FormatOf(result.GetRequiredValue(output), result.GetValue(format));
            return Run(JournalFolderArgument.Source(result, folder, archive), result.GetRequiredValue(output), kind, selection);
        });
        return export.WithExample("peregrine journal export data orders.parquet --types new,replace");
    }

    private static string FormatOf(string outputPath, string? format)
    {
        format ??= Path.GetExtension(outputPath) switch
        {
            ".parquet" => "parquet",
            ".csv" => "csv",
            _ => throw new CommandException($"{outputPath}: ends neither in .parquet nor in .csv; say which with --format", 2),
        };
        return format is "parquet" or "csv" ? format : throw new CommandException($"--format: '{format}', expected parquet or csv", 2);
    }

    private static int Run(JournalSource source, string outputPath, string format, ExportSelection selection)
    {
        using OutputFile output = new(outputPath, [.. source.Folders]);
        JournalExport export;
        JournalReading found;
        try
        {
            CommandTable table = format == "csv" ? new CsvTable(output.Stream) : new ParquetTable(output.Stream);
            export = new JournalExport(table, selection, source.OpenHops(), Terminal.Progress);
            found = JournalFolderArgument.Look(() => source.Read(export, verifyChain: false));
            table.Finish();
        }
        catch (IOException fault)
        {
            throw new CommandException($"{outputPath}: cannot be written: {fault.Message.TrimEnd('.')}; make room or choose another place");
        }
        finally
        {
            Terminal.EndProgress();
        }

        output.Commit();

        // The table itself may be on standard output.
        string torn = found.TornAt is null ? "" : "; a batch on its way is left out";
        (outputPath.StartsWith("/dev/", StringComparison.Ordinal) ? Console.Error : Console.Out).WriteLine(
            FormattableString.Invariant($"{outputPath}: {export.Written:N0} of {export.Read:N0} commands as {format}{torn}"));
        return 0;
    }

    private static IEnumerable<string> Words() => Enum.GetValues<CommandType>().Select(type => JournalText.Word(type)!);

    private static HashSet<CommandType> Types(string list) =>
    [
        .. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(word => Words().Contains(word)
            ? Enum.Parse<CommandType>(word, ignoreCase: true)
            : throw new CommandException($"--types: '{word}', expected {string.Join(", ", Words())}", 2)),
    ];
}
