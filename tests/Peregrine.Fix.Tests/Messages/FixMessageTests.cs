using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

public class FixMessageTests
{
    [Fact]
    public void TryParse_Order_GivesTypedFields()
    {
        byte[] frame = Wire.Message(Wire.NewOrder);
        FixIndex index = new();

        Assert.True(index.TryParse(frame));

        FixMessage message = new(frame, index);
        Assert.Equal("D", Wire.Text(message.MsgType));
        Assert.True(message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id));
        Assert.Equal("C1", Wire.Text(id));
        Assert.True(message.TryGetDecimal(Tag.Price, out long mantissa, out int decimals));
        Assert.Equal((1025L, 2), (mantissa, decimals));
        Assert.True(message.TryGetLong(Tag.OrderQty, out long quantity));
        Assert.Equal(100, quantity);
        Assert.Equal((byte)'1', message.GetChar(Tag.Side));
        Assert.False(message.TryGet(Tag.Account, out _));
        Assert.False(message.IsYes(Tag.PossDupFlag));
    }

    [Fact]
    public void TryParse_DataFieldWithSeparatorsInside_TakesItsLength()
    {
        byte[] frame = Wire.Message("35=A|49=C|56=B|34=1|52=20260131-12:00:00|95=5|96=a|b=c|98=0|108=30|");
        FixIndex index = new();

        Assert.True(index.TryParse(frame));

        FixMessage message = new(frame, index);
        Assert.True(message.TryGet(96, out ReadOnlySpan<byte> data));
        Assert.Equal("a|b=c", Wire.Text(data));
        Assert.True(message.TryGetLong(Tag.HeartBtInt, out long interval));
        Assert.Equal(30, interval);
    }

    [Theory]
    [InlineData("35=0|58|49=C|")]
    [InlineData("35=0|=x|49=C|")]
    [InlineData("35=0|058=x|49=C|")]
    [InlineData("35=0|5x8=x|49=C|")]
    [InlineData("35=0|1234567890=x|49=C|")]
    [InlineData("35=A|95=500|96=short|49=C|")]
    [InlineData("35=A|95=2|96=short|49=C|")]
    public void TryParse_MalformedField_IsRefused(string body) => Assert.False(new FixIndex().TryParse(Wire.Message(body)));

    [Fact]
    public void TryParse_MostFields_AreTakenAndOneMoreIsRefused()
    {
        // 8, 9, 35 and 10 are four of them.
        string most = "35=0|" + string.Concat(Enumerable.Repeat("58=x|", FixIndex.FieldsMax - 4));

        Assert.True(new FixIndex().TryParse(Wire.Message(most)));
        Assert.False(new FixIndex().TryParse(Wire.Message(most + "58=x|")));
    }

    [Fact]
    public void ParseAndValidate_MutatedMessages_NeverThrow()
    {
        int rounds = Testing.ProofSize.Of(50_000, 10_000_000);
        byte[][] seeds = [Wire.Message(Wire.NewOrder), Wire.Message("35=A|49=C|56=B|34=1|52=20260131-12:00:00|98=0|108=30|95=3|96=a|b|141=Y|"),
            Wire.Message("35=D|34=2|49=C|52=20260131-12:00:00|56=B|11=1|453=2|448=a|447=D|452=1|448=b|54=1|55=X|60=20260131-12:00:00|40=1|")];
        FixIndex index = new();
        FixValidator validator = new(FixDictionaries.Fix44);
        int parsed = 0;
        int refused = 0;
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            byte[] bytes = Mutation.Reframe(Mutation.Of(seeds[seed % seeds.Length], random));
            try
            {
                if (!index.TryParse(bytes))
                {
                    continue;
                }

                parsed++;
                FixMessage message = new(bytes, index);
                if (FixDictionaries.Fix44.MessageOf(message.MsgType) is { } type)
                {
                    refused += validator.Validate(message, type, out _) == FixFault.None ? 0 : 1;
                }
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {Wire.Text(bytes)}: {failure}");
            }
        }

        Assert.True(parsed > rounds / 4
            && refused > rounds / 20, $"the damage is neither nothing nor everything: {parsed} parsed, {refused} refused of {rounds}");
    }

    [Fact]
    public void Fields_OfRecordedMarketData_MakeTheSameBytesAgain()
    {
        byte[] stream = File.ReadAllBytes(Testing.SharedData.Require("data/fix/fix.5.0.set.1"));
        FixIndex index = new(FixDictionaries.Fix50Sp2);
        List<byte> again = new(stream.Length);
        int messages = 0;
        for (int at = 0; at < stream.Length; messages++)
        {
            Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(stream.AsSpan(at), 1 << 16, out int bytes));
            Assert.True(index.TryParse(stream.AsSpan(at, bytes)), $"message {messages} at byte {at}");
            FixMessage message = new(stream.AsSpan(at, bytes), index);
            for (int place = 0; place < message.Count; place++)
            {
                again.AddRange(Wire.Bytes($"{message.Tags[place]}="));
                again.AddRange(message.Value(place));
                again.Add(1);
            }

            at += bytes;
        }

        Assert.Equal(13_888, messages);
        Assert.True(stream.AsSpan().SequenceEqual(again.ToArray()), "no byte is lost");
    }
}
