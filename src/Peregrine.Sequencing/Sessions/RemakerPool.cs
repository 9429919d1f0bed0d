using Microsoft.Extensions.Logging;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Sessions;

/// <summary>A session that asks for reports which have to be made again.</summary>
internal interface IReportClient
{
    /// <summary>The session's number.</summary>
    int Id { get; }

    /// <summary>What the log calls it.</summary>
    string Name { get; }

    /// <summary>It waits for what is made.</summary>
    bool IsBehind { get; }

    /// <summary>There is something for it, or it is its turn to ask.</summary>
    void GoOn(long nowNs);
}

/// <summary>What became of a report that was asked for.</summary>
internal enum RemadeStatus : byte
{
    /// <summary>It is not the next that can be made: ask from its place on.</summary>
    Gap = 0,

    /// <summary>Here it is.</summary>
    Made = 1,

    /// <summary>It is being made: the session is told when to ask again.</summary>
    Wait = 2,

    /// <summary>It can be had no more.</summary>
    Gone = 3,
}

/// <summary>
/// The second cores that make reports again: a few at a time, as each takes as much memory as the link's. Sessions beyond wait their turn; one whose
/// client takes nothing gives its place up.
/// </summary>
/// <remarks>Thread: the link's. Allocates: for a remaker, not for a report.</remarks>
internal sealed class RemakerPool(ReportSource source, ILogger log) : IDisposable
{
    private const int AliveMax = 2;
    private const long PatienceNs = 2_000_000_000;

    // While others wait: long enough to load a snapshot and hand over some hundred thousand reports.
    private const long TurnNs = 10_000_000_000;
    private readonly Dictionary<IReportClient, ReportRemaker> _active = [];
    private readonly List<ReportRemaker> _ending = [];
    private readonly Queue<IReportClient> _waiting = [];
    private readonly List<IReportClient> _scratch = [];

    /// <summary>Remakers that were started.</summary>
    public long Started { get; private set; }

    /// <summary>Whether somebody waits for what is made.</summary>
    public bool IsMaking => _active.Count + _waiting.Count > 0;

    /// <summary>Whether there is anything to look after.</summary>
    public bool IsBusy => _active.Count + _ending.Count + _waiting.Count > 0;

    /// <summary>The report of a number of a session.</summary>
    public RemadeStatus TryTake(IReportClient session, long number, out ReportView report)
    {
        report = default;
        if (_active.TryGetValue(session, out ReportRemaker? remaker))
        {
            RemadeStatus status = remaker.TryTake(number, out report);
            if (status == RemadeStatus.Gone)
            {
                log.ReportsGone(session.Name, remaker.Failure);
            }

            if (status != RemadeStatus.Gap)
            {
                return status;
            }

            // It went back to one before: another has to begin there.
            End(session);
        }

        Collect();
        if (_active.Count + _ending.Count >= AliveMax)
        {
            if (!_waiting.Contains(session))
            {
                _waiting.Enqueue(session);
            }

            return RemadeStatus.Wait;
        }

        log.ReportsMadeAgain(session.Name, number);
        Started++;
        _active.Add(session, new ReportRemaker(source, session.Id, number));
        return RemadeStatus.Wait;
    }

    /// <summary>Lets sessions go on for which something was made, and ends what nobody needs. Call it once a pass;
    /// it costs nothing when there is nothing.</summary>
    public void Continue(long nowNs)
    {
        if (!IsBusy)
        {
            return;
        }

        Collect();
        _scratch.Clear();
        _scratch.AddRange(_active.Keys);
        foreach (IReportClient session in _scratch)
        {
            ReportRemaker remaker = _active[session];
            bool isStuck = _waiting.Count > 0 && Clock.MonotonicNs - remaker.TakenNs > PatienceNs && remaker.HasNews;
            bool isOver = _waiting.Count > 0 && Clock.MonotonicNs - remaker.StartedNs > TurnNs;
            if (!session.IsBehind || isStuck || isOver)
            {
                End(session);
                if (session.IsBehind)
                {
                    _waiting.Enqueue(session);
                }
            }
            else if (remaker.HasNews)
            {
                session.GoOn(nowNs);
            }
        }

        while (_waiting.Count > 0 && _active.Count + _ending.Count < AliveMax)
        {
            _waiting.Dequeue().GoOn(nowNs);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ReportRemaker remaker in _active.Values.Concat(_ending))
        {
            remaker.Stop();
        }

        foreach (ReportRemaker remaker in _active.Values.Concat(_ending))
        {
            remaker.Dispose();
        }

        _active.Clear();
        _ending.Clear();
    }

    private void End(IReportClient session)
    {
        _ = _active.Remove(session, out ReportRemaker? remaker);
        remaker!.Stop();
        _ending.Add(remaker);
    }

    private void Collect()
    {
        for (int index = _ending.Count - 1; index >= 0; index--)
        {
            if (_ending[index].IsEnded)
            {
                _ending[index].Dispose();
                _ending.RemoveAt(index);
            }
        }
    }
}
