using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>Writes views: ref structs over the bytes that were received.</summary>
internal sealed class ViewSource(Code code)
{
    /// <summary>The view of a message.</summary>
    public void WriteMessage(Level level)
    {
        string type = $"{level.Name}View";
        _ = code.Line()
            .Doc($"{level.Title} ({level.MsgType}) where it was received: fields are read when they are asked for, and gone with the frame.")
            .Open($"public readonly ref struct {type}");
        WriteTable(level, type);
        _ = code.Line("private readonly FixMessage _message;").Line("private readonly Slots _slots;").Line()
            .Open($"private {type}(scoped in FixMessage message, out FixViewStatus status)")
            .Line("_message = message;").Line("status = Shape.Read(message, _slots);").Close().Line()
            .Doc("The message itself, for fields that its dictionary does not have.")
            .Line("public FixMessage Message => _message;").Line()
            .Doc("Makes a view of a validated message.")
            .Line("/// <returns>Ok, or what of the message is not as a validator leaves it; the view is of no use then.</returns>")
            .Open($"public static FixViewStatus Read(scoped in FixMessage message, out {type} view)")
            .Line($"view = new {type}(message, out FixViewStatus status);").Line("return status;").Close();
        WriteProperties(level);
        WriteSlots(level);
        _ = code.Close();
    }

    /// <summary>The entries of a group, and one of them.</summary>
    public void WriteGroup(Level level)
    {
        string entry = $"{level.Name}Entry";
        string group = $"{level.Name}Group";
        _ = code.Line().Doc($"The entries of {level.Title}, for foreach.")
            .Open($"public readonly ref struct {group}")
            .Line("private readonly FixMessage _message;").Line("private readonly ushort _count;").Line("private readonly ushort _end;").Line()
            .Open($"internal {group}(scoped in FixMessage message, ushort count, ushort end)")
            .Line("_message = message;").Line("_count = count;").Line("_end = end;").Close().Line()
            .Doc("How many entries there are.").Line("public int Count => FixRead.Count(_message, _count);").Line()
            .Line("public Enumerator GetEnumerator() => new(_message, _count, _end);").Line()
            .Open("public ref struct Enumerator")
            .Line("private readonly FixMessage _message;").Line("private readonly int _end;").Line("private int _place;").Line()
            .Open("internal Enumerator(scoped in FixMessage message, int place, int end)")
            .Line("_message = message;").Line("_place = place;").Line("_end = end;").Close().Line()
            .Line($"public {entry} Current {{ get; private set; }}").Line()
            .Open("public bool MoveNext()")
            .Open("if (_place >= _end)").Line("return false;").Close().Line()
            .Line($"Current = new {entry}(_message, _place, _end, out _place);").Line("return true;").Close().Close().Close();
        _ = code.Line().Doc($"An entry of {level.Title}.").Open($"public readonly ref struct {entry}");
        WriteTable(level, entry);
        _ = code.Line("private readonly FixMessage _message;").Line("private readonly Slots _slots;").Line()
            .Open($"internal {entry}(scoped in FixMessage message, int place, int end, out int next)")
            .Line("_message = message;").Line("next = Shape.ReadEntry(message, place, end, _slots);").Close();
        WriteProperties(level);
        WriteSlots(level);
        _ = code.Close();
    }

    private void WriteTable(Level level, string type)
    {
        _ = code.Line("internal static readonly FixShape Shape = " +
            $"new({MessagesSource.Layout}, {Literal.OfText(type)}, {Literal.OfText(level.MsgType)}, {level.Slots},");
        foreach (LevelField field in level.Fields)
        {
            string group = field.Group is null ? "" : $", {field.Group.Name}Entry.Shape";
            string end = field == level.Fields[level.Fields.Count - 1] ? ");" : ",";
            _ = code.Line($"    new FixShapeField({field.Field.Tag}, {Literal.OfText(field.Field.Name)}, FixType.{field.Field.Type}, " +
                $"{(field.IsRequired ? "true" : "false")}{group}){end}");
        }

        _ = code.Line();
    }

    private void WriteProperties(Level level)
    {
        foreach (LevelField field in level.Fields)
        {
            _ = code.Line();
            if (field.Has.Length > 0)
            {
                _ = code.Doc($"Whether {field.Field.Name} ({field.Field.Tag}) is there.")
                    .Line($"public bool {field.Has} => _slots[{field.Slot}] != 0;").Line();
            }

            string presence = field.IsRequired ? "" : field.Group is not null ? "; no entry when it is not there"
                : field.Kind.IsText ? "; empty when it is not there" : $"; ask {field.Has} first";
            _ = code.Doc($"{field.Field.Name} ({field.Field.Tag}){field.Kind.Unit}{presence}.").Line(Property(field));
        }
    }

    private static string Property(LevelField field)
    {
        if (field.Group is { } group)
        {
            return $"public {group.Name}Group {field.Name} => new(_message, _slots[{field.Slot}], _slots[{field.Slot + 1}]);";
        }

        if (field.Kind.IsText)
        {
            return $"public {field.Kind.Type} {field.Name} => FixRead.Bytes(_message, _slots[{field.Slot}]);";
        }

        string cast = field.Kind.Reader is "Letter" || (field.Field.Type == FixType.Int && field.Kind.Type != "long") ? $"({field.Kind.Type})" : "";
        return $"public {field.Kind.Type} {field.Name} => " +
            $"{cast}FixRead.{field.Kind.Reader}(_message, _slots[{field.Slot}], Shape, {field.Field.Tag});";
    }

    private void WriteSlots(Level level) => _ = code.Line()
        .Line($"[InlineArray({level.Slots})]").Open("private struct Slots").Line("private ushort _first;").Close();
}
