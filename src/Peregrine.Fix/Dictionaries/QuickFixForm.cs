using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Peregrine.Fix.Dictionaries;

/// <summary>Reads the XML form of QuickFIX and its relatives.</summary>
internal static class QuickFixForm
{
    /// <summary>Reads a dictionary; what is wrong is in its faults.</summary>
    public static DictionarySource Read(XElement root)
    {
        DictionarySource source = new();
        string pack = Text(root, "servicepack");
        source.Version = $"{(Text(root, "type") is { Length: > 0 } type ? type : "FIX")}.{Text(root, "major")}.{Text(root, "minor")}"
            + (pack is "" or "0" ? "" : $"SP{pack}");
        Dictionary<string, int> tags = [];
        foreach (XElement field in root.Elements("fields").Elements("field"))
        {
            string name = Text(field, "name");
            if (!int.TryParse(Text(field, "number"), NumberStyles.None, CultureInfo.InvariantCulture, out int tag) || tag < 1 || name.Length == 0)
            {
                source.Blame($"field \"{name}\": number \"{Text(field, "number")}\" is no tag, expected 1 or more", LineOf(field));
            }
            else if (!tags.TryAdd(name, tag))
            {
                source.Blame($"field {name}: it is there twice", LineOf(field));
            }
            else
            {
                source.Fields.Add(new SourceField(tag, name, Text(field, "type"),
                    [.. field.Elements("value").Select(value => new FixValue(Text(value, "enum"), Text(value, "description")))], LineOf(field)));
            }
        }

        foreach (XElement component in root.Elements("components").Elements("component"))
        {
            string name = Text(component, "name");
            if (!source.Components.TryAdd(name, Members(source, component, tags, $"component {name}")))
            {
                source.Blame($"component {name}: it is there twice", LineOf(component));
            }
        }

        source.Header = [.. root.Elements("header").SelectMany(header => Members(source, header, tags, "header"))];
        source.Trailer = [.. root.Elements("trailer").SelectMany(trailer => Members(source, trailer, tags, "trailer"))];
        foreach (XElement message in root.Elements("messages").Elements("message"))
        {
            string name = Text(message, "name");
            source.Messages.Add(new SourceMessage(Text(message, "msgtype"), name, Text(message, "msgcat") == "admin",
                Members(source, message, tags, $"message {name}"), LineOf(message)));
        }

        return source;
    }

    private static List<SourceMember> Members(DictionarySource source, XElement node, Dictionary<string, int> tags, string where)
    {
        List<SourceMember> members = [];
        foreach (XElement child in node.Elements())
        {
            string name = Text(child, "name");
            bool isRequired = Text(child, "required") is "Y" or "y";
            switch (child.Name.LocalName)
            {
                case "component":
                    members.Add(new SourceMember(0, name, isRequired, null, LineOf(child)));
                    break;
                case "field" or "group" when tags.TryGetValue(name, out int tag):
                    members.Add(new SourceMember(tag, null, isRequired,
                        child.Name.LocalName == "group" ? Members(source, child, tags, $"{where}, group {name}") : null, LineOf(child)));
                    break;
                case "field" or "group":
                    source.Blame($"{where}: field \"{name}\" is not under fields", LineOf(child));
                    break;
                default:
                    source.Blame($"{where}: element {child.Name.LocalName} is not known, expected field, group or component",
                        LineOf(child));
                    break;
            }
        }

        return members;
    }

    /// <summary>The line an element begins in, from 1; 0 when nobody knows.</summary>
    internal static int LineOf(XElement element) => element is IXmlLineInfo info && info.HasLineInfo() ? info.LineNumber : 0;

    private static string Text(XElement element, string name) => (string?)element.Attribute(name) ?? "";
}
