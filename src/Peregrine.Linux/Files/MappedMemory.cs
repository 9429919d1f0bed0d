using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Linux.Files;

/// <summary>
/// A file's bytes as memory. What is written stays in the kernel when the process dies; only a loss of power can take it,
/// until <see cref="Sync"/>.
/// </summary>
/// <remarks>Thread: as its owner says; a span must not be used after <see cref="Dispose"/>. Allocates: only when made.</remarks>
public sealed unsafe class MappedMemory : IDisposable
{
    private byte* _start;

    private MappedMemory(byte* start, long bytes)
    {
        _start = start;
        Bytes = bytes;
    }

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    internal static MappedMemory Map(int descriptor, long bytes, string path)
    {
        // MAP_SHARED | MAP_POPULATE: the pages are touched here, not by the first message (5 us each).
        void* start = Libc.MMap(null, (nuint)bytes, 3 /* PROT_READ | PROT_WRITE */, 1 | 0x8000, descriptor, 0);
        return (nint)start == -1 ? throw new LinuxException($"cannot map {bytes} bytes of {path}", (Errno)Marshal.GetLastPInvokeError())
            : new MappedMemory((byte*)start, bytes);
    }

    /// <summary>A part of the memory.</summary>
    public Span<byte> Slice(long offset, int bytes)
    {
        Check.That(_start != null && offset >= 0 && bytes >= 0 && bytes <= Bytes - offset, "a slice lies inside the mapped memory");

        // SAFETY: the range was just checked against the mapping, which lives until Dispose.
        return new Span<byte>(_start + offset, bytes);
    }

    /// <summary>Waits until the bytes are on the disk (msync).</summary>
    public Errno Sync() => Libc.Result(Libc.MSync(_start, (nuint)Bytes, 4 /* MS_SYNC */)).Errno;

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
