namespace Peregrine.Fix.Session;

/// <summary>What a session has done, for display.</summary>
public sealed class FixSessionCounters
{
    public long Received { get; internal set; }

    public long Sent { get; internal set; }

    /// <summary>Answers that were not sent as they did not fit into <see cref="FixSessionOptions.MessageBytesMax"/>.</summary>
    public long TooLarge { get; internal set; }

    public long Garbled { get; internal set; }

    /// <summary>BusinessMessageRejects from the peer: taken note of, never answered.</summary>
    public long RejectedByPeer { get; internal set; }

    public long Rejected { get; internal set; }

    public long ResendsAnswered { get; internal set; }

    /// <summary>Sequence numbers sent again, gap-filled ones included.</summary>
    public long Resent { get; internal set; }

    public long ResendsAsked { get; internal set; }

    public long Logons { get; internal set; }

    /// <summary>Messages that had to wait as the peer read too slowly.</summary>
    public long Delayed { get; internal set; }

    /// <summary>Messages that the store had no more, made again by the application.</summary>
    public long Remade { get; internal set; }

    /// <summary>Sessions ended because messages that were asked for can be had no more.</summary>
    public long Gone { get; internal set; }
}
