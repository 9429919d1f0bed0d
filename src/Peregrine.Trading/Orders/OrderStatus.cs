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

/// <summary>The table of where orders stand.</summary>
public static class OrderStatuses
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const OrderStatus Last = OrderStatus.Expired;

    /// <summary>Whether there is such a status.</summary>
    public static bool IsKnown(OrderStatus status) => status is not 0 and <= Last;
}
