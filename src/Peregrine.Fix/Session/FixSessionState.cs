namespace Peregrine.Fix.Session;

/// <summary>Where a session is.</summary>
public enum FixSessionState : byte
{
    Disconnected = 0,
    AwaitingLogon = 1,
    LoggedOn = 2,
    LogoutSent = 3,

    /// <summary>An initiator's: its Logon is not answered yet.</summary>
    LogonSent = 4,
}
