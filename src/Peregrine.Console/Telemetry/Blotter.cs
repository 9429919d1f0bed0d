using System.Buffers;
using System.Globalization;
using System.Text;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Trading.Orders;

namespace Peregrine.Telemetry;

/// <summary>
/// The latest state of the latest orders, and the latest rejects, for displays. The link's thread hands reports over through a ring,
/// which empties itself some times a second, whether anybody looks or not, and whenever somebody does.
/// </summary>
/// <remarks>Thread: OnReport by the link's; the rest from any, under a lock. Allocates: only for what it gives out. Bound: fixed slabs;
/// the oldest closed order makes room.</remarks>
internal sealed class Blotter : IReportTap, IDisposable
{
    /// <summary>So many orders can be found again; closed ones make room first.</summary>
    public const int OrdersKept = 1 << 14;

    private const int RingBytes = 1 << 22;
    private const int RejectsKept = 256;

    // At a million reports a second the ring is three quarters full by then.
    private const int EmptiedEveryMs = 25;

    // How far it looks for a closed order to give up before it gives up a working one.
    private const int ProbesMax = 256;
    private readonly SpscRecordRing _ring = new(RingBytes);
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _slots = new(OrdersKept);
    private readonly Dictionary<(int SessionId, ClientOrderId Name), int> _names = new(OrdersKept);
    private readonly Entry[] _orders = new Entry[OrdersKept];
    private readonly Entry[] _rejects = new Entry[RejectsKept];
    private readonly Timer _emptying;
    private long _changes;
    private int _next;
    private long _rejectCount;
    private long _lostReports;

    /// <summary>Makes an empty one, which takes in what comes until it is disposed.</summary>
    public Blotter() => _emptying = new Timer(_ => Update(), null, EmptiedEveryMs, EmptiedEveryMs);

    /// <summary>Bytes of reports that wait in the ring. Racy.</summary>
    public long WaitingBytes => _ring.BytesWaiting;

    /// <summary>Reports that were not looked at because nobody took them out in time.</summary>
    public long LostReports => Volatile.Read(ref _lostReports);

    /// <summary>Rules in force; null before the first.</summary>
    public TradingRules? Rules { get; private set; }

    /// <inheritdoc/>
    public void OnReport(in ReportView report, bool isReplay)
    {
        if (isReplay)
        {
            Apply(report.ToReport());
            return;
        }

        ReadOnlySpan<byte> bytes = report.Bytes;
        if (_ring.TryClaim(bytes.Length, out Span<byte> place))
        {
            bytes.CopyTo(place);
            _ring.Commit(bytes.Length);
            _ring.Publish();
        }
        else
        {
            Volatile.Write(ref _lostReports, _lostReports + 1);
        }
    }

    /// <inheritdoc/>
    public void OnRules(TradingRules rules) => Rules = rules;

    /// <summary>Takes in what the link has handed over.</summary>
    public void Update()
    {
        lock (_lock)
        {
            long at = _ring.Front;
            while (_ring.TryPeek(ref at, out ReadOnlyMemory<byte> bytes, out _))
            {
                Apply(ReportCodec.View(bytes.Span).ToReport());
                _ring.Release(at);
            }
        }
    }

    /// <summary>Orders that changed after a mark, oldest change first.</summary>
    /// <param name="after">0 for all, else what <paramref name="mark"/> was the last time.</param>
    /// <param name="wanted">Which ones.</param>
    public List<OrderReport> OrdersAfter(long after, int countMax, Func<OrderReport, bool> wanted, out long mark)
    {
        lock (_lock)
        {
            mark = _changes;
            return [.. _orders.Where(entry => entry.Change > after && wanted(entry.Report)).OrderByDescending(entry => entry.Change).Take(countMax)
                .OrderBy(entry => entry.Change).Select(entry => entry.Report)];
        }
    }

    /// <summary>The order of a session by its client order id; the latest, when the id was used again.</summary>
    public OrderReport? Find(int sessionId, string clientOrderId)
    {
        Span<byte> text = stackalloc byte[ClientOrderId.LengthMax];
        if (Ascii.FromUtf16(clientOrderId, text, out int bytes) != OperationStatus.Done
            || !ClientOrderId.TryCreate(text[..bytes], out ClientOrderId name))
        {
            return null;
        }

        lock (_lock)
        {
            return _names.TryGetValue((sessionId, name), out int slot) ? _orders[slot].Report : null;
        }
    }

    /// <summary>The order of a session by its order id.</summary>
    public OrderReport? FindByOrderId(int sessionId, string orderId)
    {
        if (!ulong.TryParse(orderId, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return null;
        }

        lock (_lock)
        {
            return _slots.TryGetValue(number, out int slot) && _orders[slot].Report.SessionId == sessionId ? _orders[slot].Report : null;
        }
    }

    /// <summary>Rejects after a mark, oldest first.</summary>
    public List<OrderReport> RejectsAfter(long after, out long mark)
    {
        lock (_lock)
        {
            mark = _rejectCount;
            return [.. _rejects.Where(entry => entry.Change > after).OrderBy(entry => entry.Change).Select(entry => entry.Report)];
        }
    }

    /// <summary>From here on only <see cref="Update"/> takes reports in.</summary>
    public void Dispose() => _emptying.Dispose();

    private void Apply(in OrderReport report)
    {
        if (report.Type is ReportType.Rejected or ReportType.CancelRejected)
        {
            _rejects[_rejectCount % RejectsKept] = new Entry { Change = _rejectCount + 1, Report = report };
            _rejectCount++;
        }

        // A refused new order has no id of its own, but for the one of a living order whose name it took; what is refused leaves that as it was.
        if (report.OrderId == 0 || report.Type is ReportType.CancelRejected or ReportType.Rejected)
        {
            return;
        }

        OrderReport kept = report;
        if (_slots.TryGetValue(report.OrderId, out int slot))
        {
            ref readonly OrderReport before = ref _orders[slot].Report;
            kept.ClientOrderId = NameOf(report, before.ClientOrderId);
            Forget(before, slot);
        }
        else
        {
            slot = TakeSlot();
            _slots.Add(report.OrderId, slot);
            kept.ClientOrderId = NameOf(report, default);
        }

        _names[(kept.SessionId, kept.ClientOrderId)] = slot;
        _orders[slot] = new Entry { Change = ++_changes, Report = kept };
    }

    // A report of a cancel bears the request's own name, and the order keeps the one that it had; a replace gives it a new one.
    private static ClientOrderId NameOf(in OrderReport report, in ClientOrderId before) =>
        report.Type == ReportType.Replaced ? report.ClientOrderId
        : before.Length > 0 ? before
        : report.Type is ReportType.Cancelled or ReportType.Reduced && report.OriginalClientOrderId.Length > 0 ? report.OriginalClientOrderId
        : report.ClientOrderId;

    private int TakeSlot()
    {
        for (int probe = 0; probe < ProbesMax && _orders[_next].Report.LeavesQuantity.Lots > 0; probe++)
        {
            _next = (_next + 1) % OrdersKept;
        }

        int slot = _next;
        _next = (_next + 1) % OrdersKept;
        _ = _slots.Remove(_orders[slot].Report.OrderId);
        Forget(_orders[slot].Report, slot);
        return slot;
    }

    // Only where the name still means this order: it may have been used again.
    private void Forget(in OrderReport report, int slot)
    {
        if (_names.TryGetValue((report.SessionId, report.ClientOrderId), out int named) && named == slot)
        {
            _ = _names.Remove((report.SessionId, report.ClientOrderId));
        }
    }

    private struct Entry
    {
        public long Change;
        public OrderReport Report;
    }
}
