namespace Peregrine.Samples;

/// <summary>An order that rests in a book.</summary>
/// <param name="OrderId">Unique in the book.</param>
/// <param name="IsBuy">The side it rests on.</param>
/// <param name="Price">In the instrument's units of price.</param>
/// <param name="Quantity">What is left of it; more than 0.</param>
public sealed record BookOrder(ulong OrderId, bool IsBuy, long Price, ulong Quantity);

/// <summary>A price level: with a queue of orders, or with the two sums that a server sent instead of them.</summary>
public sealed class BookLevel
{
    private readonly ulong _quantity;
    private readonly uint _orderCount;

    /// <summary>A level whose orders are not known.</summary>
    /// <param name="price">In the instrument's units of price.</param>
    /// <param name="quantity">Of all its orders; more than 0.</param>
    /// <param name="orderCount">Possibly 0, when the feed has quantity without orders.</param>
    public BookLevel(long price, ulong quantity, uint orderCount)
    {
        Price = price;
        _quantity = quantity;
        _orderCount = orderCount;
    }

    /// <summary>A level with a queue, which is empty at first.</summary>
    /// <param name="price">In the instrument's units of price.</param>
    public BookLevel(long price)
    {
        Price = price;
        Orders = [];
    }

    /// <summary>In the instrument's units of price.</summary>
    public long Price { get; }

    /// <summary>The queue, oldest first; null when the orders are not known.</summary>
    public List<BookOrder>? Orders { get; }

    /// <summary>Quantity of all orders of the level.</summary>
    public ulong Quantity => Orders is null ? _quantity : Orders.Aggregate(0UL, (sum, order) => sum + order.Quantity);

    /// <summary>Number of orders in the level.</summary>
    public uint OrderCount => Orders is null ? _orderCount : (uint)Orders.Count;
}
