using System.Xml.Linq;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

/// <summary>The own dictionary held against one that others wrote.</summary>
public class FixDictionaryTests
{
    private const string Dictionary = "fix/dictionaries/FIX44.xml";

    // The others' dictionary asks for one of the order's instrument names through a component; so does the standard, in prose.
    private static readonly HashSet<string> ComponentsWithoutRequiredFields = ["Instrument", "OrderQtyData"];

    [Fact]
    public void Rules_AgainstAnotherDictionary_AllowTheSameFields()
    {
        XElement root = XDocument.Load(Testing.SharedData.Require(Dictionary)).Root!;
        Dictionary<string, int> numbers = Numbers(root);
        List<string> differences = [];
        foreach (MessageRule rule in FixDictionary.AllRules)
        {
            HashSet<int> theirs = [.. Fields(root, MessageOf(root, rule.MsgType)).Select(name => numbers[name])];
            for (int tag = 1; tag < FixDictionary.TagEnd; tag++)
            {
                if (rule.Allows(tag) != theirs.Contains(tag))
                {
                    differences.Add($"{rule.MsgType}: {tag} {(rule.Allows(tag) ? "only ours" : "only theirs")}");
                }
            }
        }

        Assert.Equal([], differences);
    }

    [Fact]
    public void Rules_AgainstAnotherDictionary_RequireTheSameFields()
    {
        XElement root = XDocument.Load(Testing.SharedData.Require(Dictionary)).Root!;
        Dictionary<string, int> numbers = Numbers(root);
        foreach (MessageRule rule in FixDictionary.AllRules)
        {
            IEnumerable<int> theirs = MessageOf(root, rule.MsgType).Elements("field").Where(IsRequired).Select(field => numbers[Name(field)]);
            IEnumerable<string> components = MessageOf(root, rule.MsgType).Elements("component").Where(IsRequired).Select(Name);
            HashSet<int> inComponents = [.. components.Where(ComponentsWithoutRequiredFields.Contains)
                .SelectMany(name => ComponentOf(root, name).Elements("field").Where(IsRequired).Select(field => numbers[Name(field)]))];

            Assert.Equal(theirs.Concat(inComponents).Order(), rule.Required.ToArray().Order());
        }
    }

    [Fact]
    public void Types_AgainstAnotherDictionary_AreTheSame()
    {
        XElement root = XDocument.Load(Testing.SharedData.Require(Dictionary)).Root!;
        Dictionary<int, string> types = root.Element("fields")!.Elements("field")
            .ToDictionary(field => (int)field.Attribute("number")!, field => (string)field.Attribute("type")!);
        List<string> differences = [];
        for (int tag = 1; tag < FixDictionary.TagEnd; tag++)
        {
            bool isUsed = FixDictionary.IsHeader(tag) || FixDictionary.IsTrailer(tag) || FixDictionary.AllRules.Any(rule => rule.Allows(tag));
            if (isUsed && TypeOf(types[tag]) != FixDictionary.TypeOf(tag))
            {
                differences.Add($"{tag}: {FixDictionary.TypeOf(tag)}, not {types[tag]}");
            }
        }

        Assert.Equal([], differences);
    }

    [Fact]
    public void Defined_AgainstAnotherDictionary_AreTheSame()
    {
        XElement root = XDocument.Load(Testing.SharedData.Require(Dictionary)).Root!;
        HashSet<int> theirs = [.. Numbers(root).Values];

        Assert.Equal(theirs.Order(), Enumerable.Range(1, Tag.UserDefinedMin - 1).Where(FixDictionary.IsDefined));
    }

    [Fact]
    public void Values_AgainstAnotherDictionary_AreTheSame()
    {
        XElement root = XDocument.Load(Testing.SharedData.Require(Dictionary)).Root!;
        int compared = 0;
        foreach (XElement field in root.Element("fields")!.Elements("field"))
        {
            int tag = (int)field.Attribute("number")!;
            string ours = Wire.Text(FixDictionary.ValuesOf(tag));
            if (ours.Length > 0)
            {
                compared++;
                Assert.Equal(field.Elements("value").Select(value => (string)value.Attribute("enum")!).Order(StringComparer.Ordinal),
                    ours.Select(value => value.ToString()).Order(StringComparer.Ordinal));
            }
        }

        Assert.True(compared >= 8, $"only {compared} fields have their values checked");
    }

