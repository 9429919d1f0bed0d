using System.Buffers.Binary;
using System.Text;
using Peregrine.Fix.Fast;
using Peregrine.Testing;

namespace Peregrine.Fix.Tests.Fast;

public class FastEncoderTests
{
    private readonly byte[] _target = new byte[4_096];

    [Fact]
    public void TryEncode_RecordedMessages_AreTheSameBytesAgain()
    {
        byte[] stream = File.ReadAllBytes(SharedData.Require("data/fast/complex30000.dat"));
        using StreamReader reader = new(SharedData.Require("data/fast/example.xml"));
        FastTemplates templates = FastTemplates.Read(reader, "example.xml");

        // Their sender writes the identifier into every message, also behind one of the same template.
        FastOptions options = new() { WritesEachTemplateId = true };
        FastDecoder decoder = new(templates, options);
        FastEncoder encoder = new(templates, options);
        int messages = 0;
        for (int at = 0; at < stream.Length; messages++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(stream.AsSpan(at));
            ReadOnlySpan<byte> frame = stream.AsSpan(at + 4, length);
            at += 4 + length;

            Assert.True(decoder.TryDecode(frame, out FastMessage message, out int bytes), $"message {messages}: {decoder.Error}");
            Assert.Equal(length, bytes);
            Assert.True(encoder.TryEncode(message, _target, out bytes), $"message {messages}: {encoder.Error}");
            Assert.True(frame.SequenceEqual(_target.AsSpan(0, bytes)),
                $"message {messages}: {Convert.ToHexString(frame)}, again {Convert.ToHexString(_target.AsSpan(0, bytes))}");
        }

        Assert.Equal(30_001, messages);
    }

    [Theory]
    [MemberData(nameof(FastExamplesTests.ShortestExamples), MemberType = typeof(FastExamplesTests))]
    public void TryEncode_ExampleOfTheStandard_IsItsBytes(string field, string messages, string values)
    {
        FastTemplates templates = Templates(field);
        FastEncoder encoder = new(templates);
        FastDecoder decoder = new(templates);
        foreach (string hex in messages.Split('|'))
        {
            byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
            Assert.True(decoder.TryDecode(bytes, out FastMessage message, out _), decoder.Error.ToString());

            Assert.True(encoder.TryEncode(message, _target, out int length), encoder.Error.ToString());

            string written = Convert.ToHexString(_target.AsSpan(0, length));
            Assert.True(written == Convert.ToHexString(bytes), $"{values}: {hex}, but {written}");
        }
    }

    [Fact]
    public void TryEncode_RefusedMessage_LeavesTheEncoderAsItWas()
    {
        FastTemplates templates = FastTemplates.Read(new StringReader("""
            <templates>
              <template name="T" id="0"><uInt32 name="A" id="1"><copy/></uInt32><string name="B" id="2"><tail/></string></template>
              <template name="R" id="1" reset="yes"><uInt32 name="A" id="1"><copy/></uInt32><string name="B" id="2"><tail/></string></template>
            </templates>
            """), "two");
        FastEncoder encoder = new(templates);
        FastWriter writer = new(templates);
        Assert.Equal("F080" + "85" + "4142C3", Encoded(encoder, writer, "T", 5, "ABC"));

        // Shorter than before: a tail cannot say it. The number would have been kept.
        Assert.Equal("NotEncodable", Encoded(encoder, writer, "T", 6, "AB"));
        Assert.Equal("Missing", Encoded(encoder, writer, "R", 6, null));
        Assert.Equal("TargetTooSmall", Encoded(encoder, writer, "R", 7, "ABCDEFGH", 5));

        Assert.Equal("80", Encoded(encoder, writer, "T", 5, "ABC"));
        Assert.Equal("F081" + "85" + "4142C3", Encoded(encoder, writer, "R", 5, "ABC"));
        encoder.Reset();
        Assert.Equal("F080" + "85" + "4142C3", Encoded(encoder, writer, "T", 5, "ABC"));
    }

    private static string Encoded(FastEncoder encoder, FastWriter writer, string template, long number, string? text, int room = 100)
    {
        writer.Begin(encoder.Templates.TemplateOf(template)!);
        writer.Set(1, number);
        if (text is not null)
        {
            writer.Set(2, Encoding.ASCII.GetBytes(text));
        }

        byte[] target = new byte[room];
        return encoder.TryEncode(writer, target, out int bytes) ? Convert.ToHexString(target.AsSpan(0, bytes)) : encoder.Error.Code.ToString();
    }

