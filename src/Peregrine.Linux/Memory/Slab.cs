using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Peregrine.Primitives;

namespace Peregrine.Linux.Memory;

/// <summary>
/// A fixed number of structs, zeroed, the first at a cache line's start, on huge pages where the system gives some.
/// What is looked up at random in many megabytes costs fewer page walks then.
/// </summary>
/// <remarks>
/// Thread: as its owner says. Allocates: when made. An index is not checked but in the Checked configuration:
/// it must come from the owner's own structures, never from outside. A reference does not keep the memory: it lives as long as the owner, so a member
/// of the owner that looks into it ends with <see cref="GC.KeepAlive"/> of the owner.
/// </remarks>
public readonly struct Slab<T>
    where T : unmanaged
{
    private const int LineBytes = 64;
    private const long HugePageBytes = 2 << 20;

    // Only held: as long as it is reachable, so is what lies in it.
    private readonly T[] _memory;
    private readonly unsafe T* _first;

    /// <summary>Takes the memory.</summary>
    /// <param name="length">How many structs, 1 to somewhat less than an array takes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is out of range.</exception>
    public unsafe Slab(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        long bytes = (long)length * sizeof(T);
        long aligned = bytes >= HugePageBytes ? HugePageBytes : LineBytes;
        long spare = (aligned + sizeof(T) - 1) / sizeof(T);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length + spare, Array.MaxLength, nameof(length));
        Length = length;
        _memory = GC.AllocateArray<T>((int)(length + spare), pinned: true);

        // SAFETY: the array is pinned, so its address holds as long as the array does; the first element and all others lie inside it, as it was
        // made that much longer.
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _first = (T*)((address + aligned - 1) & ~(nint)(aligned - 1));
        if (bytes >= HugePageBytes)
        {
            // Only a wish: without huge pages everything works the same, slower.
            _ = Libc.MAdvise((byte*)_first, (nuint)bytes, 14 /* MADV_HUGEPAGE */);
        }
    }

    /// <summary>How many structs there are.</summary>
    public int Length { get; }

    /// <summary>All of them.</summary>
    public Span<T> Span => MemoryMarshal.CreateSpan(ref First, Length);

    // SAFETY: the address is that of the first element of a pinned array that this holds.
    private unsafe ref T First => ref Unsafe.AsRef<T>(_first);

    /// <summary>One of them, where it lies.</summary>
    public unsafe ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Invariant.That((uint)index < (uint)Length, "an index into a slab lies inside it");

            // SAFETY: the owner's index lies inside, and the owner keeps the array for as long as it uses the reference.
            return ref Unsafe.AsRef<T>(_first + (nuint)(uint)index);
        }
    }

    /// <summary>Asks for the memory of one of them, up to two cache lines, where the processor can be asked:
    /// a hint that changes nothing but time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(int index)
    {
        if (Sse.IsSupported)
        {
            // SAFETY: a prefetch reads nothing that is seen and cannot fault; the memory is pinned.
            Sse.Prefetch0(_first + (nuint)(uint)index);
            if (sizeof(T) > LineBytes)
            {
                Sse.Prefetch0((byte*)(_first + (nuint)(uint)index) + LineBytes);
            }
        }
    }
}
