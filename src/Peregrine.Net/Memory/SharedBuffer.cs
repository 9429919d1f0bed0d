using Peregrine.Linux.Files;
using Peregrine.Primitives;

namespace Peregrine.Net.Memory;

/// <summary>
/// Bytes that many connections send without a copy of their own. Fill it, then write it to as many connections of as many loops as you
/// like, then <see cref="Release"/> your own hold; it returns to its pool when the last of them has sent it.
/// </summary>
/// <remarks>Thread: one fills it; after the first write it must not change. Holding and releasing: any thread. Allocates: no.</remarks>
public sealed unsafe class SharedBuffer
{
    private readonly SharedBufferPool _pool;
    private readonly byte* _start;
    private int _holds;

    internal SharedBuffer(SharedBufferPool pool, int index, byte* start)
    {
        _pool = pool;
        Index = index;
        _start = start;
    }

    /// <summary>Bytes to send: set when it was rented, or by <see cref="SetLength"/>.</summary>
    public int Length { get; private set; }

    /// <summary>All the room there is, to be filled before the first write.</summary>
    public Span<byte> Room => new(_start, _pool.BufferBytes);

    /// <summary>The bytes to send.</summary>
    public ReadOnlySpan<byte> Bytes => new(_start, Length);

    internal int Index { get; }

    internal nint Start => (nint)_start;

    /// <summary>Says how many bytes were filled.</summary>
    public void SetLength(int bytes)
    {
        Check.That(bytes >= 0 && bytes <= _pool.BufferBytes, "a shared buffer holds what was put into it");
        Length = bytes;
    }

    /// <summary>Keeps it once more; each hold is released once.</summary>
    public void Hold() => _ = Interlocked.Increment(ref _holds);

    /// <summary>Lets it go.</summary>
    public void Release()
    {
        // The decrement is a full fence: whoever takes it from the pool next sees all reads of the last holder done.
        int left = Interlocked.Decrement(ref _holds);
        Check.That(left >= 0, "a shared buffer is released as often as it was held");
        if (left == 0)
        {
            _pool.Return(this);
        }
    }

    internal void Begin(int length)
    {
        SetLength(length);
        Volatile.Write(ref _holds, 1);
    }
}

/// <summary>Shared buffers of one size; taken and given back by any thread.</summary>
/// <remarks>Thread: any. Allocates: managed objects until warm, native memory when first touched. Blocks: no.</remarks>
public sealed unsafe class SharedBufferPool : IDisposable
{
    private readonly AnonymousMemory _memory;
    private readonly SharedBuffer?[] _buffers;

    // A stack of free buffers: for each the index of the one below, plus 1.
    private readonly int[] _below;

    // Upper half: a count that makes each state of the stack new (no ABA); lower half: index of the top, plus 1.
    private long _top;
    private int _made;

    /// <summary>Makes a pool.</summary>
    /// <param name="bufferBytes">Size of each; rounded up to 4,096.</param>
    /// <param name="countMax">How many there may be, 1 or more.</param>
    public SharedBufferPool(int bufferBytes, int countMax)
    {
        if (bufferBytes < 1 || countMax < 1)
        {
            throw new ArgumentException($"bufferBytes {bufferBytes}, countMax {countMax}: expected 1 or more");
        }

        BufferBytes = (bufferBytes + 4095) & ~4095;
        _memory = new AnonymousMemory((long)BufferBytes * countMax, 0);
        _buffers = new SharedBuffer?[countMax];
        _below = new int[countMax];
    }

    /// <summary>Size of each in bytes.</summary>
    public int BufferBytes { get; }

    /// <summary>Buffers in use at the moment.</summary>
    public int RentedCount => Volatile.Read(ref _rented);

    private int _rented;

    /// <summary>Takes a buffer, held once.</summary>
    /// <param name="bytes">Its length; at most <see cref="BufferBytes"/>.</param>
    /// <returns>Null when all are in use, or it is too small.</returns>
    public SharedBuffer? TryRent(int bytes)
    {
        if ((uint)bytes > (uint)BufferBytes)
        {
            return null;
        }

        SharedBuffer? buffer = TryPop() ?? TryMake();
        if (buffer is not null)
        {
            _ = Interlocked.Increment(ref _rented);
            buffer.Begin(bytes);
        }

        return buffer;
    }

    /// <summary>Frees the memory; no buffer may be in use.</summary>
    public void Dispose() => _memory.Dispose();

    internal void Return(SharedBuffer buffer)
    {
        _ = Interlocked.Decrement(ref _rented);
        while (true)
        {
            long top = Volatile.Read(ref _top);
            _below[buffer.Index] = (int)top;
            long next = (((top >> 32) + 1) << 32) | (uint)(buffer.Index + 1);
            if (Interlocked.CompareExchange(ref _top, next, top) == top)
            {
                return;
            }
        }
    }

    private SharedBuffer? TryPop()
    {
        while (true)
        {
            long top = Volatile.Read(ref _top);
            int index = (int)top - 1;
            if (index < 0)
            {
                return null;
            }

            long next = (((top >> 32) + 1) << 32) | (uint)Volatile.Read(ref _below[index]);
            if (Interlocked.CompareExchange(ref _top, next, top) == top)
            {
                return _buffers[index];
            }
        }
    }

    private SharedBuffer? TryMake()
    {
        if (Volatile.Read(ref _made) >= _buffers.Length)
        {
            return null;
        }

        int index = Interlocked.Increment(ref _made) - 1;
        if (index >= _buffers.Length)
        {
            _ = Interlocked.Decrement(ref _made);
            return null;
        }

        // SAFETY: inside the memory, which lives until Dispose.
        return _buffers[index] = new SharedBuffer(this, index, _memory.Start + ((long)index * BufferBytes));
    }
}
