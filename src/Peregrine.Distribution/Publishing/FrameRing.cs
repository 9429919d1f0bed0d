using Peregrine.Distribution.Wire;

namespace Peregrine.Distribution.Publishing;

/// <summary>A piece of a ring; whole frames lie in it one behind the other.</summary>
internal sealed class Chunk
{
    /// <summary>Room for the largest frame.</summary>
    public const int ChunkBytes = WireLimits.FrameBytesMax;

    /// <summary>Pinned: the kernel reads from it.</summary>
    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(ChunkBytes, pinned: true);

    public int Used { get; set; }

    /// <summary>Sequence number that the book had before the first frame of the chunk.</summary>
    public long SequenceBefore { get; set; }
}

/// <summary>Chunks for all rings of a server, made when first needed and kept.</summary>
internal sealed class ChunkPool(int countMax)
{
    private readonly Stack<Chunk> _free = new();
    /// <summary>Chunks made so far.</summary>
    public int MadeCount { get; private set; }

    /// <summary>Takes one; null when all are in use.</summary>
    public Chunk? TryTake()
    {
        if (_free.TryPop(out Chunk? chunk))
        {
            return chunk;
        }

        return MadeCount < countMax ? New() : null;
    }

    /// <summary>Takes one back.</summary>
    public void Return(Chunk chunk) => _free.Push(chunk);

    private Chunk New()
    {
        MadeCount++;
        return new Chunk();
    }
}

/// <summary>
/// The output ring of a channel: frames are encoded into it once, and every subscriber is sent from it, at its own pace, without a
/// copy. When it is full the oldest chunk is used again, and who has not read that yet is conflated.
/// </summary>
/// <remarks>Thread: the server's. Bound: a fixed number of chunks, fewer when the pool has no more.</remarks>
internal sealed class FrameRing
{
    private readonly ChunkPool _pool;
    private readonly Chunk?[] _chunks;
    private long _first;

    /// <summary>Makes an empty ring with one chunk.</summary>
    /// <param name="first">Taken from the pool.</param>
    /// <param name="chunksMax">A power of two.</param>
    public FrameRing(ChunkPool pool, Chunk first, int chunksMax)
    {
        Check.That(chunksMax > 0 && (chunksMax & (chunksMax - 1)) == 0, "a ring has a power of two of chunks");
        _pool = pool;
        _chunks = new Chunk?[chunksMax];
        _chunks[0] = first;
        first.Used = 0;
    }

    /// <summary>Number of the chunk that is written; numbers never repeat.</summary>
    public long Head { get; private set; }

    /// <summary>Bytes in the chunk that is written.</summary>
    public int HeadUsed => this[Head].Used;

    /// <summary>The chunk with a number that is still there.</summary>
    public Chunk this[long number] => _chunks[number & (_chunks.Length - 1)]!;

    /// <summary>True when so many bytes fit the chunk that is written.</summary>
    public bool Fits(int bytes) => Chunk.ChunkBytes - HeadUsed >= bytes;

    /// <summary>The number of the chunk that <see cref="TryRoll"/> is going to overwrite; -1 for none.</summary>
    public long Victim => Head - _first + 1 == _chunks.Length ? _first : -1;

    /// <summary>Goes on to a new chunk. Whoever reads <see cref="Victim"/> was told before.</summary>
    /// <param name="sequence">That of the book, as the chunk before leaves it.</param>
    /// <returns>False: the ring and the pool have no other chunk, and <see cref="RollInPlace"/> is what is left.</returns>
    public bool TryRoll(long sequence)
    {
        Chunk? next;
        if (Victim >= 0)
        {
            next = this[_first];
            _first++;
        }
        else
        {
            next = _pool.TryTake();
            if (next is null)
            {
                return false;
            }
        }

        Head++;
        _chunks[Head & (_chunks.Length - 1)] = next;
        next.Used = 0;
        next.SequenceBefore = sequence;
        return true;
    }

    /// <summary>Starves: everything in the ring is given up for the chunk that is written.</summary>
    public void RollInPlace(long sequence)
    {
        Chunk chunk = this[Head];
        for (; _first < Head; _first++)
        {
            _pool.Return(this[_first]);
            _chunks[_first & (_chunks.Length - 1)] = null;
        }

        _chunks[Head & (_chunks.Length - 1)] = null;
        Head++;
        _first = Head;
        _chunks[Head & (_chunks.Length - 1)] = chunk;
        chunk.Used = 0;
        chunk.SequenceBefore = sequence;
    }

    /// <summary>Gives every chunk back.</summary>
    public void Release()
    {
        for (; _first <= Head; _first++)
        {
            _pool.Return(this[_first]);
            _chunks[_first & (_chunks.Length - 1)] = null;
        }
    }
}
