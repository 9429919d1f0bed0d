namespace Peregrine.Fix.Session;

/// <summary>The session's hours: with each period both numbers begin anew, and outside of them nobody is on.</summary>
public sealed partial class FixSession
{
    private FixPeriod _period = new(true, long.MinValue, long.MinValue);

    /// <summary>Whether the session may be on at the time that it was told last; always where it has no schedule.</summary>
    public bool IsInHours => Options.Schedule is null || _period.IsOpen;

    // Before anything else that the time brings. A period's numbers begin while nobody is connected: whoever still is says goodbye first.
    private void KeepHours()
    {
        if (_store.BeganNs == 0)
        {
            // A new store, or one of before that does not know: what it has is of this period.
            _store.BeganNs = _nowNs;
        }

        if (Options.Schedule is not { } schedule)
        {
            return;
        }

        // A clock that was set back is in an earlier period, which has its numbers already.
        if (_nowNs >= _period.ChangeNs || _nowNs < _period.StartNs)
        {
            _period = schedule.At(_nowNs);
        }

        bool isOfPeriod = _store.BeganNs >= _period.StartNs;
        if (State == FixSessionState.Disconnected)
        {
            if (_period.IsOpen && !isOfPeriod)
            {
                Counters.PeriodsBegun++;
                BeginAnewWhileAway();
            }
        }
        else if (!_period.IsOpen || !isOfPeriod)
        {
            EndHours(schedule);
        }
    }

    private void EndHours(FixSchedule schedule)
    {
        if (State == FixSessionState.LoggedOn)
        {
            Counters.HoursEnded++;
            Logout(_period.IsOpen ? "the session's period is over: the next one has begun" : ClosedText(schedule), _nowNs);
        }
        else if (State == FixSessionState.LogonSent || (State == FixSessionState.AwaitingLogon && _period.IsOpen))
        {
            End("the session's period is over");
        }
    }

    private string ClosedText(FixSchedule schedule) => _period.ChangeNs == long.MaxValue
        ? "the session is closed"
        : $"the session is closed until {schedule.Tell(_period.ChangeNs)}";

    // What no connection was given is told under the new numbers, as far as the application took it back.
    private void BeginAnewWhileAway()
    {
        long told = _store.Mark;
        BeginAnew();
        TellAgain(told);
    }
}
