using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class CaptureDecoderTests
{
    private static readonly byte[] Hello = CaptureBuilder.Frame("hello"u8);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void TryNext_Pcap_GivesThePayloads(bool isBigEndian, bool isNano)
    {
        byte[] file = new CaptureBuilder(isBigEndian).PcapHeader(isNano).PcapRecord(Hello).PcapRecord(CaptureBuilder.Frame("x"u8))
            .PcapRecord([]).Bytes;

        (FeedStatus status, List<string> payloads, long skipped) = Read(file);

        Assert.True(CaptureDecoder.IsCapture(file));
        Assert.Equal(["hello", "x"], payloads);
        Assert.Equal((FeedStatus.End, 1L), (status, skipped));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryNext_Pcapng_GivesThePayloads(bool isBigEndian)
    {
        byte[] file = new CaptureBuilder(isBigEndian).Section().Interface().Block(5, new byte[12]).Enhanced(0, Hello)
            .Simple(CaptureBuilder.Frame("simple"u8)).Block(0x80000001, "?"u8).Bytes;

        (FeedStatus status, List<string> payloads, long skipped) = Read(file);

        Assert.True(CaptureDecoder.IsCapture(file));
        Assert.Equal(["hello", "simple"], payloads);
        Assert.Equal((FeedStatus.End, 0L), (status, skipped));
    }

    [Fact]
    public void TryNext_SectionsOfBothByteOrders_GivesThePayloadsOfBoth()
    {
        byte[] little = new CaptureBuilder(false).Section().Interface().Enhanced(0, Hello).Bytes;
        byte[] big = new CaptureBuilder(true).Section().Interface(147).Interface().Enhanced(1, CaptureBuilder.Frame("big"u8)).Bytes;

        (FeedStatus status, List<string> payloads, long skipped) = Read([.. little, .. big, .. little]);

        Assert.Equal(["hello", "big", "hello"], payloads);
        Assert.Equal((FeedStatus.End, 0L), (status, skipped));
    }

    [Fact]
    public void TryNext_InterfacesOfOtherLinks_AreSkippedAndCounted()
    {
        byte[] file = new CaptureBuilder(false).Section().Interface(147).Interface().Enhanced(0, Hello).Enhanced(1, Hello).Simple(Hello).Bytes;

        (FeedStatus status, List<string> payloads, long skipped) = Read(file);

        Assert.Equal(["hello"], payloads);
        Assert.Equal((FeedStatus.End, 2L), (status, skipped));
    }

    [Fact]
    public void TryNext_PacketOfNoInterface_IsMalformed()
    {
        byte[] section = new CaptureBuilder(false).Section().Interface().Bytes;

        FeedStatus enhanced = Read([.. section, .. new CaptureBuilder(false).Enhanced(1, Hello).Bytes]).Status;
        FeedStatus simple = Read([.. section, .. new CaptureBuilder(false).Section().Simple(Hello).Bytes]).Status;

        Assert.Equal((FeedStatus.Malformed, FeedStatus.Malformed), (enhanced, simple));
    }

    [Theory]
    [InlineData(CaptureDecoder.InterfacesMax, FeedStatus.End)]
    [InlineData(CaptureDecoder.InterfacesMax + 1, FeedStatus.Malformed)]
    public void TryNext_ManyInterfaces_HaveABound(int count, FeedStatus expected)
    {
        CaptureBuilder file = new CaptureBuilder(false).Section();
        for (int i = 0; i < count; i++)
        {
            file.Interface();
        }

        FeedStatus status = Read(file.Bytes).Status;

        Assert.Equal(expected, status);
    }

    [Fact]
    public void TryNext_SimplePacketCutByTheInterface_DoesNotTakeThePaddingForData()
    {
        // 2 bytes short: the padding of the block would stand in for them.
        byte[] file = new CaptureBuilder(false).Section().Interface(snapBytes: (uint)Hello.Length - 2)
            .Simple(Hello.AsSpan(0, Hello.Length - 2), (uint)Hello.Length).Bytes;

        (FeedStatus status, List<string> payloads, long skipped) = Read(file);

        Assert.Empty(payloads);
        Assert.Equal((FeedStatus.End, 1L), (status, skipped));
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("tags")]
    [InlineData("options")]
    [InlineData("trailer")]
    public void TryNext_FramesWithMore_GiveThePayload(string what)
    {
        byte[] frame = what switch
        {
            "tag" => CaptureBuilder.Frame("hello"u8, [0x8100]),
            "tags" => CaptureBuilder.Frame("hello"u8, [0x88a8, 0x8100]),
            "options" => CaptureBuilder.Frame("hello"u8, optionBytes: 40),
            _ => CaptureBuilder.Frame("hello"u8, trailerBytes: 13),
        };

        List<string> payloads = Read(new CaptureBuilder(false).PcapHeader(false).PcapRecord(frame).Bytes).Payloads;

        Assert.Equal(["hello"], payloads);
    }

    [Theory]
    [InlineData(12, 0x86)] // IPv6.
    [InlineData(14, 0x65)] // Version 6.
    [InlineData(14, 0x44)] // A head of 16 bytes.
    [InlineData(14, 0x4f)] // A head longer than the packet.
    [InlineData(16, 0xff)] // A packet longer than the frame.
    [InlineData(17, 27)] // A packet too short for UDP.
    [InlineData(20, 0x20)] // More fragments follow.
    [InlineData(21, 1)] // A later fragment.
    [InlineData(23, 6)] // TCP.
    [InlineData(38, 0xff)] // A datagram longer than the packet.
    [InlineData(39, 7)] // A datagram shorter than its head.
    public void TryNext_FramesOfOtherKinds_AreSkippedAndCounted(int at, byte value)
    {
        byte[] frame = CaptureBuilder.Frame("hello"u8);
        frame[at] = value;

        (FeedStatus status, List<string> payloads,
            long skipped) = Read(new CaptureBuilder(false).PcapHeader(false).PcapRecord(frame).PcapRecord(Hello).Bytes);

        Assert.Equal(["hello"], payloads);
        Assert.Equal((FeedStatus.End, 1L), (status, skipped));
    }

    [Theory]
    [InlineData(1, "000000000000" + "000000000000" + "0800")]
    [InlineData(1, "000000000000" + "000000000000" + "8100" + "0007" + "0800")]
    [InlineData(113, "0000" + "0001" + "0006" + "0000000000000000" + "0800")]
    [InlineData(276, "0800" + "0000" + "00000001" + "0001" + "00" + "06" + "0000000000000000")]
    [InlineData(101, "")]
    [InlineData(228, "")]
    [InlineData(0, "02000000")]
    [InlineData(0, "00000002")]
    [InlineData(108, "00000002")]
    public void TryNext_EveryLink_GivesThePayloadOfIp4(uint link, string head) =>
        AssertHello(link, [.. Convert.FromHexString(head), .. Hello.AsSpan(14)]);

    [Theory]
    [InlineData(1, "000000000000" + "000000000000" + "86dd")]
    [InlineData(113, "0000" + "0001" + "0006" + "0000000000000000" + "86dd")]
    [InlineData(276, "86dd" + "0000" + "00000001" + "0001" + "00" + "06" + "0000000000000000")]
    [InlineData(101, "")]
    [InlineData(229, "")]
    [InlineData(0, "1e000000")]
    [InlineData(108, "0000001c")]
    public void TryNext_EveryLink_GivesThePayloadOfIp6(uint link, string head)
    {
        AssertHello(link, [.. Convert.FromHexString(head), .. Ip6(17, "")]);

        // Hop by hop of 8 bytes, then destination options of 16.
        AssertHello(link, [.. Convert.FromHexString(head), .. Ip6(0, "3c00000000000000" + "11010000000000000000000000000000")]);
    }

    [Theory]
    [InlineData(6, "")] // TCP.
    [InlineData(44, "1100000100000001")] // A fragment.
    [InlineData(0, "11ff000000000000")] // An option longer than the packet.
    [InlineData(0, "")] // The datagram in the place of an option.
    public void TryNext_Ip6OfOtherKinds_IsSkippedAndCounted(byte next, string options)
    {
        byte[] file = new CaptureBuilder(false).PcapHeader(false, 101).PcapRecord(Ip6(next, options)).Bytes;

        (FeedStatus status, List<string> payloads, long skipped) = Read(file);

        Assert.Empty(payloads);
        Assert.Equal((FeedStatus.End, 1L), (status, skipped));
    }

    [Fact]
    public void TryNext_Ip6CutAnywhere_IsSkipped()
    {
        byte[] whole = Ip6(0, "1100000000000000");
        for (int bytes = 0; bytes < whole.Length; bytes++)
        {
            byte[] file = new CaptureBuilder(false).PcapHeader(false, 101).PcapRecord(whole.AsSpan(0, bytes)).Bytes;

            (FeedStatus status, List<string> payloads, _) = Read(file);

            Assert.Empty(payloads);
            Assert.Equal(FeedStatus.End, status);
        }
    }

    [Fact]
    public void TryNext_OldPacketBlocks_GiveThePayloads()
    {
        byte[] old = new CaptureBuilder(false).U16(0).U16(9).U32(1).U32(2).U32((uint)Hello.Length).U32((uint)Hello.Length).Raw(Hello).Bytes;

        (FeedStatus status, List<string> payloads, long skipped) = Read(new CaptureBuilder(false).Section().Interface().Block(2, old).Bytes);

        Assert.Equal(["hello"], payloads);
        Assert.Equal((FeedStatus.End, 0L), (status, skipped));
    }

    [Fact]
    public void TryNext_LinkThatIsNotRead_IsNamed()
    {
        CaptureDecoder capture = new();

        Assert.Equal(FeedStatus.Malformed, capture.TryNext(new CaptureBuilder(true).PcapHeader(false, 147).Bytes, out _, out _));
        Assert.Equal(147, capture.OtherLink);
    }

    private static void AssertHello(uint link, byte[] frame)
    {
        byte[] pcap = new CaptureBuilder(false).PcapHeader(false, link).PcapRecord(frame).Bytes;
        byte[] pcapng = new CaptureBuilder(true).Section().Interface((ushort)link).Enhanced(0, frame).Simple(frame).Bytes;

        Assert.Equal(["hello"], Read(pcap).Payloads);
        Assert.Equal(["hello", "hello"], Read(pcapng).Payloads);
    }

    // The datagram of Hello by IPv6; options stand before it, and say what follows themselves.
    private static byte[] Ip6(byte next, string options)
    {
        byte[] rest = [.. Convert.FromHexString(options), .. Hello.AsSpan(34)];
        return [0x60, 0, 0, 0, (byte)(rest.Length >> 8), (byte)rest.Length, next, 64, .. new byte[32], .. rest];
    }

    [Fact]
    public void TryNext_DatagramWithoutPayload_IsNotSkipped()
    {
        (FeedStatus status, List<string> payloads,
            long skipped) = Read(new CaptureBuilder(false).PcapHeader(false).PcapRecord(CaptureBuilder.Frame([])).Bytes);

        Assert.Empty(payloads);
        Assert.Equal((FeedStatus.End, 0L), (status, skipped));
    }

    [Fact]
    public void TryNext_CutAnywhere_IsTruncatedThere()
    {
        foreach (byte[] file in (byte[][])[new CaptureBuilder(true).PcapHeader(true).PcapRecord(Hello).Bytes, new CaptureBuilder(false).Section()
            .Interface().Enhanced(0, Hello).Bytes])
        {
            for (int bytes = 0; bytes < file.Length; bytes++)
            {
                FeedStatus status = Read(file[..bytes]).Status;

                Assert.True(status == FeedStatus.Truncated || IsBlockEnd(file, bytes), $"{bytes} of {file.Length} bytes give {status}");
            }
        }
    }

    [Fact]
    public void TryNext_OtherFiles_AreMalformed()
    {
        byte[] pcap = new CaptureBuilder(false).PcapHeader(false).Bytes;
        byte[] section = new CaptureBuilder(false).Section().Bytes;
        byte[] magic = [.. pcap];
        magic[3] ^= 1;
        byte[] order = [.. section];
        order[8] ^= 1;
        byte[] end = [.. section];
        end[^4] ^= 4;

        FeedStatus[] statuses = [Read(magic).Status, Read(new CaptureBuilder(false).PcapHeader(false, 147).Bytes).Status, Read(order).Status,
            Read(end).Status,
            Read([.. pcap, .. new CaptureBuilder(false).U32(1).U32(2).U32(CaptureDecoder.BlockBytesMax).U32(4).Bytes]).Status,
            Read([.. section, .. new CaptureBuilder(false).U32(5).U32(13).U32(13).Bytes]).Status,
            Read([.. section, .. new CaptureBuilder(false).U32(5).U32(CaptureDecoder.BlockBytesMax + 4).U32(13).Bytes]).Status,
            Read([.. section, .. new CaptureBuilder(false).Block(1, new byte[4]).Bytes]).Status];

        Assert.All(statuses, status => Assert.Equal(FeedStatus.Malformed, status));
    }

    [Fact]
    public void TryNext_RecordedFile_GivesTheCountsOfTheNotes()
    {
        byte[] file = File.ReadAllBytes(SharedData.Require("data/omi/Cme.Mdp3.Sbe.v1.6.pcap"));

        (FeedStatus status, List<string> payloads, long skipped) = Read(file);

        Assert.Equal((FeedStatus.End, 10_000, 0L), (status, payloads.Count, skipped));
    }

    private static bool IsBlockEnd(byte[] file, int bytes) => file[0] == 0x0a ? bytes is 28 or 48 : bytes == 24;

    private static (FeedStatus Status, List<string> Payloads, long Skipped) Read(byte[] file)
    {
        CaptureDecoder decoder = new();
        List<string> payloads = [];
        int at = 0;
        FeedStatus status;
        while ((status = decoder.TryNext(file.AsSpan(at), out ReadOnlySpan<byte> payload, out int bytes)) == FeedStatus.Ok)
        {
            Assert.True(bytes > 0, $"no progress at {at}");
            at += bytes;
            if (!payload.IsEmpty)
            {
                payloads.Add(System.Text.Encoding.Latin1.GetString(payload));
            }
        }

        return (status, payloads, decoder.SkippedFrames);
    }
}
