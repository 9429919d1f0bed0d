namespace Peregrine.Trading;

/// <summary>What happens when two orders of one owner meet. The arriving order's choice counts.</summary>
public enum SelfTradePrevention : byte
{
    /// <summary>As the venue's rules say.</summary>
    Default = 0,
    CancelNewest = 1,
    CancelOldest = 2,
    CancelBoth = 3,
    DecrementAndCancel = 4,
}

/// <summary>The table of what happens when two orders of one owner meet.</summary>
public static class SelfTradePreventions
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const SelfTradePrevention Last = SelfTradePrevention.DecrementAndCancel;
}
