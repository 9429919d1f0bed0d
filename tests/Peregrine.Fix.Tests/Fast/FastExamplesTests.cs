using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>The examples of appendix 3 of FAST 1.1, each field alone in a template. A presence map stands in front of each.</summary>
public class FastExamplesTests
{
    private const string Int32 = "<int32 name=\"Value\" id=\"1\"/>";
    private const string Int32Optional = "<int32 name=\"Value\" id=\"1\" presence=\"optional\"/>";
    private const string Decimal = "<decimal name=\"Value\" id=\"1\"/>";
    private const string DecimalOptional = "<decimal name=\"Value\" id=\"1\" presence=\"optional\"/>";
    private const string Copy = "<string name=\"Value\" id=\"1\"><copy/></string>";
    private const string CopyOptional = "<string name=\"Value\" id=\"1\" presence=\"optional\"><copy/></string>";
    private const string Parts =
        "<decimal name=\"Value\" id=\"1\" presence=\"optional\"><exponent><copy/></exponent><mantissa><copy/></mantissa></decimal>";
    private const string PartsDelta =
        "<decimal name=\"Value\" id=\"1\" presence=\"optional\"><exponent><copy/></exponent><mantissa><delta/></mantissa></decimal>";

    /// <summary>Field, messages as hexadecimal (without the template identifier in all but the first), what each says.</summary>
    public static TheoryData<string, string, string> Examples => new()
    {
        // 3.1.1, 3.1.2: whole numbers.
        { Int32Optional, "C080 3945A4", "942755" },
        { Int32, "C080 3945A3", "942755" },
        { Int32Optional, "C080 463ADD", "-942755" },
        { Int32, "C080 7C1B1B9D", "-7942755" },
        { Int32, "C080 004081", "8193" },
        { Int32, "C080 7F3FFF", "-8193" },
        { "<uInt32 name=\"Value\" presence=\"optional\"/>", "C080 80|80 81|80 82|80 3945A4", "none|0|1|942755" },
        { "<uInt32 name=\"Value\"/>", "C080 80|80 81|80 3945A3", "0|1|942755" },

        // 3.1.3, 3.1.4: strings and byte vectors.
        { "<string name=\"Value\" presence=\"optional\"/>", "C080 80|80 4142C3|80 0080", "none|ABC|" },
        { "<string name=\"Value\"/>", "C080 4142C3|80 80", "ABC|" },
        { "<byteVector name=\"Value\" presence=\"optional\"/>", "C080 80|80 84414243|80 81", "none|ABC|" },
        { "<byteVector name=\"Value\"/>", "C080 83414243|80 80", "ABC|" },

        // 3.1.5: decimals. The appendix writes 73 for the first byte of -8193 in hexadecimal, and 7F in binary.
        { Decimal, "C080 82 3945A3", "942755e2" },
        { Decimal, "C080 81 043F34DE", "9427550e1" },
        { DecimalOptional, "C080 83 3945A3", "942755e2" },
        { Decimal, "C080 FE 3945A3", "942755e-2" },
        { DecimalOptional, "C080 FE 463ADD", "-942755e-2" },
        { "<decimal name=\"Value\" presence=\"optional\"><copy/></decimal>", "E080 FE 3945A3|80", "942755e-2|942755e-2" },
        { PartsDelta, "E080 FE 3945A3", "942755e-2" },
        { DecimalOptional, "C080 FD 7F3FFF", "-8193e-3" },

        // 3.2.1 to 3.2.4: constant, default, copy, increment.
        { "<uInt32 name=\"Value\"><constant value=\"0\"/></uInt32>", "C080", "0" },
        { "<uInt32 name=\"Value\" presence=\"optional\"><constant value=\"0\"/></uInt32>", "E080|80", "0|none" },
        { "<uInt32 name=\"Value\"><default value=\"0\"/></uInt32>", "C080|A0 81", "0|1" },
        { "<uInt32 name=\"Value\" presence=\"optional\"><default/></uInt32>", "C080", "none" },
        { Copy, "E080 434DC5|80|A0 4953C5", "CME|CME|ISE" },
        { CopyOptional, "E080 80|80|A0 434DC5", "none|none|CME" },
        { "<uInt32 name=\"Value\"><increment value=\"1\"/></uInt32>", "C080|80|A0 84|80", "1|2|4|5" },

        // 3.2.5: delta.
        { "<int32 name=\"Value\"><delta/></int32>", "C080 3945A3|80 FB|80 FB|80 80", "942755|942750|942745|942745" },
        { "<decimal name=\"Value\"><delta/></decimal>", "C080 FE 3945A3|80 80 FC|80 80 FB", "942755e-2|942751e-2|942746e-2" },
        { "<decimal name=\"Value\"><delta value=\"12000\"/></decimal>", "C080 FE 09AE|80 80 85|80 80 85", "1210e1|1215e1|1220e1" },
        { "<string name=\"Value\"><delta/></string>", "C080 80 474548B6|80 82 4DB6|80 FD 45D3|80 FF 52D3", "GEH6|GEM6|ESM6|RSESM6" },

        // 3.2.6: two bits, and one when the exponent is absent. The appendix adds one to the mantissa, which is mandatory, by mistake.
        { Parts, "F080 FE 3945A3|90 3945A8|A0 80", "942755e-2|942760e-2|none" },
    };

