using Peregrine.Fix.Session;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>A session that may ask for market data, and what it asked for. Requests end with its connection.</summary>
internal sealed class MarketDataPeer
{
    /// <summary>Most instruments that a session is subscribed to, those of all its requests together.</summary>
    public const int SubscriptionsMax = 1_024;

    /// <summary>Its session; set when it was made.</summary>
    public FixSession Session { get; set; } = null!;

    /// <summary>Its subscriptions.</summary>
    public List<BookSubscription> Subscriptions { get; } = [];

    /// <summary>How many of them are behind.</summary>
    public int BehindCount { get; set; }

    /// <summary>Since when it reads nothing although something waits, monotonic; 0 when nothing waits or it reads.</summary>
    public long BlockedSinceNs { get; set; }

    /// <summary>What waited then.</summary>
    public int PendingBefore { get; set; }

    /// <summary>It logged on and did not leave.</summary>
    public bool IsOn => Session.State == FixSessionState.LoggedOn;
}
