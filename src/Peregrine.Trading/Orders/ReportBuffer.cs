using System.Numerics;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// Reports in order, as bytes: the core appends, whoever sends them takes them from the front, where they lie. It grows by doubling when one command
/// causes more than ever before, so its bound is that of the core: a few reports for each order that can rest.
/// </summary>
/// <remarks>Thread: one owner. Allocates: only when it grows (<see cref="GrowCount"/>).</remarks>
public sealed class ReportBuffer
{
    // What a place is held for: fewer bytes than the longest report, more than most.
    private const int UsualBytes = 128;
#if CHECKED
    private const int NearReports = 4;
    private const int NearBytes = 2048;
#else
    private const int NearReports = 1024;
    private const int NearBytes = NearReports * UsualBytes;
#endif

    // Where each report begins, by its number; and the bytes. Both run round in their first part, a power of two, until more reports wait: a large
    // buffer that is seldom empty would otherwise be gone through from end to end all the time, and no report would ever lie in a near cache.
    private int[] _starts;
    private byte[] _bytes;
    private int _part;
    private int _bytesPart;
    private long _head;
    private long _tail;
    private int _end;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="capacity">Reports that fit before it grows; rounded up to a power of two.</param>
    public ReportBuffer(int capacity = 1024)
    {
        _starts = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 2))];
        _bytes = new byte[Math.Max(NearBytes, _starts.Length * UsualBytes)];
        Clear();
    }

    /// <summary>How many reports are in it.</summary>
    public int Count => (int)(_tail - _head);

    /// <summary>How many of usual length fit before it grows.</summary>
    public int Capacity => _starts.Length;

    /// <summary>How often it had to grow.</summary>
    public int GrowCount { get; private set; }

    /// <summary>The report at an index from the front, where it lies; only below <see cref="Count"/>, and until the next one is appended.</summary>
    public ReportView this[int index]
    {
        get
        {
            Invariant.That((uint)index < (uint)Count, "a report that is looked at waits");
            return new ReportView(_bytes.AsSpan(_starts[(int)(_head + index) & (_part - 1)]));
        }
    }

    /// <summary>Appends a copy.</summary>
    public void Add(in OrderReport report)
    {
        Commit(ReportCodec.Encode(in report, Reserve()));
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
    public void Clear() => (_head, _tail, _end, _part, _bytesPart) = (0, 0, 0, Math.Min(_starts.Length, NearReports), NearBytes);

    /// <summary>Room for the longest report at the end, with whatever it held before; then <see cref="Commit"/>.</summary>
    internal Span<byte> Reserve()
    {
        if (Count == _part)
        {
            WidenStarts();
        }

        while (!HasRoom())
        {
            WidenBytes();
        }

        return _bytes.AsSpan(_end, ReportCodec.BytesMax);
    }

    /// <summary>What was reserved is a report of so many bytes.</summary>
    internal void Commit(int bytes)
    {
        Invariant.That(bytes >= ReportCodec.PlainBytes && bytes <= ReportCodec.BytesMax, "a report is as long as reports are");
        Invariant.That(Count < _part, "there is a place for the next report");
        _starts[(int)_tail++ & (_part - 1)] = _end;
        _end += (bytes + sizeof(long) - 1) & -sizeof(long);
    }

    // Whether the longest report fits behind the last one. Where it does not, but does before the first one, it goes there.
    private bool HasRoom()
    {
        int first = _head == _tail ? -1 : _starts[(int)_head & (_part - 1)];
        if (first >= _end && first >= 0)
        {
            // Those that wait run round the end already.
            return first - _end > ReportCodec.BytesMax;
        }

        if (_end + ReportCodec.BytesMax <= _bytesPart)
        {
            return true;
        }

        if (first > ReportCodec.BytesMax)
        {
            _end = 0;
            return true;
        }

        return false;
    }

    private void WidenStarts()
    {
        if (_part == _starts.Length)
        {
            Array.Resize(ref _starts, _starts.Length * 2);
            GrowCount++;
        }

        // Half of the places, or all, stay where they are; the others move into what was not in use.
        int part = _part * 2;
        for (long at = _head; at < _tail; at++)
        {
            int place = (int)at & (part - 1);
            if (place >= _part)
            {
                _starts[place] = _starts[place - _part];
            }
        }

        Invariant.That(part <= _starts.Length && (part & (part - 1)) == 0, "places run round in a power of two");
        _part = part;
    }

    // Reports that run round the end of the part are put one behind the other again, the ones at its beginning behind the ones at its end.
    private void WidenBytes()
    {
        int part = _bytesPart * 2;
        if (part > _bytes.Length)
        {
            Array.Resize(ref _bytes, part);
            GrowCount++;
        }

        int first = _starts[(int)_head & (_part - 1)];
        if (first >= _end)
        {
            // What stands before the first one is at most the old part, and there is as much behind it.
            _bytes.AsSpan(0, _end).CopyTo(_bytes.AsSpan(_bytesPart));
            for (long at = _head; at < _tail; at++)
            {
                ref int start = ref _starts[(int)at & (_part - 1)];
                start += start < first ? _bytesPart : 0;
            }

            _end += _bytesPart;
        }

        _bytesPart = part;
    }
}