    [Fact]
    public void HeaderAndTrailer_AgainstAnotherDictionary_AreTheSame()
    {
        XElement root = XDocument.Load(Testing.SharedData.Require(Dictionary)).Root!;
        Dictionary<string, int> numbers = Numbers(root);
        IEnumerable<int> header = Fields(root, root.Element("header")!).Select(name => numbers[name]).Order();
        IEnumerable<int> trailer = Fields(root, root.Element("trailer")!).Select(name => numbers[name]).Order();

        Assert.Equal(header, Enumerable.Range(1, FixDictionary.TagEnd - 1).Where(FixDictionary.IsHeader));
        Assert.Equal(trailer, Enumerable.Range(1, FixDictionary.TagEnd - 1).Where(FixDictionary.IsTrailer));
    }

    [Fact]
    public void GroupFields_AgainstAnotherDictionary_AreTheSame()
    {
        XElement root = XDocument.Load(Testing.SharedData.Require(Dictionary)).Root!;
        Dictionary<string, int> numbers = Numbers(root);
        HashSet<int> theirs = [];
        foreach (XElement holder in FixDictionary.AllRules.Select(rule => MessageOf(root, rule.MsgType)).Append(root.Element("header")!))
        {
            theirs.UnionWith(InGroups(root, holder, isInGroup: false).Select(name => numbers[name]));
        }

        Assert.Equal(theirs.Order(), Enumerable.Range(1, FixDictionary.TagEnd - 1).Where(FixDictionary.IsInGroup));
    }

    private static FixType TypeOf(string type) => type switch
    {
        "INT" or "NUMINGROUP" => FixType.Int,
        "LENGTH" => FixType.Length,
        "SEQNUM" => FixType.SeqNum,
        "PRICE" or "QTY" or "AMT" or "PERCENTAGE" or "FLOAT" or "PRICEOFFSET" => FixType.Decimal,
        "BOOLEAN" => FixType.Boolean,
        "CHAR" => FixType.Character,
        "DATA" => FixType.Data,
        "UTCTIMESTAMP" => FixType.Timestamp,
        "LOCALMKTDATE" or "UTCDATEONLY" => FixType.Date,
        _ => FixType.Text,
    };

    private static string Name(XElement element) => (string)element.Attribute("name")!;

    private static bool IsRequired(XElement element) => (string?)element.Attribute("required") == "Y";

    private static Dictionary<string, int> Numbers(XElement root) => root.Element("fields")!.Elements("field")
        .ToDictionary(Name, field => (int)field.Attribute("number")!);

    private static XElement MessageOf(XElement root, string type) => root.Element("messages")!.Elements("message")
        .Single(message => (string)message.Attribute("msgtype")! == type);

    private static XElement ComponentOf(XElement root, string name) => root.Element("components")!.Elements("component")
        .Single(component => Name(component) == name);

    private static IEnumerable<string> Fields(XElement root, XElement holder) => holder.Elements().SelectMany(child => child.Name.LocalName switch
    {
        "field" => [Name(child)],
        "group" => Fields(root, child).Append(Name(child)),
        _ => Fields(root, ComponentOf(root, Name(child))),
    });

    private static IEnumerable<string> InGroups(XElement root, XElement holder, bool isInGroup) => holder.Elements()
        .SelectMany(child => child.Name.LocalName switch
    {
        "field" => isInGroup ? [Name(child)] : Array.Empty<string>(),
        "group" => InGroups(root, child, isInGroup: true).Concat(isInGroup ? [Name(child)] : Array.Empty<string>()),
        _ => InGroups(root, ComponentOf(root, Name(child)), isInGroup),
    });
}
