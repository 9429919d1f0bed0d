using Peregrine.Linux.Files;
using Peregrine.Primitives;

namespace Peregrine.Linux.Uring;

/// <summary>
/// Buffers lent to the kernel, which picks one for each receive. Source: io_uring_register_buf_ring(3), struct io_uring_buf (16 bytes).
/// </summary>
/// <remarks>Thread: the ring's. Allocates: only when made.</remarks>
public sealed unsafe class BufferRing : IDisposable
{
    private readonly AnonymousMemory _ring;
    private readonly AnonymousMemory _buffers;
    private readonly int _mask;
    private ushort _tail;

    private BufferRing(AnonymousMemory ring, AnonymousMemory buffers, int count, int bufferBytes)
    {
        (_ring, _buffers, _mask, Count, BufferBytes) = (ring, buffers, count - 1, count, bufferBytes);
        for (int id = 0; id < count; id++)
        {
            Add(id);
        }

        Publish();
    }

    /// <summary>How many buffers there are.</summary>
    public int Count { get; }

    /// <summary>Size of each in bytes.</summary>
    public int BufferBytes { get; }

    /// <summary>Makes buffers and tells the kernel.</summary>
    /// <param name="ring">The ring that receives into them.</param>
    /// <param name="group">The number that a receive names them by.</param>
    /// <param name="count">A power of two, at most 32,768.</param>
    /// <param name="bufferBytes">Size of each.</param>
    /// <param name="buffers">The buffers when the result is None.</param>
    /// <returns>None; EINVAL before Linux 5.19.</returns>
    public static Errno TryCreate(IoUring ring, ushort group, int count, int bufferBytes, out BufferRing? buffers)
    {
        AnonymousMemory entries = new(count * 16L, count * 16L);
        ulong* registration = stackalloc ulong[5] { (ulong)entries.Start, (uint)count | ((ulong)group << 32), 0, 0, 0 };

        // SAFETY: struct io_uring_buf_reg is 40 bytes on this frame: address, entries, group, flags and reserved words.
        Errno errno = ring.Register(22, registration, 1);
        if (errno != Errno.None)
        {
            entries.Dispose();
            buffers = null;
            return errno;
        }

        buffers = new BufferRing(entries, new AnonymousMemory((long)count * bufferBytes, (long)count * bufferBytes), count, bufferBytes);
        return Errno.None;
    }

    /// <summary>What was received into a buffer.</summary>
    public Span<byte> Span(int id, int bytes)
    {
        Check.That(id >= 0 && id <= _mask && bytes >= 0 && bytes <= BufferBytes, "a completion names a buffer of the ring");

        // SAFETY: inside the buffers' memory, as just checked; the kernel does not touch it until it is given back.
        return new Span<byte>(_buffers.Start + ((long)id * BufferBytes), bytes);
    }

    /// <summary>Gives a buffer back to the kernel; it sees it after <see cref="Publish"/>.</summary>
    public void Add(int id)
    {
        // SAFETY: the index is masked; an entry is address (8), length (4), id (2), and 2 bytes that in the first entry are the ring's tail.
        byte* entry = _ring.Start + ((_tail & _mask) * 16L);
        *(ulong*)entry = (ulong)(_buffers.Start + ((long)id * BufferBytes));
        *(uint*)(entry + 8) = (uint)BufferBytes;
        *(ushort*)(entry + 12) = (ushort)id;
        _tail++;
    }

    /// <summary>Shows the kernel what was given back. Release: it reads the entries after it sees the tail.</summary>
    public void Publish() => Volatile.Write(ref *(ushort*)(_ring.Start + 14), _tail);

    /// <summary>Frees the memory; the ring must be closed before.</summary>
    public void Dispose()
    {
        _ring.Dispose();
        _buffers.Dispose();
    }
}
