namespace Peregrine.Sequencing.Sessions;

/// <summary>A client that may log on.</summary>
/// <param name="CompId">The client's CompID (its SenderCompID, our TargetCompID); unique.</param>
/// <param name="AccountIds">Accounts it may trade for, indexes into the rules' accounts; the first is used when an order names none.</param>
public sealed record ClientSession(string CompId, IReadOnlyList<int> AccountIds)
{
    /// <summary>
    /// Whether its orders are cancelled when it is not logged on any more, however that came: with the link's own end and start they are too. Not for
    /// sessions of local ports, which have no connection to lose.
    /// </summary>
    public bool CancelOnDisconnect { get; init; }

    /// <summary>
    /// Most new orders, replaces and status requests that are taken of it in a second, a burst of as many at once included; 0 for no limit. One more
    /// is refused, and is no command. What takes risk off the book is taken always.
    /// </summary>
    public int RequestsPerSecondMax { get; init; }
}