    /// <summary>Those that are as short as can be: one sends NULL where nothing says the same.</summary>
    public static TheoryData<string, string, string> ShortestExamples =>
        [.. Examples.Where(example => example.Data.Item1 != CopyOptional)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Decode_ExampleOfTheStandard_IsItsValue(string field, string messages, string values)
    {
        string xml = $"<templates><template name=\"T\" id=\"0\">{field}</template></templates>";
        FastDecoder decoder = new(FastTemplates.Read(new StringReader(xml), "example"));
        List<string> shown = [];
        foreach (string message in messages.Split('|'))
        {
            byte[] bytes = Convert.FromHexString(message.Replace(" ", "", StringComparison.Ordinal));

            Assert.True(decoder.TryDecode(bytes, out FastMessage decoded, out int length), decoder.Error.ToString());

            Assert.Equal(bytes.Length, length);
            shown.Add(decoded.Fields.TryGet("Value", out FastValue value) ? Text(value) : "none");
        }

        Assert.Equal(values, string.Join('|', shown));
    }

    private static string Text(FastValue value) => value.Type switch
    {
        FastType.Decimal => $"{value.Mantissa}e{value.Exponent}",
        FastType.Ascii or FastType.Bytes => System.Text.Encoding.ASCII.GetString(value.Bytes),
        _ => value.Int64.ToString(),
    };

    [Theory]
    [InlineData("80", "", false)]
    [InlineData("0080", "\0", false)]
    [InlineData("00C1", "R9", false)]
    [InlineData("000080", "\0\0", false)]
    [InlineData("80", "none", true)]
    [InlineData("0080", "", true)]
    [InlineData("00C1", "R9", true)]
    [InlineData("000080", "\0", true)]
    [InlineData("0000C1", "R9", true)]
    [InlineData("00000041424344454647C8", "\0\0ABCDEFGH", false)]
    [InlineData("00000041424344454647C8", "\0ABCDEFGH", true)]
    public void Decode_ZerosInFrontOfAString_AreThoseOfTheTable(string hex, string expected, bool isOptional)
    {
        string presence = isOptional ? " presence=\"optional\"" : "";
        string xml = $"<templates><template name=\"T\" id=\"0\"><string name=\"Value\"{presence}/></template></templates>";
        FastTemplates templates = FastTemplates.Read(new StringReader(xml), "zeros");
        byte[] bytes = [0xC0, 0x80, .. Convert.FromHexString(hex)];

        Assert.Equal(expected, Shown(new FastDecoder(templates), bytes));

        // Who takes what is longer than it needs to be reads the same, and the rest behind the zeros.
        string lenient = expected == "R9" ? "A" : expected;
        Assert.Equal(lenient, Shown(new FastDecoder(templates, new FastOptions { AllowsOverlong = true }), bytes));
    }

    private static string Shown(FastDecoder decoder, byte[] bytes) => !decoder.TryDecode(bytes, out FastMessage message, out _)
        ? decoder.Error.Code.ToString()
        : message.Fields.TryGet("Value", out FastValue value) ? System.Text.Encoding.ASCII.GetString(value.Bytes) : "none";
}
