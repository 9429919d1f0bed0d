using System.Text;
using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>
/// Writes a program that reads every property of the views of some messages and holds each to what was meant. It is made from the dictionary
/// by rules of its own, so that a property that is missing, or of another type than its field, does not compile.
/// </summary>
internal sealed class CheckerSource
{
    private readonly StringBuilder _text = new();
    private int _variables;

    /// <summary>The source: class Checker with method Check, and class Views with what is generated.</summary>
    public static string Of(FixDictionary dictionary, string name, IReadOnlyList<FixMessageType> messages)
    {
        CheckerSource source = new();
        IEnumerable<string> cases = messages.Select(message => $"\"{message.MsgType}\" => {message.Name}(new FixMessage(frame, index), node),");
        IEnumerable<string> writes = messages.Select(message =>
            $"case \"{message.MsgType}\": return Write{message.Name}(target, node, out bytes, out tag);");
        source._text.Append($$"""
            using Peregrine.Fix.Messages;
            using Peregrine.Fix.Views;
            using Peregrine.Fix.Generator.Tests;

            [FixMessages("{{name}}", {{string.Join(", ", messages.Select(message => $"\"{message.MsgType}\""))}})]
            public static partial class Views;

            public static class Checker
            {
                public static FixViewStatus Check(byte[] frame, FixIndex index, string type, MessageNode node) => type switch
                {
                    {{string.Join("\n        ", cases)}}
                    _ => throw new System.ArgumentException(type),
                };

                public static FixWriteStatus Write(byte[] target, string type, MessageNode node, out int bytes, out int tag)
                {
                    switch (type)
                    {
                        {{string.Join("\n        ", writes)}}
                        default: throw new System.ArgumentException(type);
                    }
                }

            """);
        foreach (FixMessageType message in messages)
        {
            source._text.Append($$"""

                private static FixViewStatus {{message.Name}}(scoped in FixMessage message, MessageNode n)
                {
                    FixViewStatus status = Views.{{message.Name}}View.Read(message, out Views.{{message.Name}}View v);
                    if (status != FixViewStatus.Ok)
                    {
                        return status;
                    }

                """);
            foreach (FixMember member in dictionary.Header.Members.Concat(message.Body.Members).DistinctBy(member => member.Field.Tag))
            {
                source.Check(member, "v", "n");
            }

            source._text.Append("        return status;\n    }\n");
            source.WriteWriter(dictionary, message);
        }

        return source._text.Append("}\n").ToString();
    }

    private void WriteWriter(FixDictionary dictionary, FixMessageType message)
    {
        string name = message.Name;
        _ = _text.Append($"private static FixWriteStatus Write{name}(byte[] target, MessageNode n, out int bytes, out int tag)\n{{\n")
            .Append($"var w = new Views.{name}Writer(target, 9);\n");
        IEnumerable<FixMember> members = dictionary.Header.Members.Concat(message.Body.Members).DistinctBy(member => member.Field.Tag);
        Write(dictionary, [.. members], "w", "n", isEntry: false);
        _ = _text.Append("return w.End(out bytes, out tag);\n}\n");
    }

    private void Write(FixDictionary dictionary, IReadOnlyList<FixMember> members, string writer, string node, bool isEntry)
    {
        for (int place = 0; place < members.Count; place++)
        {
            FixField field = members[place].Field;
            if (field.Tag is 8 or 9 or 10 or 35)
            {
                continue;
            }

            bool isFirst = isEntry && place == 0;
            if (members[place].Group is { } group)
            {
                int own = ++_variables;
                string name = NameOf(field);
                string count = $"{node}.Count({field.Tag})";
                _ = _text.Append(isFirst ? $"{writer}.Add();\n" : "")
                    .Append($"if ({node}.Has({field.Tag})) {{ var w{own} = {writer}.{name}({count}); ")
                    .Append($"for (int j{own} = 0; j{own} < {count}; j{own}++) {{ MessageNode n{own} = {node}.Entry({field.Tag}, j{own});\n");
                Write(dictionary, group.Members, $"w{own}", $"n{own}", isEntry: true);
                _ = _text.Append($"}} w{own}.End(); }}\n");
                continue;
            }

            if (dictionary.DataOf(field.Tag) is > 0 and int data && place + 1 < members.Count && members[place + 1].Field.Tag == data)
            {
                field = members[++place].Field;
            }

            string value = $"{ValueOf(field)}Meant.{Kind(field)}({node}, {field.Tag})";
            _ = _text.Append($"if ({node}.Has({field.Tag})) {writer}.{(isFirst ? "Add" : field.Name)}({value});\n");
        }
    }

    private static string ValueOf(FixField field) => field switch
    {
        { Type: FixType.Character, Values.Count: > 0 } => $"(Views.{field.Name})",
        { Type: FixType.Int, Values.Count: > 0 } when field.Values.All(value => long.TryParse(value.Value, out _)) => $"(Views.{field.Name})",
        { Type: FixType.DayOfMonth or FixType.NumInGroup } => "(int)",
        _ => "",
    };

    private static string NameOf(FixField field) =>
        field.Name.StartsWith("No", StringComparison.Ordinal) && char.IsUpper(field.Name[2]) ? field.Name[2..] : field.Name;

    private static string Kind(FixField field) => field.Type switch
    {
        FixType.Int or FixType.Length or FixType.SeqNum or FixType.NumInGroup or FixType.DayOfMonth => "Long",
        FixType.Decimal => "Decimal",
        FixType.Boolean => "Flag",
        FixType.Character => "Letter",
        FixType.Timestamp => "Timestamp",
        FixType.Date => "Date",
        FixType.Time => "TimeOfDay",
        _ => "Bytes",
    };

    private void Check(FixMember member, string view, string node)
    {
        FixField field = member.Field;
        if (field.Tag is 8 or 9 or 10 or 35)
        {
            return;
        }

        if (member.Group is { } group)
        {
            string name = NameOf(field);
            int own = ++_variables;
            _ = _text.Append($"Expect.Count({node}, {field.Tag}, {view}.{name}.Count); int i{own} = 0; foreach (var v{own} in {view}.{name}) ")
                .Append($"{{ MessageNode n{own} = {node}.Entry({field.Tag}, i{own}++);\n");
            foreach (FixMember inner in group.Members)
            {
                Check(inner, $"v{own}", $"n{own}");
            }

            _ = _text.Append($"}} Expect.Count({node}, {field.Tag}, i{own});\n");
            return;
        }

        string expect = Kind(field);
        string cast = expect is "Long" or "Letter" ? $"({(expect == "Long" ? "long" : "char")})" : "";
        string check = $"Expect.{expect}({node}, {field.Tag}, {cast}{view}.{field.Name});\n";
        _ = _text.Append(member.IsRequired ? check
            : $"Expect.Has({node}, {field.Tag}, {view}.Has{field.Name}); if ({view}.Has{field.Name}) {check}");
        if (!member.IsRequired && expect == "Bytes")
        {
            _ = _text.Append($"else Expect.Nothing({field.Tag}, {view}.{field.Name});\n");
        }
    }
}
