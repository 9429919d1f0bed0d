using Peregrine.Fix.Fast;
using Peregrine.Testing;

namespace Peregrine.Fix.Tests.Fast;

public class FastDecoderTests
{
    private const string Shared = "<uInt32 name=\"A\" presence=\"optional\"><copy key=\"k\"/></uInt32>";

    /// <summary>Fields, messages as hexadecimal, the code of the last one, and the place it is at.</summary>
    public static TheoryData<string, string, string> Errors => new()
    {
        { "", "80", "D5 at byte 1: not sent" },
        { "", "C081", "D9 at byte 1: no template has the identifier 1" },
        { "", "C00080", "R6 at byte 3" },
        { "", "C0", "EndOfData at byte 1" },
        { "", "", "EndOfData at byte 0" },
        { "", "4080", "R7 at byte 0" },
        { "", "E080", "R8 at byte 2, template T (0): " },
        { "<uInt32 name=\"A\" id=\"5\"/>", "C080 10000000 80", "D2 at byte 2, template T (0), field A (5): " },
        { "<uInt32 name=\"A\" presence=\"optional\"/>", "C080 10000000 81", "D2 at byte 2" },
        { "<int32 name=\"A\"/>", "C080 08000000 80", "D2" },
        { "<int32 name=\"A\"/>", "C080 777F7F7F FF", "D2" },
        { "<uInt64 name=\"A\"/>", "C080 0200000000000000 0080", "D2" },
        { "<uInt64 name=\"A\"/>", "C080 0101010101010101 01010181", "D2" },
        { "<uInt64 name=\"A\"/>", "C080 01", "EndOfData" },
        { "<uInt64 name=\"A\"/>", "C080 0081", "R6" },
        { "<uInt64 name=\"A\"/>", "C080 0001010101010101 0181", "R6" },
        { "<int64 name=\"A\"/>", "C080 0081", "R6" },
        { "<int64 name=\"A\"/>", "C080 7FC0", "R6" },
        { "<int64 name=\"A\"/>", "C080 00C0|80 7FBF", "None" },
        { "<int32 name=\"A\"><delta value=\"2147483647\"/></int32>", "C080 81", "R4" },
        { "<uInt64 name=\"A\"><delta/></uInt64>", "C080 FF", "R4" },
        { "<decimal name=\"A\"/>", "C080 00C0 81", "R1" },
        { "<decimal name=\"A\"><delta value=\"1\"/></decimal>", "C080 80 00BF", "R6" },
        { "<decimal name=\"A\"><exponent><delta value=\"63\"/></exponent></decimal>", "C080 81 81", "R1" },
        { "<uInt32 name=\"A\"><copy/></uInt32>", "C080", "D5 at byte 2, template T (0), field A: " },
        { "<uInt32 name=\"A\"><increment/></uInt32>", "C080", "D5" },
        { "<string name=\"A\"><tail/></string>", "C080", "D5" },
        { "<decimal name=\"A\"><copy/></decimal>", "C080", "D5" },
        { Shared + "<uInt32 name=\"B\"><copy key=\"k\"/></uInt32>", "C080", "D6 at byte 2, template T (0), field B: " },
        { Shared + "<uInt32 name=\"B\"><delta key=\"k\"/></uInt32>", "C080 81", "D6" },
        { Shared + "<int64 name=\"B\"><copy key=\"k\"/></int64>", "E080 82", "D4" },
        { Shared + "<int64 name=\"B\"><delta key=\"k\"/></int64>", "E080 82 81", "D4" },
        { Shared + "<string name=\"B\"><delta key=\"k\"/></string>", "E080 82 80 80", "D4" },
        { "<string name=\"A\"><delta value=\"AB\"/></string>", "C080 83 80", "D7 at byte 2, template T (0), field A: 3 characters are taken off" },
        { "<string name=\"A\"><delta value=\"AB\"/></string>", "C080 FC 80", "D7" },
        { "<string name=\"A\"><delta value=\"AB\"/></string>", "C080 FD C1", "None" },
        { "<string name=\"A\"/>", "C080 4142", "EndOfData" },
        { "<string name=\"A\" charset=\"unicode\"/>", "C080 81 C3", "R2" },
        { "<string name=\"A\" charset=\"unicode\"><delta value=\"é\"/></string>", "C080 81 80", "R2" },
        { "<byteVector name=\"A\"/>", "C080 82 00", "EndOfData" },
        { "<byteVector name=\"A\"/>", "C080 040081", "BytesTooLong at byte 2, template T (0), field A: 65537 bytes, expected at most 65536" },
        { "<sequence name=\"S\"/>", "C080 7FFF", "SequenceTooLong at byte 2, template T (0), field S: 16383 elements, expected at most 4096" },
        { "<sequence name=\"S\"><uInt32 name=\"A\"><copy/></uInt32></sequence>", "C080 82 C085", "EndOfData at byte 5" },
        { "<sequence name=\"S\"><uInt32 name=\"A\"><copy/></uInt32></sequence>", "C080 81 E085", "R8" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void TryDecode_WrongMessage_SaysCodeTemplateFieldAndByte(string fields, string messages, string expected)
    {
        string xml = $"<templates><template name=\"T\" id=\"0\">{fields}</template></templates>";
        FastDecoder decoder = new(FastTemplates.Read(new StringReader(xml), "errors"));
        string[] all = messages.Split('|');
        for (int at = 0; at < all.Length - 1; at++)
        {
            Assert.True(decoder.TryDecode(Bytes(all[at]), out _, out _));
        }

        bool isDecoded = decoder.TryDecode(Bytes(all[^1]), out _, out int bytes);

        Assert.StartsWith($"FAST {expected}", decoder.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(decoder.Error.Code == FastErrorCode.None, isDecoded);
        Assert.Equal(!isDecoded, decoder.IsOutOfStep);
        Assert.True(isDecoded || bytes == 0, "an error uses no bytes up");
    }

    [Fact]
    public void TryDecode_BehindAnError_NeedsAReset()
    {
        FastTemplates templates = Templates("<uInt32 name=\"A\"><copy/></uInt32>");
        FastDecoder decoder = new(templates);
        Assert.True(decoder.TryDecode(Bytes("E08085"), out _, out _));
        Assert.False(decoder.TryDecode(Bytes("E08005"), out _, out _));

        Assert.False(decoder.TryDecode(Bytes("E08085"), out _, out _));
        Assert.Equal(FastErrorCode.OutOfStep, decoder.Error.Code);

        decoder.Reset();
        Assert.False(decoder.TryDecode(Bytes("C080"), out _, out _));
        Assert.Equal(FastErrorCode.D5, decoder.Error.Code);

        FastDecoder forgetful = new(templates, new FastOptions { Reset = FastReset.EachMessage });
        Assert.False(forgetful.TryDecode(Bytes("E08005"), out _, out _));
        Assert.True(forgetful.TryDecode(Bytes("E08085"), out _, out _));
        Assert.False(forgetful.TryDecode(Bytes("80"), out _, out _));
    }

    [Fact]
    public void TryDecode_TemplateWithReset_ForgetsAllButItsIdentifier()
    {
        const string Xml = "<templates><template name=\"T\" id=\"0\"><uInt32 name=\"A\"><copy value=\"1\"/></uInt32></template>"
            + "<template name=\"R\" id=\"1\" reset=\"Y\"><uInt32 name=\"A\"><copy value=\"1\"/></uInt32></template></templates>";
        FastDecoder decoder = new(FastTemplates.Read(new StringReader(Xml), "reset"));

        Assert.Equal(["T5", "T5", "R1", "R1", "T1"], new[] { "E08085", "80", "C081", "80", "C080" }.Select(hex =>
        {
            Assert.True(decoder.TryDecode(Bytes(hex), out FastMessage message, out _), decoder.Error.ToString());
            return $"{message.Template.Name}{(message.Fields.TryGet("A", out FastValue value) ? value.Int64 : -1)}";
        }));
    }

    [Fact]
    public void TryDecode_Limits_HoldAtTheirEdges()
    {
        FastTemplates sequence = Templates("<sequence name=\"S\"><string name=\"A\"><delta/></string></sequence>");
        byte[] three = Bytes("C08083 80C1 80C2 80C3");

        Assert.Equal(FastErrorCode.None, Code(sequence, three, new FastOptions { SequenceLengthMax = 3 }));
        Assert.Equal(FastErrorCode.SequenceTooLong, Code(sequence, three, new FastOptions { SequenceLengthMax = 2 }));
        Assert.Equal(FastErrorCode.None, Code(sequence, three, new FastOptions { StringBytesMax = 3 }));
        Assert.Equal(FastErrorCode.BytesTooLong, Code(sequence, three, new FastOptions { StringBytesMax = 2 }));

        // One, two and three bytes: a string of one byte in the message is longer and longer by what is before it.
        Assert.Equal(FastErrorCode.None, Code(sequence, three, new FastOptions { MessageStringBytesMax = 6 }));
        Assert.Equal(FastErrorCode.BytesTooLong, Code(sequence, three, new FastOptions { MessageStringBytesMax = 5 }));

        // A thousand strings that are remembered share half a gibibyte.
        FastTemplates many = Templates(string.Concat(Enumerable.Range(0, 1_024).Select(field =>
            $"<string name=\"F{field}\" presence=\"optional\"><copy/></string>")));
        FastOptions large = new() { StringBytesMax = 1 << 20 };
        Assert.Equal(FastErrorCode.None, Code(many, [0xE0, 0x80, .. Letters(1 << 19)], large));
        Assert.Equal(FastErrorCode.BytesTooLong, Code(many, [0xE0, 0x80, .. Letters((1 << 19) + 1)], large));

        FastTemplates empty = Templates("<sequence name=\"S\"/>");
        Assert.Equal(FastErrorCode.None, Code(empty, Bytes("C080BF"), new FastOptions { FieldsMax = 64 }));
        Assert.Equal(FastErrorCode.TooManyFields, Code(empty, Bytes("C080C0"), new FastOptions { FieldsMax = 64 }));

        FastTemplates deep = Templates("<group name=\"G\"><group name=\"H\"><uInt32 name=\"A\"/></group></group>");
        Assert.Equal(FastErrorCode.None, Code(deep, Bytes("C08081"), new FastOptions { DepthMax = 2 }));
        Assert.Equal(FastErrorCode.TooDeep, Code(deep, Bytes("C08081"), new FastOptions { DepthMax = 1 }));

        // A template that names itself in its messages, again and again.
        FastTemplates endless = Templates("<templateRef/>");
        byte[] heads = new byte[10_000];
        Array.Fill(heads, (byte)0x80);
        heads[0] = 0xC0;
        Assert.Equal(FastErrorCode.TooDeep, Code(endless, heads, new FastOptions()));
    }

    [Fact]
    public void Options_OutsideTheirRange_AreRefusedAllAtOnce()
    {
        FastOptions options = new()
        {
            SequenceLengthMax = -1,
            StringBytesMax = 0,
            MessageStringBytesMax = 0,
            FieldsMax = 63,
            DepthMax = 65,
            Reset = (FastReset)9,
        };

        ArgumentException wrong = Assert.Throws<ArgumentException>(() => new FastDecoder(Templates(""), options));

        string[] named = ["SequenceLengthMax: -1", "StringBytesMax: 0", "MessageStringBytesMax: 0", "FieldsMax: 63", "DepthMax: 65", "Reset: 9"];
        foreach (string name in named)
        {
            Assert.Contains(name, wrong.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TryDecode_OverlongBySenderAgreed_IsTaken()
    {
        FastTemplates templates = Templates("<uInt32 name=\"A\"><copy/></uInt32><int32 name=\"B\"/>" +
            "<sequence name=\"S\"><uInt32 name=\"C\"><copy/></uInt32></sequence>");
        byte[] message = Bytes("70000080 0080 0085 7FFF 0081 40000080 86");

        Assert.Equal(FastErrorCode.R7, Code(templates, message, new FastOptions()));

        FastDecoder decoder = new(templates, new FastOptions { AllowsOverlong = true });
        Assert.True(decoder.TryDecode(message, out FastMessage decoded, out int bytes), decoder.Error.ToString());
        Assert.Equal(("A=5;B=-1;S=[{C=6;}];", message.Length), (ModelGroup.Show(decoded.Fields), bytes));
    }

    [Fact]
    public void TryDecode_WarmDecoder_AllocatesNothing()
    {
        FastTemplates templates = Templates("<string name=\"A\"><tail/></string><byteVector name=\"V\"><delta/></byteVector>"
            + "<sequence name=\"S\"><decimal name=\"P\"><copy/></decimal><string name=\"C\"><copy/></string></sequence>");
        FastDecoder decoder = new(templates);
        byte[] message = Bytes("E080 414243C4 80 82 3132 83 E0 FE 85 5859DA 80 A0 51D2");
        void Work()
        {
            for (int count = 0; count < 20_000; count++)
            {
                if (count % 100 == 0)
                {
                    decoder.Reset();
                }

                Assert.True(decoder.TryDecode(message, out _, out _));
            }
        }

        Work();
        Allocation.AssertNone(Work);
    }

    [Fact]
    public void TryRead_Blocks_SayWhereTheirMessagesAre()
    {
        Assert.Equal((FastErrorCode.None, 1, 2), Block("82 C080 00"));
        Assert.Equal((FastErrorCode.None, 3, 2), Block("000082 C080"));
        Assert.Equal((FastErrorCode.EndOfData, 1, 3), Block("83 C080"));
        Assert.Equal((FastErrorCode.EndOfData, 0, 0), Block("01"));
        Assert.Equal((FastErrorCode.D12, 0, 0), Block("80 C080"));
        Assert.Equal((FastErrorCode.BytesTooLong, 0, 0), Block("01E5"));
        Assert.Equal((FastErrorCode.BytesTooLong, 0, 0), Block("0101010101010101010181"));
    }

    private static (FastErrorCode Code, int Start, int Bytes) Block(string hex)
    {
        FastErrorCode code = FastBlock.TryRead(Bytes(hex), blockBytesMax: 228, out int start, out int bytes);
        return (code, start, bytes);
    }

    private static byte[] Letters(int count)
    {
        byte[] letters = new byte[count];
        Array.Fill(letters, (byte)'x');
        letters[^1] |= 0x80;
        return letters;
    }

    private static FastErrorCode Code(FastTemplates templates, byte[] message, FastOptions options)
    {
        FastDecoder decoder = new(templates, options);
        Assert.Equal(decoder.TryDecode(message, out _, out _), decoder.Error.Code == FastErrorCode.None);
        return decoder.Error.Code;
    }

    private static FastTemplates Templates(string fields) =>
        FastTemplates.Read(new StringReader($"<templates><template name=\"T\" id=\"0\">{fields}</template></templates>"), "test");

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
