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

/// <summary>The table of times in force. Sets of them are bits, 1 shifted by the number of each.</summary>
public static class TimesInForce
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const TimeInForce Last = TimeInForce.GoodForAuction;

    /// <summary>Every one.</summary>
    public const ushort All = (2 << (int)Last) - 2;

    /// <summary>Those that wait in the book, outside of auctions too.</summary>
    public const ushort Lasting = (1 << (int)TimeInForce.Day) | (1 << (int)TimeInForce.GoodTillCancel) | (1 << (int)TimeInForce.GoodTillTime);

    /// <summary>Those that never wait.</summary>
    public const ushort AtOnce = (1 << (int)TimeInForce.ImmediateOrCancel) | (1 << (int)TimeInForce.FillOrKill);

    /// <summary>Those that wait for an auction.</summary>
    public const ushort ForAuction =
        (1 << (int)TimeInForce.AtTheOpening) | (1 << (int)TimeInForce.AtTheClose) | (1 << (int)TimeInForce.GoodForAuction);

    /// <summary>Those of orders without a price: none that outlasts the day.</summary>
    public const ushort OfMarketOrders = (1 << (int)TimeInForce.Day) | AtOnce | ForAuction;

    private static readonly string[] Table = ["", "day", "gtc", "ioc", "fok", "gtt", "ato", "atc", "gfa"];

    /// <summary>Whether there is such a time in force.</summary>
    public static bool IsKnown(TimeInForce time) => time is not 0 and <= Last;

    /// <summary>Whether it is one of a set.</summary>
    public static bool IsOneOf(TimeInForce time, ushort set) => time <= Last && ((set >> (int)time) & 1) != 0;

    /// <summary>Its word in scripts, and in what is printed.</summary>
    public static string Word(TimeInForce time) => Table[time <= Last ? (int)time : 0];
}
