using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>
/// The links that captures are taken on, and the UDP payload inside of their frames: IPv4 and IPv6, over Ethernet with or without VLAN tags, over
/// Linux's "any" device, over none, over the loopback of the BSDs. Source: tcpdump.org/linktypes; RFC 791, 768, 8200, IEEE 802.1Q.
/// </summary>
/// <remarks>Pure. Allocates: no.</remarks>
internal static class CaptureLink
{
    private const int Null = 0;
    private const int Ethernet = 1;
    private const int RawOfBsd = 12;
    private const int RawOfOpenBsd = 14;
    private const int Raw = 101;
    private const int Loop = 108;
    private const int LinuxCooked = 113;
    private const int Ip4 = 228;
    private const int Ip6 = 229;
    private const int LinuxCooked2 = 276;
    private const int EtherIp4 = 0x0800;
    private const int EtherIp6 = 0x86dd;
    private const byte Udp = 17;

    // More options than this in front of a datagram are nobody's market data.
    private const int Ip6OptionsMax = 8;

    /// <summary>The links that are read, for errors.</summary>
    public const string Known = "Ethernet (1), Linux cooked (113, 276), raw IP (101, 228, 229) or loopback (0, 108)";

    /// <summary>Whether frames of a link can be read.</summary>
    public static bool IsRead(int link) => link is Null or Ethernet or RawOfBsd or RawOfOpenBsd or Raw or Loop or LinuxCooked or Ip4 or Ip6
        or LinuxCooked2;

    /// <summary>Finds the payload of a UDP datagram that is there in whole, and no fragment.</summary>
    /// <param name="port">Where it was sent.</param>
    public static bool TryUdp(int link, ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> payload, out int port)
    {
        payload = default;
        port = 0;
        ReadOnlySpan<byte> packet = PacketOf(link, frame, out int version);
        ReadOnlySpan<byte> datagram = default;
        bool isDatagram = version switch
        {
            4 => TryIp4(packet, out datagram),
            6 => TryIp6(packet, out datagram),
            _ => false,
        };
        if (!isDatagram || datagram.Length < 8)
        {
            return false;
        }

        int bytes = BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]);
        bool isWhole = bytes >= 8 && bytes <= datagram.Length;
        port = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        payload = isWhole ? datagram[8..bytes] : default;
        return isWhole;
    }

    // What is behind the link's own head, and what that says it is: 4, 6, or something else.
    private static ReadOnlySpan<byte> PacketOf(int link, ReadOnlySpan<byte> frame, out int version)
    {
        switch (link)
        {
            case Ethernet:
                return Behind(frame, 12, out version);
            case LinuxCooked:
                return Behind(frame, 14, out version);
            case LinuxCooked2:
                version = frame.Length < 20 ? 0 : VersionOf(BinaryPrimitives.ReadUInt16BigEndian(frame));
                return frame.Length < 20 ? default : frame[20..];
            case Null or Loop:
                // A number of the address family, in the order of whoever took it; 24, 28 and 30 are IPv6 of one BSD or another.
                uint family = frame.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(frame);
                family = family > ushort.MaxValue ? BinaryPrimitives.ReverseEndianness(family) : family;
                version = family switch { 2 => 4, 10 or 24 or 28 or 30 => 6, _ => 0 };
                return frame.Length < 4 ? default : frame[4..];
            default:
                version = frame.Length == 0 ? 0 : frame[0] >> 4;
                return frame;
        }
    }

    // A protocol, maybe behind VLAN tags.
    private static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> frame, int at, out int version)
    {
        while (frame.Length >= at + 2 && BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) is 0x8100 or 0x88a8)
        {
            at += 4;
        }

        bool isThere = frame.Length >= at + 2;
        version = isThere ? VersionOf(BinaryPrimitives.ReadUInt16BigEndian(frame[at..])) : 0;
        return isThere ? frame[(at + 2)..] : default;
    }

    private static int VersionOf(int etherType) => etherType switch { EtherIp4 => 4, EtherIp6 => 6, _ => 0 };

    private static bool TryIp4(ReadOnlySpan<byte> ip, out ReadOnlySpan<byte> datagram)
    {
        datagram = default;
        if (ip.Length < 20)
        {
            return false;
        }

        int headerBytes = (ip[0] & 15) * 4;
        int totalBytes = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3fff) != 0;
        if (ip[0] >> 4 != 4 || headerBytes < 20 || ip[9] != Udp || isFragment || totalBytes > ip.Length || totalBytes < headerBytes + 8)
        {
            return false;
        }

        Invariant.That(headerBytes <= totalBytes, "a head is part of its packet");
        datagram = ip[headerBytes..totalBytes];
        return true;
    }

    private static bool TryIp6(ReadOnlySpan<byte> ip, out ReadOnlySpan<byte> datagram)
    {
        datagram = default;
        if (ip.Length < 40 || ip[0] >> 4 != 6 || BinaryPrimitives.ReadUInt16BigEndian(ip[4..]) > ip.Length - 40)
        {
            return false;
        }

        byte next = ip[6];
        ReadOnlySpan<byte> rest = ip.Slice(40, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
        for (int options = 0; next is 0 or 43 or 60 && options < Ip6OptionsMax; options++)
        {
            // Hop by hop, routing, destination: each says what follows, and how long it is.
            if (rest.Length < 8 || rest.Length < (rest[1] + 1) * 8)
            {
                return false;
            }

            next = rest[0];
            rest = rest[((rest[1] + 1) * 8)..];
        }

        datagram = rest;
        return next == Udp;
    }
}
