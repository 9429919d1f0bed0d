using System.Buffers.Binary;

namespace Peregrine.Trading.MarketData;

/// <summary>
/// Packet captures: the records of a pcap or pcapng file, and the UDP payload inside of an Ethernet frame.
/// Source: draft-ietf-opsawg-pcap and -pcapng; RFC 791, 768, IEEE 802.1Q.
/// </summary>
/// <remarks>Thread: one owner. Allocates: no.</remarks>
public sealed class CaptureDecoder
{
    /// <summary>Bytes of data that one call may need at most: a block larger than this is malformed.</summary>
    public const int BlockBytesMax = 1 << 20;

    private const uint PcapMicro = 0xa1b2c3d4;
    private const uint PcapNano = 0xa1b23c4d;
    private const uint NgSection = 0x0a0d0d0a;
    private const uint NgByteOrder = 0x1a2b3c4d;
    private const uint NgInterface = 1;
    private const uint NgSimplePacket = 3;
    private const uint NgEnhancedPacket = 6;
    private const int LinkEthernet = 1;
    private bool _isBigEndian;
    private bool _isNg;
    private bool _isStarted;

    /// <summary>Frames that are no UDP over IPv4 over Ethernet, or only a fragment.</summary>
    public long SkippedFrames { get; private set; }

    /// <summary>True when the data begin like a pcap or pcapng file.</summary>
    public static bool IsCapture(ReadOnlySpan<byte> data) =>
        data.Length >= 4 && (BinaryPrimitives.ReadUInt32LittleEndian(data) is PcapMicro or PcapNano or NgSection || BinaryPrimitives.ReadUInt32BigEndian(data) is PcapMicro or PcapNano);

    /// <summary>Reads the block at the front.</summary>
    /// <param name="data">From the start of a block on.</param>
    /// <param name="payload">The UDP payload; empty when the block holds none.</param>
    /// <param name="bytes">What the block takes.</param>
    public FeedStatus TryNext(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> payload, out int bytes)
    {
        payload = default;
        bytes = 0;
        if (!_isStarted)
        {
            return Start(data, out bytes);
        }

        if (data.IsEmpty)
        {
            return FeedStatus.End;
        }

        FeedStatus status = _isNg ? TryNgBlock(data, out ReadOnlySpan<byte> frame, out bytes) : TryRecord(data, out frame, out bytes);
        if (status == FeedStatus.Ok && frame.Length > 0)
        {
            payload = UdpPayload(frame);
            SkippedFrames += payload.IsEmpty ? 1 : 0;
        }

        return status;
    }

    private FeedStatus Start(ReadOnlySpan<byte> data, out int bytes)
    {
        bytes = 0;
        if (data.Length < 24)
        {
            return FeedStatus.Truncated;
        }

        _isStarted = true;
        _isNg = BinaryPrimitives.ReadUInt32LittleEndian(data) == NgSection;
        if (_isNg)
        {
            return FeedStatus.Ok;
        }

        _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(data) is PcapMicro or PcapNano;
        bytes = 24;
        return (U32(data[20..]) & 0xffff) == LinkEthernet ? FeedStatus.Ok : FeedStatus.Malformed;
    }

    private FeedStatus TryRecord(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> frame, out int bytes)
    {
        frame = default;
        bytes = 0;
        if (data.Length < 16)
        {
            return FeedStatus.Truncated;
        }

        uint captured = U32(data[8..]);
        if (captured > BlockBytesMax - 16)
        {
            return FeedStatus.Malformed;
        }

        if (data.Length < 16 + (int)captured)
        {
            return FeedStatus.Truncated;
        }

        frame = data.Slice(16, (int)captured);
        bytes = 16 + (int)captured;
        return FeedStatus.Ok;
    }

    private FeedStatus TryNgBlock(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> frame, out int bytes)
    {
        frame = default;
        bytes = 0;
        if (data.Length < 12)
        {
            return FeedStatus.Truncated;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(data) == NgSection)
        {
            // A new section may have another byte order than the one before.
            _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(data[8..]) == NgByteOrder;
            if (!_isBigEndian && BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) != NgByteOrder)
            {
                return FeedStatus.Malformed;
            }
        }

        uint type = U32(data);
        uint length = U32(data[4..]);
        if (length is < 12 or > BlockBytesMax || length % 4 != 0)
        {
            return FeedStatus.Malformed;
        }

        if (data.Length < (int)length)
        {
            return FeedStatus.Truncated;
        }

        bytes = (int)length;
        ReadOnlySpan<byte> body = data[8..(bytes - 4)];
        switch (type)
        {
            case NgInterface when body.Length >= 8:
                return (_isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(body) : BinaryPrimitives.ReadUInt16LittleEndian(body)) == LinkEthernet ? FeedStatus.Ok : FeedStatus.Malformed;
            case NgEnhancedPacket when body.Length >= 20 && U32(body[12..]) <= body.Length - 20:
                frame = body.Slice(20, (int)U32(body[12..]));
                return FeedStatus.Ok;
            case NgSimplePacket when body.Length >= 4:
                frame = body.Slice(4, (int)Math.Min(U32(body), (uint)body.Length - 4));
                return FeedStatus.Ok;
            case NgInterface or NgEnhancedPacket or NgSimplePacket:
                return FeedStatus.Malformed;
            default:
                return FeedStatus.Ok;
        }
    }

    private static ReadOnlySpan<byte> UdpPayload(ReadOnlySpan<byte> frame)
    {
        int at = 12;
        while (frame.Length >= at + 2 && BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) is 0x8100 or 0x88a8)
        {
            at += 4;
        }

        if (frame.Length < at + 2 + 20 || BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) != 0x0800)
        {
            return default;
        }

        ReadOnlySpan<byte> ip = frame[(at + 2)..];
        int headerBytes = (ip[0] & 15) * 4;
        int totalBytes = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3fff) != 0;
        if (ip[0] >> 4 != 4 || headerBytes < 20 || ip[9] != 17 || isFragment || totalBytes > ip.Length || totalBytes < headerBytes + 8)
        {
            return default;
        }

        ReadOnlySpan<byte> udp = ip[headerBytes..totalBytes];
        int udpBytes = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        return udpBytes >= 8 && udpBytes <= udp.Length ? udp[8..udpBytes] : default;
    }

    private uint U32(ReadOnlySpan<byte> data) => _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(data) : BinaryPrimitives.ReadUInt32LittleEndian(data);
}
