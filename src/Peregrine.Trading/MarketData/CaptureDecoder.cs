using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>
/// Packet captures: the records of a pcap or pcapng file, and the UDP payload inside of their frames, by IPv4 or IPv6, over Ethernet, Linux's cooked
/// links, raw IP and loopback. Source: draft-ietf-opsawg-pcap and -pcapng.
/// </summary>
/// <remarks>Thread: one owner. Allocates: no.</remarks>
public sealed class CaptureDecoder
{
    /// <summary>Bytes of data that one call may need at most: a block larger than this is malformed.</summary>
    public const int BlockBytesMax = 1 << 20;

    /// <summary>Interfaces that one section of a pcapng file may have at most: one more is malformed.</summary>
    public const int InterfacesMax = 256;

    private const uint PcapMicro = 0xa1b2c3d4;
    private const uint PcapNano = 0xa1b23c4d;
    private const uint NgSection = 0x0a0d0d0a;
    private const uint NgByteOrder = 0x1a2b3c4d;
    private const uint NgInterface = 1;
    private const uint NgPacket = 2;
    private const uint NgSimplePacket = 3;
    private const uint NgEnhancedPacket = 6;
    private const int FileHeaderBytes = 24;
    private const int SectionBytesMin = 28;
    private readonly int[] _links = new int[InterfacesMax];
    private int _interfaceCount;
    private uint _firstSnapBytes;
    private int _link;
    private bool _isBigEndian;
    private bool _isNg;
    private bool _isStarted;

    /// <summary>Frames that are no UDP, or only a fragment, or not captured in whole, or of a link that is not read.</summary>
    public long SkippedFrames { get; private set; }

    /// <summary>The number of a link that is not read, if there was one; else -1.</summary>
    public int OtherLink { get; private set; } = -1;

    /// <summary>The links that are read, for errors.</summary>
    public static string KnownLinks => CaptureLink.Known;

    /// <summary>The UDP port that the last payload was sent to.</summary>
    public int Port { get; private set; }

    /// <summary>True when the data begin like a pcap or pcapng file.</summary>
    public static bool IsCapture(ReadOnlySpan<byte> data) =>
        data.Length >= 4 && (BinaryPrimitives.ReadUInt32LittleEndian(data) is PcapMicro or PcapNano or NgSection
            || BinaryPrimitives.ReadUInt32BigEndian(data) is PcapMicro or PcapNano);

    /// <summary>Reads the block at the front.</summary>
    /// <param name="data">From the start of a block on; the first call is for the start of the file.</param>
    /// <param name="payload">The UDP payload; empty when the block holds none.</param>
    /// <param name="bytes">What the block takes, on Ok always more than 0.</param>
    /// <returns>Ok; End on no data; Truncated; Malformed: no capture, not a legal block, or a pcap file of a link that is not
    /// read (<see cref="OtherLink"/>). In pcapng the packets of such interfaces are skipped.</returns>
    public FeedStatus TryNext(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> payload, out int bytes)
    {
        payload = default;
        bytes = 0;
        if (!_isStarted)
        {
            if (data.Length < FileHeaderBytes)
            {
                return FeedStatus.Truncated;
            }

            _isNg = BinaryPrimitives.ReadUInt32LittleEndian(data) == NgSection;
            if (!_isNg)
            {
                return Start(data, out bytes);
            }

            _isStarted = true;
        }

        if (data.IsEmpty)
        {
            return FeedStatus.End;
        }

        bool isFrame;
        ReadOnlySpan<byte> frame;
        _link = _isNg ? _link : _links[0];
        FeedStatus status = _isNg ? TryNgBlock(data, out isFrame, out frame, out bytes) : TryRecord(data, out isFrame, out frame, out bytes);
        if (isFrame)
        {
            Invariant.That(frame.Length <= bytes, "a frame is part of its block");
            bool isUdp = CaptureLink.TryUdp(_link, frame, out payload, out int port);
            Port = isUdp ? port : Port;
            SkippedFrames += isUdp ? 0 : 1;
        }

        return status;
    }