    [Fact]
    public void TryEncode_EveryRoomThatIsTooSmall_IsRefusedAndWritesNothingBehindIt()
    {
        FastTemplates templates = Templates("<uInt32 name=\"A\" id=\"1\"><copy/></uInt32><string name=\"B\" id=\"2\" presence=\"optional\"/>"
            + "<sequence name=\"S\" id=\"3\"><decimal name=\"C\" id=\"4\"><copy/></decimal><byteVector name=\"D\" id=\"5\"/></sequence>");
        FastEncoder encoder = new(templates, new FastOptions { Reset = FastReset.EachMessage });
        FastWriter writer = new(templates);
        writer.Begin(templates.TemplateOf("T")!);
        writer.Set(1, 700);
        writer.Set(2, "text"u8);
        writer.BeginSequence(3);
        writer.NextElement();
        writer.Set(4, 12_345, -2);
        writer.Set(5, "bytes"u8);
        writer.NextElement();
        writer.Set(4, 12_346, -2);
        writer.Set(5, default(ReadOnlySpan<byte>));
        Assert.True(encoder.TryEncode(writer, _target, out int whole), encoder.Error.ToString());

        for (int room = 0; room < whole; room++)
        {
            Array.Fill(_target, (byte)0xEE);

            Assert.False(encoder.TryEncode(writer, _target.AsSpan(0, room), out int bytes));

            Assert.Equal((FastErrorCode.TargetTooSmall, 0), (encoder.Error.Code, bytes));
            Assert.All(_target[room..], value => Assert.Equal(0xEE, value));
        }

        Assert.True(encoder.TryEncode(writer, _target.AsSpan(0, whole), out _), encoder.Error.ToString());
    }

    /// <summary>Field, what it is given, and the bytes behind presence map and identifier, or the code.</summary>
    public static TheoryData<string, string, string> Conversions => new()
    {
        { "int32", "5", "85" },
        { "int32", "2147483648", "R4" },
        { "uInt32", "-1", "R4" },
        { "uInt64", "18446744073709551615", "017F7F7F7F7F7F7F7FFF" },
        { "int32", "120e-1", "8C" },
        { "int32", "125e-1", "R5" },
        { "int32", "1e1", "8A" },
        { "int64", "1e19", "R5" },
        { "int32", "'-7'", "F9" },
        { "int32", "'7x'", "D11" },
        { "uInt32", "'4294967296'", "R4" },
        { "decimal", "5", "8085" },
        { "decimal", "18446744073709551615", "R1" },
        { "decimal", "5e64", "R1" },
        { "decimal", "'-12.50'", "FF7F83" },
        { "decimal", "'1,5'", "D11" },
        { "string", "-120", "2D3132B0" },
        { "string", "-125e-2", "2D312E32B5" },
        { "string", "5e-3", "302E3030B5" },
        { "string", "50e-1", "B5" },
        { "string", "5e2", "3530B0" },
        { "string", "'é'", "R3" },
        { "byteVector", "5", "D10" },
        { "byteVector", "5e1", "D10" },
        { "byteVector", "'AB'", "824142" },
    };

    [Theory]
    [MemberData(nameof(Conversions))]
    public void Set_ValueOfAnotherType_IsConvertedOrRefused(string type, string value, string expected)
    {
        FastTemplates templates = Templates($"<{type} name=\"F\" id=\"1\"/>");
        FastWriter writer = new(templates);
        writer.Begin(templates.TemplateOf("T")!);
        if (value[0] == '\'')
        {
            writer.Set(1, Encoding.UTF8.GetBytes(value.Trim('\'')));
        }
        else if (value.Split('e') is [var mantissa, var exponent])
        {
            writer.Set(1, long.Parse(mantissa), int.Parse(exponent));
        }
        else if (value[0] == '-')
        {
            writer.Set(1, long.Parse(value));
        }
        else
        {
            writer.Set(1, ulong.Parse(value));
        }

        FastEncoder encoder = new(templates);
        bool isEncoded = encoder.TryEncode(writer, _target, out int bytes);

        Assert.Equal(expected, isEncoded ? Convert.ToHexString(_target.AsSpan(2, bytes - 2)) : encoder.Error.Code.ToString());
    }

