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

/// <summary>What orders of a type have, and what becomes of them.</summary>
[Flags]
public enum OrderTraits : ushort
{
    None = 0,

    /// <summary>A limit price that the client names.</summary>
    Price = 1,

    /// <summary>A stop price that the client names.</summary>
    NamedStop = 2,

    /// <summary>Parked until the market reaches a stop price, named or trailed.</summary>
    Stop = 4,

    /// <summary>A distance from what its price or its stop price follows.</summary>
    Offset = 8,

    /// <summary>Its price follows a <see cref="PegReference"/>; a limit price only with <see cref="OrderFlags.HasLimit"/>.</summary>
    Peg = 16,

    /// <summary>It may show a part of itself only.</summary>
    Display = 32,

    /// <summary>It may ask for a smallest execution.</summary>
    Minimum = 64,

    /// <summary>Its price, or its stop price, is made of the market when it arrives.</summary>
    TakesPrice = 128,

    /// <summary>It trades at any price, as long as it has none of its own.</summary>
    Market = 256,
}

/// <summary>A row of the table of order types: what one is and has.</summary>
/// <param name="Type">The type.</param>
/// <param name="Word">Its word in scripts, and in what is printed.</param>
/// <param name="Traits">What its orders have.</param>
/// <param name="Flags">The flags that it may have.</param>
/// <param name="Times">The times in force that it may have, as a set of <see cref="TimesInForce"/>.</param>
/// <param name="OffsetTicksMin">The smallest distance, where it has one.</param>
public readonly record struct OrderTypeRow(OrderType Type, string Word, OrderTraits Traits, OrderFlags Flags, ushort Times, byte OffsetTicksMin);

/// <summary>
/// The table of order types. A new type is a row here, its rule in docs/matching.md and in the engine, its code in the gateway's table,
/// and their tests.
/// </summary>
public static class OrderTypes
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const OrderType Last = OrderType.Pegged;

    private const OrderTraits StopTraits = OrderTraits.Stop | OrderTraits.NamedStop;
    private const OrderFlags ShownOrNot = OrderFlags.Hidden;

    private static readonly OrderTypeRow[] Table =
    [
        new(0, "", OrderTraits.None, OrderFlags.None, 0, 0),
        new(OrderType.Market, "market", OrderTraits.Market | OrderTraits.Minimum, OrderFlags.None, TimesInForce.OfMarketOrders, 0),
        new(OrderType.Limit, "limit", OrderTraits.Price | OrderTraits.Display | OrderTraits.Minimum,
            ShownOrNot | OrderFlags.PostOnly | OrderFlags.AllOrNone, TimesInForce.All, 0),
        new(OrderType.MarketToLimit, "market-to-limit", OrderTraits.Market | OrderTraits.Minimum | OrderTraits.TakesPrice, OrderFlags.None,
            TimesInForce.Lasting | TimesInForce.AtOnce, 0),
        new(OrderType.Stop, "stop", StopTraits, OrderFlags.None, TimesInForce.Lasting, 0),
        new(OrderType.StopLimit, "stop-limit", StopTraits | OrderTraits.Price | OrderTraits.Display, ShownOrNot, TimesInForce.Lasting, 0),
        new(OrderType.TrailingStop, "trailing", OrderTraits.Stop | OrderTraits.Offset | OrderTraits.TakesPrice, OrderFlags.None,
            TimesInForce.Lasting, 1),
        new(OrderType.Pegged, "peg", OrderTraits.Peg | OrderTraits.Offset | OrderTraits.Display | OrderTraits.TakesPrice,
            ShownOrNot | OrderFlags.HasLimit, TimesInForce.Lasting, 0),
    ];

    /// <summary>A row for each type, in the order of their numbers.</summary>
    public static ReadOnlySpan<OrderTypeRow> All => Table.AsSpan(1);

    /// <summary>Whether there is such a type.</summary>
    public static bool IsKnown(OrderType type) => type is not 0 and <= Last;

    /// <summary>The row of a type; for a number that is none, one of nothing.</summary>
    public static ref readonly OrderTypeRow Of(OrderType type) => ref Table[type <= Last ? (int)type : 0];

    /// <summary>Whether orders of the type have one of these.</summary>
    public static bool Has(OrderType type, OrderTraits traits) => (Of(type).Traits & traits) != 0;

    /// <summary>Whether an order has a limit price of its own: by its type, or as the limit of a peg.</summary>
    public static bool HasPrice(OrderType type, OrderFlags flags)
    {
        OrderTraits traits = Of(type).Traits;
        return (traits & OrderTraits.Price) != 0 || ((traits & OrderTraits.Peg) != 0 && (flags & OrderFlags.HasLimit) != 0);
    }
}
