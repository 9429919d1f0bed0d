using System.Globalization;
using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>Writes writers: ref structs that write a message into a buffer field by field.</summary>
internal sealed class WriterSource(Code code, FixDictionary dictionary)
{
    // FixWriter writes them itself.
    private static readonly int[] OwnTags = [8, 9, 10, 35];

    /// <summary>The writer of a message.</summary>
    public void WriteMessage(Level level)
    {
        string type = $"{level.Name}Writer";
        string own = Words(level, field => OwnTags.Contains(field.Field.Tag));
        string header = Words(level, field => field.Section == 0 && (field.IsRequired || OwnTags.Contains(field.Field.Tag)));
        _ = code.Line()
            .Doc($"Writes {level.Title} ({level.MsgType}): header, body, trailer, each field once; End tells what is missing.")
            .Open($"public ref struct {type}");
        WriteRequired(level);
        _ = code.Line("private FixWriter _writer;").Line("private Seen _seen;").Line()
            .Doc("Begins a message whose header is written by the caller, too.")
            .Open($"public {type}(Span<byte> target, int timeDigits = 3)")
            .Line($"_writer = new FixWriter(target, {Literal.OfText(dictionary.Version)}u8, MsgTypeBytes, timeDigits);")
            .Line($"Mark([{own}]);").Close().Line()
            .Doc("Goes on with a message that was begun with its header, as a session does it.")
            .Open($"public {type}(FixWriter begun)")
            .Line("begun.RequireType(MsgTypeBytes);").Line("_writer = begun;").Line($"Mark([{header}]);").Close().Line()
            .Doc("MsgType (35), for who begins the message.")
            .Line($"public static ReadOnlySpan<byte> MsgTypeBytes => {Literal.OfText(level.MsgType)}u8;").Line()
            .Doc("The writer below it, for fields that the dictionary does not have, and for a session that ends the message.")
            .Line("[UnscopedRef]").Line("public ref FixWriter Writer => ref _writer;").Line()
            .Doc("Whether everything required is there, and what was wrong first.")
            .Line("/// <param name=\"tag\">The field at fault; 0 when there is none.</param>")
            .Line("public FixWriteStatus Check(out int tag) => " +
                $"FixWrite.Check(_writer.Fields, _seen, Required, {level.Name}View.Shape, out tag);").Line()
            .Doc("Ends the message with length and checksum.")
            .Line("/// <param name=\"bytes\">Its length; 0 when it is not whole.</param>")
            .Line("/// <param name=\"tag\">The field at fault; 0 when there is none.</param>")
            .Open("public FixWriteStatus End(out int bytes, out int tag)")
            .Line("bytes = 0;").Line("FixWriteStatus status = Check(out tag);")
            .Line("return status != FixWriteStatus.Ok ? status : _writer.TryFinish(out bytes) ? FixWriteStatus.Ok : FixWriteStatus.Full;").Close();
        WriteFields(level, "_writer.Fields", countTag: 0);
        _ = code.Line().Open("private void Mark(ReadOnlySpan<ulong> written)").Line("written.CopyTo(_seen);").Close();
        WriteSeen(level);
        _ = code.Close();
    }

    /// <summary>The writer of a group.</summary>
    public void WriteGroup(Level level, FixField count)
    {
        string type = $"{level.Name}GroupWriter";
        _ = code.Line().Doc($"Writes the entries of {level.Title}: Add begins each, End comes behind the last.")
            .Open($"public ref struct {type}");
        WriteRequired(level);
        _ = code.Line("private readonly FixFieldWriter _fields;").Line("private readonly int _count;").Line("private readonly int _section;")
            .Line("private readonly int _depth;").Line("private readonly int _outerTag;").Line("private int _entries;")
            .Line("private Seen _seen;").Line()
            .Open($"internal {type}(FixFieldWriter fields, int count, int section, int depth, int outerTag)")
            .Line("_fields = fields;").Line("_count = count;").Line("_section = section;").Line("_depth = depth;")
            .Line("_outerTag = outerTag;").Close().Line()
            .Doc("Ends the group: it has as many entries as it was begun with.")
            .Line("public void End() => " +
                $"FixWrite.EndGroup(_fields, _seen, Required, {level.Name}Entry.Shape, {count.Tag}, _count, _depth, _entries, _outerTag);");
        WriteAdd(level, count);
        WriteFields(level, "_fields", count.Tag);
        WriteSeen(level);
        _ = code.Close();
    }

    private void WriteRequired(Level level) => _ = code
        .Line($"private static ReadOnlySpan<ulong> Required => [{Words(level, field => field.IsRequired && field.Field.Tag != 10)}];").Line();

    private void WriteSeen(Level level) => _ = code.Line()
        .Line($"[InlineArray({(level.Fields.Count + 63) / 64})]").Open("private struct Seen").Line("private ulong _first;").Close();

