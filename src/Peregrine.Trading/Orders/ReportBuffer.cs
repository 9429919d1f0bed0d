using System.Numerics;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// Reports in order: the core appends, whoever sends them takes them from the front, where they lie. It grows by doubling when one command
/// causes more than ever before, so its bound is that of the core: a few reports for each order that can rest.
/// </summary>
/// <remarks>Thread: one owner. Allocates: only when it grows (<see cref="GrowCount"/>).</remarks>
public sealed class ReportBuffer
{
#if CHECKED
    private const int NearReports = 4;
#else
    private const int NearReports = 1024;
#endif
    private OrderReport[] _reports;
    private long _head;
    private long _tail;

    // Places run round in the first so many, a power of two, until more reports wait: a large buffer that is seldom empty would otherwise be gone
    // through from end to end all the time, and no report would ever lie in a near cache.
    private int _part;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="capacity">Reports that fit before it grows; rounded up to a power of two.</param>
    public ReportBuffer(int capacity = 1024)
    {
        _reports = new OrderReport[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 2))];
        _part = Math.Min(_reports.Length, NearReports);
    }

    /// <summary>How many reports are in it.</summary>
    public int Count => (int)(_tail - _head);

    /// <summary>How many fit before it grows.</summary>
    public int Capacity => _reports.Length;

    /// <summary>How often it had to grow.</summary>
    public int GrowCount { get; private set; }

    /// <summary>The report at an index from the front, where it lies; only below <see cref="Count"/>.</summary>
    public ref readonly OrderReport this[int index]
    {
        get
        {
            Invariant.That((uint)index < (uint)Count, "a report that is looked at waits");
            return ref _reports[(int)(_head + index) & (_part - 1)];
        }
    }

    /// <summary>A new, zeroed report at the end, to be filled in place before the next call.</summary>
    public ref OrderReport Add()
    {
        ref OrderReport report = ref Next();
        report = default;
        return ref report;
    }

    /// <summary>A new report at the end with whatever its place held before: for callers that write every field.</summary>
    internal ref OrderReport Next()
    {
        if (Count == _part)
        {
            Widen();
        }

        Invariant.That(Count < _part, "there is a place for the next report");
        return ref _reports[(int)_tail++ & (_part - 1)];
    }

    /// <summary>Forgets the report at the front; only while there is one.</summary>
    public void RemoveFirst()
    {
        Invariant.That(_head < _tail, "a report is removed once");
        if (++_head == _tail)
        {
            Clear();
        }
    }

    /// <summary>Forgets all reports; keeps the memory.</summary>
    /// <remarks>The next ones lie where the last ones did, so that a buffer that is emptied often stays in the near caches.</remarks>
    public void Clear() => (_head, _tail, _part) = (0, 0, Math.Min(_reports.Length, NearReports));

    private void Widen()
    {
        if (_part == _reports.Length)
        {
            Array.Resize(ref _reports, _reports.Length * 2);
            GrowCount++;
        }

        // Half of the places, or all, stay where they are; the others move into what was not in use.
        int part = _part * 2;
        for (long at = _head; at < _tail; at++)
        {
            int place = (int)at & (part - 1);
            if (place >= _part)
            {
                _reports[place] = _reports[place - _part];
            }
        }

        Invariant.That(part <= _reports.Length && (part & (part - 1)) == 0, "places run round in a power of two");
        _part = part;
    }
}
