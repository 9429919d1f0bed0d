using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing;

/// <summary>Sees every report of the link: for displays, drop copies and surveillance.</summary>
public interface IReportTap
{
    /// <summary>A report leaves, or, while the link recovers, left in an earlier run.</summary>
    /// <remarks>
    /// Thread: the link's; while it recovers, one of the replay, which sees everything that was done here before. Must not allocate or block:
    /// hand the report over to a thread of your own.
    /// </remarks>
    void OnReport(in ReportView report, bool isReplay);

    /// <summary>Rules whose instruments and accounts the reports that follow name by their ids. While the link runs there may be others;
    /// ids keep their meaning.</summary>
    void OnRules(TradingRules rules);
}
