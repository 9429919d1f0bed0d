namespace Peregrine.Trading.Orders;

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
