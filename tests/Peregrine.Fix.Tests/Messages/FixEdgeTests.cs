using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Tests.Session;

namespace Peregrine.Fix.Tests.Messages;

/// <summary>Values at their limits and beside them: the last that is right and the first that is not.</summary>
public class FixEdgeTests
{
    [Theory]
    [InlineData("123456789012345678", 123456789012345678, 0)]
    [InlineData("-999999999999999999", -999999999999999999, 0)]
    [InlineData("12345678.9012345678", 123456789012345678, 10)]
    [InlineData("000000000000000000000012.50000000000000000000", 125, 1)]
    public void Decimal_OfEighteenDigitsThatCount_IsRead(string text, long mantissa, int decimals)
    {
        Assert.True(FixText.TryDecimal(Encoding.ASCII.GetBytes(text), out long read, out int places));

        Assert.Equal((mantissa, decimals), (read, places));
    }

    [Theory]
    [InlineData("1234567890123456789")]
    [InlineData("12345678.90123456789")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("-.")]
    public void Decimal_OfOneDigitMoreOrNone_IsRefused(string text) => Assert.False(FixText.TryDecimal(Encoding.ASCII.GetBytes(text), out _, out _));

    [Theory]
    [InlineData("999999999", true, 999_999_999)]
    [InlineData("-999999999", true, -999_999_999)]
    [InlineData("1000000000", false, 0)]
    [InlineData("-1000000000", false, 0)]
    public void Int_AtItsLimits_IsReadAndBeyondRefused(string text, bool isRead, int value)
    {
        Assert.Equal(isRead, FixText.TryInt(Encoding.ASCII.GetBytes(text), out int read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("8=FIX.4.4|9=5|35=0X10=", "|")]
    [InlineData("8=FIX.4.4|9=5|35=0|10=", "X")]
    public void Frame_WhoseFieldsDoNotEnd_IsGarbled(string front, string end)
    {
        byte[] bytes = Wire.Bytes(front);
        int body = front.IndexOf("10=", StringComparison.Ordinal);
        int sum = bytes[..body].Sum(value => value) & 255;
        byte[] frame = [.. bytes, .. Wire.Bytes($"{sum:000}{end}")];

        Assert.Equal(FrameStatus.Garbled, FixFramer.TryFrame(frame, 8_192, out int skipped));
        Assert.True(skipped > 0, "what is garbled is skipped");
    }

    [Theory]
    [InlineData("8=FIX.4.4444444", FrameStatus.NeedMore)]
    [InlineData("8=FIX.4.44444444", FrameStatus.Garbled)]
    public void Frame_OfABeginStringWithoutAnEnd_NeedsMoreUpToSixteenBytes(string text, FrameStatus expected) =>
        Assert.Equal(expected, FixFramer.TryFrame(Wire.Bytes(text), 8_192, out _));

    [Fact]
    public void Index_OfALengthWithoutItsData_ForgetsIt()
    {
        byte[] frame = Wire.Message("35=A|49=C|56=B|34=1|52=20260131-12:00:00|95=5|58=x|96=ab|98=0|108=30|");
        FixIndex index = new();

        Assert.True(index.TryParse(frame));
        Assert.True(new FixMessage(frame, index).TryGet(96, out ReadOnlySpan<byte> data));
        Assert.Equal("ab", Wire.Text(data));
    }

    [Theory]
    [InlineData("54=1|", '1')]
    [InlineData("54=12|", 0)]
    [InlineData("54=|", 0)]
    public void Char_OfAnotherLengthThanOne_IsNone(string field, int expected)
    {
        byte[] frame = Wire.Message($"35=D|49=C|56=B|34=1|52=20260131-12:00:00|{field}");
        FixIndex index = new();

        Assert.True(index.TryParse(frame));
        Assert.Equal(expected, new FixMessage(frame, index).GetChar(Tag.Side));
    }

    [Theory]
    [InlineData("64=20230415|", FixFault.None, 0)]
    [InlineData("64=202304155|", FixFault.IncorrectDataFormat, 64)]
    [InlineData("64=2023041|", FixFault.IncorrectDataFormat, 64)]
    [InlineData("59=00|", FixFault.IncorrectDataFormat, 59)]
    public void Validate_OfALengthBesideTheRightOne_IsAFault(string field, FixFault fault, int tag) =>
        Assert.Equal((fault, tag), Wire.Validate($"{Wire.NewOrder.Replace("59=0|", "")}{field}"));

    [Theory]
    [InlineData(4_999, false)]
    [InlineData(5_000, true)]
    [InlineData(957, false)]
    public void Tags_WhereTheUsersBegin_AreDefined(int tag, bool isDefined) => 
        Assert.Equal(isDefined ? FixFault.None : FixFault.InvalidTagNumber, Wire.Validate($"{Wire.NewOrder}{tag}=x|").Fault);

    [Fact]
    public void ValuesOf_SideAndOrdType_AreAllThoseOfTheStandard()
    {
        // FIX 4.4, volume 6: 54 and 40.
        Assert.Equal("123456789ABCDEFG", string.Concat(FixDictionaries.Fix44.FieldOf(Tag.Side)!.Values.Select(value => value.Value)));
        Assert.Equal("12346789DEGIJKLMP", string.Concat(FixDictionaries.Fix44.FieldOf(Tag.OrdType)!.Values.Select(value => value.Value)));
    }

    [Theory]
    [InlineData(999_999, true)]
    [InlineData(1_000_000, false)]
    public void Writer_OfTheLongestBody_Finishes(int bodyBytes, bool isFinished)
    {
        byte[] target = new byte[1_100_000];
        FixWriter writer = new(target, "FIX.4.4"u8, "0"u8);
        writer.Add(Tag.Text, new byte[bodyBytes - "35=0|58=|".Length]);

        Assert.Equal(isFinished, writer.TryFinish(out int bytes));
        Assert.Equal(isFinished ? $"9={bodyBytes}" : "9=000000", Encoding.ASCII.GetString(target, 10, 8));
        Assert.Equal(isFinished ? bodyBytes + "8=FIX.4.4|9=999999|".Length + "10=000|".Length : 0, bytes);
    }

    [Fact]
    public void Resend_OfSessionMessagesUpToTheLast_IsOneGapFill()
    {
        // 1 Logon, 2 to 4 Heartbeats.
        SessionBench bench = new SessionBench().LogOn();
        for (int sequence = 2; sequence <= 4; sequence++)
        {
            bench.Peer("1", sequence, "112=a|");
        }

        _ = bench.Take();

        bench.Peer("2", 5, "7=1|16=0|");

        Assert.Equal([$"35=4|34=1|43=Y|122={bench.Now}|123=Y|36=5"], bench.Take());
    }
}
