using System.Globalization;
using System.Xml.Linq;

namespace Peregrine.Fix.Dictionaries;

/// <summary>Reads FIX Orchestra repositories. Scenarios are told apart by name: those other than the base one are passed over.</summary>
internal static class OrchestraForm
{
    private static readonly XNamespace Ns = "http://fixprotocol.io/2020/orchestra/repository";

    /// <summary>Whether a document is one.</summary>
    public static bool Is(XElement root) => root.Name == Ns + "repository";

    /// <summary>Reads a repository; what is wrong is in its faults.</summary>
    public static DictionarySource Read(XElement root)
    {
        DictionarySource source = new() { Version = Text(root, "version").Split('_')[0] };
        Dictionary<string, XElement> codeSets = [];
        foreach (XElement codeSet in Base(root.Descendants(Ns + "codeSet")))
        {
            codeSets[Text(codeSet, "name")] = codeSet;
        }

        foreach (XElement field in Base(root.Descendants(Ns + "field")))
        {
            if (TryId(source, field, out int tag))
            {
                XElement? codeSet = codeSets.GetValueOrDefault(Text(field, "type"));
                FixValue[] values = codeSet is null ? []
                    : [.. codeSet.Elements(Ns + "code").Select(code => new FixValue(Text(code, "value"), Text(code, "name")))];
                source.Fields.Add(new SourceField(tag, Text(field, "name"), codeSet is null ? Text(field, "type") : Text(codeSet, "type"), values,
                    QuickFixForm.LineOf(field)));
            }
        }

        // Groups and components are named by number: "c1024" and "g1012".
        foreach (XElement component in Base(root.Descendants(Ns + "component")))
        {
            source.Components[$"c{Text(component, "id")}"] = Members(source, component);
            if (Text(component, "name") == "StandardHeader")
            {
                source.Header = source.Components[$"c{Text(component, "id")}"];
            }
            else if (Text(component, "name") == "StandardTrailer")
            {
                source.Trailer = source.Components[$"c{Text(component, "id")}"];
            }
        }

        foreach (XElement group in Base(root.Descendants(Ns + "group")))
        {
            int tag = group.Element(Ns + "numInGroup") is { } count && TryId(source, count, out int id) ? id : 0;
            source.Components[$"g{Text(group, "id")}"] = [new SourceMember(tag, null, IsRequired: false, Members(source, group),
                QuickFixForm.LineOf(group))];
        }

        foreach (XElement message in Base(root.Descendants(Ns + "message")))
        {
            XElement body = message.Element(Ns + "structure") ?? message;
            List<SourceMember> members = Members(source, body);

            // Header and trailer are components of each message there.
            members.RemoveAll(member => member.Component is { } name && source.Components.TryGetValue(name, out List<SourceMember>? component)
                && (ReferenceEquals(component, source.Header) || ReferenceEquals(component, source.Trailer)));
            source.Messages.Add(new SourceMessage(Text(message, "msgType"), Text(message, "name"), Text(message, "category") == "Session", members,
                QuickFixForm.LineOf(message)));
        }

        return source;
    }

    private static List<SourceMember> Members(DictionarySource source, XElement node)
    {
        List<SourceMember> members = [];
        foreach (XElement child in node.Elements())
        {
            bool isRequired = Text(child, "presence") == "required";
            if (child.Name == Ns + "fieldRef" && TryId(source, child, out int tag))
            {
                members.Add(new SourceMember(tag, null, isRequired, null, QuickFixForm.LineOf(child)));
            }
            else if (child.Name == Ns + "componentRef" || child.Name == Ns + "groupRef")
            {
                members.Add(new SourceMember(0, (child.Name == Ns + "groupRef" ? "g" : "c") + Text(child, "id"), isRequired, null,
                    QuickFixForm.LineOf(child)));
            }
        }

        return members;
    }

    private static IEnumerable<XElement> Base(IEnumerable<XElement> elements) =>
        elements.Where(element => Text(element, "scenario") is "" or "base");

    private static bool TryId(DictionarySource source, XElement element, out int id)
    {
        bool isId = int.TryParse(Text(element, "id"), NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;
        if (!isId)
        {
            source.Blame($"{element.Name.LocalName} {Text(element, "name")}: id \"{Text(element, "id")}\" is no tag, expected 1 or more",
                QuickFixForm.LineOf(element));
        }

        return isId;
    }

    private static string Text(XElement element, string name) => (string?)element.Attribute(name) ?? "";
}
