namespace Peregrine.Fix.Session;

/// <summary>What an operator may want of a session.</summary>
public sealed partial class FixSession
{
    private bool _isResetDue;

    /// <summary>Both numbers to 1, messages forgotten, as an operator may wish when both sides agreed on it.</summary>
    /// <returns>False, and nothing happens, while it is connected: <see cref="Logout"/> comes first.</returns>
    public bool TryResetNumbers()
    {
        if (State != FixSessionState.Disconnected)
        {
            return false;
        }

        Counters.ResetsAsked++;
        BeginAnewWhileAway();
        return true;
    }

    /// <summary>As <see cref="TryResetNumbers"/>, but a peer that is there is logged out first: the numbers are set back when its connection is
    /// over, before it can come again.</summary>
    /// <param name="text">Why, for the Logout.</param>
    /// <param name="nowNs">Unix nanoseconds.</param>
    /// <returns>True when it is done; false while the goodbye goes on.</returns>
    public bool ResetNumbers(string text, long nowNs)
    {
        _nowNs = nowNs;
        if (TryResetNumbers())
        {
            return true;
        }

        Counters.ResetsAsked++;
        _isResetDue = true;
        _ = TryLogOut(text, nowNs);
        return State == FixSessionState.Disconnected;
    }

    /// <summary>Ends the session of a peer that is there: with a Logout when it is logged on, without a word where a Logon is on its way.</summary>
    /// <param name="text">Why, for the Logout.</param>
    /// <param name="nowNs">Unix nanoseconds.</param>
    /// <returns>False when it is not connected: nothing happens.</returns>
    public bool TryLogOut(string text, long nowNs)
    {
        if (State == FixSessionState.Disconnected)
        {
            return false;
        }

        Counters.LogoutsAsked++;
        Logout(text, nowNs);
        if (State is FixSessionState.AwaitingLogon or FixSessionState.LogonSent)
        {
            End(text);
        }

        return true;
    }

    // Nobody is connected any more.
    private void ResetIfDue()
    {
        if (_isResetDue)
        {
            _isResetDue = false;
            BeginAnewWhileAway();
        }
    }
}
