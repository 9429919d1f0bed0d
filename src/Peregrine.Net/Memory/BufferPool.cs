using System.Numerics;
using Peregrine.Linux.Files;
using Peregrine.Primitives;

namespace Peregrine.Net.Memory;

/// <summary>
/// Page-aligned native memory of one loop, lent in blocks of 4 KiB to 4 MiB and taken back: a buddy allocator (Knowlton 1965) over one
/// range of addresses. It starts with a slab that is touched at once and takes more when needed, up to a limit.
/// </summary>
/// <remarks>
/// Thread: the loop's. Allocates: native memory until warm, managed never after it was made. A part of the limit is kept for input, so that
/// output that nobody reads cannot keep requests from being read.
/// </remarks>
internal sealed unsafe class BufferPool : IDisposable
{
    public const int PageBytes = 4096;
    public const int OrderMax = 10;
    private const int SlabPages = 1 << OrderMax;
    private const byte FreeTag = 0x80;
    private const byte LentTag = 0x40;
    private const byte CachedTag = 0x20;
    private const int None = -1;

    private readonly AnonymousMemory _memory;
    private readonly int _pageCountMax;

    // What begins at a page: a free, lent or cached block with its order; 0 inside of a block.
    private readonly byte[] _tags;

    // First free block of each order, linked through the blocks' own first bytes.
    private readonly int[] _free = new int[OrderMax + 1];

    // Single pages that came back last: still in the processor's cache, and not merged.
    private readonly int[] _cache = new int[64];
    private int _cacheCount;
    private uint _freeOrders;
    private int _madePages;

    /// <summary>Makes a pool.</summary>
    /// <param name="bytes">Touched at once; at least a page.</param>
    /// <param name="bytesMax">Most that is ever lent.</param>
    public BufferPool(long bytes, long bytesMax)
    {
        _pageCountMax = (int)(bytesMax / PageBytes);
        ReservedPages = Math.Max(1, _pageCountMax / 16);
        _memory = new AnonymousMemory((long)_pageCountMax * PageBytes, 0);
        _tags = new byte[_pageCountMax];
        Array.Fill(_free, None);
        Grow((int)Math.Min(bytes / PageBytes, _pageCountMax));
    }

    /// <summary>Bytes lent at the moment.</summary>
    public long LentBytes => (long)LentPages * PageBytes;

    /// <summary>Bytes that were ever needed at a time, as whole slabs.</summary>
    public long MadeBytes => (long)_madePages * PageBytes;

    /// <summary>Blocks lent at the moment.</summary>
    public int LentCount { get; private set; }

    /// <summary>Pages that output cannot have.</summary>
    public int ReservedPages { get; }

    /// <summary>Pages not lent.</summary>
    public int FreePages => _pageCountMax - LentPages;

    private int LentPages { get; set; }

    /// <summary>The order of the smallest block that holds so many bytes.</summary>
    public static int OrderOf(int bytes) => bytes <= PageBytes ? 0 : BitOperations.Log2((uint)(bytes - 1) >> 12) + 1;

    /// <summary>The size of a block.</summary>
    public static int BytesOf(int order) => PageBytes << order;

    /// <summary>Lends a block.</summary>
    /// <param name="order">Its size is 4 KiB times 2 to this.</param>
    /// <param name="isInput">May use what is kept for input.</param>
    /// <returns>Its address, or 0 when there is none.</returns>
    public nint TryLend(int order, bool isInput)
    {
        if (!isInput && FreePages - (1 << order) < ReservedPages)
        {
            return 0;
        }

        int page;
        if (order == 0 && _cacheCount > 0)
        {
            page = _cache[--_cacheCount];
        }
        else
        {
            page = TryTake(order);
            if (page == None)
            {
                return 0;
            }
        }

        _tags[page] = (byte)(LentTag | order);
        LentCount++;
        LentPages += 1 << order;

        // SAFETY: the page lies inside the memory, which lives until Dispose.
        return (nint)(_memory.Start + ((long)page * PageBytes));
    }

    /// <summary>Takes a block back; it must not be used any more.</summary>
    public void Return(nint block, int order)
    {
        int page = (int)((block - (nint)_memory.Start) / PageBytes);
        Check.That((uint)page < (uint)_madePages
            && _tags[page] == (LentTag | order), "a block that comes back was lent, in this size, and comes back once");
        LentCount--;
        LentPages -= 1 << order;
        if (order == 0 && _cacheCount < _cache.Length)
        {
            _tags[page] = CachedTag;
            _cache[_cacheCount++] = page;
            return;
        }

        Free(page, order);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _memory.Dispose();

    private int TryTake(int order)
    {
        while (true)
        {
            uint fitting = _freeOrders >> order << order;
            if (fitting != 0)
            {
                int found = BitOperations.TrailingZeroCount(fitting);
                int page = _free[found];
                Unlink(page, found);
                while (found > order)
                {
                    // The upper half stays free.
                    found--;
                    Link(page + (1 << found), found);
                }

                return page;
            }

            if (_madePages < _pageCountMax)
            {
                Grow(Math.Min(SlabPages, _pageCountMax - _madePages));
            }
            else if (_cacheCount > 0)
            {
                int page = _cache[--_cacheCount];
                Free(page, 0);
            }
            else
            {
                return None;
            }
        }
    }

    private void Free(int page, int order)
    {
        for (; order < OrderMax; order++)
        {
            int buddy = page ^ (1 << order);
            if (buddy >= _madePages || _tags[buddy] != (FreeTag | order))
            {
                break;
            }

            Unlink(buddy, order);
            _tags[Math.Max(page, buddy)] = 0;
            page = Math.Min(page, buddy);
        }

        Link(page, order);
    }

    private void Grow(int pages)
    {
        int end = _madePages + pages;
        _memory.Touch((long)_madePages * PageBytes, (long)pages * PageBytes);
        int page = _madePages;
        _madePages = end;
        while (page < end)
        {
            int order = Math.Min(OrderMax, page == 0 ? OrderMax : BitOperations.TrailingZeroCount(page));
            while (page + (1 << order) > end)
            {
                order--;
            }

            Free(page, order);
            page += 1 << order;
        }
    }

    // SAFETY (both): a free block is ours, at least a page, and its first 8 bytes hold the neighbours' pages.
    private void Link(int page, int order)
    {
        int* links = Links(page);
        int first = _free[order];
        links[0] = first;
        links[1] = None;
        if (first != None)
        {
            Links(first)[1] = page;
        }

        _free[order] = page;
        _freeOrders |= 1u << order;
        _tags[page] = (byte)(FreeTag | order);
    }

    private void Unlink(int page, int order)
    {
        int* links = Links(page);
        (int next, int previous) = (links[0], links[1]);
        if (previous == None)
        {
            _free[order] = next;
            _freeOrders = next == None ? _freeOrders & ~(1u << order) : _freeOrders;
        }
        else
        {
            Links(previous)[0] = next;
        }

        if (next != None)
        {
            Links(next)[1] = previous;
        }

        _tags[page] = 0;
    }

    private int* Links(int page) => (int*)(_memory.Start + ((long)page * PageBytes));
}