    [Fact]
    public void Set_WhatTheTemplateDoesNotHave_IsMisplaced()
    {
        FastTemplates templates = Templates("<uInt32 name=\"A\" id=\"1\"/><group name=\"G\" id=\"2\"><uInt32 name=\"B\" id=\"3\"/></group>"
            + "<sequence name=\"S\" id=\"4\"><uInt32 name=\"C\" id=\"5\"/></sequence>");
        void IsMisplaced(Action<FastWriter> write)
        {
            FastWriter writer = new(templates);
            writer.Begin(templates.TemplateOf("T")!);
            write(writer);
            Assert.False(new FastEncoder(templates).TryEncode(writer, _target, out _));
            Assert.Equal(FastErrorCode.Misplaced, writer.Error.Code);
        }

        IsMisplaced(writer => writer.Set(9, 1));
        IsMisplaced(writer => writer.Set(3, 1));
        IsMisplaced(writer => { writer.Set(1, 1); writer.Set(1, 1); });
        IsMisplaced(writer => { writer.BeginGroup(2); writer.End(); writer.Set(1, 1); writer.Set(1, 1); });
        IsMisplaced(writer => writer.BeginGroup(4));
        IsMisplaced(writer => writer.BeginSequence(1));
        IsMisplaced(writer => { writer.BeginSequence(4); writer.Set(5, 1); });
        IsMisplaced(writer => writer.NextElement());
        IsMisplaced(writer => { writer.BeginGroup(2); writer.NextElement(); });
        IsMisplaced(writer => writer.End());
        IsMisplaced(writer => writer.BeginTemplate(templates.TemplateOf("T")!));
    }

    [Fact]
    public void TryEncode_DecimalWithConstantExponent_IsScaledOrRefused()
    {
        FastTemplates templates = Templates("<decimal name=\"F\" id=\"1\"><exponent><constant value=\"-2\"/></exponent></decimal>");
        FastEncoder encoder = new(templates);
        FastWriter writer = new(templates);
        string Encoded(long mantissa, int exponent)
        {
            writer.Begin(templates.TemplateOf("T")!);
            writer.Set(1, mantissa, exponent);
            bool isEncoded = encoder.TryEncode(writer, _target, out int bytes);
            return isEncoded ? Convert.ToHexString(_target.AsSpan(0, bytes)) : encoder.Error.Code.ToString();
        }

        Assert.Equal("C0800196", Encoded(15, -1));
        Assert.Equal("8085", Encoded(50, -3));
        Assert.Equal("D3", Encoded(5, -3));
        Assert.Equal("D3", Encoded(long.MaxValue, 0));
        Assert.Equal("8080", Encoded(0, 60));
    }

    [Fact]
    public void TryDecode_LongStreamOfStrings_KeepsThoseThatSeldomChange()
    {
        // Strings by the thousand, whose bytes move together again and again while one of them is as old as the stream.
        FastTemplates templates = Templates("<string name=\"A\" id=\"1\"><copy value=\"initial\"/></string>"
            + "<string name=\"B\" id=\"2\"><copy/></string>"
            + "<byteVector name=\"C\" id=\"3\"><delta/></byteVector><string name=\"D\" id=\"4\" presence=\"optional\"><tail/></string>");
        FastEncoder encoder = new(templates);
        FastDecoder decoder = new(templates);
        FastWriter writer = new(templates);
        Random random = new(5);
        int bytesOfOld = 0;
        for (int message = 0; message < 4_000; message++)
        {
            string[] texts =
            [
                message < 2_000 ? "initial" : "changed once",
                $"of hundred {message / 100}",
                new string((char)('a' + random.Next(26)), random.Next(40)),
                $"{random.Next(10_000, 99_999)}",
            ];
            bool hasLast = random.Next(3) > 0;
            writer.Begin(templates.TemplateOf("T")!);
            for (int field = 0; field < (hasLast ? 4 : 3); field++)
            {
                writer.Set(field + 1, Encoding.ASCII.GetBytes(texts[field]));
            }

            Assert.True(encoder.TryEncode(writer, _target, out int bytes), encoder.Error.ToString());
            Assert.True(decoder.TryDecode(_target.AsSpan(0, bytes), out FastMessage decoded, out _), decoder.Error.ToString());

            int seen = 0;
            foreach (FastValue value in decoded.Fields)
            {
                Assert.Equal(texts[value.Field.Tag - 1], Encoding.ASCII.GetString(value.Bytes));
                seen++;
            }

            Assert.Equal(hasLast ? 4 : 3, seen);
            bytesOfOld += texts[2].Length;
        }

        Assert.True(bytesOfOld > 16 * 4_096, "the first slab is used up many times");
    }

