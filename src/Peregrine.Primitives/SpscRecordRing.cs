using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Peregrine.Primitives;

/// <summary>
/// A bounded queue of records of any length from one thread to one other, in order. The writer claims a place and fills it where it lies; the reader
/// uses it where it lies: nothing is copied, and a short record takes no more room than it has bytes.
/// </summary>
/// <remarks>
/// Thread: one writer, one reader. Allocates: when made. Blocks: no. At the bound <see cref="TryClaim"/> says so; the writer decides. Layout: each
/// record begins at a multiple of 8 with its length (4 bytes, -1 where nothing is up to the ring's end) and a tag of the writer's (4).
/// </remarks>
public sealed class SpscRecordRing
{
    private const int HeadBytes = 8;
    private const int Filler = -1;
    private readonly byte[] _bytes;
    private readonly int _mask;
    private RingPositions _positions;
    private StagedPosition _writer;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">Bytes, a power of two, at least <see cref="CapacityFor"/> the longest record.</param>
    public SpscRecordRing(int capacity)
    {
        Check.That(capacity >= 2 * HeadBytes && (capacity & (capacity - 1)) == 0, "the capacity of a ring is a power of two");
        _bytes = new byte[capacity];
        _mask = capacity - 1;
    }

    /// <summary>Size in bytes.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>True when nothing waits. Reader.</summary>
    public bool IsEmpty => Volatile.Read(ref _positions.Written) == _positions.Read;

    /// <summary>Bytes that wait, heads included. From any thread, for display; exact for the writer.</summary>
    public long BytesWaiting => Math.Max(0, Volatile.Read(ref _positions.Written) - Volatile.Read(ref _positions.Read));

    /// <summary>The size of a ring in which a record of so many bytes always finds a place once others have left, wherever the end lies.</summary>
    public static int CapacityFor(int recordBytesMax) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * SizeOf(recordBytesMax)));

    /// <summary>A place for the next record, to be filled where it is; then <see cref="Commit"/>. Writer.</summary>
    /// <param name="payloadMax">At most so many bytes will be used; no record is longer than what the capacity is for.</param>
    /// <returns>False when the ring has no room.</returns>
    public bool TryClaim(int payloadMax, out Span<byte> payload)
    {
        int size = SizeOf(payloadMax);
        Check.That(payloadMax >= 0 && 2 * size <= _bytes.Length, "a record is at most half as long as its ring");
        long at = _writer.Staged;
        int place = (int)at & _mask;
        int toEnd = _bytes.Length - place;
        long needed = size <= toEnd ? size : toEnd + size;
        if (at + needed - _positions.ReadSeen > _bytes.Length)
        {
            _positions.ReadSeen = Volatile.Read(ref _positions.Read);
            if (at + needed - _positions.ReadSeen > _bytes.Length)
            {
                payload = default;
                return false;
            }
        }

        if (size > toEnd)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(place), Filler);
            _writer.Staged = at + toEnd;
            place = 0;
        }

        payload = _bytes.AsSpan(place + HeadBytes, payloadMax);
        return true;
    }

    /// <summary>What was claimed last is a record of so many bytes; the reader sees it from <see cref="Publish"/> on. Writer.</summary>
    /// <param name="length">At most as many as were claimed.</param>
    /// <param name="tag">The writer's own.</param>
    public void Commit(int length, int tag = 0)
    {
        Span<byte> head = _bytes.AsSpan((int)_writer.Staged & _mask, HeadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        BinaryPrimitives.WriteInt32LittleEndian(head[sizeof(int)..], tag);
        _writer.Staged += SizeOf(length);
    }

    /// <summary>Gives what was committed to the reader. Writer.</summary>
    public void Publish()
    {
        // Releases the records: pairs with the acquire of Written in TryPeek, without which the reader could see old bytes here.
        Volatile.Write(ref _positions.Written, _writer.Staged);
    }

    /// <summary>Where the oldest record is. Reader.</summary>
    public long Front => _positions.Read;

    /// <summary>A record where it lies: nothing is taken until <see cref="Release"/>. Reader.</summary>
    /// <param name="at"><see cref="Front"/>, or what the last call left there: then it stands behind the record. So a reader may look at records to
    /// come.</param>
    /// <param name="tag">The writer's own.</param>
    /// <returns>False when none waits there.</returns>
    public bool TryPeek(ref long at, out ReadOnlyMemory<byte> payload, out int tag)
    {
        while (at != _positions.WrittenSeen || at != (_positions.WrittenSeen = Volatile.Read(ref _positions.Written)))
        {
            int place = (int)at & _mask;
            ReadOnlySpan<byte> head = _bytes.AsSpan(place, HeadBytes);
            int length = BinaryPrimitives.ReadInt32LittleEndian(head);
            if (length == Filler)
            {
                at += _bytes.Length - place;
                continue;
            }

            payload = _bytes.AsMemory(place + HeadBytes, length);
            tag = BinaryPrimitives.ReadInt32LittleEndian(head[sizeof(int)..]);
            at += SizeOf(length);
            return true;
        }

        payload = default;
        tag = 0;
        return false;
    }

    /// <summary>Gives all records before a place back to the writer. Reader.</summary>
    /// <param name="at">Where <see cref="TryPeek"/> came to.</param>
    public void Release(long at)
    {
        // Releases the places: pairs with the acquire of Read in TryClaim, without which the writer could overwrite what is still used.
        Volatile.Write(ref _positions.Read, at);
    }

    private static int SizeOf(int payload) => HeadBytes + ((payload + 7) & ~7);

    // The writer's alone, away from what both look at.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StagedPosition
    {
        [FieldOffset(128)]
        public long Staged;
    }
}
