using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Peregrine.Linux.Sockets;

/// <summary>An IPv4 or IPv6 address and port in the kernel's own form. Source: ip(7), ipv6(7).</summary>
internal static class SocketAddress
{
    public const int BytesMax = 28;

    public const int FamilyInet = 2;

    public const int FamilyInet6 = 10;

    /// <summary>Writes the kernel's form.</summary>
    /// <returns>Its length in bytes.</returns>
    public static int Write(IPEndPoint endpoint, Span<byte> target)
    {
        target[..BytesMax].Clear();
        bool isV6 = endpoint.AddressFamily == AddressFamily.InterNetworkV6;
        BitConverter.TryWriteBytes(target, (ushort)(isV6 ? FamilyInet6 : FamilyInet));
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)endpoint.Port);
        _ = endpoint.Address.TryWriteBytes(target[(isV6 ? 8 : 4)..], out _);
        if (isV6)
        {
            BitConverter.TryWriteBytes(target[24..], (uint)endpoint.Address.ScopeId);
        }

        return isV6 ? 28 : 16;
    }

    public static IPEndPoint Read(ReadOnlySpan<byte> source)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        return BitConverter.ToUInt16(source) == FamilyInet6
            ? new IPEndPoint(new IPAddress(source.Slice(8, 16), BitConverter.ToUInt32(source[24..])), port)
            : new IPEndPoint(new IPAddress(source.Slice(4, 4)), port);
    }
}
