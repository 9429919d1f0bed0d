using System.Globalization;
using System.Text;
using CsCheck;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class LobsterDecoderTests
{
    [Theory]
    [InlineData("34200.004241176,1,16113575,18,5853300,1\n", BookUpdateKind.Add, 34_200_004_241_176L, 16_113_575UL, 18, 5_853_300, Side.Buy)]
    [InlineData("34200.00426064,2,7,18,5853300,-1\r\n", BookUpdateKind.Reduce, 34_200_004_260_640L, 7UL, 18, 5_853_300, Side.Sell)]
    [InlineData("0,3,7,1,1,1,\n", BookUpdateKind.Delete, 0L, 7UL, 1, 1, Side.Buy)]
    [InlineData("86400.0,4,7,1,0,1,null\n", BookUpdateKind.Execute, 86_400_000_000_000L, 7UL, 1, 0, Side.Buy)]
    [InlineData("1.1,5,0,4294967295,1,-1\n", BookUpdateKind.Trade, 1_100_000_000L, 0UL, uint.MaxValue, 1, Side.Buy)]
    [InlineData("1.1234567891,6,9223372036854775807,0,1,-1\n", BookUpdateKind.Trade, 1_123_456_789L, (ulong)long.MaxValue, 0, 1, (Side)0)]
    [InlineData("34200.0,6,-1,1000,5855300,-1\n", BookUpdateKind.Trade, 34_200_000_000_000L, 0UL, 1_000, 5_855_300, (Side)0)]
    [InlineData("57600.0,6,-4,0,0,1\n", BookUpdateKind.Trade, 57_600_000_000_000L, 0UL, 0, 0, (Side)0)]
    [InlineData("36023,7,-1,0,1,-1\n", BookUpdateKind.Other, 36_023_000_000_000L, 0UL, 0, 1, Side.Sell)]
    [InlineData("36023,7,0,0,-1,-1\n", BookUpdateKind.Other, 36_023_000_000_000L, 0UL, 0, -1, Side.Sell)]
    public void TryDecode_EveryType_GivesItsUpdate(string line, BookUpdateKind kind, long timeNs, ulong orderId, long quantity, long price, Side side)
    {
        byte[] data = Encoding.ASCII.GetBytes(line + "next");

        FeedStatus status = LobsterDecoder.TryDecode(data, isLast: false, out BookUpdate update, out int bytes);

        Assert.Equal((FeedStatus.Ok, line.Length), (status, bytes));
        Assert.Equal((kind, timeNs, orderId, quantity, price, side),
            (update.Kind, update.TimeNs, update.OrderId, update.Quantity, update.Price, update.Side));
        Assert.Equal((line[line.IndexOf(',') + 1], true, 0), ((char)update.FeedType, update.IsEventEnd, update.InstrumentId));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void TryDecode_EmptyLine_IsNothing(string line)
    {
        byte[] data = Encoding.ASCII.GetBytes(line + "1,1,1,1,1,1\n");

        Assert.Equal(FeedStatus.Ok, LobsterDecoder.TryDecode(data, isLast: true, out BookUpdate update, out int bytes));
        Assert.Equal(((BookUpdateKind)0, line.Length), (update.Kind, bytes));
    }

    [Theory]
    [InlineData("time,type,order,size,price,direction")]
    [InlineData("-1,1,1,1,1,1")]
    [InlineData("86401,1,1,1,1,1")]
    [InlineData("99999999999,1,1,1,1,1")]
    [InlineData("1.,1,1,1,1,1")]
    [InlineData("1.1234567891234,1,1,1,1,1")]
    [InlineData("1.1x,1,1,1,1,1")]
    [InlineData("1.1,0,1,1,1,1")]
    [InlineData("1.1,8,1,1,1,1")]
    [InlineData("1.1,-1,1,1,1,1")]
    [InlineData("1.1,1,-1,1,1,1")]
    [InlineData("1.1,1,9223372036854775808,1,1,1")]
    [InlineData("1.1,1,1,-1,1,1")]
    [InlineData("1.1,1,1,4294967296,1,1")]
    [InlineData("1.1,1,1,1.5,1,1")]
    [InlineData("1.1,1,1,1,9223372036854775808,1")]
    [InlineData("1.1,1,1,1,1,0")]
    [InlineData("1.1,1,1,1,1,2")]
    [InlineData("1.1,1,1,1,1,1x")]
    [InlineData("1.1,1,1,1,1,")]
    [InlineData("1.1,1,1,1,1")]
    [InlineData("1.1,1,1,1")]
    [InlineData("1.1,1, 1,1,1,1")]
    [InlineData("1.1;1;1;1;1;1")]
    public void TryDecode_WrongLine_IsMalformedAndCanBeSkipped(string line)
    {
        byte[] data = Encoding.ASCII.GetBytes(line + "\n1,1,1,1,1,1\n");

        FeedStatus status = LobsterDecoder.TryDecode(data, isLast: true, out _, out int bytes);

        Assert.Equal((FeedStatus.Malformed, line.Length + 1), (status, bytes));
        Assert.Equal(FeedStatus.Ok, LobsterDecoder.TryDecode(data.AsSpan(bytes), isLast: true, out _, out _));
    }

    [Fact]
    public void TryDecode_LineWithoutEnd_NeedsMoreUnlessLast()
    {
        byte[] data = "1.5,1,2,3,4,-1"u8.ToArray();

        FeedStatus more = LobsterDecoder.TryDecode(data, isLast: false, out _, out int moreBytes);
        FeedStatus last = LobsterDecoder.TryDecode(data, isLast: true, out BookUpdate update, out int lastBytes);

        Assert.Equal((FeedStatus.Truncated, 0), (more, moreBytes));
        Assert.Equal((FeedStatus.Ok, data.Length, 2UL), (last, lastBytes, update.OrderId));
        Assert.Equal(FeedStatus.Truncated, LobsterDecoder.TryDecode(data.AsSpan(0, 9), isLast: true, out _, out _));
        Assert.Equal(FeedStatus.End, LobsterDecoder.TryDecode(default, isLast: false, out _, out _));
    }

    [Theory]
    [InlineData(LobsterDecoder.LineBytesMax - 1, FeedStatus.Ok)]
    [InlineData(LobsterDecoder.LineBytesMax, FeedStatus.Malformed)]
    public void TryDecode_LongLine_HasABound(int lineBytes, FeedStatus expected)
    {
        string line = "1.5,1,2,3,4,-1,".PadRight(lineBytes, 'x') + "\n";

        FeedStatus status = LobsterDecoder.TryDecode(Encoding.ASCII.GetBytes(line), isLast: true, out _, out _);

        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData("9223372036854775807", FeedStatus.Ok)]
    [InlineData("-9223372036854775808", FeedStatus.Ok)]
    [InlineData("9223372036854775808", FeedStatus.Malformed)]
    [InlineData("-9223372036854775809", FeedStatus.Malformed)]
    [InlineData("18446744073709551616", FeedStatus.Malformed)]
    [InlineData("99999999999999999999", FeedStatus.Malformed)]
    [InlineData("-", FeedStatus.Malformed)]
    [InlineData("", FeedStatus.Malformed)]
    public void TryDecode_PricesAtTheBounds_TakesWhatFits(string price, FeedStatus expected)
    {
        byte[] line = Encoding.ASCII.GetBytes($"34200.1,1,7,10,{price},1\n");
        FeedStatus status = LobsterDecoder.TryDecode(line, isLast: false, out BookUpdate update, out _);

        Assert.Equal(expected, status);
        Assert.True(expected != FeedStatus.Ok || update.Price == long.Parse(price, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void TryDecode_WrittenLines_RoundTrip()
    {
        Gen<(long, int, long, uint, long, bool)> lines = Gen.Select(
            Gen.Long[0, 86_399_999_999_999], Gen.Int[1, 7], Gen.Long[0, long.MaxValue], Gen.UInt, Gen.Long, Gen.Bool);

        lines.Sample(line =>
        {
            (long timeNs, int type, long id, uint quantity, long price, bool isBuy) = line;
            string text = FormattableString.Invariant(
                $"{timeNs / 1_000_000_000}.{timeNs % 1_000_000_000:d9},{type},{id},{quantity},{price},{(isBuy ? 1 : -1)}\n");
            FeedStatus status = LobsterDecoder.TryDecode(Encoding.ASCII.GetBytes(text), isLast: false, out BookUpdate update, out int bytes);
            return status == FeedStatus.Ok && bytes == text.Length && update.TimeNs == timeNs && update.FeedType == '0' + type
                && update.OrderId == (ulong)id
                && update.Quantity == quantity && update.Price == price
                && update.Side == type switch { 5 => isBuy ? Side.Sell : Side.Buy, 6 => 0, _ => isBuy ? Side.Buy : Side.Sell };
        });
    }
}
