using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Local;

/// <summary>What a local port tells. 0 is nothing.</summary>
public enum LocalEventKind : byte
{
    /// <summary>A report of one of the port's sessions.</summary>
    Report = 1,

    /// <summary>Everything that a command of this port caused was told to all sessions; the event carries the book's top after it.</summary>
    Completed = 2,

    /// <summary>There was no order id for a new order: it never became a command, try again.</summary>
    NoOrderId = 3,

    /// <summary>The journal has no room: it never became a command. It is taken again by itself once there is room.</summary>
    JournalFull = 4,

    /// <summary>The session, or the whole link, is blocked: it never became a command. Cancels and status requests are taken.</summary>
    Blocked = 5,

    /// <summary>More requests than the session's rate: it never became a command, try again a moment later.</summary>
    Throttled = 6,
}

/// <summary>The best prices and the last trade of an instrument, as of one moment.</summary>
public struct TopOfBook
{
    public Price Bid;
    public Quantity BidQuantity;
    public Price Ask;
    public Quantity AskQuantity;
    public Price Last;
    public int InstrumentId;
    public bool HasBid;
    public bool HasAsk;
    public bool HasLast;
}

/// <summary>One event of a local port: fixed size, no references.</summary>
public struct LocalEvent
{
    public LocalEventKind Kind;

    /// <summary>For Completed: the command's sequence number.</summary>
    public long Sequence;

    /// <summary>For Report; for what never became a command, session and client order id only.</summary>
    public OrderReport Report;

    /// <summary>For Completed, when the command named an instrument that exists.</summary>
    public TopOfBook Top;
}

/// <summary>What a port is told when a command is done.</summary>
internal readonly record struct LocalCompletion(long Sequence, TopOfBook Top);
