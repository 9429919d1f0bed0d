using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// Levels by key, sorted, for prices far from the touch: blocks of up to <see cref="BlockKeys"/> keys, and a sorted list of blocks. Finding is two
/// binary searches, adding moves half a block; only every 32nd addition or so touches the list of blocks.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when there are more blocks than ever before.</remarks>
internal sealed class FarLevels
{
#if CHECKED
    private const int BlockKeys = 4;
#else
    private const int BlockKeys = 64;
#endif
    private const int None = -1;
    private Block[] _blocks = [];
    private int _blockCount;
    private Block? _free;

    /// <summary>How many levels there are.</summary>
    public int Count { get; private set; }

    /// <summary>The level of a key, or -1.</summary>
    public int Find(long key)
    {
        int at = BlockOf(key);
        if (at < 0)
        {
            return None;
        }

        Block block = _blocks[at];
        int position = Array.BinarySearch(block.Keys, 0, block.Count, key);
        return position >= 0 ? block.Levels[position] : None;
    }

    /// <summary>Adds a key that is not in it.</summary>
    public void Add(long key, int level)
    {
        int at = Math.Max(BlockOf(key), 0);
        if (_blockCount == 0)
        {
            InsertBlock(0, TakeBlock());
        }
        else if (_blocks[at].Count == BlockKeys)
        {
            Split(at);
            at = key >= _blocks[at + 1].Keys[0] ? at + 1 : at;
        }

        Block block = _blocks[at];
        int position = ~Array.BinarySearch(block.Keys, 0, block.Count, key);
        Invariant.That(position >= 0 && block.Count < BlockKeys, "a far key is added once, into a block with room");
        Array.Copy(block.Keys, position, block.Keys, position + 1, block.Count - position);
        Array.Copy(block.Levels, position, block.Levels, position + 1, block.Count - position);
        block.Keys[position] = key;
        block.Levels[position] = level;
        block.Count++;
        Invariant.That((position == 0 || block.Keys[position - 1] < key) && (position + 1 == block.Count || block.Keys[position + 1] > key),
            "keys of a block ascend");
        Count++;
    }

    /// <summary>Removes a key that is in it.</summary>
    public void Remove(long key)
    {
        int at = BlockOf(key);
        Block block = _blocks[at];
        int position = Array.BinarySearch(block.Keys, 0, block.Count, key);
        Invariant.That(position >= 0, "a far key that is removed is there");
        block.Count--;
        Invariant.That(Count >= 0 && block.Count >= 0, "blocks hold no fewer keys than none");
        Array.Copy(block.Keys, position + 1, block.Keys, position, block.Count - position);
        Array.Copy(block.Levels, position + 1, block.Levels, position, block.Count - position);
        Count--;
        if (block.Count == 0)
        {
            RemoveBlock(at);
        }
    }

    /// <summary>The greatest key; only when there is one.</summary>
    public long GreatestKey(out int level)
    {
        Block last = _blocks[_blockCount - 1];
        Invariant.That(last.Count > 0, "a block that is in use holds a key");
        level = last.Levels[last.Count - 1];
        return last.Keys[last.Count - 1];
    }

    /// <summary>The greatest key below another.</summary>
    /// <returns>Its level, or -1.</returns>
    public int Below(long key, out long found)
    {
        int at = BlockOf(key);
        found = 0;
        if (at < 0)
        {
            return None;
        }

        Block block = _blocks[at];
        int position = Array.BinarySearch(block.Keys, 0, block.Count, key);
        position = (position >= 0 ? position : ~position) - 1;
        if (position < 0)
        {
            if (at == 0)
            {
                return None;
            }

            block = _blocks[at - 1];
            position = block.Count - 1;
        }

        found = block.Keys[position];
        return block.Levels[position];
    }

    /// <summary>The smallest key above another.</summary>
    /// <returns>Its level, or -1.</returns>
    public int Above(long key, out long found)
    {
        int at = Math.Max(BlockOf(key), 0);
        found = 0;
        if (_blockCount == 0)
        {
            return None;
        }

        Block block = _blocks[at];
        int position = Array.BinarySearch(block.Keys, 0, block.Count, key);
        position = position >= 0 ? position + 1 : ~position;
        if (position == block.Count)
        {
            if (at + 1 == _blockCount)
            {
                return None;
            }

            block = _blocks[at + 1];
            position = 0;
        }

        found = block.Keys[position];
        return block.Levels[position];
    }

    // The last block whose first key is at or below the key, or -1.
    private int BlockOf(long key)
    {
        int low = 0;
        int high = _blockCount - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (_blocks[middle].Keys[0] <= key)
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
        Array.Copy(full.Levels, kept, upper.Levels, 0, upper.Count);
        full.Count = kept;
        Invariant.That(upper.Count > 0 && full.Keys[kept - 1] < upper.Keys[0], "blocks ascend");
        InsertBlock(at + 1, upper);
    }

    private void InsertBlock(int at, Block block)
    {
        if (_blockCount == _blocks.Length)
        {
            Array.Resize(ref _blocks, Math.Max(4, _blocks.Length * 2));
        }

        Array.Copy(_blocks, at, _blocks, at + 1, _blockCount - at);
        _blocks[at] = block;
        Invariant.That(at < _blockCount + 1, "a block is put beside others");
        _blockCount++;
    }

    private void RemoveBlock(int at)
    {
        Block block = _blocks[at];
        _blockCount--;
        Array.Copy(_blocks, at + 1, _blocks, at, _blockCount - at);
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
        public readonly int[] Levels = new int[BlockKeys];
        public int Count;
        public Block? NextFree;
    }
}
