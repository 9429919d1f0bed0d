using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// The pages of a ladder by number, sorted: blocks of up to <see cref="BlockKeys"/> numbers, and a sorted list of blocks. Finding is two binary
/// searches, adding moves half a block; only every 32nd addition or so touches the list of blocks.
/// </summary>
/// <param name="pages">Where steps are counted.</param>
/// <remarks>Thread: one owner. Allocates: when there are more blocks than ever before.</remarks>
internal sealed class PageDirectory(LadderPages pages)
{
#if CHECKED
    private const int BlockKeys = 4;
#else
    private const int BlockKeys = 64;
#endif
    private Block[] _blocks = new Block[4];

    // The first number of each block, side by side: a search among many blocks does not go to each.
    private long[] _firsts = new long[4];
    private int _blockCount;
    private Block? _free = new();

    // The number that was sought last, and where it is or belongs; no number once something has moved.
    private long _sought = LadderPage.NoNumber;
    private int _at;
    private int _position;
    private bool _isFound;

    /// <summary>The page with the smallest number, or null.</summary>
    public LadderPage? First => _blockCount > 0 ? _blocks[0].Pages[0] : null;

    /// <summary>The page of a number, or null.</summary>
    public LadderPage? Find(long key)
    {
        Search(key);
        return _isFound ? _blocks[_at].Pages[_position] : null;
    }

    /// <summary>Adds a page whose number is not in it.</summary>
    public void Add(LadderPage page)
    {
        long key = page.Number;
        Search(key);
        (int at, int position) = (_at, _position);
        Invariant.That(!_isFound, "a page is added once");
        if (_blockCount == 0)
        {
            InsertBlock(0, TakeBlock());
        }
        else if (_blocks[at].Count == BlockKeys)
        {
            Split(at);
            int kept = _blocks[at].Count;
            (at, position) = position > kept ? (at + 1, position - kept) : (at, position);
        }

        Block block = _blocks[at];
        Invariant.That(position <= block.Count && block.Count < BlockKeys, "a page is added into a block with room");
        Array.Copy(block.Keys, position, block.Keys, position + 1, block.Count - position);
        Array.Copy(block.Pages, position, block.Pages, position + 1, block.Count - position);
        block.Keys[position] = key;
        block.Pages[position] = page;
        _firsts[at] = block.Keys[0];
        pages.WordsMoved += 2 * (block.Count - position);
        block.Count++;
        Invariant.That((position == 0 || block.Keys[position - 1] < key) && (position + 1 == block.Count || block.Keys[position + 1] > key),
            "keys of a block ascend");
        Invariant.That(_firsts[at] == block.Keys[0] && (at == 0 || _firsts[at - 1] < _firsts[at]), "a block is found by its first key");
        _sought = LadderPage.NoNumber;
    }

    /// <summary>Removes a number that is in it.</summary>
    public void Remove(long key)
    {
        Search(key);
        Invariant.That(_isFound, "a page that is removed is there");
        Block block = _blocks[_at];
        block.Count--;
        Invariant.That(block.Count >= 0, "blocks hold no fewer keys than none");
        Array.Copy(block.Keys, _position + 1, block.Keys, _position, block.Count - _position);
        Array.Copy(block.Pages, _position + 1, block.Pages, _position, block.Count - _position);
        pages.WordsMoved += 2 * (block.Count - _position);
        _firsts[_at] = block.Keys[0];
        if (block.Count == 0)
        {
            RemoveBlock(_at);
        }

        _sought = LadderPage.NoNumber;
    }

    /// <summary>The page with the greatest number at or below another, or null.</summary>
    public LadderPage? AtOrBelow(long number)
    {
        Search(number);
        int position = _isFound ? _position : _position - 1;
        if (position < 0)
        {
            // It is less than all.
            return null;
        }

        Block block = _blocks[_at];
        Invariant.That(block.Keys[position] <= number, "a page below has a smaller number");
        return block.Pages[position];
    }

    // Where a number is, or would be put. Whoever misses a page asks for the one below it and adds it, and all of them find the place at hand.
    private void Search(long key)
    {
        if (key == _sought)
        {
            return;
        }

        _sought = key;
        _at = Math.Max(BlockOf(key), 0);
        Block? block = _blockCount > 0 ? _blocks[_at] : null;
        int position = block is null ? -1 : Array.BinarySearch(block.Keys, 0, block.Count, key);
        _isFound = position >= 0;
        _position = _isFound ? position : ~position;
    }

    // The last block whose first key is at or below the key, or -1.
    private int BlockOf(long key)
    {
        int low = 0;
        int high = _blockCount - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (_firsts[middle] <= key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }

    private void Split(int at)
    {
        Block full = _blocks[at];
        Block upper = TakeBlock();
        int kept = BlockKeys / 2;
        upper.Count = full.Count - kept;
        Array.Copy(full.Keys, kept, upper.Keys, 0, upper.Count);
        Array.Copy(full.Pages, kept, upper.Pages, 0, upper.Count);
        full.Count = kept;
        pages.WordsMoved += 2 * upper.Count;
        Invariant.That(upper.Count > 0 && full.Keys[kept - 1] < upper.Keys[0], "blocks ascend");
        InsertBlock(at + 1, upper);
    }

    private void InsertBlock(int at, Block block)
    {
        if (_blockCount == _blocks.Length)
        {
            Array.Resize(ref _blocks, _blocks.Length * 2);
            Array.Resize(ref _firsts, _firsts.Length * 2);
        }

        Array.Copy(_blocks, at, _blocks, at + 1, _blockCount - at);
        Array.Copy(_firsts, at, _firsts, at + 1, _blockCount - at);
        pages.WordsMoved += 2 * (_blockCount - at);
        _blocks[at] = block;
        _firsts[at] = block.Keys[0];
        Invariant.That(at < _blockCount + 1, "a block is put beside others");
        _blockCount++;
    }

    private void RemoveBlock(int at)
    {
        Block block = _blocks[at];
        _blockCount--;
        Array.Copy(_blocks, at + 1, _blocks, at, _blockCount - at);
        Array.Copy(_firsts, at + 1, _firsts, at, _blockCount - at);
        pages.WordsMoved += 2 * (_blockCount - at);
        block.NextFree = _free;
        _free = block;
    }

    private Block TakeBlock()
    {
        Block block = _free ?? new Block();
        _free = block.NextFree;
        block.NextFree = null;
        return block;
    }

    private sealed class Block
    {
        public readonly long[] Keys = new long[BlockKeys];
        public readonly LadderPage[] Pages = new LadderPage[BlockKeys];
        public int Count;
        public Block? NextFree;
    }
}
