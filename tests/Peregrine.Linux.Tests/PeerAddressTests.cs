using System.Net;
using Peregrine.Linux.Sockets;

namespace Peregrine.Linux.Tests;

/// <summary>Addresses as the kernel writes them, byte for byte.</summary>
public class PeerAddressTests
{
    [Theory]
    [InlineData("10.1.2.3", 0x1234, "0200" + "1234" + "0A010203" + "0000000000000000")]
    [InlineData("fe80::1:2%7", 258, "0A00" + "0102" + "00000000" + "FE800000000000000000000000010002" + "07000000")]
    public void Address_OfAnEndPoint_IsTheKernelsAndReadsBack(string ip, int port, string bytes)
    {
        IPEndPoint endpoint = new(IPAddress.Parse(ip), port);

        PeerAddress address = new(endpoint);

        Assert.Equal(bytes, Convert.ToHexString(address.Bytes[..address.LengthBytes]));
        Assert.Equal((port, true), (address.Port, address.IsIp));
        Assert.Equal(endpoint, address.ToEndPoint());
        Assert.Equal(endpoint.ToString(), address.ToString());
        Assert.Equal(address, new PeerAddress(address.Bytes));
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.4")]
    [InlineData("11.1.2.3", "10.1.2.3")]
    [InlineData("fe80::1:2", "fe80::1:3")]
    [InlineData("fe80::1", "fe81::1")]
    public void SourceHash_IsOfTheAddressAndNotOfThePort(string ip, string other)
    {
        int hash = new PeerAddress(new IPEndPoint(IPAddress.Parse(ip), 1)).SourceHash;

        Assert.Equal(hash, new PeerAddress(new IPEndPoint(IPAddress.Parse(ip), 2)).SourceHash);
        Assert.NotEqual(hash, new PeerAddress(new IPEndPoint(IPAddress.Parse(other), 1)).SourceHash);
        Assert.True(hash >= 0, "a hash that picks a loop has no sign");
    }

    [Fact]
    public void SourceHash_OfAKnownAddress_IsFnv1a()
    {
        // FNV-1a of 0A 01 02 03, without the sign bit; worked out by hand.
        uint expected = 2166136261;
        foreach (byte part in (byte[])[10, 1, 2, 3])
        {
            expected = unchecked((expected ^ part) * 16777619);
        }

        Assert.Equal((int)(expected & int.MaxValue), new PeerAddress(new IPEndPoint(new IPAddress([10, 1, 2, 3]), 9)).SourceHash);
    }

    [Fact]
    public void Address_OfALocalProcess_HasNoPort()
    {
        PeerAddress local = new([1, 0, (byte)'/', (byte)'x']);

        Assert.Equal((false, 0, "a local process"), (local.IsIp, local.Port, local.ToString()));
        Assert.Null(local.ToEndPoint());
    }
}
