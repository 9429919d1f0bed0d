namespace Peregrine.Api;

/// <summary>An order as the link knows it.</summary>
/// <param name="OrderId">As text, as it may not fit a JavaScript number; null when it was refused.</param>
/// <param name="Side">buy, sell.</param>
/// <param name="Type">market, limit.</param>
/// <param name="TimeInForce">day, goodTillCancel, immediateOrCancel, fillOrKill.</param>
/// <param name="Status">new, partiallyFilled, filled, cancelled, rejected.</param>
/// <param name="Reason">Rule name (docs/reject-reasons.md) when it was rejected, or cancelled unasked.</param>
/// <param name="Text">The reason in words, with its values.</param>
public sealed record OrderView(
    string? OrderId, string ClientOrderId, string Session, string? Account, string? Symbol, string Side, string Type, string TimeInForce,
    decimal? Price, long Quantity,
    long Filled, long Leaves, decimal? AveragePrice, string Status, string? Reason, string? Text, long Time);