    // Begins an entry with its first field; one that begins with a group writes that behind it.
    private void WriteAdd(Level level, FixField count)
    {
        LevelField first = level.Fields[0];
        string next = $"FixWrite.TryNext(_fields, _seen, Required, {level.Name}Entry.Shape, {count.Tag}, _count, _depth, ref _entries)";
        _ = code.Line()
            .Doc(first.Group is null ? $"Begins the next entry with its {first.Field.Name} ({first.Field.Tag})." : "Begins the next entry.");
        if (first.Group is not null)
        {
            _ = code.Line($"public void Add() => _ = {next};");
            return;
        }

        LevelField value = DataOf(level, first) ?? first;
        _ = code.Open($"public void Add({Parameter(value)} value)").Open($"if ({next})")
            .Line($"_ = FixWrite.TryBegin(_fields, _seen, {value.Place}, {value.Field.Tag}, _section, _depth);")
            .Line($"{Write(level, value, "_fields")};").Close().Close();
    }

    private void WriteFields(Level level, string fields, int countTag)
    {
        bool isEntry = countTag > 0;
        foreach (LevelField field in level.Fields.Where(field => !OwnTags.Contains(field.Field.Tag)))
        {
            bool isFirst = isEntry && field.Place == 0;
            bool isLength = DataOf(level, field) is not null;
            if (isLength || (isFirst && field.Group is null) || (isEntry && field.Place == 1 && DataOf(level, level.Fields[0]) is not null))
            {
                continue;
            }

            string position = isEntry ? "_section, _depth, _entries" : $"{field.Section}, 0";
            string begin = $"FixWrite.TryBegin({(isEntry ? fields : "fields")}, _seen, {field.Place}, {field.Field.Tag}, {position})";
            _ = code.Line().Doc($"{field.Field.Name} ({field.Field.Tag}){field.Kind.Unit}{(field.IsRequired ? "; required" : "")}.");
            if (field.Group is { } group)
            {
                _ = (isEntry ? code : code.Line("[UnscopedRef]")).Open($"public {group.Name}GroupWriter {field.Name}(int count)");
            }
            else
            {
                _ = code.Open($"public void {field.Name}({Parameter(field)} value)");
            }

            if (!isEntry)
            {
                _ = code.Line($"FixFieldWriter fields = {fields};");
            }

            string target = isEntry ? fields : "fields";
            _ = code.Open($"if ({begin})")
                .Line(field.Group is null ? $"{Write(level, field, target)};" : $"FixWrite.BeginGroup({target}, {field.Field.Tag}, count);").Close();
            if (field.Group is { } inner)
            {
                string place = isEntry ? $"_section, _depth + 1, {countTag}" : $"{field.Section}, 1, 0";
                _ = code.Line().Line($"return new {inner.Name}GroupWriter({target}, count, {place});");
            }

            _ = code.Close();
        }
    }

    private static string Parameter(LevelField field) => (field.Kind.IsText ? "scoped " : "") + field.Kind.Type;

    private string Write(Level level, LevelField field, string fields)
    {
        string tag = field.Field.Tag.ToString(CultureInfo.InvariantCulture);
        return field.Field.Type switch
        {
            FixType.Character => $"FixWrite.Letter({fields}, {tag}, (char)value)",
            FixType.Int => $"FixWrite.Number({fields}, {tag}, (long)value)",
            FixType.Length or FixType.SeqNum or FixType.NumInGroup => $"FixWrite.Number({fields}, {tag}, value, 0)",
            FixType.DayOfMonth => $"FixWrite.Number({fields}, {tag}, value, 1)",
            FixType.Decimal => $"FixWrite.Decimal({fields}, {tag}, value)",
            FixType.Boolean => $"FixWrite.Flag({fields}, {tag}, value)",
            FixType.Timestamp => $"FixWrite.Timestamp({fields}, {tag}, value)",
            FixType.Time => $"FixWrite.TimeOfDay({fields}, {tag}, value)",
            FixType.Date => $"FixWrite.Date({fields}, {tag}, value)",
            FixType.Data => $"FixWrite.Data({fields}, {LengthOf(level, field)}, {tag}, value)",
            _ => $"FixWrite.Text({fields}, {tag}, value)",
        };
    }

    // The data field whose length a field tells, right behind it.
    private LevelField? DataOf(Level level, LevelField length) => dictionary.DataOf(length.Field.Tag) is > 0 and int data
        && length.Place + 1 < level.Fields.Count && level.Fields[length.Place + 1].Field.Tag == data ? level.Fields[length.Place + 1] : null;

    private int LengthOf(Level level, LevelField data) =>
        data.Place > 0 && DataOf(level, level.Fields[data.Place - 1]) is not null ? level.Fields[data.Place - 1].Field.Tag : 0;

    // A required length is there when its data is: the bit of the data stands for both.
    private string Words(Level level, Func<LevelField, bool> isIn)
    {
        ulong[] words = new ulong[(level.Fields.Count + 63) / 64];
        foreach (LevelField field in level.Fields.Where(isIn))
        {
            int place = DataOf(level, field)?.Place ?? field.Place;
            words[place >> 6] |= 1UL << (place & 63);
        }

        return string.Join(", ", words.Select(word => $"0x{word.ToString("X", CultureInfo.InvariantCulture)}"));
    }
}
