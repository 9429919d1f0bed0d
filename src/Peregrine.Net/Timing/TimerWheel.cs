using System.Numerics;

namespace Peregrine.Net.Timing;

/// <summary>
/// One due time for each connection: a hashed wheel (Varghese and Lauck 1987) of about a millisecond a step. Setting and clearing cost the
/// same whatever the number of timers.
/// </summary>
/// <remarks>Thread: the loop's. Allocates: when more connections are open than ever before.</remarks>
internal sealed class TimerWheel
{
    /// <summary>Length of a step: 2 to this nanoseconds.</summary>
    private const int StepShift = 20;
    private const int Buckets = 1024;
    private const int None = -1;
    private readonly int[] _first = new int[Buckets];
    private readonly ulong[] _used = new ulong[Buckets / 64];
    private readonly List<int> _due = [];
    private Entry[] _entries = [];
    private long _step;

    public TimerWheel(long nowNs)
    {
        Array.Fill(_first, None);
        _step = nowNs >> StepShift;
    }

    /// <summary>When the timer is due; <see cref="long.MaxValue"/> when it is not set.</summary>
    public long DueNs(int id) => id < _entries.Length && _entries[id].Bucket != None ? _entries[id].DueNs : long.MaxValue;

    /// <summary>Sets or moves a timer; <see cref="long.MaxValue"/> clears it.</summary>
    public void Set(int id, long dueNs)
    {
        if (id >= _entries.Length)
        {
            int before = _entries.Length;
            Array.Resize(ref _entries, Math.Max(64, (int)BitOperations.RoundUpToPowerOf2((uint)id + 1)));
            _entries.AsSpan(before).Fill(new Entry { Bucket = None });
        }

        Remove(id);
        if (dueNs != long.MaxValue)
        {
            Insert(id, dueNs);
        }
    }

    /// <summary>Removes and tells the timers that are due.</summary>
    /// <returns>Their numbers, until the next call.</returns>
    public List<int> TakeDue(long nowNs)
    {
        _due.Clear();
        long now = nowNs >> StepShift;
        long steps = Math.Min(now - _step, Buckets);
        for (long step = now - steps + 1; step <= now; step++)
        {
            for (int id = _first[step & (Buckets - 1)], next; id != None; id = next)
            {
                next = _entries[id].Next;
                if (_entries[id].DueNs <= nowNs)
                {
                    Remove(id);
                    _due.Add(id);
                }
            }
        }

        _step = Math.Max(_step, now);
        return _due;
    }

    /// <summary>Milliseconds until something may be due; -1 when no timer is set.</summary>
    public int WaitMs(long nowNs)
    {
        int start = (int)(_step + 1) & (Buckets - 1);
        for (int word = 0; word <= _used.Length; word++)
        {
            int at = ((start >> 6) + word) & (_used.Length - 1);
            ulong bits = _used[at];
            bits = word == 0 ? bits & (ulong.MaxValue << (start & 63)) : word == _used.Length ? bits & ~(ulong.MaxValue << (start & 63)) : bits;
            if (bits != 0)
            {
                long distance = (((at << 6) + BitOperations.TrailingZeroCount(bits)) - start) & (Buckets - 1);
                long dueNs = (_step + 1 + distance) << StepShift;
                return (int)Math.Max(0, (dueNs - nowNs + 999_999) / 1_000_000);
            }
        }

        return -1;
    }

    private void Insert(int id, long dueNs)
    {
        // The step after the one it falls into: whatever is found there is due, never early and at most two steps late.
        int bucket = (int)(Math.Max(dueNs >> StepShift, _step) + 1) & (Buckets - 1);
        int first = _first[bucket];
        _entries[id] = new Entry { DueNs = dueNs, Bucket = bucket, Next = first, Previous = None };
        if (first != None)
        {
            _entries[first].Previous = id;
        }

        _first[bucket] = id;
        _used[bucket >> 6] |= 1UL << (bucket & 63);
    }

    private void Remove(int id)
    {
        Entry entry = _entries[id];
        if (entry.Bucket == None)
        {
            return;
        }

        if (entry.Previous == None)
        {
            _first[entry.Bucket] = entry.Next;
            if (entry.Next == None)
            {
                _used[entry.Bucket >> 6] &= ~(1UL << (entry.Bucket & 63));
            }
        }
        else
        {
            _entries[entry.Previous].Next = entry.Next;
        }

        if (entry.Next != None)
        {
            _entries[entry.Next].Previous = entry.Previous;
        }

        _entries[id].Bucket = None;
    }

    private struct Entry
    {
        public long DueNs;
        public int Bucket;
        public int Next;
        public int Previous;
    }
}
