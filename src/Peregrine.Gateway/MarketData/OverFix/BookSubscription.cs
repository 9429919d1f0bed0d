namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>What one request of a peer wants of one instrument.</summary>
internal sealed class BookSubscription(MarketDataPeer peer, byte[] requestId, BookFeed feed, bool isOnce)
{
    private const long MinuteNs = 60_000_000_000;

    private long _minuteBeganNs;
    private int _conflationsOfMinute;

    /// <summary>Whose it is.</summary>
    public MarketDataPeer Peer => peer;

    /// <summary>MDReqID (262).</summary>
    public ReadOnlySpan<byte> RequestId => requestId;

    /// <summary>What it wants.</summary>
    public BookFeed Feed => feed;

    /// <summary>It ends with its snapshot.</summary>
    public bool IsOnce => isOnce;

    /// <summary>It lacks changes, and is told no more of them: a snapshot follows when the peer has read what it was sent.</summary>
    public bool IsBehind { get; set; }

    /// <summary>How many entries were left out since it is behind.</summary>
    public long Missed { get; set; }

    /// <summary>Counts that it fell behind.</summary>
    /// <returns>How often it did within this minute.</returns>
    public int CountConflation(long nowNs)
    {
        if (nowNs - _minuteBeganNs > MinuteNs)
        {
            (_minuteBeganNs, _conflationsOfMinute) = (nowNs, 0);
        }

        return ++_conflationsOfMinute;
    }
}
