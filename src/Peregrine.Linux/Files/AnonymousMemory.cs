using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Linux.Files;

/// <summary>
/// A range of addresses that costs memory only where it is touched (mmap, MAP_NORESERVE): page aligned, zeroed, and never moved, so that
/// the kernel may read and write it beside us.
/// </summary>
/// <remarks>Thread: as its owner says. Allocates: only when made.</remarks>
public sealed unsafe class AnonymousMemory : IDisposable
{
    private byte* _start;

    /// <summary>Takes a range.</summary>
    /// <param name="bytes">Its length; rounded up to whole pages by the kernel.</param>
    /// <param name="touchedBytes">How much of its front is touched now, so that no message pays for the first touch (5 us a page).</param>
    /// <exception cref="LinuxException">There are no addresses or no memory for it.</exception>
    public AnonymousMemory(long bytes, long touchedBytes)
    {
        // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        void* start = Libc.MMap(null, (nuint)bytes, 3 /* PROT_READ | PROT_WRITE */, 2 | 0x20 | 0x4000, -1, 0);
        _start = (nint)start == -1 ? throw new LinuxException($"cannot take {bytes:N0} bytes of memory", (Errno)Marshal.GetLastPInvokeError())
            : (byte*)start;
        Bytes = bytes;
        Touch(0, touchedBytes);
    }

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Its address; nothing after <see cref="Dispose"/>.</summary>
    public byte* Start => _start;

    /// <summary>Touches a part of it, so that the pages are there.</summary>
    public void Touch(long offset, long bytes)
    {
        Check.That(offset >= 0 && bytes >= 0 && bytes <= Bytes - offset, "what is touched lies inside the memory");
        for (long at = offset; at < offset + bytes; at += 4096)
        {
            // SAFETY: inside the range that was just checked.
            Volatile.Write(ref _start[at], 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_start != null)
        {
            _ = Libc.MUnmap(_start, (nuint)Bytes);
            _start = null;
        }
    }
}
