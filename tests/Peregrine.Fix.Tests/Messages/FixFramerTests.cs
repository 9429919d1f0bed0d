using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

public class FixFramerTests
{
    private const int FrameBytesMax = 8192;

    [Fact]
    public void TryFrame_WholeMessage_IsOk()
    {
        byte[] message = Wire.Message(Wire.NewOrder);

        FrameStatus status = FixFramer.TryFrame([.. message, .. "8=FI"u8], FrameBytesMax, out int bytes);

        Assert.Equal((FrameStatus.Ok, message.Length), (status, bytes));
    }

    [Fact]
    public void TryFrame_EveryPrefixOfAMessage_NeedsMore()
    {
        byte[] message = Wire.Message(Wire.NewOrder);

        for (int length = 0; length < message.Length; length++)
        {
            Assert.Equal(FrameStatus.NeedMore, FixFramer.TryFrame(message.AsSpan(0, length), FrameBytesMax, out int bytes));
            Assert.Equal(0, bytes);
        }
    }

    [Theory]
    [InlineData("xyz8=FIX.4.4|", 3)]
    [InlineData("8=FIX.4.4|35=D|8=FIX", 15)]
    [InlineData("8=FIX.4.4|9=|8=FIX.4.4|", 13)]
    [InlineData("8=FIX.4.4|9=-5|8=FIX.4.4|", 15)]
    [InlineData("8=FIX.4.4|9=1234567890|8=FIX.4.4|", 23)]
    [InlineData("8=FIX.4.4.4.4.4.4.4.4.4.4", 25)]
    [InlineData("garbage 8=FI", 8)]
    [InlineData("garbage 8", 8)]
    [InlineData("x", 1)]
    public void TryFrame_NoMessage_SkipsToWhereOneMayBegin(string text, int expected)
    {
        FrameStatus status = FixFramer.TryFrame(Wire.Bytes(text), FrameBytesMax, out int bytes);

        Assert.Equal((FrameStatus.Garbled, expected), (status, bytes));
    }

    [Fact]
    public void TryFrame_WrongCheckSum_SkipsTheMessage()
    {
        byte[] message = Wire.Message(Wire.NewOrder);
        message[^2] = message[^2] == (byte)'9' ? (byte)'0' : (byte)(message[^2] + 1);

        FrameStatus status = FixFramer.TryFrame(message, FrameBytesMax, out int bytes);

        Assert.Equal((FrameStatus.Garbled, message.Length), (status, bytes));
    }

    [Fact]
    public void TryFrame_CheckSumThatIsNoNumber_IsGarbled()
    {
        // The sum of this message is 000, so that a lenient reader would take -00 for it.
        byte[] message = Enumerable.Range(0, 90 * 90).Select(pad => Wire.Message($"35=0|58={(char)('!' + (pad % 90))}{(char)('!' + (pad / 90))}|"))
            .First(bytes => bytes.AsSpan().EndsWith("10=000\u0001"u8));
        Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(message, FrameBytesMax, out _));
        message[^4] = (byte)'-';

