using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Net;
using Peregrine.Tools.Fix;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine fix: logs of FIX messages made readable, dictionaries checked.</summary>
internal static class FixVerb
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        Command fix = new("fix", "FIX messages of a log with names, values and faults (decode), dictionaries checked (lint), records of breaches " +
            "proved (audit).") { Decode(), Lint(), Audit() };
        return fix.WithExample("peregrine fix decode messages.log");
    }

    private static Command Decode()
    {
        Argument<string> file = new("FILE") { Description =
            "A log with FIX messages of any version, raw or with | or the like between fields; - for standard input." };
        Option<string?> dictionary = new("--dictionary") { Description =
            "QuickFIX XML, FIX Orchestra or our own form; else the standard's of each message's version." };
        Option<bool> json = new("--json") { Description = "One JSON object a message." };
        Option<bool> faults = new("--faults") { Description = "Only messages that have a fault." };
        Command decode = new("decode", "Prints the FIX messages of a log with names, values and what is wrong with each.")
        {
            file, dictionary, json, faults,
        };
        decode.SetAction(result =>
        {
            FixDictionary? own = result.GetValue(dictionary) is { } path ? Load(path) : null;
            return Decode(result.GetRequiredValue(file), own, result.GetValue(json), result.GetValue(faults));
        });
        return decode.WithExample("peregrine fix decode messages.log --faults");
    }

    private static int Decode(string file, FixDictionary? dictionary, bool isJson, bool onlyFaults)
    {
        using Stream input = file == "-" ? Console.OpenStandardInput() : Open(file);
        using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
        FixLog log = new(input);
        FixDecoder decoder = new(dictionary);
        (long messages, long faulty) = (0, 0);
        while (log.Read() is { } entry)
        {
            DecodedMessage message = decoder.Decode(entry);
            messages++;
            faulty += message.Fault.Length > 0 ? 1 : 0;
            if (onlyFaults && message.Fault.Length == 0)
            {
                continue;
            }

            if (isJson)
            {
                output.WriteLine(ToJson(message));
            }
            else
            {
                WriteText(output, message);
            }
        }

        if (messages == 0)
        {
            throw new CommandException($"{file}: no FIX message in it, expected some that begin with 8=FIX");
        }

        output.Flush();
        Console.Error.WriteLine($"{messages} messages, {faulty} with a fault");
        return 0;
    }

    private static void WriteText(StreamWriter output, DecodedMessage message)
    {
        output.WriteLine($"line {message.Line}: {(message.Name.Length > 0 ? message.Name : "?")} ({message.MsgType}), {message.Version}");
        foreach (DecodedField field in message.Fields)
        {
            string meaning = field.Meaning.Length > 0 ? $" ({field.Meaning})" : "";
            output.WriteLine($"{new string(' ', 2 + (field.Depth * 2))}{field.Tag} {field.Name} = {Printable(field.Value)}{meaning}");
        }

        if (message.Fault.Length > 0)
        {
            output.WriteLine($"  ! {message.Fault}");
        }
    }

    // What would move a terminal's cursor is shown as a dot.
    private static string Printable(string value) => string.Concat(value.Select(letter => char.IsControl(letter) ? '.' : letter));

    private static string ToJson(DecodedMessage message)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("line", message.Line);
            json.WriteString("version", message.Version);
            json.WriteString("msgType", message.MsgType);
            json.WriteString("name", message.Name);
            json.WriteStartArray("fields");
            foreach (DecodedField field in message.Fields)
            {
                json.WriteStartObject();
                json.WriteNumber("tag", field.Tag);
                json.WriteString("name", field.Name);
                json.WriteString("value", field.Value);
                if (field.Meaning.Length > 0)
                {
                    json.WriteString("meaning", field.Meaning);
                }

                if (field.Depth > 0)
                {
                    json.WriteNumber("depth", field.Depth);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (message.Fault.Length > 0)
            {
                json.WriteString("fault", message.Fault);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static Command Lint()
    {
        Argument<string> file = new("DICTIONARY") { Description = "QuickFIX XML, FIX Orchestra or our own form (docs/fix-dictionaries.md)." };
        Command lint = new("lint", "Reads a dictionary and tells all that is wrong with it, or what it has. Exit code 1 with faults.") { file };
        lint.SetAction(result => Lint(result.GetRequiredValue(file)));
        return lint.WithExample("peregrine fix lint FIX44.xml");
    }

    private static int Lint(string path)
    {
        using StreamReader reader = new(Open(path));
        FixDictionary? dictionary = FixDictionary.Inspect(reader, out IReadOnlyList<string> faults);
        foreach (string fault in faults)
        {
            Console.Out.WriteLine($"{path}: {fault}");
        }

        if (dictionary is null)
        {
            Console.Error.WriteLine($"{faults.Count} faults");
            return 1;
        }

        Console.Out.WriteLine($"{path}: {dictionary.Version}, {dictionary.Fields.Count} fields, {dictionary.Messages.Count} messages " +
            $"({dictionary.Messages.Count(message => message.IsOfSession)} of the session), no fault");
        return 0;
    }

    private static Command Audit()
    {
        Argument<string> file = new("FILE") { Description = "audit.log of a link's sessions folder, or an older one, such as audit.log.1." };
        Option<bool> json = new("--json") { Description = "One JSON object." };
        Command audit = new("audit", "Proves that no record of a breach was changed, removed or moved. Exit code 1 with the first that was.")
        {
            file, json,
        };
        audit.SetAction(result => Audit(result.GetRequiredValue(file), result.GetValue(json)));
        return audit.WithExample("peregrine fix audit data/sessions/audit.log");
    }

    private static int Audit(string path, bool isJson)
    {
        Open(path).Dispose();
        FixAuditReport report = FixAudit.Verify(path);
        if (isJson)
        {
            using MemoryStream stream = new();
            using (Utf8JsonWriter json = new(stream, Plain))
            {
                json.WriteStartObject();
                json.WriteString("file", path);
                json.WriteBoolean("whole", report.IsWhole);
                json.WriteNumber("first", report.First);
                json.WriteNumber("last", report.Last);
                json.WriteNumber("dropped", report.Dropped);
                json.WriteString("fault", report.Fault);
                json.WriteString("note", report.Note);
                json.WriteEndObject();
            }

            Console.Out.WriteLine(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
        }
        else
        {
            string records = report.Last == 0 ? "no record" : $"records {report.First} to {report.Last}";
            Console.Out.WriteLine($"{path}: {records} whole, {report.Dropped} breaches without a record");
            WriteIfAny(report.Note);
            WriteIfAny(report.Fault);
        }

        return report.IsWhole ? 0 : 1;

        void WriteIfAny(string text)
        {
            if (text.Length > 0)
            {
                Console.Out.WriteLine($"{path}: {text}");
            }
        }
    }

    private static FixDictionary Load(string path)
    {
        using StreamReader reader = new(Open(path));
        try
        {
            return FixDictionary.Read(reader, path);
        }
        catch (InvalidDataException faulty)
        {
            throw new CommandException($"{faulty.Message}; peregrine fix lint {path} has one line for each");
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(Directory.Exists(path) ? $"{path}: it is a folder, expected a file" : $"{path}: {fault.Message}");
        }
    }
}
