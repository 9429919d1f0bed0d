namespace Peregrine.Trading.Orders;

/// <summary>What a report tells. 0 is none.</summary>
public enum ReportType : byte
{
    Accepted = 1,
    Rejected = 2,
    Trade = 3,
    Cancelled = 4,
    Replaced = 5,

    /// <summary>A cancel, reduce, replace or mass cancel was refused; the order, if there is one, stands as it was.</summary>
    CancelRejected = 6,
    Status = 7,

    /// <summary>A stop was reached and is a market or limit order from here on.</summary>
    Triggered = 8,

    /// <summary>The order changed by itself: <see cref="OrderReport.Reason"/> says how.</summary>
    Restated = 9,
    Expired = 10,

    /// <summary>Part of what was left was taken off, by request (no reason) or by self-trade prevention.</summary>
    Reduced = 11,

    /// <summary>A mass cancel is done; each order that it ended had its own report before.</summary>
    MassCancelled = 12,

    /// <summary>An instrument has another phase. Nobody's session.</summary>
    PhaseChanged = 13,
}

/// <summary>The table of reports.</summary>
public static class ReportTypes
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const ReportType Last = ReportType.PhaseChanged;

    /// <summary>How many there are, none included: the length of what is counted or looked up by report.</summary>
    public const int Count = (int)Last + 1;
}
