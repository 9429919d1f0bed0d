using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// The letters of FIX for the core's words, one table for each field and both ways: a letter's place is the word's number. Place 0 is what stands
/// for no word; a letter that stands for two words is read as the later one.
/// </summary>
internal static class FixCodes
{
    // Market, limit, market to limit, stop, stop limit, trailing stop, pegged: the last two are told apart by ExecInst.
    private static ReadOnlySpan<byte> OrdTypes => "212K34PP"u8;

    // Day, good till cancel, immediate or cancel, fill or kill, good till time, at the opening, at the close, good for auction.
    private static ReadOnlySpan<byte> Times => "001346275"u8;

    // Cancel the newest, the oldest, both, decrement and cancel.
    private static ReadOnlySpan<byte> Preventions => "NNOBD"u8;

    // New, partially filled, filled, cancelled, rejected, expired.
    private static ReadOnlySpan<byte> Statuses => "801248C"u8;

    // Accepted, rejected, trade, cancelled, replaced, cancel rejected, status, triggered, restated, expired, reduced, mass cancelled, phase changed.
    private static ReadOnlySpan<byte> ExecTypes => "808F458ILDCD88"u8;

    /// <summary>OrdType (40).</summary>
    public static char Of(OrderType type) => At(OrdTypes, (int)type);

    /// <summary>TimeInForce (59).</summary>
    public static char Of(TimeInForce time) => At(Times, (int)time);

    /// <summary>SelfMatchPreventionInstruction (8000).</summary>
    public static char Of(SelfTradePrevention mode) => At(Preventions, (int)mode);

    /// <summary>OrdStatus (39).</summary>
    public static char Of(OrderStatus status) => At(Statuses, (int)status);

    /// <summary>ExecType (150). Less of an order on request is a replace, and by self-trade prevention a restatement.</summary>
    public static char Of(ReportType type, RejectReason reason) =>
        type == ReportType.Reduced && reason == RejectReason.None ? '5' : At(ExecTypes, (int)type);

    /// <summary>The type of an OrdType; 0 for a letter that is not ours, which the core refuses as an unsupported order.</summary>
    public static OrderType OrderTypeOf(byte letter) => (OrderType)Find(OrdTypes, letter);

    /// <summary>As <see cref="OrderTypeOf"/>, for TimeInForce.</summary>
    public static TimeInForce TimeInForceOf(byte letter) => (TimeInForce)Find(Times, letter);

    /// <summary>As <see cref="OrderTypeOf"/>, for SelfMatchPreventionInstruction.</summary>
    public static SelfTradePrevention PreventionOf(byte letter) => (SelfTradePrevention)Find(Preventions, letter);

    /// <summary>How many words each table has, for the test that holds them against the words.</summary>
    internal static (int OrdTypes, int Times, int Preventions, int Statuses, int ExecTypes) Lengths =>
        (OrdTypes.Length, Times.Length, Preventions.Length, Statuses.Length, ExecTypes.Length);

    private static char At(ReadOnlySpan<byte> table, int word) => (char)table[(uint)word < (uint)table.Length ? word : 0];

    private static int Find(ReadOnlySpan<byte> table, byte letter) => Math.Max(0, table.LastIndexOf(letter));
}
