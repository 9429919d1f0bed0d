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

    /// <summary>
    /// How many requests at once are within <see cref="RequestsPerSecondMax"/> after a quiet time, 1 or more; 0 for a second's worth.
    /// </summary>
    public int ThrottleBurst { get; init; }

    /// <summary>
    /// How many requests above <see cref="RequestsPerSecondMax"/> may wait for their turn, up to <see cref="ThrottleQueueMost"/>; 0: none, they are
    /// refused. A FIX session's only.
    /// </summary>
    public int ThrottleQueueMax { get; init; }

    /// <summary>The most that <see cref="ThrottleQueueMax"/> may be.</summary>
    public const int ThrottleQueueMost = 16_384;

    /// <summary>What is wrong with the session's rate.</summary>
    /// <returns>Name, value and what was expected; null when nothing is.</returns>
    public string? FindThrottleFault() =>
        RequestsPerSecondMax < 0 ? $"RequestsPerSecondMax of {CompId}: {RequestsPerSecondMax}, expected 0 or more"
        : ThrottleBurst < 0 ? $"ThrottleBurst of {CompId}: {ThrottleBurst}, expected 0 or more"
        : ThrottleQueueMax is < 0 or > ThrottleQueueMost
        ? $"ThrottleQueueMax of {CompId}: {ThrottleQueueMax}, expected 0 to {ThrottleQueueMost}"
        : RequestsPerSecondMax == 0 && ThrottleBurst + ThrottleQueueMax > 0
        ? $"RequestsPerSecondMax of {CompId}: 0, expected 1 or more where ThrottleBurst or ThrottleQueueMax is set"
        : null;
}
