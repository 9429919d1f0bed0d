namespace Peregrine.Trading.Orders;

/// <summary>What a command asks for. 0 is no command.</summary>
public enum CommandType : byte
{
    New = 1,
    Cancel = 2,

    /// <summary>New values for an order: those that <see cref="OrderCommand.Fields"/> names.</summary>
    Replace = 3,

    /// <summary>Asks for a report of the order's state; sequenced like the others, so the answer fits the reports around it.</summary>
    Status = 4,

    /// <summary>Takes <see cref="OrderCommand.Quantity"/> off what an order has left; it keeps its place.</summary>
    Reduce = 5,

    /// <summary>Cancels every order that <see cref="OrderCommand.Scope"/> means.</summary>
    MassCancel = 6,

    /// <summary>A session has gone: its orders are cancelled.</summary>
    Disconnect = 7,

    /// <summary>An instrument gets another phase.</summary>
    Phase = 8,

    /// <summary>Nothing but the time that it carries.</summary>
    Time = 9,
}

/// <summary>Which orders a mass cancel means: those that match everything named. None named: all.</summary>
[Flags]
public enum MassCancelScope : byte
{
    All = 0,

    /// <summary>Those of the command's session.</summary>
    Session = 1,
    Account = 2,
    Instrument = 4,
    Side = 8,
}

/// <summary>Where an order stands after a report. 0 is none.</summary>
public enum OrderStatus : byte
{
    New = 1,
    PartiallyFilled = 2,
    Filled = 3,
    Cancelled = 4,
    Rejected = 5,

    /// <summary>Its time in force ended before it was filled.</summary>
    Expired = 6,
}

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
