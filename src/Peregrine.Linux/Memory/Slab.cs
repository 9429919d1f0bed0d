using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Linux.Memory;

/// <summary>
/// A fixed number of structs, zeroed, the first at a cache line's start, on huge pages where the system gives some. What is looked up at random in many
/// megabytes costs fewer page walks then.
/// </summary>
/// <remarks>
/// Thread: as its owner says. Allocates: when made. An index is not checked but in the Checked configuration: it must come from the owner's own structures, never from outside.
/// </remarks>
public sealed class Slab<T>
    where T : unmanaged
{
    private const int LineBytes = 64;
    private const long HugePageBytes = 2 << 20;
    private readonly byte[] _memory;
    private readonly nint _start;

    /// <summary>Takes the memory.</summary>
    /// <param name="length">How many structs, 1 or more; at most 2 GiB in all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is out of range.</exception>
    public unsafe Slab(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        long bytes = (long)length * sizeof(T);
        long aligned = bytes >= HugePageBytes ? HugePageBytes : LineBytes;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes + aligned, Array.MaxLength, nameof(length));
        Length = length;
        _memory = GC.AllocateUninitializedArray<byte>((int)(bytes + aligned), pinned: true);

        // SAFETY: the array is pinned, so its address holds as long as the array does; the start lies inside it, as it was made that much longer.
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _start = (nint)(((address + aligned - 1) & ~(nint)(aligned - 1)) - address);
        if (bytes >= HugePageBytes)
        {
            // Only a wish: without huge pages everything works the same, slower.
            _ = Libc.MAdvise((byte*)address + _start, (nuint)bytes, 14 /* MADV_HUGEPAGE */);
        }

        Span.Clear();
    }

    /// <summary>How many structs there are.</summary>
    public int Length { get; }

    /// <summary>All of them.</summary>
    public Span<T> Span => MemoryMarshal.CreateSpan(ref First, Length);

    private ref T First => ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(_memory), _start));

    /// <summary>One of them, where it lies.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Invariant.That((uint)index < (uint)Length, "an index into a slab lies inside it");
            return ref Unsafe.Add(ref First, index);
        }
    }
}
