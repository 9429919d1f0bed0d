using System.Globalization;
using System.Text;
using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>The types of FAST 1.2: on the wire what whole numbers of FAST 1.1 are, and named values for whoever reads and writes them.</summary>
public class FastExtensionTests
{
    private const string Enumeration = "<element name=\"A\"/><element name=\"B\" id=\"second\"/><element name=\"C\"/>";
    private readonly byte[] _target = new byte[1_024];

    [Fact]
    public void Messages_WrittenByHand_AreReadAndWrittenSo()
    {
        FastTemplates templates = Templates($"""
            <boolean name="b" id="1"/>
            <enum name="e" id="2" presence="optional">{Enumeration}</enum>
            <set name="s" id="3">{Enumeration}<copy/></set>
            <timestamp name="t" id="4" unit="millisecond"><delta/></timestamp>
            """);
        string[] messages =
        [
            // Presence map 1100000 (identifier, s), identifier 1; true; C is 2, and one more as it is optional; B and C, bits 2 and 4;
            // 1,000 ms behind 0: 0000111 1101000.
            "E0 81 81 83 86 07E8",

            // Presence map 0: the identifier and s are those of before; false; e is absent; 5 ms later.
            "80 80 80 85",
        ];
        string[] values = ["b=true e=C s=B+C t=1000000000", "b=false s=B+C t=1005000000"];
        FastDecoder decoder = new(templates);
        FastEncoder encoder = new(templates);
        FastEncoder named = new(templates);
        FastWriter writer = new(templates);
        foreach ((string hex, string text) in messages.Zip(values))
        {
            byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
            Assert.True(decoder.TryDecode(bytes, out FastMessage message, out int length), decoder.Error.ToString());
            Assert.Equal((bytes.Length, text), (length, TextOf(message)));
            Assert.True(encoder.TryEncode(message, _target, out length), encoder.Error.ToString());
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(_target.AsSpan(0, length)));

            writer.Begin(templates.All[0]);
            foreach (string[] part in text.Split(' ').Select(part => part.Split('=')))
            {
                if (part[0] == "t")
                {
                    writer.SetTimestamp(4, long.Parse(part[1], CultureInfo.InvariantCulture));
                }
                else
                {
                    writer.Set("bes".IndexOf(part[0], StringComparison.Ordinal) + 1, Encoding.ASCII.GetBytes(part[1].Replace('+', ' ')));
                }
            }

            Assert.True(named.TryEncode(writer, _target, out length), named.Error.ToString());
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(_target.AsSpan(0, length)));
        }
    }

    // What each type is called in FAST 1.1, and values that both have.
    public static TheoryData<string, string, string> Types
    {
        get
        {
            (string Type, string Plain, string[] Operators)[] types =
            [
                ("<boolean {0}>{1}</boolean>", "uInt32", ["", "<copy/>", "<default value=\"1\"/>", "<constant value=\"1\"/>"]),
                ("<enum {0}>" + Enumeration + "{1}</enum>", "uInt32",
                    ["", "<copy value=\"1\"/>", "<default value=\"2\"/>", "<increment/>", "<delta/>"]),
                ("<set {0}>" + Enumeration + "{1}</set>", "uInt64", ["", "<copy/>", "<default value=\"3\"/>", "<delta/>"]),
                ("<timestamp unit=\"second\" {0}>{1}</timestamp>", "int64", ["", "<copy/>", "<default value=\"5\"/>", "<increment/>", "<delta/>"]),
            ];
            TheoryData<string, string, string> data = [];
            foreach ((string type, string plain, string[] operators) in types)
            {
                foreach (string op in operators)
                {
                    data.Add(type, plain, op);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Types_OfTheExtension_AreTheBytesOfWholeNumbers(string type, string plain, string op)
    {
        string[] names = ["name=\"x\" id=\"1\"", "name=\"y\" id=\"2\" presence=\"optional\""];
        FastTemplates extended = Templates(string.Concat(names.Select(name => string.Format(CultureInfo.InvariantCulture, type, name, op))));
        FastTemplates usual = Templates(string.Concat(names.Select(name => $"<{plain} {name}>{op}</{plain}>")));

        // A field of FAST 1.2's way of writing it, its type under a name.
        string define = $"<define name=\"D\">{string.Format(CultureInfo.InvariantCulture, type, "", op)}</define>";
        FastTemplates defined = Templates(string.Concat(names.Select(name => $"<field {name}><type name=\"D\"/></field>")), define);
        FastEncoder first = new(extended);
        FastEncoder second = new(usual);
        FastEncoder third = new(defined);
        FastDecoder decoder = new(extended);
        Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            long most = plain == "int64" ? 1_000 : plain == "uInt64" ? 8 : type.StartsWith("<boolean", StringComparison.Ordinal) ? 2 : 3;
            long x = op.StartsWith("<constant", StringComparison.Ordinal) ? 1 : random.NextInt64(plain == "int64" ? -most : 0, most);
            long? y = random.Next(3) == 0 ? null : op.StartsWith("<constant", StringComparison.Ordinal) ? 1 : random.NextInt64(0, most);
            string bytes = Encode(first, x, y);
            Assert.Equal(bytes, Encode(second, x, y));
            Assert.Equal(bytes, Encode(third, x, y));

            byte[] message = Convert.FromHexString(bytes);
            Assert.True(decoder.TryDecode(message, out FastMessage read, out _), decoder.Error.ToString());
            Assert.True(read.TryGet(1, out FastValue value));
            Assert.Equal((x, y is not null), (value.Int64, read.TryGet(2, out value)));
            Assert.Equal(y ?? 0, y is null ? 0 : value.Int64);
        }
    }

    [Theory]
    [InlineData("<bitGroup name=\"F\"><boolean name=\"b\"/></bitGroup>", "bitGroup of FAST 1.2 is not supported")]
    [InlineData("<uInt8 name=\"F\"/>", "uInt8 of FAST 1.2 is not supported")]
    [InlineData("<enum name=\"F\"/>", "enum has no element")]
    [InlineData("<enum name=\"F\"><element/></enum>", "expected a name of its own")]
    [InlineData("<enum name=\"F\"><element name=\"A\"/><element name=\"A\"/></enum>", "expected a name of its own")]
    [InlineData("<enum name=\"F\"><element name=\"A\" value=\"1\"/><element name=\"B\" value=\"1\"/></enum>", "which another one has")]
    [InlineData("<enum name=\"F\"><element name=\"A\" value=\"x\"/></enum>", "\"x\", expected 0 to")]
    [InlineData("<enum name=\"F\"><element name=\"A\" value=\"4294967296\"/></enum>", "expected 0 to 4294967295")]
    [InlineData("<enum name=\"F\"><element nam=\"A\"/></enum>", "attribute nam is not known")]
    [InlineData("<set name=\"F\"><element name=\"A\" value=\"3\"/></set>", "a power of two")]
    [InlineData("<enum name=\"F\"><element name=\"A\"/><tail/></enum>", "operator tail is not for UInt32")]
    [InlineData("<enum name=\"F\"><element name=\"A\"/><default value=\"B\"/></enum>", "value \"B\" is none of UInt32")]
    [InlineData("<boolean name=\"F\"><default value=\"maybe\"/></boolean>", "value \"maybe\" is none of UInt32")]
    [InlineData("<boolean name=\"F\"><element name=\"A\"/></boolean>", "element element is not expected")]
    [InlineData("<timestamp name=\"F\"/>", "unit is \"\", expected day")]
    [InlineData("<timestamp name=\"F\" unit=\"fortnight\"/>", "unit is \"fortnight\"")]
    [InlineData("<timestamp name=\"F\" unit=\"day\" epoch=\"2000\"/>", "epoch is \"2000\", expected unix or today")]
    [InlineData("<int64 name=\"F\" unit=\"day\"/>", "attribute unit is not known")]
    [InlineData("<field name=\"F\"/>", "field F has 0 types")]
    [InlineData("<field name=\"F\"><int32/><int32/></field>", "field F has 2 types")]
    [InlineData("<field name=\"F\"><type name=\"N\"/></field>", "type N is not known")]
    [InlineData("<field name=\"F\"><field name=\"G\"><int32/></field></field>", "has a field in it")]
    [InlineData("<field name=\"F\" presence=\"optional\"><int32 presence=\"mandatory\"/></field>", "is optional, and its type mandatory")]
    [InlineData("<field><int32/></field>", "int32 has no name")]
    public void Templates_ThatAreWrong_AreRefusedByName(string field, string part) => AssertFault(Document(field, ""), part);

    [Theory]
    [InlineData("<define><int32/></define>", "define has no name")]
    [InlineData("<define name=\"D\"/>", "define D has 0 types")]
    [InlineData("<define name=\"D\"><int32/></define><define name=\"D\"><int32/></define>", "define D is there twice")]
    [InlineData("<define name=\"D\"><type name=\"D\"/></define>", "type D stands for itself")]
    [InlineData("<view name=\"V\"/>", "element view is not known, expected template or define")]
    public void Defines_ThatAreWrong_AreRefusedByName(string define, string part) =>
        AssertFault(Document("<field name=\"F\"><type name=\"D\"/></field>", define), part);

    [Fact]
    public void Types_OfOtherTypes_TakeTheOperatorOfTheirUse()
    {
        FastTemplates templates = Templates(
            "<field name=\"F\" id=\"5\"><type name=\"E\"><copy value=\"second\"/></type></field>" +
            "<field name=\"G\" id=\"6\" presence=\"optional\"><type name=\"D\"/></field>",
            $"<define name=\"D\"><enum name=\"ignored\" id=\"9\">{Enumeration}<default value=\"C\"/></enum></define>" +
            "<define name=\"E\"><type name=\"D\"/></define>");

        (FastField f, FastField g) = (templates.All[0].Fields[0], templates.All[0].Fields[1]);
        Assert.Equal(("F", 5, FastOperator.Copy, false), (f.Name, f.Tag, f.Operator, f.IsOptional));
        Assert.Equal(("G", 6, FastOperator.Default, true), (g.Name, g.Tag, g.Operator, g.IsOptional));
        Assert.Equal(f.Members, g.Members);

        // Nothing is sent: F is its first value, B, and G its default, C.
        Assert.True(new FastDecoder(templates).TryDecode([0xC0, 0x81], out FastMessage message, out _));
        Assert.Equal("F=B G=C", TextOf(message));
    }

    [Fact]
    public void Values_ThatAreNone_AreShownAsNumbers_AndNotWritten()
    {
        FastTemplates templates = Templates(
            $"<boolean name=\"b\" id=\"1\"/><enum name=\"e\" id=\"2\">{Enumeration}</enum><set name=\"s\" id=\"3\">{Enumeration}</set>" +
            "<timestamp name=\"t\" id=\"4\" unit=\"day\" epoch=\"today\"/>");

        // 2 is no boolean, 3 no member, 8 no bit; as many days as 64 bits hold are more nanoseconds than they do.
        byte[] bytes = Convert.FromHexString("C081" + "82" + "83" + "88" + "007F7F7F7F7F7F7F7FFF");
        FastDecoder decoder = new(templates);
        Assert.True(decoder.TryDecode(bytes, out FastMessage message, out _), decoder.Error.ToString());
        Assert.Equal("b=2 e=3 s=8 t=?", TextOf(message));
        Assert.Equal(FastEpoch.Today, templates.All[0].Fields[3].Epoch);

        FastWriter writer = new(templates);
        (Action Set, FastErrorCode Code)[] wrong =
        [
            (() => writer.Set(1, 2L), FastErrorCode.R4), (() => writer.Set(1, "yes"u8), FastErrorCode.D11),
            (() => writer.Set(2, 3L), FastErrorCode.R4), (() => writer.Set(2, "D"u8), FastErrorCode.D11),
            (() => writer.Set(2, "7"u8), FastErrorCode.R4), (() => writer.Set(3, 8L), FastErrorCode.R4),
            (() => writer.Set(3, "A D"u8), FastErrorCode.D11), (() => writer.Set(3, -1L), FastErrorCode.R4),
            (() => writer.SetTimestamp(4, 5), FastErrorCode.R5), (() => writer.SetTimestamp(2, 5), FastErrorCode.D1),
        ];
        foreach ((Action set, FastErrorCode code) in wrong)
        {
            writer.Begin(templates.All[0]);
            set();
            Assert.Equal(code, writer.Error.Code);
        }
    }

    [Theory]
    [InlineData("C081", FastErrorCode.EndOfData)]
    [InlineData("C08181", FastErrorCode.EndOfData)]
    [InlineData("C081008181", FastErrorCode.R6)]
    [InlineData("C081100000008181", FastErrorCode.D2)]
    public void Bytes_ThatAreNoMessage_AreRefused(string hex, FastErrorCode code)
    {
        FastDecoder decoder = new(Templates($"<boolean name=\"b\" id=\"1\"/><enum name=\"e\" id=\"2\">{Enumeration}</enum>"));

        Assert.False(decoder.TryDecode(Convert.FromHexString(hex), out _, out _));
        Assert.Equal(code, decoder.Error.Code);
    }

    [Fact]
    public void Accessors_AllocateNothing()
    {
        FastTemplates templates = Templates(
            $"<boolean name=\"b\" id=\"1\"/><enum name=\"e\" id=\"2\">{Enumeration}</enum><timestamp name=\"t\" id=\"4\" unit=\"second\"/>");
        FastDecoder decoder = new(templates);
        byte[] bytes = Convert.FromHexString("C081" + "81" + "82" + "85");
        Read(decoder, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(decoder, bytes);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Read(FastDecoder decoder, byte[] bytes)
    {
        for (int round = 0; round < 1_000; round++)
        {
            decoder.Reset();
            bool isRead = decoder.TryDecode(bytes, out FastMessage message, out _);
            foreach (FastValue value in message.Fields)
            {
                isRead &= value.TryGetBoolean(out _) || value.Member is not null || value.TryGetTimestamp(out _);
            }

            if (!isRead)
            {
                throw new InvalidOperationException("a field is not what it is");
            }
        }
    }

    private string Encode(FastEncoder encoder, long x, long? y)
    {
        FastWriter writer = new(encoder.Templates);
        writer.Begin(encoder.Templates.All[0]);
        writer.Set(1, x);
        if (y is { } there)
        {
            writer.Set(2, there);
        }

        Assert.True(encoder.TryEncode(writer, _target, out int bytes), encoder.Error.ToString());
        return Convert.ToHexString(_target.AsSpan(0, bytes));
    }

    private static string TextOf(FastMessage message)
    {
        List<string> fields = [];
        foreach (FastValue value in message.Fields)
        {
            string text = value.Field.Kind switch
            {
                FastKind.Boolean => value.TryGetBoolean(out bool isTrue) ? isTrue ? "true" : "false" : $"{value.UInt64}",
                FastKind.Enumeration => value.Member?.Name ?? $"{value.UInt64}",
                FastKind.Set => NamesOf(value),
                FastKind.Timestamp => value.TryGetTimestamp(out long ns) ? $"{ns}" : "?",
                _ => $"{value.Int64}",
            };
            fields.Add($"{value.Field.Name}={text}");
        }

        return string.Join(' ', fields);
    }

    private static string NamesOf(FastValue value)
    {
        List<string> names = [];
        foreach (FastMember member in value.Field.Members)
        {
            if (value.Has(member))
            {
                names.Add(member.Name);
            }
        }

        return names.Count > 0 ? string.Join('+', names) : $"{value.UInt64}";
    }

    private static void AssertFault(string xml, string part)
    {
        FastTemplates? templates = FastTemplates.Inspect(new StringReader(xml), out IReadOnlyList<string> faults);
        Assert.Null(templates);
        Assert.Contains(faults, fault => fault.Contains(part, StringComparison.Ordinal));
    }

    private static FastTemplates Templates(string fields, string defines = "") =>
        FastTemplates.Read(new StringReader(Document(fields, defines)), "t");

    private static string Document(string fields, string defines) =>
        $"<templates xmlns=\"http://www.fixprotocol.org/ns/fast/td/1.2\">{defines}<template name=\"T\" id=\"1\">{fields}</template></templates>";
}