    [Fact]
    public void TryEncode_WarmEncoder_AllocatesNothing()
    {
        FastTemplates templates = Templates("<uInt32 name=\"A\" id=\"1\"><increment/></uInt32><string name=\"B\" id=\"2\"><delta/></string>"
            + "<sequence name=\"S\" id=\"3\"><decimal name=\"C\" id=\"4\"><delta/></decimal>"
            + "<byteVector name=\"D\" id=\"5\"><tail/></byteVector></sequence>");
        FastEncoder encoder = new(templates);
        FastWriter writer = new(templates);
        FastTemplate template = templates.TemplateOf("T")!;
        byte[] text = "ABCDEFGHIJ"u8.ToArray();
        void Work()
        {
            for (int count = 0; count < 10_000; count++)
            {
                writer.Begin(template);
                writer.Set(1, count);
                writer.Set(2, text.AsSpan(0, (count % 9) + 1));
                writer.BeginSequence(3);
                for (int element = 0; element < 3; element++)
                {
                    writer.NextElement();
                    writer.Set(4, count, -2);
                    writer.Set(5, text.AsSpan(count % 5, 4));
                }

                Assert.True(encoder.TryEncode(writer, _target, out _));
            }
        }

        Work();
        Allocation.AssertNone(Work);
    }

    [Fact]
    public void TryEncode_BeyondTheLimits_IsRefusedAsTheReceiverWould()
    {
        FastTemplates templates = Templates("<sequence name=\"S\" id=\"1\"><string name=\"A\" id=\"2\"><copy/></string></sequence>");
        FastWriter writer = new(templates);
        writer.Begin(templates.TemplateOf("T")!);
        writer.BeginSequence(1);
        for (int element = 0; element < 40; element++)
        {
            writer.NextElement();
            writer.Set(2, Encoding.ASCII.GetBytes($"{element:D4}"));
        }

        FastErrorCode Code(FastOptions options)
        {
            FastEncoder encoder = new(templates, options);
            bool isEncoded = encoder.TryEncode(writer, _target, out int bytes);
            FastDecoder decoder = new(templates, options);
            Assert.Equal(isEncoded, isEncoded && decoder.TryDecode(_target.AsSpan(0, bytes), out _, out _));
            return encoder.Error.Code;
        }

        FastOptions exact = new() { FieldsMax = 81, StringBytesMax = 4, MessageStringBytesMax = 160, SequenceLengthMax = 40 };
        Assert.Equal(FastErrorCode.None, Code(exact));
        Assert.Equal(FastErrorCode.TooManyFields, Code(new FastOptions { FieldsMax = 80 }));
        Assert.Equal(FastErrorCode.BytesTooLong, Code(new FastOptions { StringBytesMax = 3 }));
        Assert.Equal(FastErrorCode.BytesTooLong, Code(new FastOptions { MessageStringBytesMax = 159 }));
        Assert.Equal(FastErrorCode.SequenceTooLong, Code(new FastOptions { SequenceLengthMax = 39 }));
    }

    [Fact]
    public void TryEncode_MessageOfOtherTemplates_IsMisuse()
    {
        FastTemplates templates = Templates("");
        FastTemplates others = Templates("");

        Assert.Throws<ArgumentException>(() => new FastWriter(templates).Begin(others.TemplateOf("T")!));
        Assert.Throws<InvalidOperationException>(() => new FastEncoder(templates).TryEncode(new FastWriter(templates), _target, out _));
        Assert.Throws<ArgumentException>(() => new FastEncoder(templates).TryEncode(new FastWriter(others), _target, out _));
        Assert.Throws<ArgumentException>(() => new FastEncoder(templates).TryEncode(default(FastMessage), _target, out _));
    }

    private static FastTemplates Templates(string fields) =>
        FastTemplates.Read(new StringReader($"<templates><template name=\"T\" id=\"0\">{fields}</template></templates>"), "test");
}
