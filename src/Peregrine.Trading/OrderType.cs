namespace Peregrine.Trading;

// Words that matching, risk and orders share stand above the folders, so that matching need not know of orders.
// What each of them does is said once, in docs/matching.md.

/// <summary>How an order is priced. 0 is no type.</summary>
public enum OrderType : byte
{
    Market = 1,
    Limit = 2,

    /// <summary>A limit order at the best opposite price on arrival.</summary>
    MarketToLimit = 3,

    /// <summary>Parked until the last trade price reaches the stop price, then a market order.</summary>
    Stop = 4,

    /// <summary>Parked until the last trade price reaches the stop price, then a limit order.</summary>
    StopLimit = 5,

    /// <summary>A stop whose stop price follows the last trade price at a distance.</summary>
    TrailingStop = 6,

    /// <summary>A limit order whose price follows the best price of its side, or the middle.</summary>
    Pegged = 7,
}
