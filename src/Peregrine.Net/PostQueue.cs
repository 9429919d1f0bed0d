using System.Runtime.InteropServices;
using Peregrine.Net.Memory;

namespace Peregrine.Net;

/// <summary>What other threads left for a loop.</summary>
internal struct Post
{
    public ILoopTask? Task;
    public SharedBuffer? Buffer;
    public int Slot;
    public long Number;
}

/// <summary>Many threads put in, the loop takes out: Vyukov's bounded queue. Source: 1024cores.net, "Bounded MPMC queue".</summary>
/// <remarks>Thread: put by any, take by the loop. Allocates: no. Blocks: no.</remarks>
internal sealed class PostQueue
{
    private readonly Cell[] _cells;
    private readonly int _mask;
    private Positions _positions;

    public PostQueue(int capacity)
    {
        _cells = new Cell[capacity];
        _mask = capacity - 1;
        for (int index = 0; index < capacity; index++)
        {
            _cells[index].Sequence = index;
        }
    }

    /// <summary>Whether something waits; only the loop may rely on it.</summary>
    public bool IsEmpty => Volatile.Read(ref _cells[(int)_positions.Taken & _mask].Sequence) != _positions.Taken + 1;

    public bool TryPut(in Post post)
    {
        while (true)
        {
            long position = Volatile.Read(ref _positions.Put);
            ref Cell cell = ref _cells[(int)position & _mask];
            long difference = Volatile.Read(ref cell.Sequence) - position;
            if (difference < 0)
            {
                return false;
            }

            if (difference == 0 && Interlocked.CompareExchange(ref _positions.Put, position + 1, position) == position)
            {
                cell.Post = post;

                // Release: pairs with the read in TryTake, which must see the whole post.
                Volatile.Write(ref cell.Sequence, position + 1);
                return true;
            }
        }
    }

    public bool TryTake(out Post post)
    {
        ref Cell cell = ref _cells[(int)_positions.Taken & _mask];
        if (Volatile.Read(ref cell.Sequence) != _positions.Taken + 1)
        {
            post = default;
            return false;
        }

        post = cell.Post;
        cell.Post = default;

        // Release: the cell may be written again only after it was read.
        Volatile.Write(ref cell.Sequence, _positions.Taken + _mask + 1);
        _positions.Taken++;
        return true;
    }

    private struct Cell
    {
        public long Sequence;
        public Post Post;
    }

    // Written by different threads: 128 bytes apart.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Positions
    {
        [FieldOffset(128)]
        public long Put;

        [FieldOffset(256)]
        public long Taken;
    }
}
