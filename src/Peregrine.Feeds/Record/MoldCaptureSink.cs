using System.Buffers.Binary;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Record;

/// <summary>
/// MoldUDP64 packets in a pcap capture with nanoseconds: as many messages to a packet as fit into an Ethernet frame and were sent in the
/// same moment. The last packet says that the session is over.
/// </summary>
/// <remarks>Source: Nasdaq MoldUDP64 1.00; draft-ietf-opsawg-pcap; RFC 791, 768.</remarks>
public sealed class MoldCaptureSink : MessageSink
{
    /// <summary>Payload of one packet at most, so that no network cuts it.</summary>
    private const int PayloadBytesMax = 1400;

    // A busy feed packs what lies within this time into one packet.
    private const long PacketTimeNs = 20_000;

    private const int FrameHeaderBytes = 14 + 20 + 8;
    private const ushort Port = 26_400;
    private readonly Stream _output;
    private readonly byte[] _frame = new byte[FrameHeaderBytes + PayloadBytesMax];
    private int _used = FrameHeaderBytes + MoldUdp64.HeaderBytes;
    private ulong _sequence = 1;
    private ushort _count;
    private long _firstTimeNs;
    private long _lastTimeNs;

    /// <summary>Writes the head of the capture.</summary>
    public MoldCaptureSink(Stream output)
    {
        _output = output;
        Span<byte> head = stackalloc byte[24];
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xa1b23c4d);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], 65_535);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], 1);
        output.Write(head);
    }

    private static ReadOnlySpan<byte> Session => "PEREGRINE0"u8;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> message, long timeNs)
    {
        if (_count > 0 && (_used + 2 + message.Length > _frame.Length || timeNs - _firstTimeNs > PacketTimeNs))
        {
            Send(_count);
        }

        _firstTimeNs = _count == 0 ? timeNs : _firstTimeNs;
        _lastTimeNs = timeNs;
        BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(_used), (ushort)message.Length);
        message.CopyTo(_frame.AsSpan(_used + 2));
        _used += 2 + message.Length;
        _count++;
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        if (_count > 0)
        {
            Send(_count);
        }

        Send(MoldUdp64.EndOfSession);
        _output.Flush();
    }

    private void Send(ushort count)
    {
        MoldUdp64.WriteHeader(_frame.AsSpan(FrameHeaderBytes), Session, _sequence, count);
        WriteNetworkHeaders(_used - FrameHeaderBytes);
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(_lastTimeNs / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(_lastTimeNs % 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)_used);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)_used);
        _output.Write(record);
        _output.Write(_frame, 0, _used);
        _sequence += _count;
        _count = 0;
        _used = FrameHeaderBytes + MoldUdp64.HeaderBytes;
    }

    // Ethernet to a multicast group, IPv4 with its checksum, UDP without one, as IPv4 allows.
    private void WriteNetworkHeaders(int payloadBytes)
    {
        Span<byte> frame = _frame;
        frame[..FrameHeaderBytes].Clear();
        ReadOnlySpan<byte> macs = [0x01, 0x00, 0x5e, 0x36, 0x0c, 0x6f, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01];
        macs.CopyTo(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x0800);
        Span<byte> ip = frame[14..34];
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(28 + payloadBytes));
        ip[8] = 16;
        ip[9] = 17;
        ReadOnlySpan<byte> addresses = [10, 0, 0, 1, 233, 54, 12, 111];
        addresses.CopyTo(ip[12..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip));
        Span<byte> udp = frame[34..42];
        BinaryPrimitives.WriteUInt16BigEndian(udp, Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)(8 + payloadBytes));
    }

    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int at = 0; at < header.Length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[at..]);
        }

        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~(sum + (sum >> 16));
    }
}
