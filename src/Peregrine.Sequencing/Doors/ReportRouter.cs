using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Doors;

/// <summary>Where the reports go that may leave: to every tap, then to the door of their session.</summary>
/// <param name="sessions">Whose they can be.</param>
/// <param name="taps">Who sees all of them, in this order.</param>
/// <remarks>Thread: the link's; while it recovers, one of the replay. Allocates: no.</remarks>
public sealed class ReportRouter(SessionDirectory sessions, IReadOnlyList<IReportTap> taps) : IReportSink
{
    private readonly IReportTap[] _taps = [.. taps];
    private bool _isOpen;
    private long _lastSequence;

    /// <summary>Reports of this run whose session is not configured any more.</summary>
    public long OrphanReports { get; private set; }

    /// <summary>From here on reports are new ones.</summary>
    public void Open() => _isOpen = true;

    /// <summary>Goes on from a snapshot: so many reports of each session came before it, and the taps are told of its orders.</summary>
    internal void Resume(TradingCore core, IReadOnlyDictionary<int, long> reportCounts)
    {
        sessions.ResumeCounts(reportCounts);
        if (_taps.Length > 0)
        {
            core.TellOrders((in ReportView report) => Tell(in report, isReplay: true));
        }
    }

    /// <summary>Goes back to the journal's start.</summary>
    internal void Restart() => sessions.ResumeCounts(new Dictionary<int, long>());

    /// <summary>Tells the taps which rules the reports that follow are under.</summary>
    internal void UseRules(TradingRules rules)
    {
        foreach (IReportTap tap in _taps)
        {
            tap.OnRules(rules);
        }
    }

    /// <inheritdoc/>
    public void Deliver(in ReportView report)
    {
        Invariant.That(report.Sequence >= _lastSequence || !_isOpen, "reports leave in the order of their commands");
        _lastSequence = report.Sequence;
        Tell(in report, !_isOpen);
        if (report.SessionId < 0)
        {
            return;
        }

        if (sessions.Find(report.SessionId) is not { } session)
        {
            OrphanReports += _isOpen ? 1 : 0;
            return;
        }

        session.ReportCount++;
        if (_isOpen)
        {
            session.CountDelivered();
        }

        session.Door.Deliver(session, in report, !_isOpen);
    }

    private void Tell(in ReportView report, bool isReplay)
    {
        foreach (IReportTap tap in _taps)
        {
            tap.OnReport(in report, isReplay);
        }
    }
}
