using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>
/// Blocks of native memory of one size, page aligned, lent to connections and taken back. Memory is taken from the system when
/// first needed and kept; above the limit nothing is lent and the caller has a defined outcome.
/// </summary>
/// <remarks>Thread: the loop's. Allocates: native memory until warm, managed never after it was made.</remarks>
internal sealed unsafe class BufferPool : IDisposable
{
    private readonly nint[] _blocks;
    private readonly int[] _free;
    private int _freeCount;
    private int _madeCount;

    public BufferPool(int blockBytes, int blockCountMax)
    {
        BlockBytes = blockBytes;
        _blocks = new nint[blockCountMax];
        _free = new int[blockCountMax];
    }

    /// <summary>Size of each block.</summary>
    public int BlockBytes { get; }

    /// <summary>Blocks lent at the moment.</summary>
    public int LentCount => _madeCount - _freeCount;

    /// <summary>Blocks that could be lent at the moment.</summary>
    public int AvailableCount => _blocks.Length - LentCount;

    /// <summary>Lends a block.</summary>
    /// <returns>Its number, or -1 when all are lent.</returns>
    public int TryLend()
    {
        if (_freeCount > 0)
        {
            return _free[--_freeCount];
        }

        if (_madeCount == _blocks.Length)
        {
            return -1;
        }

        // SAFETY: owned by the pool until Dispose, BlockBytes long, page aligned.
        _blocks[_madeCount] = (nint)NativeMemory.AlignedAlloc((nuint)BlockBytes, 4096);
        return _madeCount++;
    }

    /// <summary>Takes a block back; its spans must not be used any more.</summary>
    public void Return(int block)
    {
        Invariant.That(_freeCount < _madeCount, "a block is returned once");
        _free[_freeCount++] = block;
    }

    /// <summary>The memory of a lent block.</summary>
    public Span<byte> Span(int block)
    {
        // SAFETY: every number below _madeCount stands for a block of BlockBytes that lives until Dispose.
        Check.That((uint)block < (uint)_madeCount, "a block number is one that was lent");
        return new Span<byte>((void*)_blocks[block], BlockBytes);
    }

    public void Dispose()
    {
        for (int block = 0; block < _madeCount; block++)
        {
            // SAFETY: allocated by TryLend, freed once, as the loop and its connections are gone.
            NativeMemory.AlignedFree((void*)_blocks[block]);
        }

        _madeCount = 0;
        _freeCount = 0;
    }
}
