using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>Whatever the bytes are: no exception, no byte beyond them, bounded work, and a decoder that goes on when it is reset.</summary>
public class FastFuzzTests
{
    private const int FieldsMax = 2_000;

    [Fact]
    public void TryDecode_AnyBytes_EndsInAMessageOrAnError()
    {
        int rounds = Testing.ProofSize.Of(20_000, 10_000_000);
        const int RoundsOfTemplates = 200;
        int messages = 0;
        int errors = 0;
        HashSet<FastErrorCode> codes = [];
        byte[] target = new byte[1 << 16];
        for (int seed = 0; seed < rounds / RoundsOfTemplates; seed++)
        {
            Random random = new(seed);
            FastMaker maker = new(random);
            string xml = maker.Templates();
            FastTemplates templates = FastTemplates.Read(new StringReader(xml), $"seed {seed}");
            FastOptions options = new()
            {
                FieldsMax = FieldsMax,
                SequenceLengthMax = 200,
                StringBytesMax = 300,
                MessageStringBytesMax = 3_000,
                AllowsOverlong = random.Next(2) == 0,
            };
            FastDecoder decoder = new(templates, options);
            FastEncoder encoder = new(templates, options);
            FastDecoder again = new(templates, options);
            byte[][] good = Good(maker, random, xml);
            for (int round = 0; round < RoundsOfTemplates; round++)
            {
                byte[] bytes = Bytes(good, random);
                bool isDecoded = decoder.TryDecode(bytes, out FastMessage message, out int length);
                Assert.Equal(isDecoded, decoder.Error.Code == FastErrorCode.None);
                if (!isDecoded)
                {
                    Assert.True(decoder.IsOutOfStep && length == 0 && decoder.Error.Offset <= bytes.Length, $"seed {seed}, round {round}");
                    Assert.Contains(decoder.Error.Code.ToString(), decoder.Error.ToString(), StringComparison.Ordinal);
                    codes.Add(decoder.Error.Code);
                    decoder.Reset();
                    encoder.Reset();
                    again.Reset();
                    errors++;
                    continue;
                }

                string shown = ModelGroup.Show(message.Fields);
                string about = $"seed {seed}, round {round}: {Convert.ToHexString(bytes)}\n{xml}\n{shown}";
                Assert.True(length > 0 && length <= bytes.Length, about);

                // What was taken can be sent, unless a key is shared in a way that only some bytes get through.
                if (encoder.TryEncode(message, target, out int written))
                {
                    Assert.True(again.TryDecode(target.AsSpan(0, written), out FastMessage copy, out _), $"{about}: {again.Error}");
                    Assert.Equal(shown, ModelGroup.Show(copy.Fields));
                }
                else
                {
                    decoder.Reset();
                    encoder.Reset();
                    again.Reset();
                }

                messages++;
            }
        }

        Assert.True(messages > rounds / 20 && errors > rounds / 5, $"{messages} messages, {errors} errors");
        Assert.True(codes.Count >= 10, $"only {string.Join(", ", codes)}");
    }

    [Fact]
    public void TryDecode_EveryPrefixAndEveryByteOfARecordedStart_EndsWithoutAnException()
    {
        // A packet as it is sent, cut at each place and with each byte as any other.
        FastTemplates templates = FastTemplates.Read(new StringReader("<templates><template name=\"T\" id=\"0\"><uInt32 name=\"A\"><copy/></uInt32>"
            + "<sequence name=\"S\"><string name=\"B\"><delta/></string><decimal name=\"C\"><exponent><copy/></exponent><mantissa><delta/></mantissa>"
            + "</decimal><byteVector name=\"D\" presence=\"optional\"><tail/></byteVector></sequence></template></templates>"), "packet");
        FastDecoder decoder = new(templates, new FastOptions { Reset = FastReset.EachMessage });
        byte[] packet = Convert.FromHexString("E080010582E0804142C3FE09AE84010203E081C480FE820909".Replace(" ", "", StringComparison.Ordinal));
        for (int length = 0; length < packet.Length; length++)
        {
            _ = decoder.TryDecode(packet.AsSpan(0, length), out _, out _);
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = [.. packet];
                changed[length] = (byte)value;

                bool isDecoded = decoder.TryDecode(changed, out _, out int bytes);

                Assert.True(isDecoded ? bytes <= packet.Length : decoder.Error.Offset <= packet.Length, $"byte {length} as {value}");
            }
        }
    }

    private static byte[][] Good(FastMaker maker, Random random, string xml)
    {
        FastModel model = new(xml);
        List<byte[]> good = [[0xC0, 0x80]];
        foreach ((string template, ModelGroup group) in FastModelTests.Messages(maker, random, xml))
        {
            try
            {
                good.Add(model.Encode(template, group));
                model.Reset();
            }
            catch (ModelException)
            {
                // Its template cannot carry it.
            }
        }

        return [.. good];
    }

    private static byte[] Bytes(byte[][] good, Random random)
    {
        byte[] chosen = good[random.Next(good.Length)];
        switch (random.Next(6))
        {
            case 0:
                byte[] noise = new byte[random.Next(1, 60)];
                random.NextBytes(noise);
                return noise;
            case 1:
                // A right head, so that noise gets to the fields.
                byte[] body = new byte[random.Next(1, 60)];
                random.NextBytes(body);
                return [(byte)(0xC0 | random.Next(64)), (byte)(0x80 | (random.Next(3) * 60)), .. body];
            case 2:
                return chosen[..random.Next(chosen.Length)];
            case 3:
                return chosen;
            default:
                return Mutation.Of(chosen, random);
        }
    }
}
