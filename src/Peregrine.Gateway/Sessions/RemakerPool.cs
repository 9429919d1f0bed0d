using Peregrine.Fix.Session;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Sessions;

/// <summary>
/// The second cores that make reports again: a few at a time, as each takes as much memory as the link's. Sessions beyond wait their turn; one whose
/// client takes nothing gives its place up.
/// </summary>
/// <remarks>Thread: the link's. Allocates: for a remaker, not for a report.</remarks>
internal sealed class RemakerPool(ReportSource source, Action<string> log) : IDisposable
{
    private const int AliveMax = 2;
    private const long PatienceNs = 2_000_000_000;

    // While others wait: long enough to load a snapshot and hand over some hundred thousand reports.
    private const long TurnNs = 10_000_000_000;
    private readonly Dictionary<FixSession, ReportRemaker> _active = [];
    private readonly List<ReportRemaker> _ending = [];
    private readonly Queue<FixSession> _waiting = [];
    private readonly List<FixSession> _scratch = [];

    /// <summary>Remakers that were started.</summary>
    public long Started { get; private set; }

    /// <summary>Whether somebody waits for what is made.</summary>
    public bool IsMaking => _active.Count + _waiting.Count > 0;

    /// <summary>Whether there is anything to look after.</summary>
    public bool IsBusy => _active.Count + _ending.Count + _waiting.Count > 0;

    /// <summary>The report of a number of a session.</summary>
    public RemakeStatus TryTake(FixSession session, int sessionId, long number, out OrderReport report)
    {
        report = default;
        if (_active.TryGetValue(session, out ReportRemaker? remaker))
        {
            RemakeStatus status = remaker.TryTake(number, out report);
            if (status == RemakeStatus.Gone)
            {
                log($"session {session.Options.PeerCompId}: {remaker.Failure}");
            }

            if (status != RemakeStatus.Gap)
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

            return RemakeStatus.Wait;
        }

        log($"session {session.Options.PeerCompId}: its reports from number {number} on are made again from the journal");
        Started++;
        _active.Add(session, new ReportRemaker(source, sessionId, number));
        return RemakeStatus.Wait;
    }

    /// <summary>Lets sessions go on for which something was made, and ends what nobody needs. Call it once a pass; it costs nothing when there is nothing.</summary>
    public void Continue(long nowNs)
    {
        if (!IsBusy)
        {
            return;
        }

        Collect();
        _scratch.Clear();
        _scratch.AddRange(_active.Keys);
        foreach (FixSession session in _scratch)
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
                session.Resume(nowNs);
            }
        }

        while (_waiting.Count > 0 && _active.Count + _ending.Count < AliveMax)
        {
            _waiting.Dequeue().Resume(nowNs);
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

    private void End(FixSession session)
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
