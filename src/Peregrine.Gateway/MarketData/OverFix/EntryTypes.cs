namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>What of a book somebody wants, by MDEntryType (269).</summary>
[Flags]
internal enum EntryTypes : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Bids (0).</summary>
    Bids = 1,

    /// <summary>Offers (1).</summary>
    Offers = 2,

    /// <summary>Trades (2).</summary>
    Trades = 4,
}

/// <summary>In which form a book is told: subscriptions of the same form and instrument get the same bytes.</summary>
/// <param name="Types">Which entries.</param>
/// <param name="Depth">Levels of a side, from the best; 0 for all.</param>
/// <param name="IsByOrder">Each order is an entry, and not each level.</param>
/// <param name="IsRefreshed">Each change is told by a whole snapshot (MDUpdateType 0).</param>
internal readonly record struct BookForm(EntryTypes Types, int Depth, bool IsByOrder, bool IsRefreshed)
{
    /// <summary>Whether a side is in it.</summary>
    public bool Has(Side side) => (Types & (side == Side.Buy ? EntryTypes.Bids : EntryTypes.Offers)) != 0;

    /// <summary>Whether trades are in it.</summary>
    public bool HasTrades => (Types & EntryTypes.Trades) != 0;
}
