using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Peregrine.Linux.Sockets;

/// <summary>
/// The address of a peer as the kernel wrote it: IPv4 or IPv6 with a port, or nothing for a Unix socket. A plain value, so that taking a
/// connection allocates nothing. Source: ip(7), ipv6(7), unix(7).
/// </summary>
/// <remarks>Thread: any. Allocates: only <see cref="ToEndPoint"/> and <see cref="ToString"/>.</remarks>
public readonly struct PeerAddress : IEquatable<PeerAddress>
{
    internal const int BytesMax = 28;
    internal const int UnixBytesMax = 110;
    internal const int FamilyUnix = 1;
    internal const int FamilyInet = 2;
    internal const int FamilyInet6 = 10;
    private readonly Raw _raw;

    public PeerAddress(ReadOnlySpan<byte> raw) => raw[..Math.Min(raw.Length, BytesMax)].CopyTo(_raw);

    /// <summary>The same address in the kernel's form.</summary>
    /// <param name="endpoint">An IPv4 or IPv6 address.</param>
    public PeerAddress(IPEndPoint endpoint) => Write(endpoint, _raw);

    /// <summary>True for IPv4 and IPv6.</summary>
    public bool IsIp => Family is FamilyInet or FamilyInet6;

    /// <summary>The port; 0 without one.</summary>
    public int Port => IsIp ? BinaryPrimitives.ReadUInt16BigEndian(Bytes[2..]) : 0;

    /// <summary>A number that is the same for every connection of one address, whatever its port.</summary>
    public int SourceHash
    {
        get
        {
            // FNV-1a over the address only: http://www.isthe.com/chongo/tech/comp/fnv/
            uint hash = 2166136261;
            foreach (byte part in Family == FamilyInet6 ? Bytes.Slice(8, 16) : Family == FamilyInet ? Bytes.Slice(4, 4) : [])
            {
                hash = (hash ^ part) * 16777619;
            }

            return (int)(hash & int.MaxValue);
        }
    }

    public int LengthBytes => Family == FamilyInet6 ? 28 : 16;

    internal int Family => BitConverter.ToUInt16(Bytes);

    /// <summary>The address as .NET knows it; null for a Unix socket.</summary>
    public IPEndPoint? ToEndPoint() => IsIp ? Read(Bytes) : null;

    /// <inheritdoc/>
    public override string ToString() => ToEndPoint()?.ToString() ?? "a local process";

    /// <inheritdoc/>
    public bool Equals(PeerAddress other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PeerAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => SourceHash ^ Port;

    /// <summary>Equality of all bytes.</summary>
    public static bool operator ==(PeerAddress left, PeerAddress right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(PeerAddress left, PeerAddress right) => !left.Equals(right);

    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => _raw;

    /// <summary>Writes the kernel's form.</summary>
    /// <returns>Its length in bytes.</returns>
    internal static int Write(EndPoint endpoint, Span<byte> target)
    {
        if (endpoint is UnixDomainSocketEndPoint local)
        {
            SocketAddress bytes = local.Serialize();
            bytes.Buffer.Span[..bytes.Size].CopyTo(target);
            return bytes.Size;
        }

        IPEndPoint ip = endpoint as IPEndPoint
            ?? throw new ArgumentException($"{endpoint}: expected an IP address with a port, or a Unix socket's path", nameof(endpoint));
        target[..BytesMax].Clear();
        bool isV6 = ip.AddressFamily == AddressFamily.InterNetworkV6;
        _ = BitConverter.TryWriteBytes(target, (ushort)(isV6 ? FamilyInet6 : FamilyInet));
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)ip.Port);
        _ = ip.Address.TryWriteBytes(target[(isV6 ? 8 : 4)..], out _);
        if (isV6)
        {
            _ = BitConverter.TryWriteBytes(target[24..], (uint)ip.Address.ScopeId);
        }

        return isV6 ? 28 : 16;
    }

    internal static int FamilyOf(EndPoint endpoint) => endpoint.AddressFamily switch
    {
        AddressFamily.Unix => FamilyUnix,
        AddressFamily.InterNetworkV6 => FamilyInet6,
        _ => FamilyInet,
    };

    internal static IPEndPoint Read(ReadOnlySpan<byte> source)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        return BitConverter.ToUInt16(source) == FamilyInet6
            ? new IPEndPoint(new IPAddress(source.Slice(8, 16), BitConverter.ToUInt32(source[24..])), port)
            : new IPEndPoint(new IPAddress(source.Slice(4, 4)), port);
    }

    [InlineArray(BytesMax)]
    private struct Raw
    {
        private byte _first;
    }
}
