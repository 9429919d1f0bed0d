using System.Runtime.InteropServices;

namespace Peregrine.Linux.Sockets;

/// <summary>What a descriptor is ready for, or is watched for. Source: epoll_ctl(2).</summary>
[Flags]
public enum EpollEvents : uint
{
    None = 0,
    In = 0x1,
    Out = 0x4,
    Error = 0x8,
    HangUp = 0x10,
    PeerClosed = 0x2000,

    /// <summary>Tells of a change once instead of as long as it lasts.</summary>
    EdgeTriggered = 0x8000_0000,
}

/// <summary>One ready descriptor.</summary>
/// <param name="Events">What it is ready for.</param>
/// <param name="Data">The number given when it was added.</param>
public readonly record struct EpollReady(EpollEvents Events, long Data);

/// <summary>The kernel's list of watched descriptors, level triggered but where <see cref="EpollEvents.EdgeTriggered"/> is asked for.</summary>
/// <remarks>Thread: one owner. Allocates: only when made.</remarks>
public sealed unsafe class Epoll : IDisposable
{
    // struct epoll_event is packed on x86-64 (12 bytes) and naturally aligned elsewhere (16). Source: sys/epoll.h.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventBytes - 8;

    private readonly int _descriptor;
    private readonly byte[] _events;
    private readonly int _eventCount;

    /// <summary>Makes an empty list.</summary>
    /// <param name="eventCount">Most descriptors reported by one wait.</param>
    public Epoll(int eventCount)
    {
        CallResult result = Libc.Result(Libc.EpollCreate1(0x80000 /* EPOLL_CLOEXEC */));
        _descriptor = result.IsOk ? (int)result.Value : throw new LinuxException("epoll_create1", result.Errno);
        _eventCount = eventCount;
        _events = GC.AllocateArray<byte>(eventCount * EventBytes, pinned: true);
    }

    /// <summary>Watches a descriptor.</summary>
    public Errno Add(int descriptor, EpollEvents events, long data) => Control(1, descriptor, events, data);

    /// <summary>Watches it for something else.</summary>
    public Errno Modify(int descriptor, EpollEvents events, long data) => Control(3, descriptor, events, data);

    /// <summary>Stops watching it. Closing a descriptor does so too.</summary>
    public Errno Remove(int descriptor) => Control(2, descriptor, EpollEvents.None, 0);

    /// <summary>Waits for ready descriptors; read them with <see cref="Ready"/> until the next wait.</summary>
    /// <param name="timeoutMs">0 returns at once, -1 waits for ever.</param>
    /// <returns>How many are ready; 0 after a signal.</returns>
    public int Wait(int timeoutMs)
    {
        // SAFETY: the array is pinned for its life and holds _eventCount events.
        fixed (byte* events = _events)
        {
            CallResult result = Libc.Result(Libc.EpollWait(_descriptor, events, _eventCount, timeoutMs));
            return result.IsOk ? (int)result.Value : result.Errno == Errno.EINTR ? 0 : throw new LinuxException("epoll_wait", result.Errno);
        }
    }

    /// <summary>One of the ready descriptors of the last wait.</summary>
    public EpollReady Ready(int index)
    {
        ReadOnlySpan<byte> entry = _events.AsSpan(index * EventBytes, EventBytes);
        return new EpollReady((EpollEvents)BitConverter.ToUInt32(entry), BitConverter.ToInt64(entry[DataOffset..]));
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.Close(_descriptor);

    private Errno Control(int operation, int descriptor, EpollEvents events, long data)
    {
        byte* entry = stackalloc byte[16];
        Span<byte> span = new(entry, 16);
        _ = BitConverter.TryWriteBytes(span, (uint)events);
        _ = BitConverter.TryWriteBytes(span[DataOffset..], data);

        // SAFETY: the entry is on this frame and is at least as large as the kernel's struct.
        return Libc.Result(Libc.EpollCtl(_descriptor, operation, descriptor, entry)).Errno;
    }
}