        Assert.Equal(FrameStatus.Garbled, FixFramer.TryFrame(message, FrameBytesMax, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void TryFrame_WrongBodyLength_FindsTheNextMessage(int error)
    {
        byte[] good = Wire.Message(Wire.NewOrder);
        byte[] bad = Wire.Bytes($"8=FIX.4.4|9={Wire.NewOrder.Length + error}|{Wire.NewOrder}10=000|");
        byte[] stream = [.. bad, .. good, .. good];

        Assert.Equal([good.Length, good.Length], Frames(stream));
    }

    [Theory]
    [InlineData("8")]
    [InlineData("8=FIX")]
    [InlineData("x8=FIX.4")]
    [InlineData("8=FIX.4.4|9")]
    [InlineData("8=FIX.4.4|9=")]
    [InlineData("8=FIX.4.4|9=12")]
    [InlineData("8=FIX.4.4|9=12|")]
    [InlineData("8=FIX.4.4|9=12|35=")]
    [InlineData("8=FIX.4.4|9=12|35=0|")]
    [InlineData("8=FIX.4.4|9=12|34=1|35=0|")]
    public void TryFrame_NoiseThatEndsLikeAMessageBegins_HidesNoneBehindIt(string noise)
    {
        byte[] good = Wire.Message(Wire.NewOrder);

        Assert.Equal([good.Length], Frames([.. Wire.Bytes(noise), .. good]));
    }

    [Fact]
    public void TryFrame_LargerThanAllowed_IsTooLong()
    {
        byte[] message = Wire.Message(Wire.NewOrder);

        Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(message, message.Length, out _));
        Assert.Equal(FrameStatus.TooLong, FixFramer.TryFrame(message, message.Length - 1, out _));
        Assert.Equal(FrameStatus.TooLong, FixFramer.TryFrame(Wire.Bytes("8=FIX.4.4|9=999999999|"), FrameBytesMax, out _));
    }

    [Fact]
    public void CheckSum_AnyLength_IsThePlainSum()
    {
        Random random = new(7);
        for (int length = 0; length < 600; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            int expected = 0;
            foreach (byte value in bytes)
            {
                expected += value;
            }

            Assert.Equal(expected & 255, FixFramer.CheckSum(bytes));
        }
    }

    [Fact]
    public void CheckSum_LongRunsOfLargeBytes_DoNotOverflow()
    {
        byte[] bytes = new byte[200_000];
        Array.Fill(bytes, (byte)255);

        Assert.Equal((int)(200_000L * 255 % 256), FixFramer.CheckSum(bytes));
    }

    [Fact]
    public void TryFrame_RecordedStream_FindsTheSameMessagesAsASplitAtBeginString()
    {
        byte[] stream = File.ReadAllBytes(Testing.SharedData.Require("data/fix/fix.4.1.set.1"));

        // An independent reader: every message of this file begins with the same five letters, and no field holds them.
        int expected = Wire.Text(stream).Split("8=FIX").Length - 1;

        Assert.Equal(expected, Frames(stream).Count);
    }

    [Fact]
    public void TryFrame_MutatedStreams_EndAndFindTheWholeMessageBehind()
    {
        int rounds = Testing.ProofSize.Of(20_000, 1_000_000);
        byte[] good = Wire.Message(Wire.NewOrder);
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            byte[] bad = Mutation.Of(good, random);
            byte[] stream = [.. bad, .. good];
            int at = 0;
            int steps = 0;
            FrameStatus status = FrameStatus.Garbled;
            for (; at < stream.Length && (status is FrameStatus.Ok or FrameStatus.Garbled); at += Take(stream, at, out status))
            {
                Assert.True(++steps <= stream.Length, $"no progress, seed {seed}");
            }

            // A mutated length may announce more than there is; otherwise everything is used up.
            Assert.True(at == stream.Length || status is FrameStatus.NeedMore or FrameStatus.TooLong, $"stopped at {at} with {status}, seed {seed}");
        }
    }

    private static int Take(byte[] stream, int at, out FrameStatus status)
    {
        status = FixFramer.TryFrame(stream.AsSpan(at), FrameBytesMax, out int bytes);
        Assert.True(bytes >= 0 && at + bytes <= stream.Length, "a frame lies inside of the data");
        Assert.Equal(status is FrameStatus.Ok or FrameStatus.Garbled, bytes > 0);
        return bytes;
    }

    private static List<int> Frames(byte[] stream)
    {
        List<int> lengths = [];
        for (int at = 0; at < stream.Length;)
        {
            FrameStatus status = FixFramer.TryFrame(stream.AsSpan(at), FrameBytesMax, out int bytes);
            if (status is FrameStatus.NeedMore or FrameStatus.TooLong)
            {
                break;
            }

            if (status == FrameStatus.Ok)
            {
                lengths.Add(bytes);
            }

            at += bytes;
        }

        return lengths;
    }
}
