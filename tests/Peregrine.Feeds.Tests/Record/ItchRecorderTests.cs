using System.Globalization;
using Peregrine.Feeds.Record;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Tests.Record;

/// <summary>Updates of any feed as ITCH messages, and ITCH messages as packets of a capture.</summary>
public sealed class ItchRecorderTests
{
    private const long DayNs = 86_400_000_000_000;

    [Theory]
    [InlineData(7, "D 1|A 1 B 100 7")]
    [InlineData(3, "X 1 2")]
    [InlineData(0, "D 1")]
    public void Modify_OfAnOrder_IsAPartialCancelOnlyForLess(long quantity, string expected)
    {
        string[] written = Record(Add(1, Side.Buy, 100, 5),
            new BookUpdate { Kind = BookUpdateKind.Modify, OrderId = 1, Side = Side.Buy, Price = 100, Quantity = quantity });

        Assert.Equal(["R", "A 1 B 100 5", .. expected.Split('|')], written);
    }

    [Fact]
    public void Clear_OfABook_DeletesTheOrdersOfBothSides() =>
        Assert.Equal(
            ["R", "A 1 B 100 5", "A 2 S 101 6", "A 3 B 99 7", "D 1", "D 3", "D 2"],
            Record(Add(1, Side.Buy, 100, 5), Add(2, Side.Sell, 101, 6), Add(3, Side.Buy, 99, 7), new BookUpdate { Kind = BookUpdateKind.Clear }));

    [Fact]
    public void Time_OfALaterDay_IsTheTimeOfThatDay()
    {
        ListedSink sink = new();
        using ListedFeed feed = new(Add(1, Side.Buy, 100, 5) with { TimeNs = (20_001 * DayNs) + 7 });

        _ = new ItchRecorder(feed, sink).Run(_ => { });

        Assert.Equal([7L, 7L], sink.Times);
    }

    [Fact]
    public void Packets_OfACapture_HoldTwentyMicrosecondsAndNumberTheirMessages()
    {
        using MemoryStream stream = new();
        MoldCaptureSink sink = new(stream);
        foreach (long timeNs in (long[])[1_000_000_000, 1_000_015_000, 1_000_020_000, 1_000_030_000, 1_000_045_000])
        {
            sink.Write([(byte)'x', (byte)'y'], timeNs);
        }

        sink.Finish();

        CaptureDecoder decoder = new();
        List<(ulong Sequence, int Count)> packets = [];
        ReadOnlySpan<byte> data = stream.ToArray();
        while (decoder.TryNext(data, out ReadOnlySpan<byte> payload, out int bytes) == FeedStatus.Ok)
        {
            if (!payload.IsEmpty)
            {
                Assert.True(MoldUdp64.TryHeader(payload, out MoldHeader header));
                packets.Add((header.Sequence, header.Count));
            }

            data = data[bytes..];
        }

        Assert.Equal([(1UL, 3), (4UL, 2), (6UL, MoldUdp64.EndOfSession)], packets);
        Assert.Equal(0, decoder.SkippedFrames);
    }

    private static BookUpdate Add(ulong id, Side side, long price, long quantity) =>
        new() { Kind = BookUpdateKind.Add, OrderId = id, Side = side, Price = price, Quantity = quantity };

    private static string[] Record(params BookUpdate[] updates)
    {
        ListedSink sink = new();
        using ListedFeed feed = new(updates);
        _ = new ItchRecorder(feed, sink).Run(_ => { });
        return [.. sink.Messages];
    }

    private sealed class ListedSink : MessageSink
    {
        public List<string> Messages { get; } = [];

        public List<long> Times { get; } = [];

        public override void Write(ReadOnlySpan<byte> message, long timeNs)
        {
            Assert.Equal(FeedStatus.Ok, Itch50Decoder.TryDecode(message, out BookUpdate update));
            string type = ((char)message[0]).ToString();
            Messages.Add(type switch
            {
                "A" => string.Create(CultureInfo.InvariantCulture,
                    $"A {update.OrderId} {(update.Side == Side.Buy ? 'B' : 'S')} {update.Price} {update.Quantity}"),
                "X" => string.Create(CultureInfo.InvariantCulture, $"X {update.OrderId} {update.Quantity}"),
                "D" => string.Create(CultureInfo.InvariantCulture, $"D {update.OrderId}"),
                _ => type,
            });
            Times.Add(timeNs);
        }

        public override void Finish()
        {
        }
    }
}
