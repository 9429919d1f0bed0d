using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

public class FixWriterTests
{
    [Fact]
    public void TryFinish_WholeMessage_IsFramedAndReadsBack()
    {
        byte[] buffer = new byte[512];

        bool isWhole = TryReport(buffer, out int bytes);

        Assert.True(isWhole);
        Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(buffer.AsSpan(0, bytes), 8192, out int framed));
        Assert.Equal(bytes, framed);
        Assert.Equal("8=FIX.4.4|9=000065|35=8|37=42|58=text|150=F|31=-10.25|60=20260131-23:59:59.123|14=-7|10=019|".Length, bytes);
        Assert.Contains("35=8|37=42|58=text|150=F|31=-10.25|60=20260131-23:59:59.123|14=-7|10=", Wire.Text(buffer.AsSpan(0, bytes)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void AddFields_LaidOutBefore_ReadsAsIfAddedOneByOne()
    {
        byte[] one = new byte[256];
        byte[] other = new byte[256];
        FixWriter writer = new(one, "FIX.4.4"u8, "D"u8);
        writer.Add(11, "B1"u8);
        writer.Add(38, 100);
        Assert.True(writer.TryFinish(out int bytes));

        FixWriter laidOut = new(other, "FIX.4.4"u8, "D"u8);
        laidOut.AddFields("11=B1\u000138=100\u0001"u8);
        Assert.True(laidOut.TryFinish(out int otherBytes));

        Assert.Equal(Wire.Text(one.AsSpan(0, bytes)), Wire.Text(other.AsSpan(0, otherBytes)));
    }

    [Fact]
    public void AddFields_ThatDoNotFit_AreToldByTryFinishAndNotWritten()
    {
        byte[] buffer = new byte[48];
        FixWriter writer = new(buffer.AsSpan(0, 40), "FIX.4.4"u8, "D"u8);

        writer.AddFields("58=a text that is longer than the room\u0001"u8);

        Assert.False(writer.TryFinish(out int bytes));
        Assert.Equal((0, -1), (bytes, buffer.AsSpan(40).IndexOfAnyExcept((byte)0)));
    }

    [Fact]
    public void TryFinish_AnyBufferTooSmall_IsFalseAndWritesNothingOutside()
    {
        byte[] buffer = new byte[512];
        Assert.True(TryReport(buffer, out int whole));
        for (int size = 0; size < whole; size++)
        {
            byte[] small = new byte[512];

            Assert.False(TryReport(small.AsSpan(0, size), out int bytes), $"a buffer of {size}");
            Assert.Equal(0, bytes);
            Assert.Equal(-1, small.AsSpan(size).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void Add_NumberBeyond64Bits_IsWholeAndNeedsItsRoom()
    {
        byte[] buffer = new byte[128];
        Assert.True(TryWide(buffer, out int whole));
        Assert.Contains("|6=40000000000000.000000001|38=-170141183460469231731687303715884105728|10=", Wire.Text(buffer.AsSpan(0, whole)),
            StringComparison.Ordinal);
        for (int size = 0; size < whole; size++)
        {
            byte[] small = new byte[128];

            Assert.False(TryWide(small.AsSpan(0, size), out _), $"a buffer of {size}");
            Assert.Equal(-1, small.AsSpan(size).IndexOfAnyExcept((byte)0));
        }

        static bool TryWide(Span<byte> target, out int bytes)
        {
            FixWriter writer = new(target, "FIX.4.4"u8, "8"u8);
            writer.Add(Tag.AvgPx, ((Int128)40_000_000_000_000 * 1_000_000_000) + 1, 9);
            writer.Add(Tag.OrderQty, Int128.MinValue);
            return writer.TryFinish(out bytes);
        }
    }

    [Fact]
    public void TryFinish_LongestBody_DoesNotLie()
    {
        byte[] buffer = new byte[1_200_000];
        FixWriter writer = new(buffer, "FIX.4.4"u8, "8"u8);
        writer.Add(Tag.Text, new byte[1_000_000]);

        Assert.False(writer.TryFinish(out _), "six digits cannot say this length");
    }

    [Fact]
    public void Write_WarmReport_AllocatesNothing()
    {
        byte[] buffer = new byte[512];
        Assert.True(TryReport(buffer, out _));

        Testing.Allocation.AssertNone(() =>
        {
            for (int round = 0; round < 20_000; round++)
            {
                TryReport(buffer, out _);
            }
        });
    }

    private static bool TryReport(Span<byte> buffer, out int bytes)
    {
        FixWriter writer = new(buffer, "FIX.4.4"u8, "8"u8);
        writer.Add(Tag.OrderId, 42);
        writer.Add(Tag.Text, "text"u8);
        writer.Add(Tag.ExecType, 'F');
        writer.Add(Tag.LastPx, -1025, 2);
        writer.AddTimestamp(Tag.TransactTime, 1_769_903_999_123_000_000);
        writer.Add(Tag.CumQty, -7);
        return writer.TryFinish(out bytes);
    }
}
