namespace Peregrine.Trading;

/// <summary>What else an order asks for.</summary>
[Flags]
public enum OrderFlags : byte
{
    None = 0,

    /// <summary>Nothing of it is shown.</summary>
    Hidden = 1,

    /// <summary>It is cancelled rather than take what rests.</summary>
    PostOnly = 2,

    /// <summary>It trades whole or not at all, whenever that may be.</summary>
    AllOrNone = 4,

    /// <summary>A pegged order's <c>Price</c> is a limit that its price does not pass.</summary>
    HasLimit = 8,
}

/// <summary>The flags of orders together.</summary>
public static class OrderFlagSets
{
    /// <summary>Every one: another bit is none.</summary>
    public const OrderFlags All = OrderFlags.Hidden | OrderFlags.PostOnly | OrderFlags.AllOrNone | OrderFlags.HasLimit;
}
