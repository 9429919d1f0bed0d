using System.Runtime.InteropServices;

namespace Peregrine.Primitives;

/// <summary>A bounded queue of values from one thread to one other, in order, copied.</summary>
/// <typeparam name="T">A struct without references, or one whose references may stay alive for a lap.</typeparam>
/// <remarks>Thread: one writer, one reader. Allocates: when made. Blocks: no. At the bound TryWrite says so, and the writer decides.</remarks>
public sealed class SpscRing<T>
    where T : struct
{
    private readonly T[] _items;
    private readonly long _mask;
    private RingPositions _positions;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">A power of two.</param>
    public SpscRing(int capacity)
    {
        Check.That(capacity > 0 && (capacity & (capacity - 1)) == 0, "the capacity of a ring is a power of two");
        _items = new T[capacity];
        _mask = capacity - 1;
    }

    /// <summary>True when nothing waits. Reader.</summary>
    public bool IsEmpty => Volatile.Read(ref _positions.Written) == _positions.Read;

    /// <summary>How many wait. From any thread, for display; exact for the writer,
    /// who sees with each place that came back what the reader did before.</summary>
    public long Count => Math.Max(0, Volatile.Read(ref _positions.Written) - Volatile.Read(ref _positions.Read));

    /// <summary>Appends a copy. Writer.</summary>
    /// <returns>False when the ring is full.</returns>
    public bool TryWrite(in T item)
    {
        long written = _positions.Written;
        if (written - _positions.ReadSeen > _mask)
        {
            _positions.ReadSeen = Volatile.Read(ref _positions.Read);
            if (written - _positions.ReadSeen > _mask)
            {
                return false;
            }
        }

        _items[written & _mask] = item;

        // Releases the item: pairs with the acquire of Written in TryRead, without which the reader could see an old item here.
        Volatile.Write(ref _positions.Written, written + 1);
        return true;
    }

    /// <summary>Takes the oldest. Reader.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryRead(out T item)
    {
        long read = _positions.Read;
        if (read == _positions.WrittenSeen)
        {
            _positions.WrittenSeen = Volatile.Read(ref _positions.Written);
            if (read == _positions.WrittenSeen)
            {
                item = default;
                return false;
            }
        }

        item = _items[read & _mask];

        // Releases the place: pairs with the acquire of Read in TryWrite, without which the writer could overwrite it before this copy.
        Volatile.Write(ref _positions.Read, read + 1);
        return true;
    }

    /// <summary>Free places that lie together, oldest first, to be filled where they are; then <see cref="Publish"/>. Writer.</summary>
    /// <param name="countMax">At most so many; 1 or more.</param>
    /// <returns>Empty when the ring is full. Fewer than are free where the ring's end lies between.</returns>
    public Span<T> Claim(int countMax)
    {
        long written = _positions.Written;
        if (written + countMax - _positions.ReadSeen > _mask + 1)
        {
            _positions.ReadSeen = Volatile.Read(ref _positions.Read);
        }

        int at = (int)(written & _mask);
        int free = (int)(_mask + 1 - (written - _positions.ReadSeen));
        return _items.AsSpan(at, Math.Min(Math.Min(countMax, free), _items.Length - at));
    }

    /// <summary>Gives the first places of the last <see cref="Claim"/> to the reader. Writer.</summary>
    /// <param name="count">At most as many as were claimed.</param>
    public void Publish(int count)
    {
        // Releases the items, as in TryWrite.
        Volatile.Write(ref _positions.Written, _positions.Written + count);
    }

    /// <summary>Items that wait and lie together, oldest first, to be used where they are; then <see cref="Release"/>. Reader.</summary>
    /// <param name="countMax">At most so many; 1 or more.</param>
    /// <returns>Empty when none waits. Fewer than wait where the ring's end lies between.</returns>
    public Span<T> Peek(int countMax)
    {
        long read = _positions.Read;
        if (_positions.WrittenSeen - read < countMax)
        {
            _positions.WrittenSeen = Volatile.Read(ref _positions.Written);
        }

        int at = (int)(read & _mask);
        int waiting = (int)(_positions.WrittenSeen - read);
        return _items.AsSpan(at, Math.Min(Math.Min(countMax, waiting), _items.Length - at));
    }

    /// <summary>Gives the first places of the last <see cref="Peek"/> back to the writer. Reader.</summary>
    /// <param name="count">At most as many as were seen.</param>
    public void Release(int count)
    {
        // Releases the places, as in TryRead.
        Volatile.Write(ref _positions.Read, _positions.Read + count);
    }
}

// What one thread writes lies two cache lines from what the other writes, as prefetchers fetch pairs. Not nested in the ring: generic
// types cannot have an explicit layout.
[StructLayout(LayoutKind.Explicit, Size = 512)]
internal struct RingPositions
{
    [FieldOffset(128)]
    public long Written;

    [FieldOffset(136)]
    public long ReadSeen;

    [FieldOffset(320)]
    public long Read;

    [FieldOffset(328)]
    public long WrittenSeen;
}
