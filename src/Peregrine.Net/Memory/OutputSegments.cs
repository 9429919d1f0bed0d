namespace Peregrine.Net.Memory;

/// <summary>A piece of pending output: a lent block, or a shared buffer.</summary>
internal struct OutputSegment
{
    public nint Memory;
    public int Start;
    public int End;
    public int Next;

    /// <summary>Order of the lent block; -1 for a shared buffer.</summary>
    public int Order;
}

/// <summary>Pieces of pending output in the order they go out: a linked list in <see cref="OutputSegments"/>.</summary>
internal struct OutputQueue
{
    public int Head;
    public int Tail;
    public int Count;
    public int Bytes;

    public static OutputQueue Empty => new() { Head = OutputSegments.None, Tail = OutputSegments.None };
}

/// <summary>The pieces of all connections of a loop, in one array, so that an idle connection has none.</summary>
/// <remarks>Thread: the loop's. Allocates: when more pieces are pending than ever before.</remarks>
internal sealed class OutputSegments(BufferPool pool)
{
    public const int None = -1;
    private OutputSegment[] _segments = new OutputSegment[256];
    private SharedBuffer?[] _shared = new SharedBuffer?[256];
    private int _free = None;
    private int _used;

    public ref OutputSegment this[int index] => ref _segments[index];

    /// <summary>Appends a block of the pool.</summary>
    /// <returns>False when none is left.</returns>
    public bool TryAppendBlock(ref OutputQueue queue, int order)
    {
        nint block = pool.TryLend(order, isInput: false);
        if (block == 0)
        {
            return false;
        }

        _ = Append(ref queue, block, 0, order);
        return true;
    }

    /// <summary>Appends a buffer that others send as well; holds it until it is sent.</summary>
    public void AppendShared(ref OutputQueue queue, SharedBuffer buffer, int start)
    {
        buffer.Hold();
        int index = Append(ref queue, buffer.Start, buffer.Length, -1);
        _segments[index].Start = start;
        _shared[index] = buffer;
        queue.Bytes += buffer.Length - start;
    }

    /// <summary>Room behind what is written in the last block.</summary>
    public int TailRoom(in OutputQueue queue)
    {
        if (queue.Tail == None)
        {
            return 0;
        }

        ref OutputSegment tail = ref _segments[queue.Tail];
        return tail.Order < 0 ? 0 : BufferPool.BytesOf(tail.Order) - tail.End;
    }

    /// <summary>The room behind what is written in the last block.</summary>
    public unsafe Span<byte> TailSpan(in OutputQueue queue)
    {
        ref OutputSegment tail = ref _segments[queue.Tail];

        // SAFETY: the block is lent to this segment and is BytesOf(Order) long.
        return new Span<byte>((byte*)tail.Memory + tail.End, BufferPool.BytesOf(tail.Order) - tail.End);
    }

    /// <summary>Counts bytes written into the last block as pending.</summary>
    public void Advance(ref OutputQueue queue, int bytes)
    {
        _segments[queue.Tail].End += bytes;
        queue.Bytes += bytes;
    }

    /// <summary>Bytes of the first piece that were not taken yet.</summary>
    public unsafe ReadOnlySpan<byte> First(in OutputQueue queue)
    {
        ref OutputSegment head = ref _segments[queue.Head];

        // SAFETY: the segment holds its memory until it is removed.
        return new ReadOnlySpan<byte>((byte*)head.Memory + head.Start, head.End - head.Start);
    }

    /// <summary>Removes bytes from the front, and gives back the pieces that are done.</summary>
    public void Consume(ref OutputQueue queue, int bytes)
    {
        queue.Bytes -= bytes;
        while (queue.Head != None)
        {
            ref OutputSegment head = ref _segments[queue.Head];
            int part = Math.Min(bytes, head.End - head.Start);
            head.Start += part;
            bytes -= part;
            if (head.Start < head.End)
            {
                return;
            }

            RemoveHead(ref queue);
        }
    }

    /// <summary>Drops the oldest shared piece that nothing was sent of.</summary>
    /// <param name="queue">Where.</param>
    /// <param name="keep">So many pieces from the front may be with the kernel: leave them.</param>
    /// <returns>Its bytes; 0 when there is none.</returns>
    public int DropOldestShared(ref OutputQueue queue, int keep)
    {
        int previous = None;
        for (int index = queue.Head; index != None; previous = index, index = _segments[index].Next, keep--)
        {
            ref OutputSegment segment = ref _segments[index];
            if (segment.Order >= 0 || segment.Start > 0 || keep > 0)
            {
                continue;
            }

            int bytes = segment.End;
            if (previous == None)
            {
                RemoveHead(ref queue);
            }
            else
            {
                _segments[previous].Next = segment.Next;
                queue.Tail = queue.Tail == index ? previous : queue.Tail;
                queue.Count--;
                Release(index);
            }

            queue.Bytes -= bytes;
            return bytes;
        }

        return 0;
    }

    /// <summary>Removes what was appended after a piece had a given end.</summary>
    public void Truncate(ref OutputQueue queue, int tail, int end, int bytes)
    {
        int index = tail == None ? queue.Head : _segments[tail].Next;
        while (index != None)
        {
            int next = _segments[index].Next;
            Release(index);
            queue.Count--;
            index = next;
        }

        queue.Tail = tail;
        queue.Bytes = bytes;
        if (tail == None)
        {
            queue.Head = None;
        }
        else
        {
            _segments[tail].Next = None;
            _segments[tail].End = end;
        }
    }

    /// <summary>Gives everything back.</summary>
    public void Clear(ref OutputQueue queue)
    {
        while (queue.Head != None)
        {
            RemoveHead(ref queue);
        }

        queue.Bytes = 0;
    }

    private void RemoveHead(ref OutputQueue queue)
    {
        int index = queue.Head;
        queue.Head = _segments[index].Next;
        queue.Tail = queue.Head == None ? None : queue.Tail;
        queue.Count--;
        Release(index);
    }

    private void Release(int index)
    {
        ref OutputSegment segment = ref _segments[index];
        if (segment.Order >= 0)
        {
            pool.Return(segment.Memory, segment.Order);
        }
        else
        {
            _shared[index]!.Release();
            _shared[index] = null;
        }

        segment.Next = _free;
        _free = index;
    }

    private int Append(ref OutputQueue queue, nint memory, int end, int order)
    {
        int index = _free;
        if (index != None)
        {
            _free = _segments[index].Next;
        }
        else
        {
            if (_used == _segments.Length)
            {
                Array.Resize(ref _segments, _used * 2);
                Array.Resize(ref _shared, _used * 2);
            }

            index = _used++;
        }

        _segments[index] = new OutputSegment { Memory = memory, Start = 0, End = end, Next = None, Order = order };
        if (queue.Tail == None)
        {
            queue.Head = index;
        }
        else
        {
            _segments[queue.Tail].Next = index;
        }

        queue.Tail = index;
        queue.Count++;
        return index;
    }
}
