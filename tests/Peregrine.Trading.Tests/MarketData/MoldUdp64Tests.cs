using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class MoldUdp64Tests
{
    [Fact]
    public void WriteHeader_ShortSession_ReadsBackAndIsFilledWithSpaces()
    {
        byte[] packet = new byte[MoldUdp64.HeaderBytes];
        MoldUdp64.WriteHeader(packet, "ABC"u8, 0x0102030405060708, 0x090a);

        bool isThere = MoldUdp64.TryHeader(packet, out MoldHeader header);

        Assert.True(isThere);
        Assert.Equal(new MoldHeader(0x0102030405060708, 0x090a), header);
        Assert.Equal("41424320202020202020" + "0102030405060708" + "090A", Convert.ToHexString(packet));
    }

    [Fact]
    public void WriteHeader_SessionTooLong_Throws()
    {
        byte[] packet = new byte[64];

        void Write() => MoldUdp64.WriteHeader(packet, "12345678901"u8, 1, 1);

        Assert.Throws<ArgumentException>(Write);
    }

    [Fact]
    public void TryHeader_ShortPacket_IsFalse()
    {
        for (int bytes = 0; bytes < MoldUdp64.HeaderBytes; bytes++)
        {
            bool isThere = MoldUdp64.TryHeader(new byte[bytes], out MoldHeader header);

            Assert.False(isThere || header != default, $"a packet of {bytes} bytes has no head");
        }
    }

    [Theory]
    [InlineData(0, 2, true)]
    [InlineData(4, 0, true)]
    [InlineData(6, 0, false)]
    [InlineData(7, 0, false)]
    [InlineData(8, 0, false)]
    [InlineData(-1, 0, false)]
    [InlineData(int.MinValue, 0, false)]
    [InlineData(int.MaxValue, 0, false)]
    [InlineData(int.MaxValue - 1, 0, false)]
    public void TryMessage_AnyOffset_ReadsInsideOrIsFalse(int offset, int bytes, bool expected)
    {
        byte[] packet = [0, 2, 7, 8, 0, 0, 0, 1];

        bool isThere = MoldUdp64.TryMessage(packet, offset, out ReadOnlySpan<byte> message);

        Assert.Equal((expected, bytes), (isThere, message.Length));
    }

    [Fact]
    public void TryMessage_RecordedPackets_HoldWholeItchMessages()
    {
        byte[] data = File.ReadAllBytes(SharedData.Require("data/itch/Nasdaq.Itch50.Multiple.Packets.pcap"));
        CaptureDecoder capture = new();
        MoldStream stream = new();
        (int packets, int messages, int wrong) = (0, 0, 0);

        for (int at = 0; capture.TryNext(data.AsSpan(at), out ReadOnlySpan<byte> packet, out int bytes) == FeedStatus.Ok; at += bytes)
        {
            if (!MoldUdp64.TryHeader(packet, out MoldHeader header))
            {
                continue;
            }

            packets++;
            int offset = MoldUdp64.HeaderBytes;
            for (int i = 0; i < header.Count && MoldUdp64.TryMessage(packet, offset, out ReadOnlySpan<byte> message); i++, messages++)
            {
                _ = stream.Offer(header.Sequence + (ulong)i, message);
                wrong += Itch50Decoder.TryDecode(message, out _) == FeedStatus.Ok ? 0 : 1;
                offset += 2 + message.Length;
            }
        }

        Assert.True(stream.TryGiveUp());
        Assert.Equal((2, 39, 0, 1L), (packets, messages, wrong, stream.Gaps));
    }
}
