using System.Buffers.Binary;
using System.Text;
using Peregrine.Trading.MarketData;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.MarketData;

/// <summary>Messages and names at the edge of what their formats allow.</summary>
public class FeedEdgeTests
{
    [Theory]
    [InlineData(14, 0x80, FeedStatus.Ok, true)]
    [InlineData(14, 0x00, FeedStatus.Ok, false)]
    [InlineData(14, 0x7f, FeedStatus.Ok, false)]
    [InlineData(15, 0x80, FeedStatus.Malformed, true)]
    [InlineData(13, 0x80, FeedStatus.Malformed, true)]
    public void Dbn_OrderRecord_HasItsLengthAndSaysWhetherTheEventEnds(byte words, byte flags, FeedStatus expected, bool isEventEnd)
    {
        byte[] record = new byte[64];
        (record[0], record[1], record[36], record[38], record[39]) = (words, 0xa0, flags, (byte)'A', (byte)'B');

        FeedStatus status = DbnDecoder.TryDecode(record, part: 0, out BookUpdate update, out _, out _);

        Assert.Equal((expected, isEventEnd), (status, update.IsEventEnd));
    }

    [Theory]
    [InlineData(127, FeedStatus.Truncated)]
    [InlineData(128, FeedStatus.Malformed)]
    public void Lobster_LineWithoutAnEnd_MayGoOnUpToItsLongest(int bytes, FeedStatus expected) =>
        Assert.Equal(expected, LobsterDecoder.TryDecode(Encoding.ASCII.GetBytes(new string('1', bytes)), isLast: false, out _, out _));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 1)]
    public void Capture_DatagramThatReachesIntoThePadding_IsSkipped(int more, long skipped)
    {
        byte[] frame = CaptureBuilder.Frame("payload"u8, trailerBytes: 4);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(8 + 7 + more));
        byte[] file = new CaptureBuilder(isBigEndian: false).PcapHeader(isNano: true).PcapRecord(frame).Bytes;
        CaptureDecoder decoder = new();
        Assert.Equal(FeedStatus.Ok, decoder.TryNext(file, out _, out int header));

        Assert.Equal(FeedStatus.Ok, decoder.TryNext(file.AsSpan(header), out ReadOnlySpan<byte> payload, out _));

        Assert.Equal((skipped, more == 0 ? 7 : 0), (decoder.SkippedFrames, payload.Length));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(47, true)]
    [InlineData(48, false)]
    public void ClientOrderId_OfALength_IsTakenUpToTheLongest(int length, bool isTaken)
    {
        Assert.Equal(isTaken, ClientOrderId.TryCreate(Encoding.ASCII.GetBytes(new string('c', length)), out ClientOrderId id));
        Assert.Equal(isTaken ? length : 0, id.Length);
    }
}
