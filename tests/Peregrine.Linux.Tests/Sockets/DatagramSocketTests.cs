using System.Net;
using System.Runtime.CompilerServices;
using Peregrine.Linux.Sockets;

namespace Peregrine.Linux.Tests.Sockets;

/// <summary>Datagrams in batches, and why a socket could not be had.</summary>
public sealed class DatagramSocketTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public void Headers_AreAsLargeAsTheKernels()
    {
        Assert.Equal((56, 64, 16), (Unsafe.SizeOf<MessageHeader>(), Unsafe.SizeOf<BatchedMessage>(), Unsafe.SizeOf<IoVector>()));
    }

    [Fact]
    public void Bind_WhereItCannot_SaysWhyAndLeavesNoSocket()
    {
        Assert.Equal(Errno.None, DatagramSocket.TryBind(AnyPort, sharePort: false, receiveBufferBytes: null, out DatagramSocket taken));
        IPEndPoint address = taken.LocalAddress().ToEndPoint()!;

        Assert.Equal((Errno.EADDRINUSE, -1), (DatagramSocket.TryBind(address, false, null, out DatagramSocket second), second.Descriptor));
        Assert.Equal((Errno.EADDRNOTAVAIL, -1),
            (DatagramSocket.TryBind(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), false, null, out DatagramSocket third), third.Descriptor));
        taken.Close();
    }

    [Fact]
    public void Group_OfNoInterfaceOrJoinedTwice_IsToldAsSuch()
    {
        Assert.Equal(Errno.None, DatagramSocket.TryBind(AnyPort, sharePort: true, receiveBufferBytes: 1 << 16, out DatagramSocket socket));
        IPAddress group = IPAddress.Parse("239.1.2.3");

        Assert.Equal(Errno.ENODEV, socket.TryJoin(group, IPAddress.Parse("192.0.2.1")));
        Assert.Equal(Errno.None, socket.TryJoin(group, IPAddress.Loopback));
        Assert.Equal(Errno.EADDRINUSE, socket.TryJoin(group, IPAddress.Loopback));
        Assert.Equal(Errno.EINVAL, socket.TryJoin(IPAddress.Parse("10.0.0.1"), IPAddress.Loopback));
        Assert.Equal(Errno.None, socket.SetMulticastInterface(IPAddress.Loopback));
        Assert.Equal(Errno.EADDRNOTAVAIL, socket.SetMulticastInterface(IPAddress.Parse("192.0.2.1")));
        socket.Close();
    }

    [Fact]
    public unsafe void Batch_OfDatagrams_ArrivesWholeAndALongOneIsMarked()
    {
        const int SlotBytes = 8;
        Assert.Equal(Errno.None, DatagramSocket.TryBind(AnyPort, sharePort: false, receiveBufferBytes: null, out DatagramSocket receiver));
        Assert.Equal(Errno.None, DatagramSocket.TryBind(AnyPort, sharePort: false, receiveBufferBytes: null, out DatagramSocket sender));
        byte[] memory = GC.AllocateArray<byte>(256, pinned: true);
        IoVector[] pieces = GC.AllocateArray<IoVector>(3, pinned: true);
        byte[] address = GC.AllocateArray<byte>(28, pinned: true);
        PeerAddress to = receiver.LocalAddress();
        to.Bytes.CopyTo(address);
        BatchedMessage[] messages = new BatchedMessage[3];
        int[] lengths = [1, 8, 20];
        "abcdefghijklmnopqrstuvwxyz"u8.CopyTo(memory);

        // SAFETY: all that the headers point at is pinned for the life of the arrays, which this method keeps.
        fixed (byte* start = memory, name = address)
        fixed (IoVector* vectors = pieces)
        {
            for (int index = 0; index < messages.Length; index++)
            {
                pieces[index] = new IoVector((nint)start, lengths[index]);
                messages[index].Header = new MessageHeader
                {
                    Name = name, NameLength = (uint)to.LengthBytes, Vectors = vectors + index, VectorCount = 1,
                };
            }

            Assert.Equal(new CallResult(3, Errno.None), sender.Send(messages));
            for (int index = 0; index < messages.Length; index++)
            {
                pieces[index] = new IoVector((nint)(start + 64 + (index * SlotBytes)), SlotBytes);
                messages[index] = new BatchedMessage { Header = new MessageHeader { Vectors = vectors + index, VectorCount = 1 } };
            }

            Assert.Equal(new CallResult(3, Errno.None), receiver.Receive(messages));
            Assert.Equal(new CallResult(-1, Errno.EAGAIN), receiver.Receive(messages));
        }

        Assert.Equal([(1u, 0), (8u, 0), (8u, 0x20)], messages.Select(message => (message.Bytes, message.Header.Flags)));
        Assert.Equal("a\0\0\0\0\0\0\0abcdefghabcdefgh"u8, memory.AsSpan(64, 24));
        receiver.Close();
        sender.Close();
    }
}
