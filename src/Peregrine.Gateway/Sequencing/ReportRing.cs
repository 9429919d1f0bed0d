using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Sequencing;

/// <summary>
/// Reports that wait for their command to be durable, oldest first. The sequencer stops taking commands when it is nearly full;
/// one command that fills very many orders may still overrun that mark, and then it doubles.
/// </summary>
/// <remarks>Thread: the link's. Allocates: only when it grows (<see cref="GrowCount"/>).</remarks>
public sealed class ReportRing
{
    private OrderReport[] _reports;
    private long _head;
    private long _tail;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">A power of two.</param>
    public ReportRing(int capacity)
    {
        Check.That(capacity > 0 && (capacity & (capacity - 1)) == 0, "the capacity of a report ring is a power of two");
        _reports = new OrderReport[capacity];
    }

    /// <summary>How many reports wait.</summary>
    public int Count => (int)(_tail - _head);

    /// <summary>How many fit before it grows.</summary>
    public int Capacity => _reports.Length;

    /// <summary>How often it had to grow.</summary>
    public int GrowCount { get; private set; }

    /// <summary>The oldest report; only while <see cref="Count"/> is above 0.</summary>
    public ref readonly OrderReport Front => ref _reports[_head & (_reports.Length - 1)];

    /// <summary>Appends a copy.</summary>
    public void Push(in OrderReport report)
    {
        if (Count == _reports.Length)
        {
            Grow();
        }

        _reports[_tail++ & (_reports.Length - 1)] = report;
    }

    /// <summary>Removes the oldest.</summary>
    public void Pop() => _head++;

    private void Grow()
    {
        OrderReport[] larger = new OrderReport[_reports.Length * 2];
        for (long index = _head; index < _tail; index++)
        {
            larger[index & (larger.Length - 1)] = _reports[index & (_reports.Length - 1)];
        }

        _reports = larger;
        GrowCount++;
    }
}
