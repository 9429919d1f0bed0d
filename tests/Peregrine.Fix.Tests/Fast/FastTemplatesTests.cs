using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

public class FastTemplatesTests
{
    [Theory]
    [InlineData("<templates>", "S1", "no XML")]
    [InlineData("<fix/>", "S1", "the root is fix")]
    [InlineData("<templates><thing/></templates>", "S1", "thing")]
    [InlineData("<template id=\"1\"/>", "S1", "no name")]
    [InlineData("<template name=\"T\" id=\"x\"/>", "S1", "\"x\"")]
    [InlineData("<template name=\"T\" id=\"4294967296\"/>", "S1", "expected 0 to 4294967295")]
    [InlineData("<template name=\"T\" reset=\"maybe\"/>", "S1", "maybe")]
    [InlineData("<templates><template name=\"T\" id=\"1\"/><template name=\"U\" id=\"1\"/></templates>", "S1", "another template")]
    [InlineData("<templates><template name=\"T\"/><template name=\"T\"/></templates>", "S1", "twice")]
    [InlineData("<template name=\"T\"><float name=\"F\"/></template>", "S1", "float")]
    [InlineData("<template name=\"T\"><int32/></template>", "S1", "no name")]
    [InlineData("<template name=\"T\"><int32 name=\"F\" presense=\"optional\"/></template>", "S1", "presense")]
    [InlineData("<template name=\"T\"><int32 name=\"F\" presence=\"perhaps\"/></template>", "S1", "perhaps")]
    [InlineData("<template name=\"T\"><string name=\"F\" charset=\"latin1\"/></template>", "S1", "latin1")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><copy/><delta/></int32></template>", "S1", "delta")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><square/></int32></template>", "S1", "square")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><default value=\"1\" key=\"k\"/></int32></template>", "S1", "key")]
    [InlineData("<template name=\"T\"><decimal name=\"F\"><copy/><exponent/></decimal></template>", "S1", "copy")]
    [InlineData("<template name=\"T\"><typeRef/></template>", "S1", "typeRef")]
    [InlineData("<template name=\"T\"><templateRef name=\"T\"/></template>", "S1", "refers to itself")]
    [InlineData("<template name=\"T\"><string name=\"F\"><increment/></string></template>", "S2", "Ascii")]
    [InlineData("<template name=\"T\"><decimal name=\"F\"><increment/></decimal></template>", "S2", "Decimal")]
    [InlineData("<template name=\"T\"><uInt64 name=\"F\"><tail/></uInt64></template>", "S2", "UInt64")]
    [InlineData("<template name=\"T\"><sequence name=\"F\"><length><tail/></length></sequence></template>", "S2", "UInt32")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><copy value=\"\"/></int32></template>", "S3", "(D11)")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><copy value=\"+1\"/></int32></template>", "S3", "(D11)")]
    [InlineData("<template name=\"T\"><uInt32 name=\"F\"><copy value=\"-1\"/></uInt32></template>", "S3", "(D11)")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><copy value=\"2147483648\"/></int32></template>", "S3", "(R4)")]
    [InlineData("<template name=\"T\"><uInt64 name=\"F\"><copy value=\"18446744073709551616\"/></uInt64></template>", "S3", "(R4)")]
    [InlineData("<template name=\"T\"><decimal name=\"F\"><copy value=\"1.\"/></decimal></template>", "S3", "(D11)")]
    [InlineData("<template name=\"T\"><decimal name=\"F\"><copy value=\"1e5\"/></decimal></template>", "S3", "(D11)")]
    [InlineData("<template name=\"T\"><decimal name=\"F\"><copy value=\"9223372036854775809\"/></decimal></template>", "S3", "(R1)")]
    [InlineData("<template name=\"T\"><decimal name=\"F\"><exponent><copy value=\"64\"/></exponent></decimal></template>", "S3", "-63 to 63")]
    [InlineData("<template name=\"T\"><string name=\"F\"><copy value=\"é\"/></string></template>", "S3", "(R3)")]
    [InlineData("<template name=\"T\"><byteVector name=\"F\"><copy value=\"0a1\"/></byteVector></template>", "S3", "(D11)")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><constant/></int32></template>", "S4", "F")]
    [InlineData("<template name=\"T\"><int32 name=\"F\"><default/></int32></template>", "S5", "F")]
    [InlineData("<template name=\"T\"><templateRef name=\"U\"/></template>", "D8", "U")]
    [InlineData("<template name=\"T\"><templateRef name=\"T\" templateNs=\"n\"/></template>", "D8", "T")]
    public void Inspect_WrongTemplates_SayCodeAndPlace(string xml, string code, string part)
    {
        FastTemplates? templates = FastTemplates.Inspect(new StringReader(xml), out IReadOnlyList<string> faults);

        Assert.Null(templates);
        Assert.Contains(faults, fault => fault.StartsWith($"{code}: ", StringComparison.Ordinal) && fault.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_WrongTemplates_TellsAllFaultsWithTheFile()
    {
        const string Xml = "<template name=\"T\"><int32 name=\"F\"><constant/></int32><string name=\"G\"><increment/></string></template>";

        InvalidDataException wrong = Assert.Throws<InvalidDataException>(() => FastTemplates.Read(new StringReader(Xml), "feed.xml"));

        Assert.Equal("FAST templates feed.xml: S4: template T, int32 F: a constant has no value; S2: template T, string G: "
            + "operator increment is not for Ascii", wrong.Message);
    }

    [Fact]
    public void Read_ReferencesThatMultiply_AreRefused()
    {
        // Each template is the one before it twice: 2^40 fields.
        string xml = "<templates><template name=\"T0\"><int32 name=\"F\"/></template>"
            + string.Concat(Enumerable.Range(1, 31).Select(at => $"<template name=\"T{at}\">{Reference(at - 1)}{Reference(at - 1)}</template>"))
            + "</templates>";

        Assert.Null(FastTemplates.Inspect(new StringReader(xml), out IReadOnlyList<string> faults));

        Assert.Contains(faults, fault => fault.Contains("more than", StringComparison.Ordinal));
        Assert.True(faults.Count < 10_000, $"{faults.Count} faults");
    }

    private static string Reference(int template) => $"<templateRef name=\"T{template}\"/>";

    [Fact]
    public void Read_Template_ShowsItsFields()
    {
        const string Xml = """
            <templates xmlns="http://www.fixprotocol.org/ns/fast/td/1.1" templateNs="tn" ns="fn" xmlns:x="urn:other">
              <x:note>any</x:note>
              <template name="Part"><uInt64 name="Time" id="60" ns="own"><copy x:hint="1"/></uInt64></template>
              <template name="Book" id="7" reset="yes">
                <templateRef name="Part"/>
                <sequence name="Entries" presence="optional">
                  <length name="Count" id="268"><copy/></length>
                  <decimal name="Price" id="270"><exponent><default value="-2"/></exponent><mantissa><delta/></mantissa></decimal>
                  <string name="Text" charset="unicode" id="abc"><length name="TextLength"/><tail/></string>
                </sequence>
              </template>
            </templates>
            """;

        FastTemplates templates = FastTemplates.Read(new StringReader(Xml), "book");

        FastTemplate book = templates.TemplateOf(7)!;
        Assert.Same(book, templates.TemplateOf("Book"));
        Assert.Null(templates.TemplateOf(8));
        Assert.Equal(("Book", "tn", 7L, true, "Book (7)"), (book.Name, book.Namespace, book.Id, book.IsReset, book.ToString()));
        Assert.Equal(-1, templates.TemplateOf("Part")!.Id);
        Assert.Equal(["Time (60)", "Entries"], book.Fields.Select(field => field.ToString()));
        Assert.Equal(("own", 60, FastType.UInt64, FastOperator.Copy, false), (book.Fields[0].Namespace, book.Fields[0].Tag, book.Fields[0].Type,
            book.Fields[0].Operator, book.Fields[0].IsOptional));
        FastField entries = book.Fields[1];
        Assert.Equal(("fn", FastType.Sequence, true, "Count (268)", FastOperator.Copy), (entries.Namespace, entries.Type, entries.IsOptional,
            entries.Length!.ToString(), entries.Length.Operator));
        Assert.Equal([FastType.Decimal, FastType.Unicode], entries.Fields.Select(field => field.Type));
        Assert.Equal((0, "abc"), (entries.Fields[1].Tag, entries.Fields[1].Id));
    }
}
