namespace Peregrine.Trading;

/// <summary>How long an order may wait. 0 is none.</summary>
public enum TimeInForce : byte
{
    /// <summary>Rests until it is filled or cancelled, at most until the instrument closes.</summary>
    Day = 1,
    GoodTillCancel = 2,

    /// <summary>What cannot be filled at once is cancelled.</summary>
    ImmediateOrCancel = 3,

    /// <summary>All at once or nothing.</summary>
    FillOrKill = 4,

    /// <summary>Rests until its expiry time; a date (FIX GTD) is the end of that day.</summary>
    GoodTillTime = 5,
    AtTheOpening = 6,
    AtTheClose = 7,

    /// <summary>Parked outside of auctions; the rest expires after the first one.</summary>
    GoodForAuction = 8,
}
