using System.Runtime.InteropServices;

namespace Peregrine.Linux.Sockets;

/// <summary>A piece of memory for a vectored call (struct iovec). The memory belongs to whoever fills it in and must not move.</summary>
/// <param name="Start">Its address.</param>
/// <param name="Length">Its length in bytes.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct IoVector(nint Start, nint Length);

/// <summary>struct msghdr of 64-bit Linux with glibc, 56 bytes. Source: sys/socket.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct MessageHeader
{
    /// <summary>The peer's address, or null on a connected socket.</summary>
    public byte* Name;

    /// <summary>Its length; the kernel writes back the real one when receiving.</summary>
    public uint NameLength;

    /// <summary>The pieces.</summary>
    public IoVector* Vectors;

    /// <summary>How many.</summary>
    public nuint VectorCount;

    /// <summary>Ancillary data; unused.</summary>
    public void* Control;

    /// <summary>Its length; unused.</summary>
    public nuint ControlLength;

    /// <summary>Flags that the kernel sets when receiving: MSG_TRUNC is 0x20.</summary>
    public int Flags;
}

/// <summary>struct mmsghdr: a message of recvmmsg and sendmmsg, 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct BatchedMessage
{
    /// <summary>The message.</summary>
    public MessageHeader Header;

    /// <summary>Bytes that were received or sent.</summary>
    public uint Bytes;
}
