using System.Text;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class Itch50DecoderTests
{
    // Locate 258, tracking 772, time 0x0102_0304_0506.
    private const string Head = "0102" + "0304" + "010203040506";
    private const string Id = "1112131415161718";
    private const string NewId = "2122232425262728";
    private const string Aapl = "4141504C20202020";

    /// <summary>Every message type of the specification, written field by field.</summary>
    public static TheoryData<char, string> Messages => new()
    {
        { 'S', "4F" },
        { 'R', Aapl + "51" + "4E" + "00000064" + "4E" + "43" + "5A20" + "50" + "4E" + "4E" + "31" + "4E" + "00000000" + "4E" },
        { 'H', Aapl + "54" + "20" + "20202020" },
        { 'Y', Aapl + "30" },
        { 'L', "4142434420202020"[..8] + Aapl + "59" + "4E" + "41" },
        { 'V', "0000000000000001" + "0000000000000002" + "0000000000000003" },
        { 'W', "31" },
        { 'K', Aapl + "00008CA0" + "41" + "00010000" },
        { 'J', Aapl + "00010000" + "00010001" + "00010002" + "00000000" },
        { 'h', Aapl + "51" + "48" },
        { 'A', Id + "42" + "00000064" + Aapl + "00164960" },
        { 'F', Id + "53" + "00000064" + Aapl + "00164960" + "4D504944" },
        { 'E', Id + "00000064" + NewId },
        { 'C', Id + "00000064" + NewId + "4E" + "00164960" },
        { 'X', Id + "00000064" },
        { 'D', Id },
        { 'U', Id + NewId + "00000064" + "00164960" },
        { 'P', Id + "42" + "00000064" + Aapl + "00164960" + NewId },
        { 'Q', "0000000000000064" + Aapl + "00164960" + NewId + "4F" },
        { 'B', NewId },
        { 'I', "0000000000000001" + "0000000000000002" + "42" + Aapl + "00000001" + "00000002" + "00000003" + "4F" + "4C" },
        { 'N', Aapl + "41" },
        { 'O', Aapl + "59" + "00000001" + "00000002" + "00000003" + "0000000000000004" + "00000005" + "00000006" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void TryDecode_EveryType_HasTheLengthAndHeadOfTheSpecification(char type, string body)
    {
        byte[] message = Message(type, body);

        FeedStatus status = Itch50Decoder.TryDecode(message, out BookUpdate update);

        Assert.Equal((FeedStatus.Ok, Itch50Decoder.LengthOf((byte)type)), (status, message.Length));
        Assert.True(message.Length <= Itch50Decoder.BytesMax);
        Assert.Equal(((byte)type, 258, 0x0102_0304_0506L, true), (update.FeedType, update.InstrumentId, update.TimeNs, update.IsEventEnd));
        Assert.Equal(Expected(type), (update.Kind, update.OrderId, update.NewOrderId, update.Quantity, update.Price, update.Side));
    }

    [Fact]
    public void LengthOf_AllLetters_KnowsTheTypesOfTheSpecification()
    {
        string known = string.Concat(Enumerable.Range(0, 256).Where(type => Itch50Decoder.LengthOf((byte)type) > 0)
            .Select(type => (char)type).Order());

        string expected = string.Concat(Messages.Select(row => row.Data.Item1).Order());
        Assert.Equal(expected, known);
        Assert.Equal(23, known.Length);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void TryDecode_AnotherLength_IsMalformed(char type, string body)
    {
        byte[] message = Message(type, body);

        for (int bytes = 0; bytes < 64; bytes++)
        {
            byte[] other = new byte[bytes];
            message.AsSpan(0, Math.Min(bytes, message.Length)).CopyTo(other);
            FeedStatus status = Itch50Decoder.TryDecode(other, out _);
            Assert.True(status == (bytes == message.Length ? FeedStatus.Ok : FeedStatus.Malformed), $"{type} of {bytes} bytes is {status}");
        }
    }

    [Theory]
    [InlineData('A', "00164960")]
    [InlineData('F', "001649604D504944")]
    [InlineData('P', "001649602122232425262728")]
    public void TryDecode_OtherSide_IsMalformed(char type, string tail)
    {
        foreach (byte side in (byte[])[0, (byte)'A', (byte)'b', (byte)'s', 255])
        {
            FeedStatus status = Itch50Decoder.TryDecode(Message(type, $"{Id}{side:X2}00000064{Aapl}{tail}"), out _);

            Assert.True(status == FeedStatus.Malformed, $"side {side} of {type} is {status}");
        }
    }

    [Fact]
    public void TryDecode_LargestNumbers_StayPositive()
    {
        _ = Itch50Decoder.TryDecode(Message('A', "FFFFFFFFFFFFFFFF" + "53" + "FFFFFFFF" + Aapl + "FFFFFFFF"), out BookUpdate add);
        _ = Itch50Decoder.TryDecode(Message('Q', "FFFFFFFFFFFFFFFF" + Aapl + "FFFFFFFF" + NewId + "4F"), out BookUpdate cross);

        Assert.Equal((ulong.MaxValue, uint.MaxValue, uint.MaxValue), (add.OrderId, add.Quantity, add.Price));
        Assert.Equal((long.MaxValue, uint.MaxValue), (cross.Quantity, cross.Price));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void SymbolOf_AnyMessage_IsItsSymbolOrEmpty(char type, string body)
    {
        byte[] message = Message(type, body);

        string symbol = Encoding.ASCII.GetString(Itch50Decoder.SymbolOf(message));

        Assert.Equal("RAFPQ".Contains(type) ? "AAPL" : "", symbol);
        Assert.True(Itch50Decoder.SymbolOf(message.AsSpan(0, message.Length - 1)).IsEmpty, "a cut message has no symbol");
        Assert.True(Itch50Decoder.SymbolOf(default).IsEmpty);
    }

    [Fact]
    public void TryDecode_RecordedDay_HasTheCountsOfTheNotes()
    {
        byte[] data = File.ReadAllBytes(SharedData.Require("data/itch/lync_real_sample_slice.itch"));
        (int messages, int wrong, int unnamed, int at) = (0, 0, 0, 0);
        HashSet<char> types = [];

        while (MoldUdp64.TryMessage(data, at, out ReadOnlySpan<byte> message))
        {
            wrong += Itch50Decoder.TryDecode(message, out BookUpdate update) == FeedStatus.Ok ? 0 : 1;
            unnamed += update.Kind == BookUpdateKind.Directory && Itch50Decoder.SymbolOf(message).IsEmpty ? 1 : 0;
            types.Add((char)update.FeedType);
            messages++;
            at += 2 + message.Length;
        }

        Assert.Equal((35_581, 0, 0, "HLRSY"), (messages, wrong, unnamed, string.Concat(types.Order())));
    }

    private static byte[] Message(char type, string body) => Convert.FromHexString($"{(int)type:X2}{Head}{body}");

    private static (BookUpdateKind, ulong, ulong, long, long, Side) Expected(char type)
    {
        const ulong id = 0x1112131415161718;
        const ulong newId = 0x2122232425262728;
        return type switch
        {
            'A' => (BookUpdateKind.Add, id, 0, 100, 1_460_576, Side.Buy),
            'F' => (BookUpdateKind.Add, id, 0, 100, 1_460_576, Side.Sell),
            'E' or 'C' => (BookUpdateKind.Execute, id, 0, 100, 0, 0),
            'X' => (BookUpdateKind.Reduce, id, 0, 100, 0, 0),
            'D' => (BookUpdateKind.Delete, id, 0, 0, 0, 0),
            'U' => (BookUpdateKind.Replace, id, newId, 100, 1_460_576, 0),
            'P' => (BookUpdateKind.Trade, id, 0, 100, 1_460_576, Side.Sell),
            'Q' => (BookUpdateKind.Trade, 0, 0, 100, 1_460_576, 0),
            'R' => (BookUpdateKind.Directory, 0, 0, 0, 0, 0),
            _ => (BookUpdateKind.Other, 0, 0, 0, 0, 0),
        };
    }
}
