using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>What an order may have beyond price and quantity; all 0 for a plain one. docs/matching.md says what each does.</summary>
public record struct OrderAttributes
{
    /// <summary>Of a stop or stop-limit order; in reports also where a trailing stop stands.</summary>
    public Price StopPrice;

    /// <summary>Distance in ticks: of a trailing stop from the last trade price, of a pegged order from its reference.</summary>
    public long OffsetTicks;

    /// <summary>How much an iceberg shows at a time; 0 when it shows all.</summary>
    public Quantity DisplayQuantity;

    /// <summary>What must trade on arrival, or of a hidden order its minimum execution size; 0 is none.</summary>
    public Quantity MinimumQuantity;

    /// <summary>When a good-till-time order expires, Unix nanoseconds.</summary>
    public long ExpireTimeNs;
}