    private FeedStatus Start(ReadOnlySpan<byte> data, out int bytes)
    {
        bytes = 0;
        _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(data) is PcapMicro or PcapNano;
        int link = (int)(U32(data[20..]) & 0xffff);
        if (!IsCapture(data) || !IsRead(link))
        {
            return FeedStatus.Malformed;
        }

        _links[0] = link;

        _isStarted = true;
        bytes = FileHeaderBytes;
        return FeedStatus.Ok;
    }

    private FeedStatus TryRecord(ReadOnlySpan<byte> data, out bool isFrame, out ReadOnlySpan<byte> frame, out int bytes)
    {
        isFrame = false;
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

        isFrame = true;
        frame = data.Slice(16, (int)captured);
        bytes = 16 + (int)captured;
        return FeedStatus.Ok;
    }

    private FeedStatus TryNgBlock(ReadOnlySpan<byte> data, out bool isFrame, out ReadOnlySpan<byte> frame, out int bytes)
    {
        isFrame = false;
        frame = default;
        bytes = 0;
        if (data.Length < 12)
        {
            return FeedStatus.Truncated;
        }

        bool isSection = BinaryPrimitives.ReadUInt32LittleEndian(data) == NgSection;
        if (isSection)
        {
            // A new section may have another byte order than the one before.
            _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(data[8..]) == NgByteOrder;
            if (!_isBigEndian && BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) != NgByteOrder)
            {
                return FeedStatus.Malformed;
            }
        }

        uint length = U32(data[4..]);
        if (length is < 12 or > BlockBytesMax || length % 4 != 0 || (isSection && length < SectionBytesMin))
        {
            return FeedStatus.Malformed;
        }

        if (data.Length < (int)length)
        {
            return FeedStatus.Truncated;
        }

        // The length stands at both ends of a block, so that files can be read backwards; a difference is damage.
        if (U32(data[((int)length - 4)..]) != length)
        {
            return FeedStatus.Malformed;
        }

        bytes = (int)length;
        _interfaceCount = isSection ? 0 : _interfaceCount;
        return ReadNgBody(U32(data), data[8..(bytes - 4)], out isFrame, out frame);
    }

    private FeedStatus ReadNgBody(uint type, ReadOnlySpan<byte> body, out bool isFrame, out ReadOnlySpan<byte> frame)
    {
        isFrame = false;
        frame = default;
        switch (type)
        {
            case NgInterface when body.Length >= 8 && _interfaceCount < InterfacesMax:
                _firstSnapBytes = _interfaceCount == 0 ? U32(body[4..]) : _firstSnapBytes;
                _links[_interfaceCount++] = U16(body);
                _ = IsRead(U16(body));
                return FeedStatus.Ok;
            case NgEnhancedPacket when body.Length >= 20 && U32(body[12..]) <= body.Length - 20 && U32(body) < _interfaceCount:
                isFrame = true;
                frame = body.Slice(20, (int)U32(body[12..]));
                _link = _links[(int)U32(body)];
                return FeedStatus.Ok;
            case NgPacket when body.Length >= 20 && U32(body[12..]) <= body.Length - 20 && U16(body) < _interfaceCount:
                // What was written before there were enhanced ones.
                isFrame = true;
                frame = body.Slice(20, (int)U32(body[12..]));
                _link = _links[U16(body)];
                return FeedStatus.Ok;
            case NgSimplePacket when body.Length >= 4 && _interfaceCount > 0:
                // It does not say how much of the frame is there: all of it, or as much as the first interface was told to keep.
                uint kept = _firstSnapBytes == 0 ? U32(body) : Math.Min(U32(body), _firstSnapBytes);
                isFrame = true;
                frame = body.Slice(4, (int)Math.Min(kept, (uint)body.Length - 4));
                _link = _links[0];
                return FeedStatus.Ok;
            case NgInterface or NgPacket or NgEnhancedPacket or NgSimplePacket:
                return FeedStatus.Malformed;
            default:
                return FeedStatus.Ok;
        }
    }

    private bool IsRead(int link)
    {
        bool isRead = CaptureLink.IsRead(link);
        OtherLink = isRead ? OtherLink : link;
        return isRead;
    }

    private int U16(ReadOnlySpan<byte> data) => _isBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(data)
        : BinaryPrimitives.ReadUInt16LittleEndian(data);

    private uint U32(ReadOnlySpan<byte> data) => _isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(data)
        : BinaryPrimitives.ReadUInt32LittleEndian(data);
}
