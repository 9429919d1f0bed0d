using System.Xml.Linq;
using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Tests.Messages;

/// <summary>The dictionaries inside held against those that others wrote, by a reader of our own of their form.</summary>
public class FixDictionaryTests
{
    public static TheoryData<string> Names => ["FIX40", "FIX41", "FIX42", "FIX43", "FIX44", "FIXT11", "FIX50", "FIX50SP1", "FIX50SP2"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Messages_AgainstAnotherDictionary_HaveTheSameFields(string name)
    {
        XElement root = Root(name);
        FixDictionary ours = Ours(name);
        Dictionary<string, string> numbers = Numbers(root);

        foreach (XElement message in root.Element("messages")!.Elements("message"))
        {
            FixMessageType type = ours.MessageOf(Wire.Bytes((string)message.Attribute("msgtype")!))!;
            Assert.Equal(((string)message.Attribute("name")!, (string?)message.Attribute("msgcat") == "admin"), (type.Name, type.IsOfSession));
            Assert.Equal(Lines(root, message, numbers), Lines(type.Body));
        }

        Assert.Null(ours.MessageOf("zz"u8));
        Assert.Null(ours.MessageOf(""u8));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fields_AgainstAnotherDictionary_AreTheSame(string name)
    {
        XElement root = Root(name);
        FixDictionary ours = Ours(name);

        foreach (XElement field in root.Element("fields")!.Elements("field"))
        {
            FixField found = ours.FieldOf((int)field.Attribute("number")!)!;
            Assert.Equal((string)field.Attribute("name")!, found.Name);
            string[] theirs = [.. field.Elements("value").Select(value => (string)value.Attribute("enum")!)];
            if (!name.StartsWith("FIX50", StringComparison.Ordinal) || FixDictionaries.Fixt11.FieldOf(found.Tag) is null)
            {
                Assert.Equal(theirs, found.Values.Select(value => value.Value));
                Assert.Equal(TypeOf((string)field.Attribute("type")!, name), found.Type);
                Assert.All(theirs, value =>
                    Assert.True(found.Type == FixType.Multiple || found.Allows(Wire.Bytes(value)), $"{found.Name} may be {value}"));
            }
        }

        Assert.Null(ours.FieldOf(0));
        Assert.Null(ours.FieldOf(-1));
        Assert.Null(ours.FieldOf(4_999));
    }

    [Theory]
    [InlineData("FIX40")]
    [InlineData("FIX42")]
    [InlineData("FIX44")]
    [InlineData("FIXT11")]
    public void HeaderAndTrailer_AgainstAnotherDictionary_AreTheSame(string name)
    {
        XElement root = Root(name);
        Dictionary<string, string> numbers = Numbers(root);

        Assert.Equal(Lines(root, root.Element("header")!, numbers), Lines(Ours(name).Header));
        Assert.Equal(Lines(root, root.Element("trailer")!, numbers), Lines(Ours(name).Trailer));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_OfTheXmlThatOthersWrote_GivesTheSame(string name)
    {
        FixDictionary loaded = Load(Testing.SharedData.Require($"fix/dictionaries/{name}.xml"));

        FixDictionary ours = Ours(name);
        foreach (FixMessageType message in loaded.Messages)
        {
            Assert.Equal(Lines(message.Body), Lines(ours.MessageOf(Wire.Bytes(message.MsgType))!.Body));
        }

        Assert.Equal(loaded.Fields.Count, name.StartsWith("FIX50", StringComparison.Ordinal)
            ? ours.Fields.Count(field => loaded.FieldOf(field.Tag) is not null)
            : ours.Fields.Count);
    }

    [Theory]
    [InlineData("OrchestraFIX42", "FIX.4.2", "FIX42")]
    [InlineData("OrchestraFIX44", "FIX.4.4", "FIX44")]
    public void Load_OfOrchestra_HasTheMessagesOfTheStandard(string file, string version, string name)
    {
        FixDictionary loaded = Load(Testing.SharedData.Require($"fix/dictionaries/orchestra/{file}.xml"));

        Assert.Equal(version, loaded.Version);
        Assert.Equal(Ours(name).Messages.Select(message => message.MsgType).Order(StringComparer.Ordinal),
            loaded.Messages.Select(message => message.MsgType).Order(StringComparer.Ordinal));
        Assert.True(loaded.MessageOf("D"u8)!.Body.Has(11) && loaded.Header.Has(49) && loaded.Trailer.Has(10), "an order is whole");
        Assert.Equal("Buy", loaded.FieldOf(54)!.NameOf("1"u8));
        Assert.NotNull(loaded.MessageOf("V"u8)!.Body.Members.Single(member => member.Field.Tag == 267).Group);
    }

    [Theory]
    [InlineData("<nothing/>", "its root is nothing")]
    [InlineData("<fix", "it is no XML")]
    [InlineData("peregrine", "line 1: expected")]
    [InlineData("<fix type='FIX' major='4' minor='4'><fields/><messages/></fix>", "it has no version or no messages")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A STRING\nm D Order application 2", "message D Order: field 2 is not there")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A STRING\nm D Order application @Party", "message D Order: component Party is not there")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A STRING\nc Me @Me\nm D Order application @Me", "one holds itself")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A STRING\nf 1 B STRING\nm D Order application 1", "field 1 B: the tag is there twice")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A CARD\nm D Order application 1", "type \"CARD\" is not known")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A INT\nm D Order application 1()", "it has no fields")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A INT\nm D Order application 1(1", "line 4: ")]
    [InlineData("peregrine-fix-dictionary 1\nversion X\nf 1 A INT\nm D One application 1\nm D Two application 1", "message D Two: its type")]
    public void Load_OfWhatIsNone_SaysWhatIsWrong(string text, string fault)
    {
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => FixDictionary.Read(new StringReader(text), "mine.xml"));

        Assert.StartsWith("dictionary mine.xml: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FIX.4.0", "", "FIX.4.0")]
    [InlineData("FIX.4.4", "", "FIX.4.4")]
    [InlineData("FIXT.1.1", "7", "FIX.5.0")]
    [InlineData("FIXT.1.1", "8", "FIX.5.0SP1")]
    [InlineData("FIXT.1.1", "9", "FIX.5.0SP2")]
    [InlineData("FIXT.1.1", "4", "FIX.4.2")]
    [InlineData("FIXT.1.1", "10", null)]
    [InlineData("FIX.4.9", "", null)]
    public void Find_OfASessionsFirstWords_IsItsDictionary(string beginString, string applVerId, string? applications)
    {
        FixDictionary? found = FixDictionaries.Find(beginString, applVerId);

        Assert.Equal(applications, found?.ApplicationVersion);
        Assert.Equal(beginString, found?.Version ?? beginString);
        Assert.True(found is null || (found.MessageOf("A"u8) is not null && found.MessageOf("D"u8) is not null), "it has both parts");
    }

    private static FixDictionary Load(string path)
    {
        using StreamReader reader = new(path);
        return FixDictionary.Read(reader, path);
    }

    // One line a field, indented inside of groups: the first of each name, as a message has no field twice.
    private static List<string> Lines(FixFieldSet set, string indent = "") =>
    [
        .. set.Members.SelectMany(member => new[] { $"{indent}{member.Field.Tag}{(member.IsRequired ? "!" : "")}" }
            .Concat(member.Group is null ? [] : Lines(member.Group, indent + " "))),
    ];

    private static List<string> Lines(XElement root, XElement holder, Dictionary<string, string> numbers)
    {
        List<string> lines = [];
        if (root.Annotation<Dictionary<string, XElement>>() is not { } components)
        {
            components = root.Elements("components").Elements("component").ToDictionary(component => (string)component.Attribute("name")!);
            root.AddAnnotation(components);
        }

        Add(holder, isRequired: true, "", []);
        return lines;

        void Add(XElement node, bool isRequired, string indent, HashSet<string> seen)
        {
            foreach (XElement child in node.Elements())
            {
                bool must = isRequired && (string?)child.Attribute("required") == "Y";
                string name = (string)child.Attribute("name")!;
                if (child.Name.LocalName == "component")
                {
                    Add(components[name], must, indent, seen);
                }
                else if (seen.Add(name))
                {
                    lines.Add($"{indent}{numbers[name]}{(must ? "!" : "")}");
                    if (child.Name.LocalName == "group")
                    {
                        Add(child, isRequired: true, indent + " ", []);
                    }
                }
            }
        }
    }

    private static FixType TypeOf(string type, string dictionary) => type switch
    {
        "INT" or "TAGNUM" => FixType.Int,
        "NUMINGROUP" => FixType.NumInGroup,
        "LENGTH" => FixType.Length,
        "SEQNUM" => FixType.SeqNum,
        "PRICE" or "QTY" or "AMT" or "PERCENTAGE" or "FLOAT" or "PRICEOFFSET" => FixType.Decimal,
        "BOOLEAN" => FixType.Boolean,
        "CHAR" => dictionary is "FIX40" or "FIX41" ? FixType.Text : FixType.Character,
        "DATA" or "XMLDATA" => FixType.Data,
        "UTCTIMESTAMP" or "TIME" => FixType.Timestamp,
        "LOCALMKTDATE" or "UTCDATEONLY" or "UTCDATE" or "DATE" => FixType.Date,
        "UTCTIMEONLY" => FixType.Time,
        "MONTHYEAR" => FixType.MonthYear,
        "DAYOFMONTH" => FixType.DayOfMonth,
        _ => type.StartsWith("MULTIPLE", StringComparison.Ordinal) ? FixType.Multiple : FixType.Text,
    };

    private static FixDictionary Ours(string name) => name switch
    {
        "FIXT11" => FixDictionaries.Fixt11,
        "FIX50" => FixDictionaries.Fix50,
        "FIX50SP1" => FixDictionaries.Fix50Sp1,
        "FIX50SP2" => FixDictionaries.Fix50Sp2,
        _ => FixDictionaries.Find($"FIX.4.{name[^1]}")!,
    };

    private static XElement Root(string name) => XDocument.Load(Testing.SharedData.Require($"fix/dictionaries/{name}.xml")).Root!;

    private static Dictionary<string, string> Numbers(XElement root) => root.Element("fields")!.Elements("field")
        .ToDictionary(field => (string)field.Attribute("name")!, field => (string)field.Attribute("number")!);
}
