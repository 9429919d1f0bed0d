using System.Text;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>A report as the link made it.</summary>
internal readonly record struct TrueReport(
    string Key, long ExecId, long Sequence, string ClientOrderId, ReportType Type, ulong OrderId, long Lots, long Leaves)
{
    public static TrueReport Of(string key, in ReportView report) => new(
        key, report.ExecId, report.Sequence, Encoding.ASCII.GetString(report.ClientOrderId), report.Type, report.OrderId,
        report.LastQuantity.Lots, report.LeavesQuantity.Lots);
}

/// <summary>All reports that the link ever released, by session: what every client must have been told in the end.</summary>
/// <remarks>Thread: one at a time; while the link recovers that of the replay.</remarks>
internal sealed class DrillTruth : IReportTap
{
    private readonly Dictionary<long, TrueReport> _byExecId = [];
    private readonly Dictionary<int, Dictionary<string, TrueReport>> _bySession = [];
    private readonly Dictionary<ulong, string> _orderIds = [];
    private readonly HashSet<(int Session, string Key)> _lost = [];

    /// <summary>What must not have happened, in words.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>True while what the link does is of no world: it works on after its image was taken.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Whether order ids may come twice, as nothing is left that knows the old ones.</summary>
    public bool MayRepeatOrderIds { get; set; }

    public IReadOnlyDictionary<string, TrueReport> Of(string compId) =>
        _bySession.TryGetValue(SessionId.Of(compId), out Dictionary<string, TrueReport>? reports) ? reports : [];

    /// <summary>The last command of which a session was told something.</summary>
    public long LastSequenceOf(string compId) => Of(compId).Values.Select(report => report.Sequence).DefaultIfEmpty().Max();

    /// <summary>Whether a report is one of those that are lost.</summary>
    public bool IsLost(string compId, string key) => _lost.Contains((SessionId.Of(compId), key));

    /// <summary>The reports of commands that were given up need not come any more; what they used up must not be used again.</summary>
    public void Lose(long afterSequence)
    {
        foreach ((int session, Dictionary<string, TrueReport> reports) in _bySession)
        {
            foreach (TrueReport report in reports.Values.Where(report => report.Sequence > afterSequence).ToArray())
            {
                _ = reports.Remove(report.Key);
                _ = _lost.Add((session, report.Key));
            }
        }
    }

    /// <summary>The reports of commands that nothing proves any more have never been.</summary>
    public void Forget(long afterSequence)
    {
        foreach (TrueReport report in _byExecId.Values.Where(report => report.Sequence > afterSequence).ToArray())
        {
            _ = _byExecId.Remove(report.ExecId);
            _ = _orderIds.Remove(report.OrderId);
        }

        foreach (Dictionary<string, TrueReport> reports in _bySession.Values)
        {
            foreach (TrueReport report in reports.Values.Where(report => report.Sequence > afterSequence).ToArray())
            {
                _ = reports.Remove(report.Key);
            }
        }
    }

    /// <inheritdoc/>
    public void OnReport(in ReportView report, bool isReplay)
    {
        // Without an ExecID: an order as a snapshot knows it, no report.
        if (IsFrozen || report.ExecId == 0 || report.SessionId < 0)
        {
            return;
        }

        TrueReport made = TrueReport.Of(KeyOf(report), report);
        if (_byExecId.TryGetValue(report.ExecId, out TrueReport known))
        {
            if (!isReplay || known != made)
            {
                Faults.Add($"ExecID {report.ExecId} is {made}, and was {known}");
            }

            return;
        }

        _byExecId.Add(made.ExecId, made);
        if (!_bySession.TryGetValue(report.SessionId, out Dictionary<string, TrueReport>? reports))
        {
            _bySession.Add(report.SessionId, reports = []);
        }

        if (!reports.TryAdd(made.Key, made))
        {
            Faults.Add($"request {made.ClientOrderId} was carried out twice: {made}, and before {reports[made.Key]}");
        }

        if (made.Type == ReportType.Accepted && !_orderIds.TryAdd(made.OrderId, $"{report.SessionId} {made.ClientOrderId}") && !MayRepeatOrderIds)
        {
            Faults.Add($"order id {made.OrderId} of {made.ClientOrderId} was given before to {_orderIds[made.OrderId]}");
        }
    }

    /// <inheritdoc/>
    public void OnRules(TradingRules rules)
    {
    }

    private static string KeyOf(in ReportView report)
    {
        bool isReject = report.Type == ReportType.CancelRejected;
        string id = Encoding.ASCII.GetString(report.ClientOrderId);
        return report.Type == ReportType.MassCancelled || (isReject && report.RequestType == CommandType.MassCancel) ? $"r {id}"
            : isReject ? $"9 {id}"
            : DrillMessage.KeyOf(report.ExecId);
    }
}
