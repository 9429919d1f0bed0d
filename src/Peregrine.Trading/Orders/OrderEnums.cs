namespace Peregrine.Trading.Orders;

/// <summary>What a command asks for. 0 is no command.</summary>
public enum CommandType : byte
{
    New = 1,
    Cancel = 2,
    Replace = 3,

    /// <summary>Asks for a report of the order's state; sequenced like the others, so the answer fits the reports around it.</summary>
    Status = 4,
}

/// <summary>Where an order stands after a report. 0 is none.</summary>
public enum OrderStatus : byte
{
    New = 1,
    PartiallyFilled = 2,
    Filled = 3,
    Cancelled = 4,
    Rejected = 5,
}

/// <summary>What a report tells. 0 is none.</summary>
public enum ReportType : byte
{
    Accepted = 1,
    Rejected = 2,
    Trade = 3,
    Cancelled = 4,
    Replaced = 5,

    /// <summary>A cancel or replace request was refused; the order, if there is one, stands as it was.</summary>
    CancelRejected = 6,
    Status = 7,
}
