using System.Xml.Linq;
using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>Our decoder and encoder beside the slow model, over random templates and messages.</summary>
public class FastModelTests
{
    [Fact]
    public void Decode_WhatTheModelEncodes_IsTheMessage()
    {
        int rounds = Testing.ProofSize.Of(150, 40_000);
        int messages = 0;
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            FastMaker maker = new(random);
            string xml = maker.Templates();
            FastModel model = new(xml) { Choices = random.Next(2) == 0 ? random : null };
            FastDecoder decoder = new(FastTemplates.Read(new StringReader(xml), $"seed {seed}"));
            foreach ((string template, ModelGroup group) in Messages(maker, random, xml))
            {
                byte[] bytes;
                try
                {
                    bytes = model.Encode(template, group);
                }
                catch (ModelException)
                {
                    continue;
                }

                bool isDecoded = decoder.TryDecode(bytes, out FastMessage message, out int length);

                Assert.True(isDecoded, $"seed {seed}: {decoder.Error}\n{xml}\n{group}\n{Convert.ToHexString(bytes)}");
                Assert.Equal((template, bytes.Length), (message.Template.Name, length));
                Assert.True(group.ToString() == ModelGroup.Show(message.Fields),
                    $"seed {seed}\n{xml}\n{group}\n{ModelGroup.Show(message.Fields)}\n{Convert.ToHexString(bytes)}");
                messages++;
            }
        }

        Assert.True(messages > rounds * 4, $"only {messages} messages of {rounds} sets of templates");
    }

    [Fact]
    public void Decode_DamagedMessages_AreTheSameToTheModel()
    {
        int rounds = Testing.ProofSize.Of(150, 50_000);
        int errors = 0;
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            FastMaker maker = new(random);
            string xml = maker.Templates();
            FastModel sender = new(xml);
            FastModel model = new(xml);
            FastDecoder decoder = new(FastTemplates.Read(new StringReader(xml), $"seed {seed}"));
            foreach ((string template, ModelGroup group) in Messages(maker, random, xml))
            {
                byte[] bytes = Damaged(sender, template, group, random);
                (string expected, FastErrorCode code) = Decoded(model, bytes);

                bool isDecoded = decoder.TryDecode(bytes, out FastMessage message, out _);

                string shown = isDecoded ? message.Template.Name + ModelGroup.Show(message.Fields) : "";
                Assert.True(expected == shown && code == decoder.Error.Code,
                    $"seed {seed}: {decoder.Error}, expected {code}\n{xml}\n{expected}\n{shown}\n{Convert.ToHexString(bytes)}");
                if (code != FastErrorCode.None)
                {
                    Assert.True(decoder.IsOutOfStep, $"seed {seed}: an error leaves the decoder out of step");
                    sender.Reset();
                    model.Reset();
                    decoder.Reset();
                    errors++;
                }
            }
        }

        Assert.True(errors > rounds, $"only {errors} errors of {rounds} sets of templates");
    }

    [Fact]
    public void Encode_AnyMessage_IsWhatTheModelWrites()
    {
        int rounds = Testing.ProofSize.Of(150, 40_000);
        int messages = 0;
        int refused = 0;
        byte[] target = new byte[1 << 16];
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            FastMaker maker = new(random);
            string xml = maker.Templates();
            FastModel sender = new(xml);
            FastModel receiver = new(xml);
            FastTemplates templates = FastTemplates.Read(new StringReader(xml), $"seed {seed}");
            FastEncoder encoder = new(templates);
            FastEncoder again = new(templates);
            FastDecoder decoder = new(templates);
            FastWriter writer = new(templates);
            foreach ((string template, ModelGroup group) in Messages(maker, random, xml))
            {
                (byte[] expected, FastErrorCode code) = Encoded(sender, template, group);
                writer.Begin(templates.TemplateOf(template)!);
                WriterDriver.Write(writer, templates.TemplateOf(template)!.Fields, group, random.Next(3) == 0 ? random : null);

                bool isEncoded = encoder.TryEncode(writer, target, out int bytes);

                string about = $"seed {seed}: {encoder.Error}, expected {code}\n{xml}\n{group}\n{Convert.ToHexString(expected)}\n";
                Assert.True(code == encoder.Error.Code && isEncoded == (code == FastErrorCode.None), about);
                Assert.True(expected.AsSpan().SequenceEqual(target.AsSpan(0, bytes)), about + Convert.ToHexString(target.AsSpan(0, bytes)));
                if (!isEncoded)
                {
                    refused++;
                    continue;
                }

                // There and back: the model reads it, and what our decoder shows is written as the same bytes.
                Assert.Equal(group.ToString(), receiver.Decode(expected).Group.ToString());
                Assert.True(decoder.TryDecode(expected, out FastMessage message, out _), about + decoder.Error);
                Assert.True(again.TryEncode(message, target, out bytes), about + again.Error);
                Assert.True(expected.AsSpan().SequenceEqual(target.AsSpan(0, bytes)), about + Convert.ToHexString(target.AsSpan(0, bytes)));
                messages++;
            }
        }

        Assert.True(messages > rounds * 4 && refused > 0, $"{messages} messages, {refused} refused, of {rounds} sets of templates");
    }

    private static (byte[] Bytes, FastErrorCode Code) Encoded(FastModel model, string template, ModelGroup group)
    {
        try
        {
            return (model.Encode(template, group), FastErrorCode.None);
        }
        catch (ModelException wrong)
        {
            return ([], wrong.Code);
        }
    }

    private static byte[] Damaged(FastModel sender, string template, ModelGroup group, Random random)
    {
        byte[] bytes;
        try
        {
            bytes = sender.Encode(template, group);
        }
        catch (ModelException)
        {
            bytes = [0xC0, 0x80, 0x80, 0x80];
        }

        switch (random.Next(6))
        {
            case 0:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                break;
            case 1:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes = bytes[..random.Next(bytes.Length)];
                break;
            case 3:
                int at = random.Next(bytes.Length);
                bytes = [.. bytes[..at], (byte)(random.Next(3) * 0x40), .. bytes[at..]];
                break;
            default:
                break;
        }

        return bytes;
    }

    private static (string Text, FastErrorCode Code) Decoded(FastModel model, byte[] bytes)
    {
        try
        {
            (string name, ModelGroup group, _) = model.Decode(bytes);
            return (name + group, FastErrorCode.None);
        }
        catch (ModelException wrong)
        {
            return ("", wrong.Code);
        }
    }

    internal static IEnumerable<(string Template, ModelGroup Group)> Messages(FastMaker maker, Random random, string xml)
    {
        XElement root = XElement.Parse(xml);
        XElement[] templates = [.. root.Elements("template")];
        for (int count = 0; count < 12; count++)
        {
            XElement template = templates[random.Next(templates.Length)];
            yield return (template.Attribute("name")!.Value, maker.Message(root, template));
        }
    }
}
