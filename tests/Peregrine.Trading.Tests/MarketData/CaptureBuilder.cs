using System.Buffers.Binary;

namespace Peregrine.Trading.Tests.MarketData;

/// <summary>Writes capture files by the drafts, field by field, in either byte order.</summary>
internal sealed class CaptureBuilder(bool isBigEndian)
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public CaptureBuilder PcapHeader(bool isNano, uint link = 1) =>
        U32(isNano ? 0xa1b23c4d : 0xa1b2c3d4).U16(2).U16(4).U32(0).U32(0).U32(65_535).U32(link);

    public CaptureBuilder PcapRecord(ReadOnlySpan<byte> frame) => U32(1).U32(2).U32((uint)frame.Length).U32((uint)frame.Length).Raw(frame);

    public CaptureBuilder Section() =>
        Block(0x0a0d0d0a, new CaptureBuilder(isBigEndian).U32(0x1a2b3c4d).U16(1).U16(0).U32(uint.MaxValue).U32(uint.MaxValue).Bytes);

    public CaptureBuilder Interface(ushort link = 1, uint snapBytes = 0) =>
        Block(1, new CaptureBuilder(isBigEndian).U16(link).U16(0).U32(snapBytes).Bytes);

    public CaptureBuilder Enhanced(uint interfaceId, ReadOnlySpan<byte> frame) =>
        Block(6, new CaptureBuilder(isBigEndian).U32(interfaceId).U32(1).U32(2).U32((uint)frame.Length).U32((uint)frame.Length).Raw(frame).Bytes);

    public CaptureBuilder Simple(ReadOnlySpan<byte> frame, uint? originalBytes = null) =>
        Block(3, new CaptureBuilder(isBigEndian).U32(originalBytes ?? (uint)frame.Length).Raw(frame).Bytes);

    public CaptureBuilder Block(uint type, ReadOnlySpan<byte> body)
    {
        uint length = 12 + (((uint)body.Length + 3) & ~3u);
        return U32(type).U32(length).Raw(body).Raw(new byte[-body.Length & 3]).U32(length);
    }

    public CaptureBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public CaptureBuilder U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, isBigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        return Raw(bytes);
    }

    public CaptureBuilder U16(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, isBigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        return Raw(bytes);
    }

    /// <summary>An Ethernet frame with a UDP datagram; what a test wants wrong, it changes.</summary>
    /// <param name="payload">Of the datagram.</param>
    /// <param name="tags">VLAN tag types, the outer first.</param>
    /// <param name="fragment">Flags and offset of the IP header.</param>
    /// <param name="optionBytes">IP options, a multiple of 4.</param>
    /// <param name="trailerBytes">Padding behind the IP packet.</param>
    public static byte[] Frame(ReadOnlySpan<byte> payload, ushort[]? tags = null, ushort fragment = 0x4000, int optionBytes = 0, int trailerBytes = 0)
    {
        CaptureBuilder frame = new(isBigEndian: true);
        frame.Raw(new byte[12]);
        foreach (ushort tag in tags ?? [])
        {
            frame.U16(tag).U16(7);
        }

        int udpBytes = 8 + payload.Length;
        frame.U16(0x0800).Raw([(byte)(0x45 + (optionBytes / 4)), 0]).U16((ushort)(20 + optionBytes + udpBytes)).U16(1).U16(fragment)
            .Raw([64, 17]).U16(0);
        frame.U32(0x0a000001).U32(0xe0000001).Raw(new byte[optionBytes]);
        return frame.U16(1).U16(2).U16((ushort)udpBytes).U16(0).Raw(payload).Raw(new byte[trailerBytes]).Bytes;
    }
}
