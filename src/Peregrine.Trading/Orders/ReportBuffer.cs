namespace Peregrine.Trading.Orders;

/// <summary>
/// Where the core puts the reports of a command, in order. It grows by doubling when one command fills more orders than
/// ever before, so its bound is that of the core: two reports for each order that can rest, and a few.
/// </summary>
/// <remarks>Thread: one owner. Allocates: only when it grows (<see cref="GrowCount"/>).</remarks>
public sealed class ReportBuffer(int capacity = 1024)
{
    private OrderReport[] _reports = new OrderReport[Math.Max(capacity, 2)];

    /// <summary>How many reports are in it.</summary>
    public int Count { get; private set; }

    /// <summary>How often it had to grow.</summary>
    public int GrowCount { get; private set; }

    /// <summary>The report at an index, where it lies.</summary>
    public ref readonly OrderReport this[int index] => ref _reports.AsSpan(0, Count)[index];

    /// <summary>A new, zeroed report at the end, to be filled in place before the next call.</summary>
    public ref OrderReport Add()
    {
        if (Count == _reports.Length)
        {
            Array.Resize(ref _reports, _reports.Length * 2);
            GrowCount++;
        }

        ref OrderReport report = ref _reports[Count++];
        report = default;
        return ref report;
    }

    /// <summary>Forgets all reports; keeps the memory.</summary>
    public void Clear() => Count = 0;
}
